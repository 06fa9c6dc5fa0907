"""Support: how surely a passage supports a claim, as one number from a model that compares whole meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qa.evidence_input import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.grounding.proof import Vectors
    from qa.grounding.units import Unit


class SupportJudge(Protocol):
    """Judges whether passages support a claim."""

    def supports(self, claim: str, passages: Sequence[Evidence]) -> list[float]:
        """Return one logit a passage, in the order given: above 0 where the claim is more likely supported than not."""


class SimilaritySupport:
    """Judges by likeness alone; stands in where no evidence model is loaded."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def supports(self, claim: str, passages: Sequence[Evidence]) -> list[float]:
        """Return a logit of the cosine of claim and passage."""
        rows = self._vectors([claim, *(f"{p.heading.rpartition(' > ')[2]}: {' '.join(p.sentences)}" for p in passages)])
        return [float(12 * (cosine - 0.55)) for cosine in rows[1:] @ rows[0]]


def as_passage(unit: Unit) -> Evidence:
    """Return a unit of proof as a judge reads it."""
    first = unit.sentences[0]
    heading = " > ".join(section.title for section in first.document.section_path(first.section.id))
    return Evidence(heading, tuple(" ".join(scored.text.split()) for scored in unit.sentences))
