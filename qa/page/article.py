"""The reading pane: a whole document with its table of contents, every block carrying its offset in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from corpus.lazy import summaries
from corpus.records import SentenceKind
from qa.page.address import address
from qa.page.templates import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus import Corpus, Document, Section

_LIST_MARKER = re.compile(r"(?:[-*+•–‣◦]|\(?\d{1,3}[.)])")
_TOP_HEADING = 3
"""Heading level of an article's outermost sections: the page is 1, the article 2."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters of the document: `text` is `document.text[start:start + len(text)]`.

    `page` is the label of the page that begins with it, if one does.
    """

    start: int
    text: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, which is one span, or a list with a span for each bullet."""

    is_list: bool
    spans: tuple[_Span, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A section as it stands in the pane; `depth` is 0 at the top, `tag` its heading's element.

    `page` is the label of the page that begins with its heading, if one does.
    """

    section: Section
    page: str
    address: str
    depth: int
    tag: str
    blocks: tuple[_Block, ...]


class _Pages:
    """Notices, going through a document in reading order, where a new page begins."""

    def __init__(self, document: Document, texts: Mapping[str, str]) -> None:
        self.document = document
        self._texts = texts
        self._page: int | None = None

    def begun(self, offset: int) -> str:
        """Return the label of the page that an offset stands on, if it is the first of that page."""
        before, self._page = self._page, self.document.page(offset)
        return "" if self._page in (None, before) else self._texts["page"].format(number=self._page)

    def span(self, start: int, text: str) -> _Span:
        """Return the characters from `start` on, with their page where it begins."""
        return _Span(start, text, self.begun(start))


def article_html(document: Document, corpus: Corpus, texts: Mapping[str, str]) -> str:
    """Return a document as the reading pane shows it; where the corpus has others, with room for their list."""
    pages = _Pages(document, texts)
    parts = [_part(section, pages, corpus) for section in document.sections]
    many = len(corpus.documents) > 1
    return render("article.html.j2", texts, version=corpus.content_hash[:16], document=document, parts=parts, many=many)


def documents_html(corpus: Corpus, texts: Mapping[str, str], shown: str) -> str:
    """Return the list of a corpus's documents, of which the one with the id `shown` is open.

    It may be long, and is fetched when somebody asks for it.
    """
    documents = [(each.title, address(corpus, each.id), each.id == shown) for each in summaries(corpus.documents)]
    return render("documents.html.j2", texts, documents=documents)


def _part(section: Section, pages: _Pages, corpus: Corpus) -> _Part:
    document = pages.document
    depth = len(document.section_path(section.id)) - 1
    return _Part(
        section=section,
        page=pages.begun(section.heading_start) if section.heading_end > section.heading_start else "",
        address=address(corpus, document.id, section.id),
        depth=depth,
        tag=f"h{min(_TOP_HEADING + depth, 6)}",
        blocks=tuple(_blocks(section, pages)),
    )


def _blocks(section: Section, pages: _Pages) -> Iterator[_Block]:
    """Yield a section's blocks, and as a paragraph whatever stands between its sentences but blanks and bullets."""
    document, position = pages.document, section.start
    for _, group in groupby(document.sentences(section.id), key=lambda sentence: (sentence.paragraph, sentence.kind)):
        sentences = list(group)
        yield from _between(position, sentences[0].start, pages)
        position = sentences[-1].end
        if sentences[0].kind is SentenceKind.BULLET:
            yield _Block(True, tuple(pages.span(s.start, document.text[s.start : s.end]) for s in sentences))
        else:
            yield _Block(False, (pages.span(sentences[0].start, document.text[sentences[0].start : position]),))
    yield from _between(position, section.end, pages)


def _between(start: int, end: int, pages: _Pages) -> Iterator[_Block]:
    text = pages.document.text[start:end]
    if text.strip() and not _LIST_MARKER.fullmatch(text.strip()):
        offset = len(text) - len(text.lstrip())
        yield _Block(False, (pages.span(start + offset, text.strip()),))
