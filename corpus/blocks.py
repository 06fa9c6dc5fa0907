"""Blocks: what every reader turns a file into, before sections, sentences and passages are made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)(?:[.)]\s+|(?<=\.\d)\s+|(?<=\.\d\d)\s+)(?=\S)")


class BlockKind(StrEnum):
    """What a block of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"


@dataclass(frozen=True, slots=True)
class Block:
    """A span of the canonical text; a bullet's has no marker. `level` is a heading's depth from 1, and 0 elsewhere."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as its reader saw it: canonical text, blocks in reading order, and the title where the file states one.

    `page_starts` are the offsets at which pages 1, 2, ... begin; empty where the format has no pages. `metadata` is
    what the file says about itself, as `corpus.metadata` spells it.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    page_starts: tuple[int, ...] = ()
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def heading_number(heading: str) -> tuple[str, int]:
    """Return a heading's leading number without its dot, and the offset at which the title proper begins.

    >>> heading_number("6. Hypokalemic Periodic Paralysis")
    ('6', 3)
    >>> heading_number("2.1 Dose"), heading_number("3D printing"), heading_number("2024 in review")
    (('2.1', 4), ('', 0), ('', 0))
    """
    match = _NUMBER.match(heading)
    return (match["number"], match.end()) if match else ("", 0)
