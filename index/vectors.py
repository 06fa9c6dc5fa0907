"""Dense search: cosine similarity over FAISS, the only file that imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import faiss
import numpy as np

from corpus.errors import IndexStoreError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class DenseIndex:
    """Exact inner-product search over unit rows, so that scores are cosines in [-1, 1]."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Hold the rows.

        Args:
            vectors: (n_passages, dimension) float32, unit rows.
        """
        if vectors.ndim != 2:
            raise IndexStoreError(f"vectors need two axes (n_passages, dimension), not {vectors.ndim}")
        self._index: faiss.Index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def rows(self) -> NDArray[np.float32]:
        """Return every row: (n_passages, dimension) float32."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)

    def search(
        self, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the nearest rows, best first: cosines and row numbers, both (n_queries, min(k, n_rows)).

        `among` holds the only rows that may be found, (n_rows,), each once; None is all of them.
        """
        count = min(k, len(self) if among is None else len(among))
        if not count:
            return np.zeros((len(queries), 0), dtype=np.float32), np.zeros((len(queries), 0), dtype=np.int64)
        vectors = np.ascontiguousarray(queries, dtype=np.float32)
        if among is None:
            scores, rows = self._index.search(vectors, count)
        else:
            allowed = faiss.SearchParameters()
            allowed.sel = faiss.IDSelectorBatch(among)
            scores, rows = self._index.search(vectors, count, params=allowed)
        return scores, rows

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of one query, (dimension,), with each of the rows: (n_rows,) float32."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        vectors = np.stack([self._index.reconstruct(int(row)) for row in rows])
        return np.asarray(vectors @ query, dtype=np.float32)

    def save(self, file: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._index, str(file))

    @classmethod
    def load(cls, file: Path) -> DenseIndex:
        """Return the index in a file.

        Raises:
            IndexStoreError: FAISS cannot read it.
        """
        loaded = cls.__new__(cls)
        try:
            loaded._index = faiss.read_index(str(file))
        except RuntimeError as error:
            raise IndexStoreError(f"{file} is no readable FAISS index") from error
        return loaded
