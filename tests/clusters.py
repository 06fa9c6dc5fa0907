"""Vectors that stand in groups, and how many of the nearest a search finds."""

from __future__ import annotations

import numpy as np


def clustered(count, dimension=32):
    """Return unit rows that stand in groups, as texts about one thing do."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(40, dimension))
    rows = centres[rng.integers(40, size=count)] + 0.8 * rng.normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def recall(rows, expected):
    """Return the share of the expected row numbers that was found, over all queries."""
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(rows, expected, strict=True)])
