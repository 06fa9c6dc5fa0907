"""Search in Milvus: the same contract as the index in memory, the same fusion.

Milvus finds the nearest vectors and the best BM25 scores. It does not fuse them: its `WeightedRanker` adds raw or
arctan scores and `RRFRanker` ranks, and both take a row that one list lacks for one with score 0. Ours scales the
cosines between the lowest and the highest of all candidates, of each of which it knows both scores. So both lists come
in one round of two requests, the scores that either lacks in a second round, and `index.fusion` does the rest.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from corpus.filters import conditions, matching_rows
from index.lexical import K1
from index.milvus.connection import DENSE, KEY, LEXICAL
from index.milvus.rows import stems
from index.recent import Recent
from index.search import CANDIDATES, Hit, SearchMode, ranked
from index.vectors import EXACT_ROWS
from index.words import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from corpus.filters import Where
    from index.encoder import Encoder
    from index.milvus.connection import Connection
    from index.milvus.corpus import StoredCorpus

SEARCHED = 200
"""Neighbours that a graph of vectors looks at for a query, where there is one."""
_AT_ONCE = 16
_REQUESTS = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="milvus")
_FIELDS = ("document", "place")
_REMEMBERED_ROWS = 4_000_000
"""Rows, 8 bytes each, of the filters that were used last."""


class MilvusIndex:
    """The passages of one version of an index in Milvus, ready to be searched; nothing of them is kept here."""

    def __init__(
        self,
        connection: Connection,
        collection: str,
        corpus: StoredCorpus,
        encoder: Encoder,
        words: Sequence[str],
        headings: frozenset[str],
    ) -> None:
        self.corpus = corpus
        self.encoder = encoder
        self.collection = collection
        self._connection = connection
        self._words = words
        self._headings = headings
        self._rows_where: Recent[NDArray[np.int64]] = Recent(_REMEMBERED_ROWS, len)

    def search(
        self,
        query: str,
        k: int = 10,
        mode: SearchMode = SearchMode.FUSED,
        vector: NDArray[np.float32] | None = None,
        among: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """Return the k best passages, best first, as `Index.search` does.

        Raises:
            StoreDownError: Milvus does not answer.
            IndexStoreError: it refused, or the index was taken away.
        """
        if not self.corpus.passage_count or (among is not None and not len(among)):
            return []
        if vector is None:
            vector = self.encoder.encode([query])[0]
        graph = self.corpus.passage_count > EXACT_ROWS
        asked = _Asked(self._connection, self.collection, vector, stems(query), graph=graph)
        pool, within = max(k, CANDIDATES), "" if among is None else row_condition(among)
        wanted = [] if mode is SearchMode.LEXICAL else [DENSE]
        wanted += [] if mode is SearchMode.DENSE else [LEXICAL]
        _together(partial(asked.find, field, pool, within) for field in wanted)
        rows = np.array(sorted(asked.places), dtype=np.int64)
        if not len(rows):
            return []
        _together(partial(asked.score, field, rows) for field in (DENSE, LEXICAL))
        dense, lexical = (
            np.array([asked.scores[field].get(row, 0.0) for row in rows.tolist()], dtype=np.float32)
            for field in (DENSE, LEXICAL)
        )
        best = ranked(rows, dense, lexical, mode, k)
        places = [asked.places[row] for row in best.rows.tolist()]
        documents = self.corpus.stored.fetched(document for document, _ in places)
        scores = zip(best.scores.tolist(), best.dense.tolist(), best.lexical.tolist(), strict=True)
        return [
            Hit(documents[document].passages[place], *each)
            for (document, place), each in zip(places, scores, strict=True)
        ]

    def rows_where(self, where: Where) -> NDArray[np.int64]:
        """Return the rows of the passages that meet every condition: (n_rows,), in order.

        Raises:
            FilterError: a condition cannot be read, or names a key that no document has.
        """
        asked = conditions(where)
        return self._rows_where.get(asked, lambda: np.array(matching_rows(self.corpus, asked), dtype=np.int64))

    def words(self) -> Iterable[str]:
        """Return the words of the documents, in lower case, and the stop words: what is spelt right."""
        return chain(self._words, STOPWORDS)

    def heading_terms(self) -> frozenset[str]:
        """Return the stems of the documents' titles and headings."""
        return self._headings


class _Asked:
    """One query: what was found for it, by row."""

    def __init__(
        self, connection: Connection, collection: str, vector: NDArray[np.float32], words: str, *, graph: bool
    ) -> None:
        self._connection = connection
        self._collection = collection
        self._graph = graph
        self._queries: dict[str, str | NDArray[np.float32]] = {DENSE: vector, LEXICAL: words}
        self.scores: dict[str, dict[int, float]] = {DENSE: {}, LEXICAL: {}}
        self.places: dict[int, tuple[int, int]] = {}

    def find(self, field: str, k: int, condition: str) -> None:
        """Note the k best rows of one kind that meet the condition, with their scores."""
        query = self._queries[field]
        if isinstance(query, str) and not query:
            return
        parameters = {"ef": max(k, SEARCHED)} if self._graph and field == DENSE else {}
        for score, row in self._connection.nearest(self._collection, field, query, k, condition, _FIELDS, parameters):
            # a BM25 score comes with either sign, and Milvus's holds the factor k1 + 1, which changes no order
            self.scores[field][row[KEY]] = score if field == DENSE else abs(score) / (K1 + 1)
            self.places[row[KEY]] = (row["document"], row["place"])

    def score(self, field: str, rows: NDArray[np.int64]) -> None:
        """Note the scores of one kind that the rows lack; a row without a word of the query has none."""
        missing = [row for row in rows.tolist() if row not in self.scores[field]]
        if missing:
            self.find(field, len(missing), f"{KEY} in {missing}")


def row_condition(rows: NDArray[np.int64]) -> str:
    """Return the condition that a row is one of these, which are in order; neighbours are named by their ends.

    >>> row_condition(np.array([1, 2, 3, 9, 10, 30]))
    '(row >= 1 and row <= 3) or row in [9, 10, 30]'
    """
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(rows, breaks)]
    ranges = [f"({KEY} >= {first} and {KEY} <= {last})" for first, last in runs if last > first + 1]
    single = [row for first, last in runs if last <= first + 1 for row in range(first, last + 1)]
    return " or ".join([*ranges, *([f"{KEY} in {single}"] if single else [])])


def _together(calls: Iterable[Callable[[], None]]) -> None:
    """Make requests at the same time; the first error is raised when all have ended."""
    first, *others = calls
    running = [_REQUESTS.submit(copy_context().run, call) for call in others]
    try:
        first()
    finally:
        for each in running:
            each.exception()
    for each in running:
        each.result()
