"""Rows: how passages and documents are written into Milvus, and read from it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus.errors import IndexStoreError
from corpus.settings import CorpusSettings, Theme, UrgentAdvice
from index.documents import from_json, to_json
from index.milvus.connection import KEY, LONGEST_TEXT
from index.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from corpus import Document

FORMAT = 1
"""Of rows and what they hold; another is refused."""
PASSAGE_FIELDS = {"document": 0, "place": 0, "text_key": 64, "words": LONGEST_TEXT}
"""A passage: the number of its document, its place in it, the key of its text, its stems."""
PIECE_FIELDS = {"document": 0, "name": 0, "part": 0, "parts": 0, "content": LONGEST_TEXT}
"""A piece of a document, or, with part -1, one of its names and the number that it is looked up by."""
ABOUT, VOCABULARY = -1, -2
"""Numbers of what is no document: what the index is, and the corpus's words."""
_PIECE = 60_000
_PLAIN = re.compile(r"(?!0x)[a-z0-9]+")


def stems(text: str) -> str:
    """Return a text's terms so that the server's own analyser parts them where we did, and nowhere else.

    A term with other signs than letters and digits of ASCII is written in hexadecimals.

    >>> stems("Charcot-Marie-Tooth cramps")
    '0x63686172636f742d6d617269652d746f6f7468 charcot mari tooth cramp'
    """
    written = (
        term if _PLAIN.fullmatch(term) else f"0x{term.encode(errors='surrogatepass').hex()}" for term in terms(text)
    )
    joined = " ".join(written)
    return joined if len(joined) <= LONGEST_TEXT else joined[:LONGEST_TEXT].rpartition(" ")[0]


def pieces(number: int, value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (what JSON holds)
    """Yield a JSON value in pieces that a text field can hold."""
    packed = base64.b64encode(zlib.compress(json.dumps(value).encode())).decode("ascii")
    count = -(-len(packed) // _PIECE)
    for part in range(count):
        content = packed[part * _PIECE : (part + 1) * _PIECE]
        yield {"document": number, "name": 0, "part": part, "parts": count, "content": content}


def joined(rows: Iterable[Mapping[str, Any]]) -> dict[int, Any]:
    """Return the values that pieces make up, by number.

    Raises:
        IndexStoreError: a piece is missing or damaged.
    """
    parts: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row["document"], {})[row["part"]] = row
    values = {}
    for number, found in parts.items():
        try:
            if len(found) != found[0]["parts"]:
                raise ValueError(f"{len(found)} of {found[0]['parts']} pieces")
            packed = "".join(found[part]["content"] for part in range(len(found)))
            values[number] = json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))
        except (ValueError, KeyError, zlib.error) as error:
            raise IndexStoreError(
                f"what Milvus holds under {number} is damaged ({error}); run: footnote index PATH --store …"
            ) from error
    return values


def document_pieces(number: int, document: Document) -> Iterator[dict[str, Any]]:
    """Yield a document's pieces, and a row for each of its names."""
    yield from pieces(number, to_json(document))
    for name in (document.id, *document.also):
        yield {"document": number, "name": name_key(name), "part": -1, "parts": 0, "content": name}


def document_of(value: list[Any]) -> Document:
    """Return the document that was written.

    Raises:
        IndexStoreError: there is none.
    """
    try:
        return from_json(value)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise IndexStoreError(
            f"a document in Milvus is damaged; run: footnote index PATH --store … ({error})"
        ) from error


def numbered(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows with the number that each is kept under and the vector that Milvus wants of every row."""
    for number, row in enumerate(rows):
        yield {KEY: number, "dense": [0.0, 1.0], **row}


def name_key(name: str) -> int:
    """Return the whole number that a document's name is looked up by: no name becomes part of a query."""
    return int.from_bytes(hashlib.sha256(name.encode(errors="surrogatepass")).digest()[:8], "big", signed=True)


def settings_table(settings: CorpusSettings) -> dict[str, Any]:
    """Return settings JSON-ready."""
    return asdict(settings)


def settings_of(table: Mapping[str, Any]) -> CorpusSettings:
    """Return the settings that were written."""
    urgent = tuple(UrgentAdvice(tuple(each["phrases"]), each["advice"]) for each in table["urgent"])
    rest = {name: value for name, value in table.items() if name not in {"urgent", "theme", "examples"}}
    return CorpusSettings(urgent=urgent, theme=Theme(**table["theme"]), examples=tuple(table["examples"]), **rest)
