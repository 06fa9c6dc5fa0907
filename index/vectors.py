"""Dense search: cosine similarity over FAISS.

Up to `EXACT_ROWS` vectors every one is compared, which is exact. Above, vectors are kept in lists around centroids, one
byte a dimension; the lists nearest to a query are looked through, and what is found there is scored again with the
exact vectors, which stay on the disk. How many lists are looked through is measured whenever the index changes. An
index on the disk is mapped, so that several processes share one copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from corpus.errors import IndexStoreError
from index.lists import made_lists, same_lists
from index.means import Means
from index.stored_rows import StoredRows

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EXACT_ROWS = 100_000
"""As many vectors are searched one by one: 150 MB of 384 dimensions."""
WANTED_RECALL = 0.99
"""Share of the ten nearest rows that the lists looked through must hold, on the queries of the measurement."""
_MEASURED_QUERIES = 200
_QUERY_COSINE = 0.75
"""How near to a row a query of the measurement lies; a question and its passage are about as near."""
_RESCORED = 100
_SCORED_ONE_BY_ONE = 10_000
"""As many rows that alone may be found are read from the disk and compared, instead of looking through lists."""
_AT_ONCE = 65_536


class DenseIndex:
    """Inner-product search over unit rows, so that scores are cosines in [-1, 1]."""

    def __init__(
        self,
        vectors: NDArray[np.float32],
        exact_rows: int = EXACT_ROWS,
        before: DenseIndex | None = None,
        rows: NDArray[np.int64] | None = None,
    ) -> None:
        """Hold the rows; those that an index `before` has in lists stay there, unless the lists are to be made anew.

        Args:
            vectors: (n_passages, dimension) float32, unit rows.
            exact_rows: up to how many of them each is compared with a query.
            before: an index that holds some of them.
            rows: (n_passages,), which row of `before` is the same vector, -1 where none is.
        """
        if vectors.ndim != 2:
            raise IndexStoreError(f"vectors need two axes (n_passages, dimension), not {vectors.ndim}")
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        count, dimension = vectors.shape
        self._rows: NDArray[np.float32] | StoredRows | None = None
        if count <= exact_rows:
            self._index: Any = faiss.IndexFlatIP(dimension)
            self._index.add(vectors)
            self.means = Means("exact", 0, 0, 1.0, vectors.nbytes, 0)
            return
        self._rows = vectors
        if before is None or rows is None or not self._follows(before, rows):
            self._index = made_lists(vectors)
            self.means = self._measured().with_new_lists(count)

    def _follows(self, before: DenseIndex, rows: NDArray[np.int64]) -> bool:
        """Take over the lists of an index and what stands in them; tell whether they still serve."""
        newer = before.means.newer + int(np.count_nonzero(rows < 0))
        if not before.means.lists_serve(len(rows), newer):
            return False
        self._index = same_lists(before._index, self.rows(), rows)
        self.means = self._measured().with_lists_of(before.means, newer)
        return self.means.lists_serve(len(rows), newer)

    def _measured(self) -> Means:
        """Look through as few lists a query as find enough; return how vectors are searched now."""
        vectors, index = self.rows(), self._index
        recall = self._choose_probes(vectors)
        lists, probes = int(index.nlist), int(index.nprobe)
        memory = len(vectors) * (index.d + 8) + lists * index.d * 4
        return Means("lists of one byte a dimension", lists, probes, recall, memory, vectors.nbytes)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def rows(self) -> NDArray[np.float32]:
        """Return every row as it was given: (n_passages, dimension) float32."""
        if isinstance(self._rows, StoredRows):
            return np.asarray(self._rows.all, dtype=np.float32)
        if self._rows is not None:
            return self._rows
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)

    def search(
        self, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the nearest rows, best first: cosines and row numbers, both (n_queries, min(k, n_rows)).

        `among` holds the only rows that may be found, (n_rows,), each once; None is all of them.
        """
        count = min(k, len(self) if among is None else len(among))
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if not count:
            return np.zeros((len(queries), 0), dtype=np.float32), np.zeros((len(queries), 0), dtype=np.int64)
        if self._rows is None:
            selector = None if among is None else faiss.IDSelectorBatch(among)
            chosen = faiss.SearchParameters()
            chosen.sel = selector
            scores, rows = self._index.search(queries, count, params=chosen)
            return scores, rows
        found = [self._found(query, count, among) for query in queries]
        return np.stack([scores for scores, _ in found]), np.stack([rows for _, rows in found])

    def _found(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return what one query finds where rows stand in lists: cosines and row numbers, both (k,)."""
        if among is not None and len(among) <= _SCORED_ONE_BY_ONE:
            rows = among
        else:  # of few rows each list holds few
            share = 1 if among is None else max(len(among), 1) / len(self)
            rows = self._looked_up(query, k, among, min(int(self._index.nlist), round(self._index.nprobe / share)))
            if len(rows) < k:  # the lists looked through hold fewer
                rows = self._looked_up(query, k, among, int(self._index.nlist))
        rows = np.sort(rows)  # in the order of the disk
        exact = self.scores(query, rows)
        best = np.lexsort((rows, -exact))[:k]
        return exact[best], rows[best]

    def _looked_up(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None, probes: int
    ) -> NDArray[np.int64]:
        selector = None if among is None else faiss.IDSelectorBatch(among)
        chosen = faiss.SearchParametersIVF()
        chosen.sel = selector
        chosen.nprobe = probes
        rows: NDArray[np.int64] = self._index.search(query[None, :], min(max(k, _RESCORED), len(self)), params=chosen)[
            1
        ][0]
        return rows[rows >= 0]

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosine of one query, (dimension,), with each of the rows: (n_rows,) float32."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        if self._rows is not None:
            return np.asarray(self._rows[rows] @ query, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ query, dtype=np.float32)

    def save(self, file: Path) -> None:
        """Write the index to a file; where rows stand in lists, the exact ones to another beside it."""
        faiss.write_index(self._index, str(file))
        if self._rows is not None:
            np.save(_rows_file(file), self.rows())

    @classmethod
    def load(cls, file: Path, means: dict[str, Any] | None = None) -> DenseIndex:
        """Return the index in a file; `means` is what `Means.to_dict` said when it was saved.

        Raises:
            IndexStoreError: FAISS cannot read it.
        """
        loaded = cls.__new__(cls)
        try:
            loaded._index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
            loaded._rows = StoredRows(_rows_file(file)) if isinstance(loaded._index, faiss.IndexIVF) else None
            size = 4 * loaded._index.ntotal * loaded._index.d
            loaded.means = Means(**means) if means else Means("exact", 0, 0, 1.0, size, 0)
        except (RuntimeError, OSError, ValueError, TypeError) as error:
            raise IndexStoreError(f"{file} is no readable FAISS index") from error
        return loaded

    def _choose_probes(self, vectors: NDArray[np.float32]) -> float:
        """Look through as few lists a query as find enough; return the share of the nearest rows that they hold."""
        queries = queries_near(vectors, _MEASURED_QUERIES)
        nearest = nearest_rows(vectors, queries, 10)
        recall, probes = 0.0, 1
        while True:
            self._index.nprobe = probes
            found = self.search(queries, 10)[1]
            recall = float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, nearest, strict=True)]))
            if recall >= WANTED_RECALL or probes >= self._index.nlist:
                return round(recall, 4)
            probes = min(2 * probes, int(self._index.nlist))


def queries_near(vectors: NDArray[np.float32], count: int, seed: int = 0) -> NDArray[np.float32]:
    """Return unit vectors, each at a set cosine from one of rows drawn from all: (at most `count`, dimension)."""
    chance = np.random.default_rng(seed)
    rows = vectors[np.sort(chance.permutation(len(vectors))[:count])]
    aside = chance.normal(size=rows.shape).astype(np.float32)
    aside -= (aside * rows).sum(axis=1, keepdims=True) * rows
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    return np.asarray(_QUERY_COSINE * rows + (1 - _QUERY_COSINE**2) ** 0.5 * aside, dtype=np.float32)


def nearest_rows(vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the k rows nearest to each query, by comparing all: (n_queries, k)."""
    exact = faiss.IndexFlatIP(vectors.shape[1])
    best = np.full((len(queries), 0), 0, dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    for start in range(0, len(vectors), _AT_ONCE):
        part = vectors[start : start + _AT_ONCE]
        exact.reset()
        exact.add(part)
        found, rows = exact.search(queries, min(k, len(part)))
        best, scores = np.hstack([best, rows + start]), np.hstack([scores, found])
        order = np.argsort(-scores, axis=1)[:, :k]
        best, scores = np.take_along_axis(best, order, 1), np.take_along_axis(scores, order, 1)
    return best


def _rows_file(file: Path) -> Path:
    return file.with_suffix(".npy")
