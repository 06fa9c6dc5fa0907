"""An encoder that remembers: vectors are kept on disk by content and encoder, so that no text is encoded twice."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import EvaluationError
from index.cache import CACHE_VARIABLE, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index import Encoder

CHUNK = 512
"""Texts that are encoded, and then kept, at a time."""

_LOOKUP = 500


class CachedEncoder:
    """Wraps an encoder with a file of vectors by the SHA-256 of their text.

    `encoded` and `seconds` count what the wrapped encoder had to do. `progress` is called for every chunk with the
    texts that are done and all of them.
    """

    def __init__(self, encoder: Encoder, file: Path, progress: Callable[[int, int], None] | None = None) -> None:
        self.encoder = encoder
        self.file = file
        self.progress = progress or (lambda _done, _total: None)
        self.encoded = 0
        self.seconds = 0.0

    @property
    def name(self) -> str:
        """Name for people."""
        return self.encoder.name

    @property
    def fingerprint(self) -> str:
        """Identity of the wrapped encoder."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32; new ones are on disk when this returns.

        Raises:
            EvaluationError: the file cannot be used.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.file, timeout=60)) as connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
                )
                known = {key for key, _ in _fetch(connection, keys)}
                missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
                self._add(connection, missing, len(known))
                return _stack(connection, keys)
        except (OSError, sqlite3.Error) as error:
            raise EvaluationError(
                f"the embedding cache {self.file} cannot be used: {error}; delete it, or set {CACHE_VARIABLE}"
            ) from error

    def _add(self, connection: sqlite3.Connection, missing: dict[bytes, str], known: int) -> None:
        """Encode and keep texts, of similar length together."""
        total = known + len(missing)
        self.progress(known, total)
        rows = sorted(missing.items(), key=lambda row: (len(row[1]), row[0]), reverse=True)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            began = time.perf_counter()
            vectors = self.encoder.encode([text for _, text in chunk]).astype(np.float32)
            self.seconds += time.perf_counter() - began
            self.encoded += len(chunk)
            stored = ((key, vector.tobytes()) for (key, _), vector in zip(chunk, vectors, strict=True))
            with connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", stored)
            self.progress(known + min(start + CHUNK, len(rows)), total)


def cache_file(encoder: Encoder) -> Path:
    """Return where an encoder's vectors are kept: below $FOOTNOTE_CACHE or the user's cache folder."""
    readable = re.sub(r"[^\w.-]+", "-", encoder.name)
    identity = hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:16]
    return cache_folder() / "embeddings" / f"{readable}-{identity}.sqlite"


def _fetch(connection: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    unique = list(dict.fromkeys(keys))
    for start in range(0, len(unique), _LOOKUP):
        part = unique[start : start + _LOOKUP]
        marks = ",".join("?" * len(part))
        yield from connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608


def _stack(connection: sqlite3.Connection, keys: Sequence[bytes]) -> NDArray[np.float32]:
    """Return the vectors of the keys: (n_keys, dimension) float32, filled in place so that few are held twice."""
    places: dict[bytes, list[int]] = {}
    for position, key in enumerate(keys):
        places.setdefault(key, []).append(position)
    rows: NDArray[np.float32] | None = None
    for key, stored in _fetch(connection, keys):
        vector = np.frombuffer(stored, dtype=np.float32)
        if rows is None:
            rows = np.empty((len(keys), len(vector)), dtype=np.float32)
        rows[places[key]] = vector
    if rows is None:
        raise EvaluationError("the embedding cache lost its rows while it was read")
    return rows
