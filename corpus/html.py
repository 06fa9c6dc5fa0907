"""HTML reader: the words of a page's main part, headings and bullets known, by selectolax."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from corpus.blocks import BlockKind
from corpus.layout import Layout
from corpus.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from corpus.blocks import Parsed

_DROPPED = ("script, style, template, noscript, svg, iframe, object, nav, aside, form, button, dialog, "
            "[hidden], [aria-hidden=true]")  # fmt: skip
_OUTSIDE_ARTICLE = "body > header, body > footer"
_TO_MACHINES = re.compile(
    r"viewport|robots|referrer|generator|theme-color|color-scheme|format-detection|csrf|google|twitter|msapplication|apple|"
    r"fb:|og:(?!title|description)",
    re.IGNORECASE,
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BULLETS = frozenset({"li", "dt", "dd", "tr"})
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "body",
        "caption",
        "details",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "header",
        "hgroup",
        "hr",
        "html",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "ul",
    }
)
_CELLS = frozenset({"td", "th"})


def read_html(source: str) -> Parsed:
    """Return the canonical text of a page and its blocks.

    What stands in `<main>`, or in the only `<article>`, is the page's text; without either it is the body without its
    own header and footer. Menus, forms, scripts and hidden parts are dropped; a table's row is a bullet of its cells.
    What `<meta>`, `<title>` and `<html lang>` say is the page's metadata.
    """
    tree = LexborHTMLParser(source)
    about = metadata(_about(tree))
    root = _main_part(tree)
    if root is None:
        return Layout().parsed()
    for node in root.css(_DROPPED):
        node.decompose()
    walk = _Walk()
    walk.visit(root)
    walk.flush()
    parsed = walk.layout.parsed()
    if parsed.title is None and "title" in about:
        parsed = walk.layout.parsed(about["title"][0])
    return replace(parsed, metadata=about)


def _about(tree: LexborHTMLParser) -> Iterator[tuple[str, object]]:
    """Yield what a page's head says about it; what is said to browsers and crawlers is left out."""
    if (title := tree.css_first("title")) is not None:
        yield "title", title.text()
    if tree.root is not None and (language := tree.root.attributes.get("lang")):
        yield "lang", language
    for node in tree.css("meta[content]"):
        name = node.attributes.get("name") or node.attributes.get("property") or ""
        content = node.attributes.get("content") or ""
        if name and not _TO_MACHINES.match(name):
            yield name, re.split(r"\s*,\s*", content) if name.lower() == "keywords" else content


def _main_part(tree: LexborHTMLParser) -> LexborNode | None:
    articles = tree.css("article")
    main = tree.css_first("main, [role=main]") or (articles[0] if len(articles) == 1 else None)
    if main is None:
        for node in tree.css(_OUTSIDE_ARTICLE):
            node.decompose()
    return main or tree.body


class _Walk:
    """Goes through a tree and lays out its blocks; words outside any block of their own make a paragraph."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._words: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0

    def visit(self, root: LexborNode) -> None:
        """Add everything below a node. A stack of its own stands in for recursion: pages nest without bound."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        kinds: list[tuple[BlockKind, int]] = []
        while stack:
            node, closing = stack.pop()
            tag = node.tag
            if closing:
                self.flush()
                self._kind, self._level = kinds.pop()
                continue
            if tag == "-text":
                self._words.append(node.text_content or "")
            elif tag == "br":
                self._words.append(" ")
            elif tag in _CELLS:
                self._words.append(" | " if "".join(self._words).strip() else "")
            if tag in _HEADINGS or tag in _BULLETS or tag in _BLOCKS:
                self.flush()
                kinds.append((self._kind, self._level))
                stack.append((node, True))
                if tag in _HEADINGS:
                    self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
                elif tag in _BULLETS:
                    self._kind, self._level = BlockKind.BULLET, 0
            stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]

    def flush(self) -> None:
        """Add the words gathered so far as one block."""
        self.layout.add(self._kind, _blanked("".join(self._words)), self._level)
        self._words = []


def _blanked(text: str) -> str:
    """Return a text with each run of blanks as one space."""
    return re.sub(r"\s+", " ", text).strip()
