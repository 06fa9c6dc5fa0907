"""Knowing what one knows: risk against coverage, and how far a confidence is from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10


def risk_coverage(confidence: NDArray[np.float64], loss: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean loss of the 1, 2, … n most confident questions: (n,) float64 in [0, 1].

    Within equal confidence every order is as likely, so each question there counts with the group's mean loss.

    >>> risk_coverage(np.array([0.9, 0.8, 0.1]), np.array([0.0, 1.0, 1.0])).round(4).tolist()
    [0.0, 0.5, 0.6667]

    Source: Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks".
    """
    levels, group = np.unique(-confidence, return_inverse=True)
    sizes = np.bincount(group, minlength=len(levels))
    means = np.bincount(group, weights=loss, minlength=len(levels)) / np.maximum(sizes, 1)
    return np.asarray(np.cumsum(np.repeat(means, sizes)) / np.arange(1, len(loss) + 1))


def aurc(confidence: NDArray[np.float64], loss: NDArray[np.float64]) -> float:
    """Return the area under the risk-coverage curve, the mean of the risks, in [0, 1]; less is better.

    Risks 0, 1/2 and 2/3 have the mean 7/18.

    >>> round(aurc(np.array([0.9, 0.8, 0.1]), np.array([0.0, 1.0, 1.0])), 4)
    0.3889

    Source: Geifman, Uziel and El-Yaniv 2019, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers".
    """
    return float(risk_coverage(confidence, loss).mean())


def expected_calibration_error(confidence: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean distance, in [0, 1], of a bin's mean confidence from its share of true cases; less is better.

    Ten bins of equal width, weighted by their size. Two questions at 0.95, one true: |0.95 - 0.5| = 0.45; two at 0.15,
    none true: 0.15. Half each: 0.3.

    >>> round(expected_calibration_error(np.array([0.95, 0.95, 0.15, 0.15]), np.array([True, False, False, False])), 4)
    0.3

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.
    """
    _, sizes, means, shares = reliability(confidence, truth)
    return float((sizes * np.abs(means - shares)).sum() / sizes.sum())


def reliability(
    confidence: NDArray[np.float64], truth: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return number, size, mean confidence and share of true cases of every filled bin, each (n_filled,).

    >>> [column.tolist() for column in reliability(np.array([0.25, 0.27, 1.0]), np.array([True, False, True]))]
    [[2, 9], [2, 1], [0.26, 1.0], [0.5, 1.0]]
    """
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    sizes = np.bincount(bins, minlength=BINS)
    filled = np.flatnonzero(sizes)
    means = np.bincount(bins, weights=confidence, minlength=BINS)[filled] / sizes[filled]
    shares = np.bincount(bins, weights=truth.astype(np.float64), minlength=BINS)[filled] / sizes[filled]
    return filled, sizes[filled], means, shares
