"""Reuse: what an earlier index holds is not made again; a text that was embedded once keeps its vector."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from corpus.lazy import summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from corpus import Document
    from index.documents import StoredDocuments
    from index.encoder import Encoder
    from index.lexical import LexicalIndex
    from index.vectors import DenseIndex

ENCODED_AT_ONCE = 64
"""Texts between two reports of progress: what a build that is stopped may lose."""
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier index and a build that was stopped give to the next one.

    `keys` are those of the earlier index's texts, (n_rows, 32) uint8, `vectors` theirs, (n_rows, dimension) float32.
    `documents`, `lexical` and `dense` have the same rows; they are None where they cannot be used. `kept` are the
    vectors of the build that was stopped, (dimension,) each, by their texts' keys.
    """

    keys: NDArray[np.uint8]
    vectors: NDArray[np.float32]
    documents: StoredDocuments | None = None
    lexical: LexicalIndex | None = None
    dense: DenseIndex | None = None
    kept: Mapping[bytes, NDArray[np.float32]] = field(default_factory=dict)

    def rows_of(self, documents: Sequence[Document]) -> tuple[NDArray[np.int64], list[int]]:
        """Return the earlier row of each passage, (n_passages,), -1 where it has none, and which documents have none.

        Rows are taken over by whole documents, whose texts and titles are the same.
        """
        starts = np.concatenate([[0], np.cumsum(self.documents.counts())]) if self.documents is not None else None
        rows: list[NDArray[np.int64]] = []
        new: list[int] = []
        for at, each in enumerate(summaries(documents)):
            before = self.documents.same(each) if self.documents is not None else None
            if before is None or starts is None:
                new.append(at)
                rows.append(np.full(each.passages, -1, dtype=np.int64))
            else:
                rows.append(np.arange(starts[before], starts[before + 1], dtype=np.int64))
        return np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64), new


def nothing_earlier(encoder: Encoder) -> Earlier:
    """Return what the first index of a corpus has to begin with."""
    return Earlier(np.zeros((0, KEY_BYTES), dtype=np.uint8), np.zeros((0, encoder.dimension), dtype=np.float32))


def text_key(text: str) -> bytes:
    """Return what a text's vector is kept under: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def text_keys(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the key of each text: (n_texts, 32) uint8."""
    return np.frombuffer(b"".join(map(text_key, texts)), dtype=np.uint8).reshape(-1, KEY_BYTES)


def encode_new(
    texts: Sequence[str],
    rows: NDArray[np.int64],
    encoder: Encoder,
    earlier: Earlier,
    progress: Callable[[int, int], None] | None = None,
    keep: Callable[[Mapping[bytes, NDArray[np.float32]]], None] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.int64]]:
    """Return the unit vector, (n_rows, dimension) float32, the key, (n_rows, 32) uint8, and the source of each row.

    `rows`, (n_rows,), says which row of the earlier index is the same; at -1 it is the next of `texts`. Of these, the
    ones without a known vector are encoded, each once. The source, (n_rows,), is the row of the earlier index that has
    this vector; -1 where none has. `progress` is told how many of how many texts to encode are done; `keep` gets each
    batch of new vectors.
    """
    vectors = np.empty((len(rows), encoder.dimension), dtype=np.float32)
    keys = np.empty((len(rows), KEY_BYTES), dtype=np.uint8)
    same = np.flatnonzero(rows >= 0)
    vectors[same], keys[same] = earlier.vectors[rows[same]], earlier.keys[rows[same]]
    new = np.flatnonzero(rows < 0)
    keys[new] = text_keys(texts)
    sources = rows.copy()
    known = {key.tobytes(): row for row, key in enumerate(earlier.keys)} if len(new) else {}
    missing: dict[bytes, str] = {}
    places: dict[bytes, list[int]] = {}
    for row, text in zip(new.tolist(), texts, strict=True):
        key = keys[row].tobytes()
        if key in known:
            sources[row] = known[key]
            vectors[row] = earlier.vectors[known[key]]
        elif key in earlier.kept:
            vectors[row] = earlier.kept[key]
        else:
            missing[key] = text
            places.setdefault(key, []).append(row)
    wanted = list(missing)
    for start in range(0, len(wanted), ENCODED_AT_ONCE):
        batch = wanted[start : start + ENCODED_AT_ONCE]
        made = dict(zip(batch, encoder.encode([missing[key] for key in batch]), strict=True))
        for key, vector in made.items():
            vectors[places[key]] = vector
        if keep:
            keep(made)
        if progress:
            progress(start + len(batch), len(wanted))
    return vectors, keys, sources
