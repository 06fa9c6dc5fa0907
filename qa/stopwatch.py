"""A stopwatch: how many seconds each stage of an answer took."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    Traced: TypeAlias = Callable[[str], AbstractContextManager[None]]


def _untraced(_: str) -> AbstractContextManager[None]:
    return nullcontext()


_traced: Traced = _untraced


def trace(stage: Traced | None) -> None:
    """Put every stage from now on into `stage(name)`, for a server that tells others of them; None ends that."""
    global _traced  # noqa: PLW0603  (one a process, as what it tells is)
    _traced = stage or _untraced


class Stopwatch:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time until the block ends to a stage's seconds."""
        started = time.perf_counter()
        try:
            with _traced(name):
                yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def stop(self) -> None:
        """Set `total` to the seconds since the watch was made."""
        self.seconds["total"] = time.perf_counter() - self._started
