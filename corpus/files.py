"""Reading a file's bytes: whole, as they stood at one moment, and never more of them than one document may have."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.readers import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

_TRIES = 3
_PAUSE_SECONDS = 0.05
_RESTED_NS = 3_000_000_000
"""How long a file must have lain untouched for its stamp to tell all later changes: the coarsest file systems count
times in steps of two seconds, so that a change soon after another can bear the same time."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; `modified` and `changed` are nanoseconds since 1970.

    `changed` is set by the system whenever content, name, owner or rights change, and no program can set it back.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    def rested(self, now: int) -> bool:
        """Tell whether whatever happens to the file after `now`, in nanoseconds since 1970, changes its stamp."""
        return now - max(self.modified, self.changed) > _RESTED_NS


def stamp(file: Path) -> Stamp:
    """Return a file's stamp.

    Raises:
        OSError: it cannot be looked at.
    """
    return _stamp(file.stat())


def read_steadily(file: Path) -> tuple[bytes, Stamp]:
    """Return a file's bytes and its stamp with them; one that is written to meanwhile is read again a few times.

    Raises:
        CorpusError: it weighs more than one document may, or does not come to rest.
        OSError: it cannot be read.
    """
    for _ in range(_TRIES):
        with file.open("rb") as stream:
            before = _stamp(os.fstat(stream.fileno()))
            if before.size > MAX_BYTES:
                weighs, most = f"{before.size / 1e6:.0f} MB", f"{MAX_BYTES / 1e6:.0f} MB"
                raise CorpusError(f"has {weighs}, more than the {most} of one document; split it")
            raw = stream.read(MAX_BYTES + 1)
        after = stamp(file)
        if before == after and len(raw) == after.size:
            return raw, after
        time.sleep(_PAUSE_SECONDS)
    raise CorpusError("changes while it is read; run again when it is finished")


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
