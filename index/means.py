"""Means: how vectors are searched, as the manifest and `footnote corpus stats` say it, and how long lists serve."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

MOST_NEWER = 0.5
"""Share of the rows that may have come since the lists were made; with more, other rows would ask for other lists."""
LEAST_LEFT = 0.25
"""Share of the count of rows that the lists were made for, below which there are too many lists."""
MOST_PROBES = 2
"""How many times as many lists as at first may have to be looked through for the wanted recall."""


@dataclass(frozen=True, slots=True)
class Means:
    """How vectors are searched.

    There are `lists`, `probes` of them are looked through for a query; both are 0 where every row is. `recall_at_10` is
    the measured share of the ten nearest rows that is found, in [0, 1]. `memory` and `disk` are bytes. The lists were
    made for `made_for` rows, which needed `made_probes`; since then at most `newer` of today's rows came.
    """

    kind: str
    lists: int
    probes: int
    recall_at_10: float
    memory: int
    disk: int
    made_for: int = 0
    made_probes: int = 0
    newer: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self)

    def with_new_lists(self, count: int) -> Self:
        """Return the same of lists that were made just now, for so many rows."""
        return replace(self, made_for=count, made_probes=self.probes, newer=0)

    def with_lists_of(self, before: Means, newer: int) -> Self:
        """Return the same of lists that were taken over, with at most so many rows that came since they were made."""
        return replace(self, made_for=before.made_for, made_probes=before.made_probes, newer=newer)

    def lists_serve(self, count: int, newer: int) -> bool:
        """Tell whether these lists divide `count` rows well, of which at most `newer` came since they were made."""
        return (
            0 < LEAST_LEFT * self.made_for <= count
            and newer <= MOST_NEWER * count
            and self.probes <= MOST_PROBES * self.made_probes
        )
