"""Support: how surely a passage supports a claim, as one number from a model that compares whole meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qa.evidence_input import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qa.evidence import ScoredSentence


class Vectors(Protocol):
    """Gives unit vectors of texts."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""


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


def as_passage(sentences: Sequence[ScoredSentence]) -> Evidence:
    """Return sentences, at least one, as a judge reads them: below the headings of the first."""
    first = sentences[0]
    heading = " > ".join(section.title for section in first.document.section_path(first.section.id))
    return Evidence(heading, tuple(" ".join(scored.text.split()) for scored in sentences))
