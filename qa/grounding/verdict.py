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

    `logit` and `share` weigh the model's logit and the share of the claim's words that the evidence holds; `found` is
    what each finding of the rules adds, None being none; what is not listed adds nothing. `limit` is the probability
    from which a sentence is shown.
    """

    logit: float
    share: float
    found: Mapping[Reason | None, float]
    limit: float

    def __call__(self, logit: float, share: float, found: Reason | None) -> float:
        """Return the probability in [0, 1] that the evidence supports the sentence.

        >>> round(Weighing(1.0, 0.0, {None: 1.0}, 0.5)(1.0, 1.0, None), 3)
        0.881
        """
        total = self.logit * logit + self.share * share + self.found.get(found, 0.0)
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


WEIGHING = Weighing(logit=1.0, share=1.0, found=MappingProxyType({}), limit=0.8)
