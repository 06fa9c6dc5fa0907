"""Lists: vectors around centroids, one byte a dimension (FAISS, IVF with SQ8), made once and then kept up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRAINED_ON = 40
"""Vectors a list that its centroid is made from."""
_AT_ONCE = 65_536


def made_lists(vectors: NDArray[np.float32]) -> Any:  # noqa: ANN401  (the factory's type does not say that it has lists)
    """Return the vectors, (n_rows, dimension), in about twice the square root of their number of lists."""
    count, dimension = vectors.shape
    lists = max(1, round(2 * count**0.5))
    index: Any = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1  # it would warn
    step = max(1, count // (_TRAINED_ON * lists))
    index.train(np.ascontiguousarray(vectors[::step]))
    for start in range(0, count, _AT_ONCE):
        index.add(vectors[start : start + _AT_ONCE])
    return index


def same_lists(before: Any, vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Any:  # noqa: ANN401  (as above)
    """Return vectors, (n_rows, dimension), in the lists of an index, as if that had been emptied and filled with them.

    `rows`, (n_rows,), says which row of `before` is the same vector: its place and its bytes are taken over. At -1 none
    is, and the vector is put into the list of its nearest centroid. `before` stays as it is, and may be mapped.
    """
    new = np.flatnonzero(rows < 0)
    added = _emptied(before)
    for start in range(0, len(new), _AT_ONCE):
        part = new[start : start + _AT_ONCE]
        added.add_with_ids(vectors[part], part)
    lists_of, places = np.empty(before.ntotal, dtype=np.int32), np.empty(before.ntotal, dtype=np.int64)
    for number in range(before.nlist):
        held = _entries(before, number)[0]
        lists_of[held], places[held] = number, np.arange(len(held))
    kept = np.flatnonzero(rows >= 0)
    kept = kept[np.argsort(lists_of[rows[kept]], kind="stable")]
    ends = np.cumsum(np.bincount(lists_of[rows[kept]], minlength=before.nlist))
    index = _emptied(before)
    for number, here in enumerate(np.split(kept, ends[:-1])):
        new_here, new_codes = _entries(added, number)
        numbers = np.concatenate([here, new_here])
        codes = np.concatenate([_entries(before, number)[1][places[rows[here]]], new_codes])
        order = np.argsort(numbers)
        _put(index, number, numbers[order], codes[order])
    return index


def _emptied(before: Any) -> Any:  # noqa: ANN401  (as above)
    """Return an index with the same lists and nothing in them."""
    quantizer = faiss.clone_index(before.quantizer)
    kind = before.sq.qtype
    index: Any = faiss.IndexIVFScalarQuantizer(
        quantizer, before.d, before.nlist, kind, before.metric_type, before.by_residual
    )
    faiss.copy_array_to_vector(faiss.vector_to_array(before.sq.trained), index.sq.trained)
    index.is_trained = True
    return index


def _entries(index: Any, number: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:  # noqa: ANN401  (as above)
    """Return what a list holds, as it lies there: row numbers, (n,), and their codes, (n, bytes of a code)."""
    lists = index.invlists
    size, width = lists.list_size(number), index.code_size
    if not size:
        return np.zeros(0, dtype=np.int64), np.zeros((0, width), dtype=np.uint8)
    numbers = faiss.rev_swig_ptr(lists.get_ids(number), size)
    return numbers, faiss.rev_swig_ptr(lists.get_codes(number), size * width).reshape(size, width)


def _put(index: Any, number: int, numbers: NDArray[np.int64], codes: NDArray[np.uint8]) -> None:  # noqa: ANN401
    """Put rows with their codes at the end of a list."""
    if len(numbers):
        index.invlists.add_entries(number, len(numbers), faiss.swig_ptr(numbers), faiss.swig_ptr(codes))
        index.ntotal += len(numbers)
