"""The corpora of one server: each has a page of its own, and every page leads to the others."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Choice:
    """A corpus to choose: its title, where its page lies as seen from this one, and whether that is this page."""

    title: str
    address: str
    here: bool


def choices(titles: Sequence[str], paths: Sequence[str], here: str) -> tuple[Choice, ...]:
    """Return what the page at the path `here` offers; the addresses are relative, so that a proxy may add to them.

    >>> [choice.address for choice in choices(["A", "B", "C"], ["/", "/corpora/b/", "/corpora/c/"], "/corpora/b/")]
    ['../../', './', '../c/']
    """
    return tuple(
        Choice(title, f"{posixpath.relpath(path, here)}/", path == here)
        for title, path in zip(titles, paths, strict=True)
    )
