"""Follow-ups alone: how near is the product's stand-alone question to a person's rewrite?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from index import SearchMode
from index.words import terms
from qa.evaluation.metrics.reading import exact_match, token_f1
from qa.evaluation.outcome import Outcome
from qa.followup import standalone
from qa.question import clean_history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from qa.evaluation.configuration import Configuration
    from qa.evaluation.records import FollowUpSet


class FollowUpTask:
    """Questions with the conversation before them; no corpus belongs to them, so nothing decides between readings."""

    primary = "rewrite F1"

    def __init__(self, benchmark: FollowUpSet) -> None:
        self.dataset = benchmark.name
        self.digest = benchmark.digest
        self.queries = tuple(question.id for question in benchmark.questions)
        self.notices = benchmark.notices
        self._benchmark = benchmark

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether this is plain fused search: rewriting depends on neither search nor judge."""
        return configuration.mode is SearchMode.FUSED and not (configuration.evidence or configuration.rerank)

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted questions, one by one.

        `unchanged F1` is what the question as asked would score: the floor that a rewrite must beat.
        """
        for question in self._benchmark.questions:
            if question.id not in wanted:
                continue
            began = time.perf_counter()
            rewritten = standalone(question.question, clean_history(question.history), lambda _: 0.0)
            seconds = time.perf_counter() - began
            metrics = {
                "rewrite EM": exact_match(rewritten, [question.rewrite]),
                "rewrite F1": token_f1(rewritten, [question.rewrite]),
                "unchanged F1": token_f1(question.question, [question.rewrite]),
            }
            yield [
                Outcome(
                    dataset=self.dataset,
                    configuration=configuration.name,
                    query_id=question.id,
                    question=question.question,
                    metrics=metrics | added_terms(question.question, rewritten, question.rewrite),
                    expected=question.rewrite,
                    answer=rewritten,
                    detail={"history": question.history[-3:]},
                    seconds=seconds,
                )
            ]

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return the seconds of every question."""
        del configuration
        return [outcome.seconds for outcome in outcomes]


def added_terms(question: str, rewritten: str, gold: str) -> dict[str, float]:
    """Return how many of the terms that a person added were added, and how many of the added ones are right, in [0, 1].

    Each stands only where there is something to count: a person, or the product, added a term.

    >>> added_terms("Where is it?", "Where is the calf muscle?", "Where is the muscle of the leg?")
    {'added terms recall': 0.5, 'added terms precision': 0.5}
    """
    own = set(terms(question))
    right, added = set(terms(gold)) - own, set(terms(rewritten)) - own
    shared = len(right & added)
    recall = {"added terms recall": shared / len(right)} if right else {}
    return recall | ({"added terms precision": shared / len(added)} if added else {})
