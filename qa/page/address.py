"""Addresses of places in an article, as a link's fragment: `#s7.1` is a section, `#s7.1:3997-4080` words in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus
    from qa.records import Citation

_FILES_NAMED = 3


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


def whereabouts(citations: Sequence[Citation], texts: Mapping[str, str]) -> str:
    """Return on which pages citations of one document stand and which files have its text as well; "" for neither."""
    pages = dict.fromkeys(citation.page for citation in citations if citation.page is not None)
    said = [texts["page"].format(number=page) for page in pages]
    if also := citations[0].also:
        named = list(also[:_FILES_NAMED])
        rest = len(also) - len(named)
        named += [texts["also_more"].format(count=rest)] if rest else []
        said.append(texts["also_in"].format(files=", ".join(named)))
    return ", ".join(said)
