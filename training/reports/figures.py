"""The few measures of the report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Chance that a right one scores above a wrong one."""
    return float(roc_auc_score(labels, scores))


def balanced_accuracy(scores: Sequence[float], labels: Sequence[bool], threshold: float) -> float:
    """Mean of the shares of right ones at or above the threshold and of wrong ones below.

    >>> balanced_accuracy([2.0, -1.0, -3.0], [True, True, False], 0.0)
    0.75
    """
    above, right = np.asarray(scores) >= threshold, np.asarray(labels, dtype=bool)
    return float((above[right].mean() + (~above[~right]).mean()) / 2)


def best_threshold(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The threshold of the best balanced accuracy; of several the middle one."""
    options = np.quantile(np.asarray(scores), np.linspace(0.02, 0.98, 97))
    values = np.asarray([balanced_accuracy(scores, labels, float(one)) for one in options])
    return float(np.median(options[values >= values.max() - 1e-9]))


def set_f1(chosen: Collection[int], gold: Collection[int]) -> float:
    """Harmonic mean of precision and recall of one chosen set.

    >>> set_f1({1, 2}, {2, 3})
    0.5
    """
    hits = len(set(chosen) & set(gold))
    return 2 * hits / (len(set(chosen)) + len(set(gold))) if hits else 0.0


def ndcg(ranked: Sequence[str], relevant: Collection[str], depth: int = 10) -> float:
    """NDCG at a depth, grades 0 and 1.

    Source: Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418

    >>> round(ndcg(["a", "x", "b"], {"a", "b"}), 3)
    0.92
    """
    gain = sum(1 / math.log2(rank + 2) for rank, key in enumerate(ranked[:depth]) if key in relevant)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(depth, len(relevant))))
    return gain / ideal if ideal else 0.0
