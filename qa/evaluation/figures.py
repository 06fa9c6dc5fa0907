"""Figures: means and pooled metrics with their intervals, made of the outcomes of the questions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.evaluation.metrics.intervals import Estimate, compare_means, estimate_mean, estimate_pooled
from qa.evaluation.metrics.pooled import POOLED, columns
from qa.evaluation.readers.multiturn import GOLD_REWRITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qa.evaluation.journal import Part
    from qa.evaluation.outcome import Outcome

LESS_IS_BETTER = ("AURC", "ECE")
"""Metrics of which less is better; figures of what was lost, too, are read that way round."""
COSTLY = ("latency", "words", "peak memory")
"""How the names of costs begin of which less is better."""
BASELINES = ("dense", "lexical")
FUSED, RERANKED = "fused", "fused+rerank"
GAIN = "nDCG@10"
LOSS = "R@5"
LOST = f"{LOSS} lost to {GOLD_REWRITE}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report: a value with the bounds of its 95 % interval over `n` questions."""

    dataset: str
    configuration: str
    metric: str
    value: float
    low: float
    high: float
    n: int


def less_is_better(metric: str) -> bool:
    """Tell whether less of a metric is better.

    >>> less_is_better("ECE"), less_is_better("nDCG@10"), less_is_better("R@5 lost to gold rewrite")
    (True, False, True)
    """
    return metric in LESS_IS_BETTER or " lost to " in metric or metric.startswith(COSTLY)


def part_figures(dataset: str, configuration: str, outcomes: Sequence[Outcome], seed: int) -> list[Figure]:
    """Return the figures of one part of a run.

    A metric's mean runs over the questions that have it: a metric that is of answerable questions has only those.
    """
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.metrics)
    figures = [_figure(dataset, configuration, name, estimate_mean(values_of(outcomes, name), seed)) for name in names]
    for column, metrics in POOLED.items():
        seen = columns([outcome.observed for outcome in outcomes if column in outcome.observed])
        for name, metric in metrics.items() if seen else ():
            estimate = estimate_pooled(metric, seen, seed)
            if not math.isnan(estimate.value):
                figures.append(_figure(dataset, configuration, name, estimate))
    return figures


def difference_figures(dataset: str, outcomes: Mapping[Part, Sequence[Outcome]], seed: int) -> list[Figure]:
    """Return a set's figures that need two parts: gains in search, and what a wording loses to the gold rewrite."""
    own = {configuration: rows for (name, configuration), rows in outcomes.items() if name == dataset}
    pairs: list[tuple[str, str, Sequence[Outcome], Sequence[Outcome], str]] = []
    if FUSED in own:
        pairs += [(FUSED, f"{GAIN} gain over {name}", own[name], own[FUSED], GAIN) for name in BASELINES if name in own]
    if FUSED in own and RERANKED in own:
        pairs.append((RERANKED, f"{GAIN} gain over {FUSED}", own[FUSED], own[RERANKED], GAIN))
    gold = f"{dataset.rpartition(' (')[0]} ({GOLD_REWRITE})"
    if gold != dataset:
        pairs += [(name, LOST, rows, outcomes.get((gold, name), ()), LOSS) for name, rows in own.items()]
    figures = []
    for configuration, name, a, b, metric in pairs:
        before, after = paired_values(a, b, metric)
        if before:
            found = compare_means(before, after, seed)
            estimate = Estimate(found.value, found.low, found.high, found.n)
            figures.append(_figure(dataset, configuration, name, estimate))
    return figures


def values_of(outcomes: Iterable[Outcome], metric: str) -> list[float]:
    """Return a metric's values, of the questions that have it."""
    return [outcome.metrics[metric] for outcome in outcomes if metric in outcome.metrics]


def paired_values(a: Iterable[Outcome], b: Iterable[Outcome], metric: str) -> tuple[list[float], list[float]]:
    """Return a metric's values in two lists of outcomes, question by question, of the questions that both have."""
    of_b = {outcome.query_id: outcome.metrics[metric] for outcome in b if metric in outcome.metrics}
    pairs = [(o.metrics[metric], of_b[o.query_id]) for o in a if metric in o.metrics and o.query_id in of_b]
    return [first for first, _ in pairs], [second for _, second in pairs]


def _figure(dataset: str, configuration: str, metric: str, estimate: Estimate) -> Figure:
    return Figure(dataset, configuration, metric, estimate.value, estimate.low, estimate.high, estimate.n)
