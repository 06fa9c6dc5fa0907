"""Metrics of a whole set of questions, which no single question has: abstention, ranking by confidence, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.extra import require
from qa.evaluation.metrics.selective import aurc, expected_calibration_error

Observations = Mapping[str, NDArray[Any]]
"""Columns of equal length, one entry a question."""

Pooled = Callable[[Observations], float]
"""A metric over columns; NaN where it is not defined, as a share of nothing is."""

UNDEFINED = float("nan")


def abstention_precision(seen: Observations) -> float:
    """Return the share of silences, in [0, 1], that were right: `abstained` and not `answerable`.

    >>> seen = {"abstained": np.array([True, True, False]), "answerable": np.array([False, True, False])}
    >>> abstention_precision(seen), abstention_recall(seen)
    (0.5, 0.5)
    """
    return _share(~seen["answerable"][seen["abstained"]])


def abstention_recall(seen: Observations) -> float:
    """Return the share of unanswerable questions, in [0, 1], that were met with silence."""
    return _share(seen["abstained"][~seen["answerable"]])


def abstention_balanced_accuracy(seen: Observations) -> float:
    """Return the mean, in [0, 1], of the share of answerable questions answered and of unanswerable ones not.

    One of two answerable questions answered, the unanswerable one left: (1/2 + 1) / 2.

    >>> abstention_balanced_accuracy({"abstained": np.array([0, 1, 1], bool), "answerable": np.array([1, 1, 0], bool)})
    0.75

    Source: Brodersen et al. 2010, "The balanced accuracy and its posterior distribution".
    """
    return (_share(~seen["abstained"][seen["answerable"]]) + _share(seen["abstained"][~seen["answerable"]])) / 2


def confidence_auroc(seen: Observations) -> float:
    """Return the chance, in [0, 1], that an answerable question has more `confidence` than an unanswerable one.

    Of the four pairs below three are in order: 3/4.

    >>> confidence_auroc({"confidence": np.array([0.9, 0.3, 0.5, 0.1]), "answerable": np.array([1, 1, 0, 0], bool)})
    0.75

    Source: Fawcett 2006, "An introduction to ROC analysis", section 7 (the Wilcoxon test of ranks).
    """
    return _auroc(seen["answerable"], seen["confidence"])


def risk_coverage_area(seen: Observations) -> float:
    """Return the area under the risk-coverage curve; the loss of a question is 1 - `quality`, less is better.

    >>> seen = {"confidence": np.array([0.9, 0.8, 0.1]), "quality": np.array([1.0, 0.0, 0.0])}
    >>> round(risk_coverage_area(seen), 4)
    0.3889
    """
    return aurc(seen["confidence"].astype(float), 1.0 - seen["quality"].astype(float))


def calibration_error(seen: Observations) -> float:
    """Return the expected calibration error of `confidence` as the probability of `answerable`; less is better.

    >>> round(calibration_error({"confidence": np.array([0.95, 0.15]), "answerable": np.array([True, False])}), 4)
    0.1
    """
    return expected_calibration_error(seen["confidence"].astype(float), seen["answerable"])


def support_auroc(seen: Observations) -> float:
    """Return the chance, in [0, 1], that a supported claim has a higher `score` than one that is not wholly supported.

    >>> support_auroc({"score": np.array([0.9, 0.3, 0.5, 0.1]), "supported": np.array([1, 1, 0, 0], bool)})
    0.75
    """
    return _auroc(seen["supported"], seen["score"])


def support_balanced_accuracy(seen: Observations) -> float:
    """Return the mean, in [0, 1], of the shares of supported and of other claims that were `judged` rightly.

    >>> support_balanced_accuracy({"judged": np.array([1, 0, 0], bool), "supported": np.array([1, 1, 0], bool)})
    0.75
    """
    return (_share(seen["judged"][seen["supported"]]) + _share(~seen["judged"][~seen["supported"]])) / 2


POOLED: dict[str, dict[str, Pooled]] = {
    "answerable": {
        "abstention precision": abstention_precision,
        "abstention recall": abstention_recall,
        "balanced accuracy": abstention_balanced_accuracy,
        "AUROC": confidence_auroc,
        "AURC": risk_coverage_area,
        "ECE": calibration_error,
    },
    "supported": {"support AUROC": support_auroc, "support balanced accuracy": support_balanced_accuracy},
}
"""Metrics by name, under the column that tells that a set has them."""


def columns(observed: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """Return rows of the same keys as columns.

    >>> columns([{"score": 0.5}, {"score": 1.0}])["score"].tolist()
    [0.5, 1.0]
    """
    return {key: np.asarray([row[key] for row in observed]) for key in observed[0]} if observed else {}


def _share(truths: NDArray[np.bool_]) -> float:
    return float(truths.mean()) if len(truths) else UNDEFINED


def _auroc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    if truth.all() or not truth.any():
        return UNDEFINED
    positive, negative = int(truth.sum()), int((~truth).sum())
    ranks = require("scipy.stats").rankdata(score)
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))
