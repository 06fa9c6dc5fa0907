"""Confidence: the calibrated probability that a corpus answers a question.

The logistic of a judge's best passage logit, scaled. Slope and intercept stand in `qa/weights/confidence.json`, one
pair for each judge; `training/decision.py` fits them on questions whose documents the evidence model has not seen.

Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines", equation 1.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.errors import ModelError

SUPPORT = "support"
"""The evidence model as a judge of claims, whose logits are scaled apart."""
COEFFICIENTS = Path(__file__).parent / "weights" / "confidence.json"


@dataclass(frozen=True, slots=True)
class Confidence:
    """A fitted scaling of logits."""

    slope: float
    intercept: float

    def __call__(self, logit: float) -> float:
        """Return the probability in [0, 1] of a judge's best passage logit.

        >>> Confidence(slope=2.0, intercept=-1.0)(0.5)
        0.5
        """
        return sigmoid(self.slope * logit + self.intercept)


def sigmoid(logit: float) -> float:
    """Return the probability of a logit.

    >>> sigmoid(0.0), round(sigmoid(2.0), 3), sigmoid(-1000.0)
    (0.5, 0.881, 0.0)
    """
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


@cache
def load_confidence(judge: str) -> Confidence:
    """Return the scaling fitted for a judge, by the judge's name.

    Raises:
        ModelError: the file of coefficients is missing or damaged, or knows no such judge.
    """
    try:
        fitted = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["judges"][judge]
        return Confidence(float(fitted["slope"]), float(fitted["intercept"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"no confidence is fitted for the judge {judge!r} in {COEFFICIENTS} ({error!r}); reinstall Footnote, "
            "or run: python -m training.decision"
        ) from error
