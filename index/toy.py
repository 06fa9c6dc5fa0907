"""A toy encoder that needs no weights, for tests of everything around an encoder."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from index.words import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class ToyEncoder:
    """Counts stems in hashed buckets: texts that share words are near each other, and nothing else is."""

    name = "toy"

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.fingerprint = f"toy@{dimension}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32; a text without words is the first axis."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text) or [""]:
                row[zlib.crc32(term.encode()) % self.dimension] += 1.0
        norms: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / norms if len(texts) else rows
