"""The lock of an index's folder, by filelock, the only file that imports it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from corpus.errors import IndexBusyError
from index.store import LOCK, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def alone(folder: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Let one process at a time build in a folder; the system frees the lock of one that ends, however it ends.

    Where another has it, `waiting` is called and that one waited for.

    Raises:
        IndexBusyError: another process has it and `waiting` is None.
        IndexStoreError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is None:
                raise IndexBusyError(f"another process is building the index at {folder}") from None
            waiting()
            lock.acquire()
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield
    finally:
        lock.release()
