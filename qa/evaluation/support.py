"""Support: how sure it is that texts say what a claim says. The protocol, and what stands in without a model for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qa.confidence import sigmoid
from qa.evidence_input import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.judge import Judge

THRESHOLD = 0.5
"""Support from which a claim counts as supported."""


class Support(Protocol):
    """Scores claims against texts."""

    @property
    def name(self) -> str:
        """Name for people and reports."""

    def supports(self, claim: str, passages: Sequence[str]) -> float:
        """Return how sure it is, in [0, 1], that the passages together support the claim."""


class JudgedSupport:
    """Takes a judge's verdict on the claim, put in the place of a question, as support."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.name = f"{judge.name}, claim as question"

    def supports(self, claim: str, passages: Sequence[str]) -> float:
        """Return the best passage's probability, in [0, 1]; 0 without passages."""
        if not passages:
            return 0.0
        judgements = self._judge.judge(claim, [Evidence("", (passage,)) for passage in passages])
        return max(sigmoid(judgement.answers) for judgement in judgements)


def is_supported(support: Support, claim: str, passages: Sequence[str]) -> bool:
    """Tell whether the passages support the claim: they hold it word for word, or the scorer is sure enough."""
    words = " ".join(claim.split())
    if any(words in " ".join(passage.split()) for passage in passages):
        return True
    return support.supports(claim, passages) >= THRESHOLD
