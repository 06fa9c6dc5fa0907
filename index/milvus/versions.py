"""Versions: an index in Milvus is made beside the one that is served, and takes its place in one step.

A version is two collections, of passages and of documents, named after the corpus and what the version is made of. The
corpus's own name is an alias of the passages' collection: who asks looks up once which version that is, and stays with
it. A build that is stopped leaves the alias where it was. The version before is kept for those who still ask it, older
ones and what stopped builds left are dropped after the next build.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import IndexStoreError, SettingsError, StoreDownError
from corpus.readers import reading_version
from corpus.splitting import Chunking
from index.cache import cache_folder
from index.checkpoint import Checkpoint
from index.lexical import K1, B
from index.lock import alone
from index.milvus.connection import DENSE, LEXICAL, AbsentError, Connection
from index.milvus.corpus import MilvusDocuments, StoredCorpus
from index.milvus.rows import (
    ABOUT,
    PASSAGE_FIELDS,
    PIECE_FIELDS,
    VOCABULARY,
    document_pieces,
    joined,
    numbered,
    pieces,
    settings_of,
    settings_table,
    stems,
)
from index.milvus.search import MilvusIndex
from index.reuse import KEY_BYTES, Earlier, encode_new, nothing_earlier
from index.search import embedded_texts, heading_terms, passage_texts
from index.store import CHECKPOINT
from index.vectors import EXACT_ROWS
from index.words import terms_of_word, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from corpus import Corpus
    from index.encoder import Encoder

FORMAT = 1
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_PASSAGES, _DOCUMENTS = "__passages_", "__documents_"
_VERSION = re.compile(rf"(?P<name>.+)(?:{_PASSAGES}|{_DOCUMENTS})(?P<version>[0-9a-f]{{16}})")
_PASSAGES_AT_ONCE, _PIECES_AT_ONCE = 500, 100
_PIECE_DIMENSION = 2
_LOG = logging.getLogger(__name__)


class MilvusStore:
    """The index of one corpus in Milvus."""

    def __init__(self, connection: Connection, uri: str, name: str, encoder: Encoder) -> None:
        """Say where it stands; nothing is asked yet.

        Raises:
            SettingsError: the name is none that Milvus takes.
        """
        if not NAME.fullmatch(name):
            raise SettingsError(
                f"{name!r:.80} cannot name an index in Milvus, which takes letters, digits and _, and no digit first; "
                "give another: --store milvus:URI#NAME"
            )
        self.name = name
        self.place = f"milvus:{uri.rpartition('@')[2]}#{name}"
        self._encoder = encoder
        self._connection = connection
        own = hashlib.sha256(f"{self.place}\n{encoder.fingerprint}".encode()).hexdigest()[:16]
        self._folder = cache_folder() / "indexes" / f"milvus-{name}-{own}"

    def stamp(self) -> str | None:
        """Return what differs between versions; None where there is no index.

        Raises:
            StoreDownError: Milvus does not answer.
        """
        return self._connection.served(self.name)

    def open(self) -> MilvusIndex:
        """Return the index that is served; the files that it was made from need not be there.

        Raises:
            IndexStoreError: there is none, or it is of another format or encoder.
            StoreDownError: Milvus does not answer.
        """
        collection = self._connection.served(self.name)
        if collection is None:
            there = ", ".join(names(self._connection)) or "none"
            raise IndexStoreError(
                f"no index at {self.place} (there: {there}); run: footnote index PATH --store {self.place}"
            )
        return self._opened(collection)

    def fits(self, corpus: Corpus) -> bool:
        """Tell whether what is served is the index of this corpus, with its settings, and of this encoder.

        Raises:
            StoreDownError: Milvus does not answer.
        """
        return self._connection.served(self.name) == self._version(corpus)

    def known_documents(self) -> None:
        """Return None: files are read anew, and only what is new in them embedded."""

    def renew(
        self,
        corpus: Corpus,
        progress: Callable[[int, int], None] | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> tuple[MilvusIndex, bool]:
        """Return the index of a corpus, and whether it had to be built; then it is served from now on.

        Only texts are embedded that neither the index that is served nor a build that was stopped here has embedded.
        Where another process of this machine builds it, `waiting` is called and that one waited for.

        Raises:
            IndexBusyError: another process is building it and `waiting` is None.
            IndexStoreError: Milvus refused, or another machine built at the same time. What was served still is.
            StoreDownError: Milvus does not answer. What was served still is.
        """
        with alone(self._folder, waiting):
            if self.fits(corpus):
                return self.open(), False
            checkpoint = Checkpoint(self._folder / CHECKPOINT, self._encoder)
            texts = list(embedded_texts(corpus.documents))
            new = np.full(len(texts), -1, dtype=np.int64)
            with checkpoint:
                earlier = self._earlier(checkpoint)
                vectors, keys, _ = encode_new(texts, new, self._encoder, earlier, progress, checkpoint.add)
            del texts, earlier
            before, made = self._connection.served(self.name), self._version(corpus)
            self._write(corpus, keys, vectors, made)
            self._connection.serve(made, self.name)
            checkpoint.discard()
            self._drop_all_but({made, *([before] if before else [])})
            return self._opened(made), True

    def _version(self, corpus: Corpus) -> str:
        """Return the collection that holds the passages of a corpus: the same one for the same things."""
        made_of = [
            FORMAT,
            self._encoder.fingerprint,
            corpus.content_hash,
            asdict(corpus.chunking),
            reading_version(),
            settings_table(corpus.settings),
        ]
        return f"{self.name}{_PASSAGES}{hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]}"

    def _about(self, collection: str) -> dict[str, Any]:
        """Return what a version says about itself.

        Raises:
            IndexStoreError: it says nothing.
        """
        about: dict[str, Any] = self._values(collection, ABOUT)[ABOUT]
        return about

    def _values(self, collection: str, *numbers: int) -> dict[int, Any]:
        condition = f"document in {list(numbers)} and part >= 0"
        fields = ("document", "part", "parts", "content")
        values = joined(self._connection.rows(_documents(collection), condition, fields))
        if missing := set(numbers) - set(values):
            raise IndexStoreError(
                f"the index at {self.place} lacks {missing}; run: footnote index PATH --store {self.place}"
            )
        return values

    def _opened(self, collection: str) -> MilvusIndex:
        values = self._values(collection, ABOUT, VOCABULARY)
        about, words = values[ABOUT], values[VOCABULARY]
        for key, expected in {"format": FORMAT, "encoder": self._encoder.fingerprint}.items():
            if about.get(key) != expected:
                raise IndexStoreError(
                    f"the index at {self.place} was built with {key} {about.get(key)!r}, not {expected!r}; "
                    f"run: footnote index PATH --store {self.place}"
                )
        corpus = StoredCorpus(
            MilvusDocuments(self._connection, _documents(collection), about["documents"]),
            settings_of(about["settings"]),
            Chunking(**about["chunking"]),
            passage_count=about["passages"],
            known_hash=about["corpus"],
        )
        known = (tuple(words["words"]), frozenset(words["headings"]))
        return MilvusIndex(self._connection, collection, corpus, self._encoder, *known)

    def _earlier(self, checkpoint: Checkpoint) -> Earlier:
        """Return the vectors that are served, and those of a stopped build; none of another encoder or format."""
        keys: list[bytes] = []
        vectors: list[NDArray[np.float32]] = []
        served = self._connection.served(self.name)
        with _unless_damaged():
            about = self._about(served) if served else {}
            if served and (about.get("format"), about.get("encoder")) == (FORMAT, self._encoder.fingerprint):
                for page in self._connection.all_rows(served, ("text_key", DENSE)):
                    keys += [bytes.fromhex(row["text_key"]) for row in page]
                    vectors.append(np.array([row[DENSE] for row in page], dtype=np.float32))
        if len(keys) != sum(map(len, vectors)) or not keys:
            return replace(nothing_earlier(self._encoder), kept=checkpoint.read())
        return Earlier(
            np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY_BYTES),
            np.concatenate(vectors),
            kept=checkpoint.read(),
        )

    def _write(self, corpus: Corpus, keys: NDArray[np.uint8], vectors: NDArray[np.float32], collection: str) -> None:
        """Write a version beside the others; `keys`, (n_passages, 32), are those of what was embedded."""
        passages = _passage_rows(corpus, keys, vectors)
        dense: tuple[str, str, dict[str, Any]] = ("FLAT", "IP", {})
        if len(vectors) > EXACT_ROWS:
            dense = ("HNSW", "IP", {"M": 16, "efConstruction": 200})
        bm25 = ("SPARSE_INVERTED_INDEX", "BM25", {"bm25_k1": K1, "bm25_b": B})
        self._connection.create(collection, PASSAGE_FIELDS, vectors.shape[1])
        for batch in _batches(passages, _PASSAGES_AT_ONCE):
            self._connection.add(collection, batch)
        self._check(self._connection.finish(collection, {DENSE: dense, LEXICAL: bm25}), len(vectors))
        written = 0
        inverted: tuple[str, str, dict[str, Any]] = ("INVERTED", "", {})
        self._connection.create(_documents(collection), PIECE_FIELDS, _PIECE_DIMENSION)
        for batch in _batches(numbered(self._document_rows(corpus)), _PIECES_AT_ONCE):
            self._connection.add(_documents(collection), batch)
            written += len(batch)
        indexes = {DENSE: ("FLAT", "IP", {}), "document": inverted, "name": inverted}
        self._check(self._connection.finish(_documents(collection), indexes), written)

    def _check(self, there: int, written: int) -> None:
        if there != written:
            raise IndexStoreError(
                f"{there} of {written} rows came to {self.place}; another machine may be building the same index: "
                f"when it has ended, run: footnote index PATH --store {self.place}"
            )

    def _document_rows(self, corpus: Corpus) -> Iterator[dict[str, Any]]:
        about = {
            "format": FORMAT,
            "encoder": self._encoder.fingerprint,
            "corpus": corpus.content_hash,
            "chunking": asdict(corpus.chunking),
            "reading": reading_version(),
            "documents": len(corpus.documents),
            "passages": len(corpus.passages),
            "settings": settings_table(corpus.settings),
        }
        headings = heading_terms(corpus.documents)
        words = {word for text in passage_texts(corpus.documents) for word in words_of(text) if terms_of_word(word)}
        yield from pieces(ABOUT, about)
        yield from pieces(VOCABULARY, {"words": sorted(words), "headings": sorted(headings)})
        for number, document in enumerate(corpus.documents):
            yield from document_pieces(number, document)

    def _drop_all_but(self, kept: set[str]) -> None:
        """Drop this corpus's versions but those whose passages stand in these collections."""
        kept |= {_documents(collection) for collection in kept}
        for collection in self._connection.collections():
            match = _VERSION.fullmatch(collection)
            if match and match["name"] == self.name and collection not in kept:
                self._connection.drop(collection)


@contextmanager
def _unless_damaged() -> Iterator[None]:
    """Go on without what cannot be read, since it is made again; a server that is away is another matter."""
    try:
        yield
    except AbsentError:
        return
    except StoreDownError:
        raise
    except (IndexStoreError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("what was indexed before cannot be taken over: %s", error)


def names(connection: Connection) -> list[str]:
    """Return the names of the corpora that a server has an index of, in order.

    Raises:
        StoreDownError: it does not answer.
    """
    found = {match["name"] for each in connection.collections() if (match := _VERSION.fullmatch(each))}
    return sorted(name for name in found if connection.served(name))


def _documents(collection: str) -> str:
    """Return the collection of documents beside one of passages."""
    name, _, version = collection.rpartition(_PASSAGES)
    return f"{name}{_DOCUMENTS}{version}"


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


def _passage_rows(corpus: Corpus, keys: NDArray[np.uint8], vectors: NDArray[np.float32]) -> Iterator[dict[str, Any]]:
    places = (
        (number, place) for number, document in enumerate(corpus.documents) for place in range(len(document.passages))
    )
    each = zip(places, passage_texts(corpus.documents), keys, vectors, strict=True)
    for row, ((number, place), words, key, vector) in enumerate(each):
        yield {
            "row": row,
            "document": number,
            "place": place,
            "text_key": key.tobytes().hex(),
            "words": stems(words),
            "dense": vector.tolist(),
        }
