"""Layout: lays blocks out into one canonical text, for the formats whose own text is markup or drawing commands."""

from __future__ import annotations

from corpus.blocks import Block, BlockKind, Parsed

_MARKER = "- "


class Layout:
    """Collects blocks in reading order: bullets stand one a line, all else is set apart by a blank line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._page_starts: list[int] = []

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Append a block, unless its text is blank; `level` is a heading's depth from 1."""
        text = text.strip()
        if not text:
            return
        marker = _MARKER if kind is BlockKind.BULLET else ""
        follows_bullet = bool(self._blocks) and self._blocks[-1].kind is BlockKind.BULLET
        gap = "" if not self._blocks else "\n" if marker and follows_bullet else "\n\n"
        self._parts += [gap, marker, text]
        start = self._length + len(gap) + len(marker)
        self._length = start + len(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def begin_page(self) -> None:
        """Let the next page begin: what is added from here on stands on it."""
        self._page_starts.append(self._length)

    def parsed(self, title: str | None = None) -> Parsed:
        """Return text, blocks and pages.

        Without a `title`, a first heading of level 1 that has no equal is the title and no part of the text.
        """
        text, blocks, pages = "".join(self._parts), self._blocks, tuple(self._page_starts)
        top = [block for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
        if title or len(top) != 1 or blocks[0] != top[0]:
            return Parsed(text, tuple(blocks), title, pages)
        title = text[blocks[0].start : blocks[0].end]
        after_marker = len(_MARKER) if blocks[1:] and blocks[1].kind is BlockKind.BULLET else 0
        cut = blocks[1].start - after_marker if blocks[1:] else len(text)
        moved = (Block(block.kind, block.start - cut, block.end - cut, block.level) for block in blocks[1:])
        return Parsed(text[cut:], tuple(moved), title, tuple(max(0, start - cut) for start in pages))
