"""Markdown reader: the words of the file without its markup, headings and bullets known, by markdown-it-py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from corpus.blocks import Block, BlockKind, Parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

_BREAKS = {"softbreak": " ", "hardbreak": " "}


def read_markdown(source: str) -> Parsed:
    """Return the canonical text of a Markdown file and its blocks.

    Inline markup, link targets and HTML tags' meaning are dropped, words never: raw HTML stays as the characters it is.
    A first heading of level 1 that has no equal is the document's title and no part of the text.
    """
    body = _without_front_matter(source)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body)
    layout = _Layout()
    list_depth = 0
    heading_level = 0
    row: list[str] | None = None
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                list_depth += 1
            case "bullet_list_close" | "ordered_list_close":
                list_depth -= 1
            case "heading_open":
                heading_level = int(token.tag[1:])
            case "heading_close":
                heading_level = 0
            case "tr_open":
                row = []
            case "tr_close":
                layout.add(BlockKind.BULLET, " | ".join(row or ()))
                row = None
            case "inline" if row is not None:
                row.append(_plain(token))
            case "inline":
                kind = BlockKind.HEADING if heading_level else BlockKind.BULLET if list_depth else BlockKind.PARAGRAPH
                layout.add(kind, _plain(token), heading_level)
            case "fence" | "code_block" | "html_block":
                layout.add(BlockKind.PARAGRAPH, token.content.strip())
    return layout.parsed()


class _Layout:
    """Lays blocks out one after the other into the canonical text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        text = text.strip()
        if not text:
            return
        marker = "- " if kind is BlockKind.BULLET else ""
        follows_bullet = bool(self._blocks) and self._blocks[-1].kind is BlockKind.BULLET
        gap = "" if not self._blocks else "\n" if marker and follows_bullet else "\n\n"
        self._parts += [gap, marker, text]
        start = self._length + len(gap) + len(marker)
        self._length = start + len(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def parsed(self) -> Parsed:
        text, blocks = "".join(self._parts), self._blocks
        top = [block for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
        if len(top) != 1 or blocks[0] != top[0]:
            return Parsed(text, tuple(blocks))
        title = text[blocks[0].start : blocks[0].end]
        cut = blocks[1].start - (2 if blocks[1].kind is BlockKind.BULLET else 0) if blocks[1:] else len(text)
        moved = (Block(block.kind, block.start - cut, block.end - cut, block.level) for block in blocks[1:])
        return Parsed(text[cut:], tuple(moved), title)


def _plain(inline: Token) -> str:
    """Return an inline token's words."""
    return "".join(_words(inline.children or ()))


def _words(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "image":
            yield _plain(token) or token.content
        else:
            yield _BREAKS.get(token.type, token.content)


def _without_front_matter(source: str) -> str:
    """Return the text after a leading `---` block, if there is one that ends."""
    if not source.startswith("---\n"):
        return source
    end = source.find("\n---\n", 3)
    return source[end + 5 :] if end >= 0 else source
