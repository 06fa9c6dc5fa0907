"""The checkpoint: vectors on disk as they are made, so that a build that is stopped goes on where it was."""

from __future__ import annotations

import hashlib
import os
import zlib
from typing import IO, TYPE_CHECKING, Self

import numpy as np

from corpus.errors import IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from index.encoder import Encoder

_KEY = 32
_SUM = 4


class Checkpoint:
    """A file of (key, vector, checksum) records behind a header that names the encoder; only ever added to.

    What a crash tore off at its end, or damaged, is left out and written over; all before it is kept.
    """

    def __init__(self, file: Path, encoder: Encoder) -> None:
        self.file = file
        self._dimension = encoder.dimension
        self._header = hashlib.sha256(f"footnote vectors 1 {encoder.fingerprint} {self._dimension}".encode()).digest()
        self._record = _KEY + 4 * self._dimension + _SUM
        self._stream: IO[bytes] | None = None

    def read(self) -> dict[bytes, NDArray[np.float32]]:
        """Return the vectors that were kept, (dimension,) float32 each, by their texts' keys; no other encoder's."""
        return self._whole()[0]

    def __enter__(self) -> Self:
        """Open the file for adding.

        Raises:
            IndexStoreError: it cannot be written.
        """
        try:
            whole = self._whole()[1]
            self._stream = self.file.open("r+b" if whole else "wb", buffering=0)
            if whole:
                self._stream.truncate(whole)
                self._stream.seek(whole)
            else:
                self._write(self._header)
        except OSError as error:
            self.__exit__()
            raise self._failure(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def add(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Keep vectors; they are on the disk when this returns.

        Raises:
            IndexStoreError: they cannot be written; what was kept before still is.
        """
        if self._stream is None:
            raise IndexStoreError("the checkpoint is not open")
        try:
            self._write(b"".join(self._packed(key, vector) for key, vector in vectors.items()))
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._failure(error) from error

    def discard(self) -> None:
        """Remove the file: an index holds its vectors now."""
        self.file.unlink(missing_ok=True)

    def _write(self, content: bytes) -> None:
        """Write everything: an unbuffered stream may take only a part of it."""
        rest = memoryview(content)
        while rest and self._stream:
            rest = rest[self._stream.write(rest) :]

    def _packed(self, key: bytes, vector: NDArray[np.float32]) -> bytes:
        body = key + np.ascontiguousarray(vector, dtype="<f4").tobytes()
        return body + zlib.crc32(body).to_bytes(_SUM, "little")

    def _whole(self) -> tuple[dict[bytes, NDArray[np.float32]], int]:
        """Return the vectors of the records that are whole, and where the last of them ends; 0 without a header."""
        try:
            content = self.file.read_bytes()
        except OSError:
            return {}, 0
        if not content.startswith(self._header):
            return {}, 0
        found: dict[bytes, NDArray[np.float32]] = {}
        end = len(self._header)
        for start in range(end, len(content) - self._record + 1, self._record):
            body, checksum = content[start : start + self._record - _SUM], content[start + self._record - _SUM :][:_SUM]
            if zlib.crc32(body).to_bytes(_SUM, "little") != checksum:
                break
            found[body[:_KEY]] = np.frombuffer(body, dtype="<f4", offset=_KEY).astype(np.float32)
            end = start + self._record
        return found, end

    def _failure(self, error: OSError) -> IndexStoreError:
        return IndexStoreError(
            f"vectors cannot be kept at {self.file}: {error.strerror}; free some space and run again"
        )
