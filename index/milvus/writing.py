"""Writing: the two collections of one version of an index, from what is in memory here."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.errors import IndexStoreError
from corpus.readers import reading_version
from index.lexical import K1, B
from index.milvus.connection import DENSE, LEXICAL
from index.milvus.naming import documents_of
from index.milvus.rows import (
    ABOUT,
    FORMAT,
    PASSAGE_FIELDS,
    PIECE_FIELDS,
    VOCABULARY,
    document_pieces,
    numbered,
    pieces,
    settings_table,
    stems,
)
from index.search import heading_terms, passage_texts
from index.vectors import EXACT_ROWS
from index.words import terms_of_word, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from corpus import Corpus
    from index.milvus.connection import Connection

_PASSAGES_AT_ONCE, _PIECES_AT_ONCE = 500, 100
_PIECE_DIMENSION = 2


def write_version(
    connection: Connection,
    collection: str,
    corpus: Corpus,
    fingerprint: str,
    keys: NDArray[np.uint8],
    vectors: NDArray[np.float32],
) -> None:
    """Write, index and load a version beside the others; nobody is served from it yet.

    Args:
        connection: the server.
        collection: what its passages' collection is called; what is there under that name goes.
        corpus: its documents and settings.
        fingerprint: the encoder's.
        keys: (n_passages, 32) uint8, of what was embedded.
        vectors: (n_passages, dimension) float32, unit rows.

    Raises:
        IndexStoreError: Milvus refused, or holds another number of rows than were written.
        StoreDownError: it does not answer.
    """
    dense: tuple[str, str, dict[str, Any]] = ("FLAT", "IP", {})
    if len(vectors) > EXACT_ROWS:
        dense = ("HNSW", "IP", {"M": 16, "efConstruction": 200})
    bm25 = ("SPARSE_INVERTED_INDEX", "BM25", {"bm25_k1": K1, "bm25_b": B})
    connection.create(collection, PASSAGE_FIELDS, vectors.shape[1])
    written = _added(connection, collection, _passage_rows(corpus, keys, vectors), _PASSAGES_AT_ONCE)
    _check(connection.finish(collection, {DENSE: dense, LEXICAL: bm25}), written)
    documents = documents_of(collection)
    inverted: tuple[str, str, dict[str, Any]] = ("INVERTED", "", {})
    connection.create(documents, PIECE_FIELDS, _PIECE_DIMENSION)
    written = _added(connection, documents, numbered(_document_rows(corpus, fingerprint)), _PIECES_AT_ONCE)
    indexes = {DENSE: ("FLAT", "IP", {}), "document": inverted, "name": inverted}
    _check(connection.finish(documents, indexes), written)


def _added(connection: Connection, collection: str, rows: Iterable[dict[str, Any]], at_once: int) -> int:
    """Add rows, so many at a time; return how many there were."""
    left, count = iter(rows), 0
    while batch := list(islice(left, at_once)):
        connection.add(collection, batch)
        count += len(batch)
    return count


def _check(there: int, written: int) -> None:
    if there != written:
        raise IndexStoreError(
            f"{there} of {written} rows came to Milvus; another machine may be building the same index: when it has "
            "ended, run: footnote index PATH --store …"
        )


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


def _document_rows(corpus: Corpus, fingerprint: str) -> Iterator[dict[str, Any]]:
    about = {
        "format": FORMAT,
        "encoder": fingerprint,
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
