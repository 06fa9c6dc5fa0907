"""Gates: bars that figures must reach, for an exit status in continuous integration."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from qa.evaluation.figures import less_is_better
from qa.evaluation.glossary import COSTS, GLOSSARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.figures import Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """The least (or, where less is better, the most) that a metric may be, in sets and configurations named so."""

    metric: str
    value: float
    names: tuple[str, ...] = ()

    def covers(self, figure: Figure) -> bool:
        """Tell whether the figure is one of those that the bar is for."""
        places = (figure.dataset, figure.configuration)
        return figure.metric == self.metric and all(name in places for name in self.names)

    def missed_by(self, figure: Figure) -> bool:
        """Tell whether the figure is on the wrong side."""
        return figure.value > self.value if less_is_better(self.metric) else figure.value < self.value


def parse_bar(text: str) -> Bar:
    """Return the bar written as `[SET:][CONFIGURATION:]METRIC=VALUE`.

    >>> parse_bar("scifact:fused:nDCG@10=0.70")
    Bar(metric='nDCG@10', value=0.7, names=('scifact', 'fused'))

    Raises:
        SettingsError: it is written otherwise, or the value is no number from 0 to 1.
    """
    left, equals, right = text.rpartition("=")
    *names, metric = (part.strip() for part in left.split(":"))
    try:
        value = float(right)
    except ValueError:
        value = -1.0
    if not equals or not metric or not 0 <= value <= 1:
        raise SettingsError(
            f"{text!r} is no bar; write [SET:][CONFIGURATION:]METRIC=VALUE with a value from 0 to 1, "
            "as in nDCG@10=0.70 or scifact:fused:nDCG@10=0.70"
        )
    return Bar(metric, value, tuple(names))


def check_names(bars: Sequence[Bar], measures: Sequence[str]) -> None:
    """Check, before anything is measured, that the bars name metrics that there are.

    Raises:
        SettingsError: one does not; the message suggests the nearest metric.
    """
    known = [*measures, *(name for name in (*GLOSSARY, *COSTS) if "@" not in name or " " in name)]
    for bar in bars:
        if bar.metric.partition("[")[0] not in known:
            near = difflib.get_close_matches(bar.metric, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise SettingsError(f"no metric is called {bar.metric!r}; {hint} (retrieval measures: see --metrics)")


def check_bars(bars: Sequence[Bar], figures: Sequence[Figure]) -> list[str]:
    """Return one sentence for every figure that misses a bar.

    Raises:
        SettingsError: no figure is covered by a bar; the message suggests the nearest metric.
    """
    missed = []
    for bar in bars:
        covered = [figure for figure in figures if bar.covers(figure)]
        if not covered:
            raise SettingsError(_uncovered(bar, figures))
        missed += [
            f"{figure.dataset} · {figure.configuration}: {bar.metric} is {figure.value:.4f}, the bar is {bar.value:.4f}"
            for figure in covered
            if bar.missed_by(figure)
        ]
    return missed


def _uncovered(bar: Bar, figures: Sequence[Figure]) -> str:
    places = sorted({name for figure in figures for name in (figure.dataset, figure.configuration)})
    metrics = sorted({figure.metric for figure in figures})
    for name in bar.names:
        if name not in places:
            return (
                f"the bar names {name!r}, which is no set or configuration of this run; there are {', '.join(places)}"
            )
    near = difflib.get_close_matches(bar.metric, metrics, n=1)
    hint = f"did you mean {near[0]}?" if near else f"measured: {', '.join(metrics)}"
    return f"no figure is called {bar.metric!r}; {hint}"
