"""Rate limits: a bucket of tokens for each visitor, filled at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED = 10_000
"""Visitors whose buckets are kept, the latest ones."""


class Rates:
    """Lets each visitor through so many times a minute, and as many at once after a minute's rest."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, visitor: str) -> float:
        """Take one token and return 0.0, or return the seconds until there is one.

        >>> now = [0.0]
        >>> rates = Rates(2, lambda: now[0])
        >>> rates.wait("a"), rates.wait("a"), rates.wait("a"), rates.wait("b")
        (0.0, 0.0, 30.0, 0.0)
        >>> now[0] = 30.0
        >>> rates.wait("a"), rates.wait("a")
        (0.0, 30.0)
        """
        if not self._per_minute:
            return 0.0
        now, rate = self._clock(), self._per_minute / 60
        tokens, at = self._buckets.pop(visitor, (float(self._per_minute), now))
        tokens = min(float(self._per_minute), tokens + (now - at) * rate)
        missing = max(0.0, 1.0 - tokens)
        self._buckets[visitor] = (tokens if missing else tokens - 1.0, now)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return missing / rate
