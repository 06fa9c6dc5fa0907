"""The documents of an index on disk: one SQLite file, so that an index is whole without the files it was made from."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from corpus import Document, Passage, Section
from corpus.errors import IndexStoreError
from corpus.records import Sentence, SentenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TABLE = "CREATE TABLE documents (id BLOB PRIMARY KEY, head TEXT, text BLOB, sections TEXT, passages TEXT)"
_KINDS = tuple(SentenceKind)
_APART = frozenset({"id", "text", "sections", "passages"})
"""Fields of a document with a column of their own; the others stand in `head`."""


def save_documents(documents: Iterable[Document], file: Path) -> None:
    """Write documents to a new file, in their order.

    Raises:
        OSError: it cannot be written.
    """
    try:
        with closing(sqlite3.connect(file)) as base, base:
            base.execute("PRAGMA journal_mode = OFF")  # a file that was not finished is never opened
            base.execute("PRAGMA synchronous = OFF")
            base.execute(_TABLE)
            base.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", map(document_row, documents))
    except sqlite3.Error as error:
        raise OSError(f"{file}: {error}") from error


def load_documents(file: Path) -> tuple[Document, ...]:
    """Return the documents in a file, in the order in which they were saved.

    Raises:
        IndexStoreError: it cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            rows = base.execute("SELECT id, head, text, sections, passages FROM documents ORDER BY rowid")
            return tuple(map(row_document, rows))
    except (sqlite3.Error, ValueError, KeyError, TypeError, IndexError) as error:
        raise IndexStoreError(f"{file} holds no documents that can be read: {error}") from error


def document_row(document: Document) -> tuple[bytes, str, bytes, str, str]:
    """Return a document as the columns of a row: id, head, text, sections, passages."""
    head = {field.name: getattr(document, field.name) for field in fields(Document) if field.name not in _APART}
    sections = [
        [s.id, s.title, s.number, s.level, s.parent_id, s.heading_start, s.heading_end, s.start, s.end]
        for s in document.sections
    ]
    passages = [
        [p.id, p.section_id, p.start, p.end, [[s.start, s.end, _KINDS.index(s.kind), s.paragraph] for s in p.sentences]]
        for p in document.passages
    ]
    return (
        document.id.encode(),
        json.dumps(head),
        document.text.encode(errors="surrogatepass"),
        json.dumps(sections),
        json.dumps(passages),
    )


def row_document(row: tuple[bytes, str, bytes, str, str]) -> Document:
    """Return the document in a row's columns.

    Raises:
        ValueError, KeyError, TypeError, IndexError: they hold none.
    """
    document_id = row[0].decode()
    return Document(
        id=document_id,
        text=row[2].decode(errors="surrogatepass"),
        sections=tuple(Section(*section) for section in json.loads(row[3])),
        passages=tuple(_passage(document_id, *passage) for passage in json.loads(row[4])),
        **{name: _fixed(value) for name, value in json.loads(row[1]).items()},
    )


def _fixed(value: Any) -> Any:  # noqa: ANN401  (what JSON holds)
    """Return a value as it was before JSON made lists of its tuples."""
    if isinstance(value, dict):
        return {name: _fixed(each) for name, each in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


def _passage(
    document_id: str, passage_id: str, section_id: str, start: int, end: int, sentences: Iterable[list[int]]
) -> Passage:
    spans = tuple(Sentence(start, end, _KINDS[kind], paragraph) for start, end, kind, paragraph in sentences)
    return Passage(passage_id, document_id, section_id, start, end, spans)
