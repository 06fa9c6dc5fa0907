"""The verdict: what the rules found decides how sure the evidence model must be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa.grounding.contradictions import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Weighing:
    """One probability out of the model's logit and what the rules found: a logistic regression.

    `logit` weighs the model's logit; `found` is what each finding of the rules adds, None being none. `limit` is the
    probability from which a sentence is shown.
    """

    logit: float
    found: Mapping[Reason | None, float]
    limit: float

    def __call__(self, logit: float, found: Reason | None) -> float:
        """Return the probability in [0, 1] that the evidence supports the sentence.

        >>> round(Weighing(1.0, {None: 1.0}, 0.5)(1.0, None), 3)
        0.881
        """
        total = self.logit * logit + self.found[found]
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


WEIGHING = Weighing(
    logit=0.78,
    found=MappingProxyType(
        {
            None: 3.22,
            Reason.NAME: -3.11,
            Reason.NUMBER: -2.67,
            Reason.NUMBER_UNSAID: -0.49,
            Reason.OPPOSITE: -2.51,
            Reason.NEGATION: -0.68,
            Reason.STRENGTH: -0.67,
            Reason.DIRECTION: -3.4,
            Reason.UNSUPPORTED: 0.1,
        }
    ),
    limit=0.778,
)
"""As `python -m training.grounding` fits it."""
