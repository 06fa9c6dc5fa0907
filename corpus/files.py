"""Reading a file's bytes: whole, as they stood at one moment, and never more of them than one document may have."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.readers import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

_TRIES = 3
_PAUSE_SECONDS = 0.05


def read_steadily(file: Path) -> bytes:
    """Return a file's bytes; one that is written to meanwhile is read again a few times.

    Raises:
        CorpusError: it weighs more than one document may, or does not come to rest.
        OSError: it cannot be read.
    """
    for _ in range(_TRIES):
        with file.open("rb") as stream:
            before = os.fstat(stream.fileno())
            if before.st_size > MAX_BYTES:
                weighs, most = f"{before.st_size / 1e6:.0f} MB", f"{MAX_BYTES / 1e6:.0f} MB"
                raise CorpusError(f"has {weighs}, more than the {most} of one document; split it")
            raw = stream.read(MAX_BYTES + 1)
        after = file.stat()
        if _state(before) == _state(after) and len(raw) == after.st_size:
            return raw
        time.sleep(_PAUSE_SECONDS)
    raise CorpusError("changes while it is read; run again when it is finished")


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
