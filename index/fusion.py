"""Fusion: one ranking out of a dense and a lexical one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENSE_WEIGHT = 0.6
"""Share of the dense score in the fused one."""


def convex(
    dense: NDArray[np.float32], lexical: NDArray[np.float32], dense_weight: float = DENSE_WEIGHT
) -> NDArray[np.float32]:
    """Return the convex combination of min-max normalised scores, in [0, 1]; both arguments are (n_candidates,).

    The lexical minimum is the theoretical one, 0; the dense minimum is that of the candidates.

    >>> convex(np.array([0.9, 0.5, 0.1], np.float32), np.array([0, 4, 2], np.float32)).astype(float).round(3).tolist()
    [0.6, 0.7, 0.2]

    Source: Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", equation 3.
    """
    if not len(dense):
        return np.zeros(0, dtype=np.float32)
    low, high = float(dense.min()), float(dense.max())
    scaled_dense = (dense - low) / (high - low) if high > low else np.full_like(dense, 1.0)
    top = float(lexical.max())
    scaled_lexical = lexical / top if top > 0 else np.zeros_like(lexical)
    return np.asarray(dense_weight * scaled_dense + (1 - dense_weight) * scaled_lexical, dtype=np.float32)
