"""Bars of a suite: what its figures are to reach, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.figures import Figure
    from qa.evaluation.gates import Bar


@dataclass(frozen=True, slots=True)
class SuiteBar:
    """A bar that a suite states: for one set and configuration, and in words."""

    bar: Bar
    dataset: str
    configuration: str
    means: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bar beside the figure that it is for; without one (`value` is None) it was not measured, and so not met."""

    means: str
    dataset: str
    configuration: str
    metric: str
    bar: float
    met: bool
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    n: int = 0


def verdicts(bars: Sequence[SuiteBar], figures: Sequence[Figure]) -> list[Verdict]:
    """Return what became of each bar, in their order; `figures` are those of a run, its costs among them."""
    by_place = {(figure.dataset, figure.configuration, figure.metric): figure for figure in figures}
    found = []
    for one in bars:
        place = (one.dataset, one.configuration, one.bar.metric)
        figure = by_place.get(place)
        if figure is None:
            found.append(Verdict(one.means, *place, one.bar.value, met=False))
            continue
        met = not one.bar.missed_by(figure)
        reached = (figure.value, figure.low, figure.high)
        found.append(Verdict(one.means, *place, one.bar.value, met, *reached, n=figure.n))
    return found
