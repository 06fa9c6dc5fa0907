"""Markdown reader: the words of the file without its markup, headings and bullets known, by markdown-it-py."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import yaml
from markdown_it import MarkdownIt

from corpus.blocks import BlockKind
from corpus.layout import Layout
from corpus.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

    from corpus.blocks import Parsed

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<fields>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BREAKS = {"softbreak": " ", "hardbreak": " "}


def read_markdown(source: str) -> Parsed:
    """Return the canonical text of a Markdown file and its blocks.

    Inline markup, link targets and HTML tags' meaning are dropped, words never: raw HTML stays as the characters it is.
    A first heading of level 1 that has no equal is the document's title and no part of the text. Front matter, a YAML
    table between two lines `---`, is the document's metadata; its `title` stands in for a missing heading.
    """
    fields, body = _front_matter(source)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body)
    layout = Layout()
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
    about = metadata(fields.items())
    parsed = layout.parsed()
    if parsed.title is None and "title" in about:
        parsed = layout.parsed(about["title"][0])
    return replace(parsed, metadata=about)


def _plain(inline: Token) -> str:
    """Return an inline token's words."""
    return "".join(_words(inline.children or ()))


def _words(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "image":
            yield _plain(token) or token.content
        else:
            yield _BREAKS.get(token.type, token.content)


def _front_matter(source: str) -> tuple[dict[str, object], str]:
    """Return the fields of a leading `---` block and the text after it; a block that is no YAML table is text."""
    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source
    try:
        fields = yaml.load(match["fields"], Loader=yaml.BaseLoader)  # noqa: S506  (it makes texts and nothing else)
    except (yaml.YAMLError, RecursionError):
        return {}, source
    if fields and not isinstance(fields, dict):
        return {}, source
    return {str(key): value for key, value in (fields or {}).items()}, source[match.end() :]
