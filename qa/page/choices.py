"""The corpora of one server: each has a page of its own, and every page leads to the others."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = "/"


@dataclass(frozen=True, slots=True)
class Choice:
    """A corpus to choose: its title, where its page lies as seen from this one, and whether that is this page."""

    title: str
    address: str
    here: bool


def page_paths(titles: Sequence[str]) -> tuple[str, ...]:
    """Return the path of each corpus's page; the first one's is the root.

    >>> page_paths(["Bread", "Tides & Harbours", "Tides, harbours", "海"])
    ('/', '/corpora/tides-harbours/', '/corpora/tides-harbours-3/', '/corpora/corpus-4/')
    """
    paths: list[str] = []
    for number, title in enumerate(titles, start=1):
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        path = f"/corpora/{name}/" if name else ""
        if not path or path in paths:
            path = f"/corpora/{name or 'corpus'}-{number}/"
        paths.append(path if paths else ROOT)
    return tuple(paths)


def choices(titles: Sequence[str], paths: Sequence[str], here: str) -> tuple[Choice, ...]:
    """Return what the page at the path `here` offers; the addresses are relative, so that a proxy may add to them.

    >>> [choice.address for choice in choices(["A", "B", "C"], ["/", "/corpora/b/", "/corpora/c/"], "/corpora/b/")]
    ['../../', './', '../c/']
    """
    return tuple(
        Choice(title, f"{posixpath.relpath(path, here)}/", path == here)
        for title, path in zip(titles, paths, strict=True)
    )
