"""Addresses of places in an article, as a link's fragment: `#s7.1` is a section, `#s7.1:3997-4080` words in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from corpus import Corpus
    from qa.records import Citation


def address(corpus: Corpus, document_id: str, section_id: str, span: tuple[int, int] | None = None) -> str:
    """Return the fragment that opens a section, at the span (offsets in characters) if one is given.

    A document other than the corpus's first is named in front: `#other.md/s1`.
    """
    document = "" if document_id == corpus.documents[0].id else f"{quote(document_id, safe='')}/"
    words = f":{span[0]}-{span[1]}" if span else ""
    return f"#{document}{section_id}{words}"


def place(corpus: Corpus, document_id: str, section_id: str) -> tuple[str, ...]:
    """Return the titles that lead to a section, outermost first; with the document's where there are several."""
    document = corpus.document(document_id)
    titles = tuple(section.title for section in document.section_path(section_id))
    return titles if len(corpus.documents) == 1 else (document.title, *titles)


def place_line(citation: Citation, corpus: Corpus, page: str) -> str:
    """Return where a citation stands, on one line; `page` words its page number, as in "p. {number}"."""
    titles = " › ".join(place(corpus, citation.document_id, citation.section_id))
    return titles if citation.page is None else f"{titles}, {page.format(number=citation.page)}"
