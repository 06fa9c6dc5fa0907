"""A worker thread for models that run in this process: its pieces come through a queue, and it can be stopped."""

from __future__ import annotations

import threading
from queue import Empty, Queue
from typing import TYPE_CHECKING

from corpus.errors import ModelError
from qa.generators.language_model import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STOPPING = 5.0
"""Seconds in which a model that is told to stop has to."""


class Worker:
    """Runs one answer of a model at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._busy = threading.Lock()

    def pieces(self, work: Callable[[Callable[[str], bool]], None], silence: float) -> Iterator[str]:
        """Yield what `work` hands to its argument, which tells it by True to stop.

        Closing the iterator stops the work. Errors of the work are raised here.

        Args:
            work: runs in a thread of its own.
            silence: the longest wait for the first and for each next piece, in seconds.

        Raises:
            BusyError: another answer is still being written after `silence` seconds.
            ModelError: nothing came for `silence` seconds.
        """
        if not self._busy.acquire(timeout=silence):
            raise BusyError(f"{self._name} is still writing another answer")
        queue: Queue[str | BaseException | None] = Queue()
        stopped = threading.Event()

        def hand_over(piece: str) -> bool:
            queue.put(piece)
            return stopped.is_set()

        def run() -> None:
            try:
                work(hand_over)
                queue.put(None)
            except BaseException as error:
                queue.put(error)
            finally:
                self._busy.release()

        thread = threading.Thread(target=run, name=self._name, daemon=True)
        thread.start()
        try:
            while (piece := queue.get(timeout=silence)) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        except Empty:
            raise ModelError(f"{self._name} was silent for {silence:g} s") from None
        finally:
            stopped.set()
            thread.join(_STOPPING)
