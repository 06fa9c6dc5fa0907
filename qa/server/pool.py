"""The workers: a bounded number of answers at a time, a bounded number waiting, the rest refused at once.

A judge reads one passage at a time, on purpose (`EvidenceModel` says why), so questions gain nothing from sharing a
batch; what many visitors need is that a few answers run side by side and that no line grows without end.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from corpus.errors import BusyError, TimeLimitError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

T = TypeVar("T")

RETRY_SECONDS = 1
"""When somebody who was refused may come back."""


class _End:
    """Says that no step follows, and why if something broke."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Pool:
    """Runs what yields answers in threads of its own."""

    def __init__(
        self, workers: int, waiting: int, seconds: float, waited: Callable[[float], None] = lambda _seconds: None
    ) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="answer")
        self._room = workers + waiting
        self._seconds = seconds
        self._waited = waited
        self._lock = threading.Lock()
        self._inside = 0
        self._running = 0

    @property
    def running(self) -> int:
        """How many are being answered."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        return max(0, self._inside - self._running)

    async def stream(self, steps: Callable[[], Iterator[T]]) -> AsyncGenerator[T]:
        """Yield what `steps()` yields in a worker; whoever stops listening frees the worker at the next step.

        Raises:
            BusyError: too many wait.
            TimeLimitError: the whole took too long.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[T | _End] = asyncio.Queue()
        gone = threading.Event()

        def tell(step: T | _End) -> None:
            try:
                loop.call_soon_threadsafe(told.put_nowait, step)
            except RuntimeError:  # the server has ended
                gone.set()

        future = self._start(steps, tell, gone)
        deadline = loop.time() + self._seconds
        try:
            while True:
                try:
                    step = await asyncio.wait_for(told.get(), deadline - loop.time())
                except TimeoutError:
                    raise self._too_slow() from None
                if isinstance(step, _End):
                    if step.error:
                        raise step.error
                    return
                yield step
        finally:
            gone.set()
            future.cancel()

    def stream_here(self, steps: Callable[[], Iterator[T]]) -> Iterator[T]:
        """Do the same for a caller with a thread of its own; of the steps that came meanwhile, yield the newest."""
        told: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        gone = threading.Event()
        future = self._start(steps, told.put, gone)
        deadline = time.monotonic() + self._seconds
        try:
            while True:
                try:
                    step = told.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    raise self._too_slow() from None
                end = step if isinstance(step, _End) else None
                while end is None and not told.empty():
                    newer = told.get_nowait()
                    if isinstance(newer, _End):
                        end = newer
                    else:
                        step = newer
                if not isinstance(step, _End):
                    yield step
                if end:
                    if end.error:
                        raise end.error
                    return
        finally:
            gone.set()
            future.cancel()

    def close(self) -> None:
        """Wait for what runs; what waits is dropped."""
        self._threads.shutdown(cancel_futures=True)

    def _start(
        self, steps: Callable[[], Iterator[T]], tell: Callable[[T | _End], None], gone: threading.Event
    ) -> Future[None]:
        with self._lock:
            if self._inside >= self._room:
                raise BusyError(f"{self.waiting} questions wait already; ask again in a moment")
            self._inside += 1
        arrived = time.perf_counter()

        def work() -> None:
            with self._lock:
                self._running += 1
            try:
                self._waited(time.perf_counter() - arrived)
                for step in steps():
                    if gone.is_set():
                        return
                    tell(step)
                tell(_End())
            except BaseException as error:  # whoever waits for the answer is told
                tell(_End(error))
            finally:
                with self._lock:
                    self._running -= 1

        def left(_: Future[None]) -> None:
            with self._lock:
                self._inside -= 1

        try:
            future = self._threads.submit(contextvars.copy_context().run, work)
        except RuntimeError as error:
            left(Future())
            raise BusyError("the server is stopping; ask again in a moment") from error
        future.add_done_callback(left)
        return future

    def _too_slow(self) -> TimeLimitError:
        return TimeLimitError(f"the answer took longer than {self._seconds:g} seconds; ask a shorter question")
