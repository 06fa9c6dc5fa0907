"""Addresses of places in an article, as a link's fragment: `#s7.1` is a section, `#s7.1:3997-4080` words in it.

`#other.md/` is another document from its beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus import Corpus, Document
    from qa.records import Citation

_FILES_NAMED = 3


def address(corpus: Corpus, document_id: str, section_id: str = "", span: tuple[int, int] | None = None) -> str:
    """Return the fragment that opens a section, at the span (offsets in characters) if one is given.

    A document other than the corpus's first is named in front: `#other.md/s1`. Without a section it is the document.
    """
    document = "" if document_id == corpus.documents[0].id else quote(document_id, safe="")
    document += "/" if document or not section_id else ""
    words = f":{span[0]}-{span[1]}" if span else ""
    return f"#{document}{section_id}{words}"


def place(corpus: Corpus, document_id: str, section_id: str) -> tuple[str, ...]:
    """Return the titles that lead to a section, outermost first; with the document's where there are several."""
    document = corpus.document(document_id)
    titles = tuple(section.title for section in document.section_path(section_id))
    return titles if len(corpus.documents) == 1 else (document.title, *titles)


def place_line(citation: Citation, corpus: Corpus, texts: Mapping[str, str]) -> str:
    """Return where a citation stands, on one line: titles, page, and further files with the same text."""
    line = " › ".join(place(corpus, citation.document_id, citation.section_id))
    if citation.page is not None:
        line += f", {texts['page'].format(number=citation.page)}"
    also = also_in(corpus.document(citation.document_id), texts)
    return f"{line} ({also})" if also else line


def also_in(document: Document, texts: Mapping[str, str]) -> str:
    """Return which further files have a document's text, in words; "" where none has."""
    if not document.also:
        return ""
    named = list(document.also[:_FILES_NAMED])
    rest = len(document.also) - len(named)
    named += [texts["also_more"].format(count=rest)] if rest else []
    return texts["also_in"].format(files=", ".join(named))
