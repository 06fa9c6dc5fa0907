"""Stored rows: the exact vectors of a large index, read from the disk as they are asked for."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class StoredRows:
    """The rows of a .npy file, each read when it is asked for; mapped, they would be counted as memory in use.

    The file stays open, so that they can be read even when a newer index has taken its place.
    """

    def __init__(self, file: Path) -> None:
        """Open it.

        Raises:
            OSError, ValueError: it cannot be read, or does not hold rows of float32.
        """
        self.all = np.load(file, mmap_mode="r")
        """Every row, mapped from the disk: (n_rows, dimension) float32."""
        if self.all.dtype != np.float32 or self.all.ndim != 2:
            raise ValueError(f"{file} holds {self.all.ndim} axes of {self.all.dtype}, not two of float32")
        self._handle = os.open(file, os.O_RDONLY)
        weakref.finalize(self, os.close, self._handle)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return some rows: (n_rows, dimension) float32."""
        size, offset = self.all.strides[0], int(self.all.offset)
        read = b"".join(os.pread(self._handle, size, offset + size * row) for row in rows.tolist())
        return np.frombuffer(read, dtype=np.float32).reshape(len(rows), -1)
