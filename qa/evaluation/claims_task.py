"""Claim support: does the check tell supported claims from others?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.outcome import Outcome
from qa.evaluation.support import THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from qa.evaluation.configuration import Configuration
    from qa.evaluation.records import ClaimSet
    from qa.evaluation.task import Parts

PASSAGE_CHARACTERS = 1_000
"""Evidence is handed over in passages of whole sentences up to this length."""


class ClaimsTask:
    """Claims against the sentences of their sources."""

    primary = "judged rightly"

    def __init__(self, benchmark: ClaimSet, parts: Parts) -> None:
        self.dataset = benchmark.name
        self.digest = benchmark.digest
        self.queries = tuple(claim.id for claim in benchmark.claims)
        self.notices = benchmark.notices
        self._benchmark = benchmark
        self._parts = parts
        self._measured: dict[bool, str] = {}

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether no configuration before had the same judge: how passages are found plays no part here."""
        if configuration.rerank:
            return False
        first = self._measured.setdefault(configuration.evidence, configuration.name)
        return first == configuration.name

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted claims, one by one."""
        support = self._parts.support(configuration)
        for claim in self._benchmark.claims:
            if claim.id not in wanted:
                continue
            score = support.supports(claim.claim, joined(claim.evidence))
            judged = score >= THRESHOLD
            yield [
                Outcome(
                    dataset=self.dataset,
                    configuration=configuration.name,
                    query_id=claim.id,
                    question=claim.claim,
                    metrics={"judged rightly": float(judged == claim.supported)},
                    observed={"supported": claim.supported, "judged": judged, "score": score},
                    expected=claim.label,
                    answer=f"support {score:.3f}",
                )
            ]

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return nothing: vectors come from the cache, so these seconds are nobody's."""
        del configuration, outcomes
        return []


def joined(sentences: Sequence[str], limit: int = PASSAGE_CHARACTERS) -> list[str]:
    """Return the sentences joined into passages of at most `limit` characters, or of one longer sentence.

    >>> joined(["ab", "cd", "efghij"], limit=5)
    ['ab cd', 'efghij']
    """
    passages: list[str] = []
    for sentence in sentences:
        if not sentence.strip():
            continue
        if passages and len(passages[-1]) + 1 + len(sentence) <= limit:
            passages[-1] += f" {sentence}"
        else:
            passages.append(sentence)
    return passages
