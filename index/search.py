"""Search: a question's nearest passages, dense and lexical candidates fused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from corpus.errors import IndexStoreError
from corpus.filters import conditions, matching_rows
from corpus.lazy import outlines
from index.fusion import convex
from index.lexical import LexicalIndex, best_rows
from index.recent import Recent
from index.reuse import encode_new, nothing_earlier, text_keys
from index.vectors import DenseIndex
from index.words import STOPWORDS, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from corpus import Corpus, Document, Passage
    from corpus.filters import Where
    from corpus.lazy import Outline
    from corpus.settings import CorpusSettings
    from index.encoder import Encoder
    from index.reuse import Earlier

CANDIDATES = 100
"""How many rows dense and lexical search each put forward to be fused."""
_REMEMBERED_ROWS = 4_000_000
"""Rows, 8 bytes each, of the filters that were used last."""


class SearchMode(StrEnum):
    """Which ranking is asked for."""

    FUSED = "fused"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. `score` ranks (fused: in [0, 1]); `dense` is a cosine; `lexical` a BM25 score."""

    passage: Passage
    score: float
    dense: float
    lexical: float

    def to_dict(self) -> dict[str, Any]:
        """Return the hit as JSON-ready values; its passage is named by document, section and span."""
        passage = self.passage
        return {
            "document_id": passage.document_id,
            "section_id": passage.section_id,
            "passage_id": passage.id,
            "start": passage.start,
            "end": passage.end,
            "score": self.score,
            "dense": self.dense,
            "lexical": self.lexical,
        }


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that a query found, best first: `rows`, `scores`, `dense` and `lexical` are all (n_candidates,)."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]


def search_rows(
    dense: DenseIndex,
    lexical: LexicalIndex,
    query: str,
    vector: NDArray[np.float32],
    mode: SearchMode,
    k: int,
    among: NDArray[np.int64] | None = None,
) -> Candidates:
    """Return the best k rows of two indexes over the same rows, for a query and its vector (dimension,).

    `among` holds the only rows that may be found, (n_rows,), each once; None is all of them.
    """
    pool = max(k, CANDIDATES)
    all_lexical = lexical.all_scores(query)
    found: list[NDArray[np.int64]] = []
    if mode is not SearchMode.LEXICAL:
        found.append(dense.search(vector[None, :], pool, among)[1][0])
    if mode is not SearchMode.DENSE:
        found.append(best_rows(all_lexical, pool, among))
    rows = np.unique(np.concatenate(found))
    return ranked(rows, dense.scores(vector, rows), all_lexical[rows], mode, k)


def ranked(
    rows: NDArray[np.int64], dense: NDArray[np.float32], lexical: NDArray[np.float32], mode: SearchMode, k: int
) -> Candidates:
    """Return the best k of rows with these cosines and BM25 scores, all (n_candidates,); among equals the first row."""
    match mode:
        case SearchMode.FUSED:
            scores = convex(dense, lexical)
        case SearchMode.DENSE:
            scores = dense
        case SearchMode.LEXICAL:
            scores = lexical
    order = np.lexsort((rows, -scores))[:k]
    return Candidates(rows[order], scores[order], dense[order], lexical[order])


def passage_text(document: Document, passage: Passage) -> str:
    """Return the words by which a passage is found: the headings above it and its own."""
    headings = " > ".join([document.title, *(s.title for s in document.section_path(passage.section_id))])
    return f"{headings}\n{document.text[passage.start : passage.end]}"


def embedded_text(document: Document, passage: Passage) -> str:
    """Return what is embedded of a passage: its words with the headings above it, but without the file's name.

    So a file that is renamed keeps its vectors; its new name is found by its words.
    """
    return (
        passage_text(replace(document, title=""), passage)
        if document.named_by_file
        else passage_text(document, passage)
    )


def passage_texts(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the words by which every passage is found, in their order."""
    return (passage_text(document, passage) for document in documents for passage in document.passages)


def embedded_texts(documents: Iterable[Document]) -> Iterator[str]:
    """Yield what is embedded of every passage, in their order."""
    return (embedded_text(document, passage) for document in documents for passage in document.passages)


def heading_terms(documents: Iterable[Document | Outline]) -> frozenset[str]:
    """Return the stems of documents' titles and headings."""
    headings = {title for each in documents for title in (each.title, *(section.title for section in each.sections))}
    return frozenset(term for heading in headings for term in terms(heading))


class Searchable(Protocol):
    """What questions are answered from: an `Index` in memory, or one that another server holds."""

    @property
    def corpus(self) -> Corpus:
        """The documents whose passages are found."""

    @property
    def encoder(self) -> Encoder:
        """What turns a query into a vector."""

    def words(self) -> Iterable[str]:
        """Return the words of the documents, in lower case, and the stop words: what is spelt right."""

    def heading_terms(self) -> frozenset[str]:
        """Return the stems of the documents' titles and headings."""

    def search(
        self,
        query: str,
        k: int = 10,
        mode: SearchMode = SearchMode.FUSED,
        vector: NDArray[np.float32] | None = None,
        among: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """Return the k best passages, best first, as `Index.search` does."""

    def rows_where(self, where: Where) -> NDArray[np.int64]:
        """Return the rows of the passages that meet every condition, as `Index.rows_where` does."""


class Index:
    """The passages of a corpus, ready to be searched."""

    def __init__(
        self,
        corpus: Corpus,
        encoder: Encoder,
        dense: DenseIndex,
        lexical: LexicalIndex,
        keys: NDArray[np.uint8] | None = None,
    ) -> None:
        if not len(corpus.passages) == len(dense) == len(lexical):
            raise IndexStoreError(
                f"{len(corpus.passages)} passages, {len(dense)} vectors and {len(lexical)} lexical rows do not match; "
                "run: footnote index"
            )
        self.corpus = corpus
        self.encoder = encoder
        self.dense = dense
        self.lexical = lexical
        self._keys = keys
        self._rows_where: Recent[NDArray[np.int64]] = Recent(_REMEMBERED_ROWS, len)

    @classmethod
    def build(
        cls,
        corpus: Corpus,
        encoder: Encoder,
        earlier: Earlier | None = None,
        progress: Callable[[int, int], None] | None = None,
        keep: Callable[[Mapping[bytes, NDArray[np.float32]]], None] | None = None,
    ) -> Self:
        """Return an index of the corpus in memory; what an `earlier` one holds is not made again.

        `progress` is told how many of how many passages are embedded, `keep` gets each batch of new vectors.
        """
        earlier = earlier or nothing_earlier(encoder)
        rows, new = earlier.rows_of(corpus.documents)
        texts = list(embedded_texts(corpus.documents[at] for at in new))
        vectors, keys, sources = encode_new(texts, rows, encoder, earlier, progress, keep)
        del texts
        words = passage_texts(corpus.documents[at] for at in new)
        lexical = LexicalIndex.build(words, earlier.lexical, rows)
        return cls(corpus, encoder, DenseIndex(vectors, before=earlier.dense, rows=sources), lexical, keys)

    def keys(self) -> NDArray[np.uint8]:
        """Return the key of what is embedded of each passage: (n_passages, 32) uint8."""
        return text_keys(list(embedded_texts(self.corpus.documents))) if self._keys is None else self._keys

    def search(
        self,
        query: str,
        k: int = 10,
        mode: SearchMode = SearchMode.FUSED,
        vector: NDArray[np.float32] | None = None,
        among: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """Return the k best passages, best first.

        `vector`, (dimension,), spares the encoding where it is known. `among` holds the only rows that may be found, as
        `rows_where` returns them; None is all of them.
        """
        if vector is None:
            vector = self.encode_query(query)
        found = search_rows(self.dense, self.lexical, query, vector, mode, k, among)
        columns: Sequence[tuple[int, float, float, float]] = list(
            zip(found.rows.tolist(), found.scores.tolist(), found.dense.tolist(), found.lexical.tolist(), strict=True)
        )
        return [Hit(self.corpus.passages[row], score, dense, lexical) for row, score, dense, lexical in columns]

    def words(self) -> Iterable[str]:
        """Return the words of the documents, in lower case, and the stop words: what is spelt right."""
        return chain(self.lexical.words.words, STOPWORDS)

    def heading_terms(self) -> frozenset[str]:
        """Return the stems of the documents' titles and headings."""
        return heading_terms(outlines(self.corpus.documents))

    def rows_where(self, where: Where) -> NDArray[np.int64]:
        """Return the rows of the passages that meet every condition: (n_rows,), in order.

        Raises:
            FilterError: a condition cannot be read, or names a key that no document has.
        """
        asked = conditions(where)
        return self._rows_where.get(asked, lambda: np.array(matching_rows(self.corpus, asked), dtype=np.int64))

    def with_settings(self, settings: CorpusSettings) -> Self:
        """Return the same index of the same documents under other settings."""
        return type(self)(replace(self.corpus, settings=settings), self.encoder, self.dense, self.lexical, self._keys)

    def encode_query(self, query: str) -> NDArray[np.float32]:
        """Return the query's unit vector: (dimension,) float32."""
        vector: NDArray[np.float32] = self.encoder.encode([query])[0]
        return vector
