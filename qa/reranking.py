"""Reranking: the evidence model takes part in the order of what was found.

A found text's final score mixes its fused score with the model's probability that it answers the question. How much
the model counts stands in `qa/weights/reranking.json`; `training/reranking.py` chooses it. What states something keeps
the fused order: nothing answers it, and who looks it up wants what contradicts it as much as what supports it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corpus.errors import ModelError
from qa.confidence import sigmoid
from qa.evidence import as_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus import Corpus
    from index import Hit
    from qa.evidence_input import Evidence
    from qa.judge import Judgement

RERANKED = 30
"""How many of the first texts the model reads."""
COEFFICIENTS = Path(__file__).parent / "weights" / "reranking.json"
_STATEMENT_WORDS = 4
"""Fewest words of a statement; anything shorter names a topic."""
_ASKS = re.compile(
    r"^\W*(?:(?:and|or|but|so|then|please|ok|okay)\b[\s,]*)*"
    r"(?:what|whats|which|who|whom|whose|where|when|why|how|do|does|did|is|are|was|were|am|can|could|will|would|shall"
    r"|should|may|might|must|has|have|had|tell|explain|describe|show|list|name|give|define|compare|contrast|summari[sz]e"
    r"|outline|discuss|find|provide|enumerate|identify|mention)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|could|will|would|may|might|must|should|cannot)\b", re.IGNORECASE
)


class Reader(Protocol):
    """What reads the texts: the evidence model."""

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, in the order given."""


@dataclass(frozen=True, slots=True)
class Reranker:
    """Gives found texts their final scores.

    `share`, in [0, 1], is that of the model's probability; the fused score has the rest.
    """

    reader: Reader
    share: float

    def scores(self, query: str, fused: NDArray[np.float32], passages: Sequence[Evidence]) -> NDArray[np.float32]:
        """Return the final scores of texts with these fused scores, both (n,), falling; `passages` are of the first.

        A text that is not read counts as one that does not answer, so it stays behind all that stood before it.
        """
        if not self.share or is_statement(query):
            return np.asarray(fused, dtype=np.float32)
        judged = np.zeros(len(fused), dtype=np.float32)
        judged[: len(passages)] = probabilities(self.reader, query, passages)
        return np.asarray((1 - self.share) * fused + self.share * judged, dtype=np.float32)

    def hits(self, query: str, hits: Sequence[Hit], corpus: Corpus) -> list[Hit]:
        """Return the hits with their final scores, best first; among equals the order is kept."""
        fused = np.asarray([hit.score for hit in hits], dtype=np.float32)
        scores = self.scores(query, fused, [as_evidence(corpus, hit) for hit in hits[:RERANKED]])
        return [replace(hits[at], score=float(scores[at])) for at in np.argsort(-scores, kind="stable")]


def probabilities(reader: Reader, query: str, passages: Sequence[Evidence]) -> NDArray[np.float32]:
    """Return the probability of each passage that it answers the query: (n,)."""
    return np.asarray([sigmoid(read.answers) for read in reader.judge(query, passages)], dtype=np.float32)


def is_statement(query: str) -> bool:
    """Tell whether a query says something instead of asking for something or naming a topic.

    >>> is_statement("Stretching shortens cramps."), is_statement("cramps are shortened by stretching the calf")
    (False, True)
    >>> is_statement("Stretching the calf shortens cramps."), is_statement("Does stretching shorten a cramp")
    (True, False)
    >>> is_statement("list the causes of cramps."), is_statement("night cramps causes and treatment")
    (False, False)
    """
    if "?" in query or _ASKS.match(query) or len(query.split()) < _STATEMENT_WORDS:
        return False
    return query.rstrip().endswith((".", "!")) or bool(_FINITE.search(query))


@cache
def load_share() -> float:
    """Return the chosen share of the model.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        return float(json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["share"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"no share of the model in {COEFFICIENTS} ({error!r}); reinstall Footnote, "
            "or run: python -m training.reranking"
        ) from error
