"""Retrieval alone: does search find the right documents?

The packaged encoder takes part in full precision, so that figures compare with published ones.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from index import SearchMode
from index.search import search_rows
from qa.evaluation.metrics.retrieval import RANKING_DEPTH, ranked, score_rankings
from qa.evaluation.outcome import Outcome
from qa.evaluation.readers.evenly import evenly
from qa.evaluation.readers.multiturn import WITH_HISTORY, turns
from qa.followup import standalone
from qa.question import clean_history
from qa.reranking import RERANKED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from qa.evaluation.configuration import Configuration
    from qa.evaluation.metrics.retrieval import Ranking
    from qa.evaluation.records import Qrels, RetrievalSet
    from qa.evaluation.shelf import Shelf
    from qa.evaluation.task import Parts

STAND_ALONE = "own rewrite"
"""The variant in which the product itself makes a stand-alone question of the conversation."""
CHUNK = 32
SHOWN = 3
"""Documents that reports name for a query."""
TIMED = 40
"""Queries whose latency is measured."""


class RetrievalTask:
    """One wording of a set's queries."""

    primary = "Success@5"

    def __init__(self, benchmark: RetrievalSet, digest: str, variant: str, shelf: Shelf, parts: Parts) -> None:
        self.dataset = f"{benchmark.name} ({variant})" if variant else benchmark.name
        self.digest = digest
        self.queries = tuple(benchmark.queries)
        self.notices = benchmark.notices
        self._benchmark = benchmark
        self._variant = variant
        self._shelf = shelf
        self._parts = parts

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether documents are found this way: the evidence model takes part as reranker, not as judge."""
        return not configuration.evidence

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted queries, `CHUNK` at a time."""
        queries = [query for query in self.queries if query in wanted]
        search = self._search(configuration)
        for start in range(0, len(queries), CHUNK):
            chunk = queries[start : start + CHUNK]
            texts = [self._wording(query, configuration) for query in chunk]
            vectors = self._vectors(configuration, texts)
            rankings: dict[str, Ranking] = {}
            seconds: dict[str, float] = {}
            for query, text, vector in zip(chunk, texts, vectors, strict=True):
                began = time.perf_counter()
                rankings[query] = search(text, vector)
                seconds[query] = time.perf_counter() - began
            scores = score_rankings(self._benchmark.qrels, rankings, self._parts.measures)
            yield [
                Outcome(
                    dataset=self.dataset,
                    configuration=configuration.name,
                    query_id=query,
                    question=text,
                    metrics=scores[query],
                    ranking=rankings[query],
                    expected="; ".join(self._shelf.label(d) for d in relevant(self._benchmark.qrels, query)[:SHOWN]),
                    detail={"found": [self._shelf.label(document) for document, _ in rankings[query][:SHOWN]]},
                    seconds=seconds[query],
                )
                for query, text in zip(chunk, texts, strict=True)
            ]

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return the seconds of some queries, encoded anew and searched for one at a time."""
        sample = evenly([outcome.question for outcome in outcomes], TIMED)
        search, encoder = self._search(configuration), self._parts.encoder(configuration, exact=True).encoder
        seconds = []
        for position, text in enumerate([*sample[:1], *sample]):
            began = time.perf_counter()
            vector = (
                encoder.encode([text])[0] if configuration.mode is not SearchMode.LEXICAL else np.zeros(0, np.float32)
            )
            search(text, vector)
            if position:  # the first one warms up
                seconds.append(time.perf_counter() - began)
        return seconds

    def _wording(self, query: str, configuration: Configuration) -> str:
        """Return the query's text in this task's variant."""
        wordings = self._benchmark.queries[query]
        if self._variant != STAND_ALONE:
            return wordings[self._variant]
        *before, last = turns(wordings[WITH_HISTORY])
        dense, encoder = self._shelf.dense(configuration), self._parts.encoder(configuration, exact=True)

        def best_cosine(reading: str) -> float:
            return float(dense.search(encoder.encode([reading]), 1)[0][0, 0])

        said = clean_history([("user", turn) for turn in before])
        return standalone(last, said, best_cosine, known=self._shelf.heading_terms)

    def _vectors(self, configuration: Configuration, texts: list[str]) -> NDArray[np.float32]:
        if configuration.mode is SearchMode.LEXICAL:
            return np.zeros((len(texts), 0), dtype=np.float32)
        return self._parts.encoder(configuration, exact=True).encode(texts)

    def _search(self, configuration: Configuration) -> Callable[[str, NDArray[np.float32]], Ranking]:
        """Return the function that ranks documents for a query and its vector."""
        shelf, mode = self._shelf, configuration.mode
        lexical = shelf.lexical if mode is not SearchMode.DENSE else None
        dense = shelf.dense(configuration) if mode is not SearchMode.LEXICAL else None
        reranker = self._parts.reranker() if configuration.rerank else None

        def rows_of(query: str, vector: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            if lexical is None and dense is not None:
                scores, rows = dense.search(vector[None, :], RANKING_DEPTH)
                return rows[0], scores[0]
            if dense is None:
                scores, rows = shelf.lexical.search(query, RANKING_DEPTH)
                return rows, scores
            found = search_rows(dense, shelf.lexical, query, vector, mode, RANKING_DEPTH)
            return found.rows, found.scores

        def rank(query: str, vector: NDArray[np.float32]) -> Ranking:
            rows, scores = rows_of(query, vector)
            if reranker is not None:
                scores = reranker.scores(query, scores, [shelf.evidence(row) for row in rows[:RERANKED]])
            return ranked([shelf.ids[row] for row in rows], scores)

        return rank


def relevant(qrels: Qrels, query: str) -> list[str]:
    """Return the ids of a query's relevant documents.

    >>> relevant({"q": {"a": 0, "b": 2}}, "q"), relevant({}, "q")
    (['b'], [])
    """
    return [document for document, grade in qrels.get(query, {}).items() if grade > 0]
