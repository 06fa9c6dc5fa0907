"""HTML reader: the words of a page's main part, headings and bullets known, by selectolax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from corpus.blocks import BlockKind
from corpus.layout import Layout

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.blocks import Parsed

_DROPPED = ("script, style, template, noscript, svg, iframe, object, nav, aside, form, button, dialog, "
            "[hidden], [aria-hidden=true]")  # fmt: skip
_OUTSIDE_ARTICLE = "body > header, body > footer"
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
    """
    tree = LexborHTMLParser(source)
    root = _main_part(tree)
    if root is None:
        return Layout().parsed()
    for node in root.css(_DROPPED):
        node.decompose()
    walk = _Walk()
    walk.visit(root)
    walk.flush()
    heading = tree.css_first("title")
    parsed = walk.layout.parsed()
    if parsed.title is None and heading is not None and heading.text(strip=True):
        return walk.layout.parsed(_blanked(heading.text()))
    return parsed


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
