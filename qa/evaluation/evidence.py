"""The evidence model, where the product has one, as the judge and as the support check of a configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from qa.confidence import sigmoid
from qa.evidence_input import Evidence
from qa.evidence_model import WEIGHTS, EvidenceModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qa.judge import Judgement

DESCRIPTION = "evidence.json"


class ModelJudge:
    """Judges passages and claims by the evidence model; `fingerprint` is the SHA-256 of its weights."""

    name = "evidence model"

    def __init__(self, model: EvidenceModel, fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint

    @property
    def reader(self) -> EvidenceModel:
        """The model itself, for reranking."""
        return self._model

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, in the order given."""
        return self._model.judge(question, passages)

    def supports(self, claim: str, passages: Sequence[str]) -> float:
        """Return how sure it is, in [0, 1], that the best passage supports the claim; 0 without passages."""
        views = [Evidence("", (passage,)) for passage in passages]
        return max((sigmoid(logit) for logit in self._model.supports(claim, views)), default=0.0)


def evidence_loader() -> Callable[[], ModelJudge] | None:
    """Return what loads the shipped evidence model, or None where its weights are not there."""
    description = WEIGHTS / DESCRIPTION
    if not description.is_file():
        return None
    sha256 = str(json.loads(description.read_text(encoding="utf-8"))["sha256"])
    return lambda: ModelJudge(EvidenceModel.load(), sha256)
