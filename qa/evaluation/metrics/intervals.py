"""How sure a figure is: bootstrap intervals over questions, and paired tests between two runs; by SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.extra import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qa.evaluation.metrics.pooled import Observations, Pooled

RESAMPLES = 2_000
CONFIDENCE = 0.95
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over `n` questions with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How much B is above A over `n` shared questions, with the 95 % interval and the two-sided p-value."""

    value: float
    low: float
    high: float
    p_value: float
    n: int


def estimate_mean(values: Sequence[float], seed: int) -> Estimate:
    """Return the mean with its percentile bootstrap interval; a single value has itself as interval.

    >>> estimate_mean([1.0, 1.0, 1.0], seed=0)
    Estimate(value=1.0, low=1.0, high=1.0, n=3)

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    """
    sample = np.asarray(values, dtype=np.float64)
    low, high = _mean_interval(sample, seed)
    return Estimate(float(sample.mean()), low, high, len(sample))


def estimate_pooled(metric: Pooled, seen: Observations, seed: int) -> Estimate:
    """Return a pooled metric with its percentile bootstrap interval; resamples where it is undefined are left out.

    >>> seen = {"abstained": np.array([True, True]), "answerable": np.array([False, False])}
    >>> from qa.evaluation.metrics.pooled import abstention_recall
    >>> estimate_pooled(abstention_recall, seen, seed=0)
    Estimate(value=1.0, low=1.0, high=1.0, n=2)
    """
    n = len(next(iter(seen.values())))
    drawn = [metric({key: column[rows] for key, column in seen.items()}) for rows in _resampled_rows(n, seed)]
    low, high = _bounds(np.asarray(drawn))
    return Estimate(metric(seen), low, high, n)


def compare_means(a: Sequence[float], b: Sequence[float], seed: int) -> Difference:
    """Return how much the mean of `b` is above that of `a`, values paired by question.

    The interval is a bootstrap of the differences; the p-value is that of a paired randomisation test, which flips the
    signs of the differences (all ways where there are few, else 10,000 random ones). Three differences of the same
    sign can be had by chance in 2 of 8 ways.

    >>> compare_means([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], seed=0)
    Difference(value=1.0, low=1.0, high=1.0, p_value=0.25, n=3)

    Source: Smucker, Allan and Carterette 2007, "A Comparison of Statistical Significance Tests for IR Evaluation".
    """
    differences = np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    low, high = _mean_interval(differences, seed)
    p_value = 1.0
    if differences.any() and len(differences) > 1:
        test = require("scipy.stats").permutation_test(
            (differences,),
            _mean,
            permutation_type="samples",
            vectorized=True,
            n_resamples=9_999,
            batch=_BATCH,
            rng=np.random.default_rng(seed),
        )
        p_value = float(test.pvalue)
    return Difference(float(differences.mean()), low, high, p_value, len(differences))


def compare_pooled(metric: Pooled, a: Observations, b: Observations, seed: int) -> Difference:
    """Return how much a pooled metric of `b` is above that of `a`, rows paired by question.

    The p-value is the share of random exchanges of the two runs' rows with a difference at least as large.
    """
    n = len(next(iter(a.values())))
    drawn = [
        metric({key: column[rows] for key, column in b.items()})
        - metric({key: column[rows] for key, column in a.items()})
        for rows in _resampled_rows(n, seed)
    ]
    value = metric(b) - metric(a)
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(RESAMPLES):
        swap = rng.random(n) < 0.5
        mixed_a = {key: np.where(swap, b[key], a[key]) for key in a}
        mixed_b = {key: np.where(swap, a[key], b[key]) for key in a}
        extreme += abs(metric(mixed_b) - metric(mixed_a)) >= abs(value) - 1e-12
    low, high = _bounds(np.asarray(drawn))
    return Difference(value, low, high, (extreme + 1) / (RESAMPLES + 1), n)


def _mean_interval(sample: NDArray[np.float64], seed: int) -> tuple[float, float]:
    if len(sample) < 2 or np.ptp(sample) == 0:
        return float(sample.mean()), float(sample.mean())
    found = require("scipy.stats").bootstrap(
        (sample,),
        _mean,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _mean(sample: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    return np.asarray(np.mean(sample, axis=axis))


def _resampled_rows(n: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))


def _bounds(drawn: NDArray[np.float64]) -> tuple[float, float]:
    defined = drawn[~np.isnan(drawn)]
    if not len(defined):
        return float("nan"), float("nan")
    tail = (1 - CONFIDENCE) / 2 * 100
    low, high = np.percentile(defined, [tail, 100 - tail])
    return float(low), float(high)
