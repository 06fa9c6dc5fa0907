"""What was asked for last is kept at hand, up to a weight."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Recent(Generic[T]):
    """Remembers things by their keys until newer ones outweigh them; several threads may ask at once."""

    def __init__(self, most: int, weight: Callable[[T], int]) -> None:
        self._most = most
        self._weight = weight
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._weighs = 0
        self._lock = threading.Lock()

    def seen(self, key: Hashable) -> T | None:
        """Return what is at hand under a key; None if nothing is."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is under a key, made where it is not at hand."""
        found = self.seen(key)
        if found is not None:
            return found
        made = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._weighs += self._weight(made)
            while self._weighs > self._most and len(self._held) > 1:
                self._weighs -= self._weight(self._held.popitem(last=False)[1])
        return made
