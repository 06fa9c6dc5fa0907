"""A part of a list that stands for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")


def evenly(items: Sequence[Item], count: int) -> tuple[Item, ...]:
    """Return `count` items at even distances, or all where there are no more.

    >>> evenly("abcdef", 3)
    ('a', 'c', 'e')
    """
    if count >= len(items):
        return tuple(items)
    return tuple(items[at * len(items) // count] for at in range(count))
