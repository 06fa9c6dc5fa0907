"""Comparing two runs: every metric with a paired test, and the questions that changed sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.figures import less_is_better, paired_values
from qa.evaluation.journal import read_outcomes
from qa.evaluation.metrics.intervals import Difference, compare_means, compare_pooled
from qa.evaluation.metrics.pooled import POOLED, columns
from qa.evaluation.results import read_results

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from qa.evaluation.journal import Part
    from qa.evaluation.outcome import Outcome

SIDE = 0.5
"""A question is right when its primary metric is at least this."""


@dataclass(frozen=True, slots=True)
class RunSide:
    """One side of a comparison: a run's outcomes by part, and the primary metric of each set."""

    name: str
    outcomes: Mapping[Part, Sequence[Outcome]]
    primary: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric in two runs: the second's minus the first's."""

    dataset: str
    configuration: str
    metric: str
    difference: Difference

    @property
    def worse(self) -> bool:
        """Whether the whole 95 % interval of the difference is on the wrong side."""
        if less_is_better(self.metric):
            return self.difference.low > 0
        return self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that is right in one of two runs only."""

    dataset: str
    configuration: str
    before: Outcome
    after: Outcome
    improved: bool


def read_side(text: str, folder: Path, configuration: str | None) -> RunSide:
    """Return a run from its folder; with a configuration, only that one, under the name "chosen".

    Raises:
        EvaluationError: there is no run, or it has no such configuration.
    """
    parts: dict[Part, list[Outcome]] = {}
    for outcome in read_outcomes(folder):
        parts.setdefault((outcome.dataset, outcome.configuration), []).append(outcome)
    if configuration is not None:
        chosen: dict[Part, list[Outcome]] = {
            (dataset, "chosen"): rows for (dataset, name), rows in parts.items() if name == configuration
        }
        if not chosen:
            names = ", ".join(sorted({name for _, name in parts}))
            raise EvaluationError(f"{folder}: the run has no configuration {configuration!r}; it has {names}")
        parts = chosen
    return RunSide(text, parts, read_results(folder).primary)


def compare(a: RunSide, b: RunSide, seed: int = 0) -> list[Compared]:
    """Return every metric that both runs have, part by part.

    Raises:
        EvaluationError: the runs share no set and configuration.
    """
    shared = _shared(a, b)
    return [
        Compared(*part, metric, difference)
        for part in shared
        for metric, difference in _part_differences(a.outcomes[part], b.outcomes[part], seed)
    ]


def changed_sides(a: RunSide, b: RunSide) -> list[Changed]:
    """Return the questions that are right in one run and wrong in the other, by each set's primary metric."""
    changes = []
    for part in _shared(a, b):
        primary = a.primary[part[0]]
        before = {outcome.query_id: outcome for outcome in a.outcomes[part]}
        for after in b.outcomes[part]:
            earlier = before.get(after.query_id)
            if earlier is None:
                continue
            was, now = (_right(outcome, primary) for outcome in (earlier, after))
            if was != now:
                changes.append(Changed(*part, earlier, after, improved=now))
    return changes


def _right(outcome: Outcome, primary: str) -> bool:
    """Tell whether a question is right; an unanswerable one, which lacks the primary metric, when it met silence."""
    if primary in outcome.metrics:
        return outcome.metrics[primary] >= SIDE
    return bool(outcome.observed.get("abstained", False))


def _shared(a: RunSide, b: RunSide) -> list[Part]:
    shared = [part for part in a.outcomes if part in b.outcomes]
    if not shared:
        raise EvaluationError(
            f"the runs share no set and configuration: {a.name} has {_listed(a)}; {b.name} has {_listed(b)}; "
            "to compare two configurations, write RUN#CONFIGURATION"
        )
    return shared


def _listed(side: RunSide) -> str:
    return ", ".join(f"{dataset} · {configuration}" for dataset, configuration in side.outcomes)


def _part_differences(a: Sequence[Outcome], b: Sequence[Outcome], seed: int) -> Iterator[tuple[str, Difference]]:
    for metric in dict.fromkeys(name for outcome in a for name in outcome.metrics):
        before, after = paired_values(a, b, metric)
        if before:
            yield metric, compare_means(before, after, seed)
    in_b = {outcome.query_id: outcome.observed for outcome in b}
    for column, metrics in POOLED.items():
        both = [o for o in a if column in o.observed and column in in_b.get(o.query_id, {})]
        pairs = [(outcome.observed, in_b[outcome.query_id]) for outcome in both]
        if not pairs:
            continue
        seen_a, seen_b = columns([first for first, _ in pairs]), columns([second for _, second in pairs])
        for name, metric_of in metrics.items():
            difference = compare_pooled(metric_of, seen_a, seen_b, seed)
            if not math.isnan(difference.value):
                yield name, difference
