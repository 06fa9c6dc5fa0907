"""An answer on the page: its sentences with their markers, its sources, and what else was found."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from qa.grounding import Reason
from qa.nearest import nearest_sections
from qa.page.address import address, also_in, place, place_line
from qa.page.export import plain_text
from qa.page.templates import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus
    from qa.page.turns import Turn
    from qa.records import Answer, AnswerSentence, Citation

_SNIPPET_CHARACTERS = 140


@dataclass(frozen=True, slots=True)
class _Marker:
    """A footnote number: where it leads, the words there, and the titles above them."""

    number: int
    address: str
    quote: str
    place: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A section that an answer cites, with the pages of it that are cited, if the document has pages.

    `percent` is how well it supports the sentences that cite it, `also` names further files with the same text.
    """

    markers: tuple[_Marker, ...]
    place: tuple[str, ...]
    pages: str
    also: str
    percent: int
    verbatim: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A passage that was found and not cited. `percent` is its score among what was found."""

    address: str
    place: tuple[str, ...]
    page: str
    snippet: str
    percent: int


def turn_html(turn: Turn, corpus: Corpus, texts: Mapping[str, str]) -> str:
    """Return what the page shows in reply to a question; every word of it is escaped."""
    answer = turn.answer
    if answer is None:
        return render("reply.html.j2", texts, turn=turn)
    markers = {citation.marker: _marker(citation, corpus, texts) for citation in answer.citations}
    return render(
        "answer.html.j2",
        texts,
        turn=turn,
        version=corpus.content_hash[:16],
        answer=answer,
        many=len(corpus.documents) > 1,
        markers=markers,
        groups=[(bullets, list(group)) for bullets, group in groupby(answer.sentences, key=lambda s: s.bullet)],
        sources=_sources(answer, markers, corpus, texts),
        found=_found(answer, corpus, texts),
        nearest=_nearest(answer, corpus),
        held_back=[sentence for sentence in answer.dropped if sentence.reason not in (Reason.REPEATED, Reason.EMPTY)],
        copy=plain_text(answer, corpus, texts),
        kinds={sentence.verbatim for sentence in answer.sentences},
    )


def _marker(citation: Citation, corpus: Corpus, texts: Mapping[str, str]) -> _Marker:
    return _Marker(
        number=citation.marker,
        address=address(corpus, citation.document_id, citation.section_id, (citation.start, citation.end)),
        quote=citation.quote,
        place=place_line(citation, corpus, texts),
    )


def _sources(answer: Answer, markers: Mapping[int, _Marker], corpus: Corpus, texts: Mapping[str, str]) -> list[_Source]:
    """Return the cited sections in the order of their first marker."""
    by_section: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        by_section.setdefault((citation.document_id, citation.section_id), []).append(citation)
    sources = []
    for (document_id, section_id), citations in by_section.items():
        numbers = {citation.marker for citation in citations}
        citing = [sentence for sentence in answer.sentences if numbers & set(sentence.markers)]
        sources.append(
            _Source(
                markers=tuple(markers[citation.marker] for citation in citations),
                place=place(corpus, document_id, section_id),
                pages=_pages(citations, texts),
                also=also_in(corpus.document(document_id), texts),
                percent=_percent(_mean_support(citing)),
                verbatim=all(sentence.verbatim for sentence in citing),
            )
        )
    return sources


def _pages(citations: Sequence[Citation], texts: Mapping[str, str]) -> str:
    """Return the pages that are cited, in their order, as "p. 3" or "pp. 3, 5"; nothing where there are none."""
    pages = sorted({citation.page for citation in citations if citation.page is not None})
    if not pages:
        return ""
    return texts["page" if len(pages) == 1 else "pages"].format(number=", ".join(map(str, pages)))


def _mean_support(sentences: Sequence[AnswerSentence]) -> float:
    return sum(sentence.support for sentence in sentences) / len(sentences) if sentences else 0.0


def _found(answer: Answer, corpus: Corpus, texts: Mapping[str, str]) -> list[_Found]:
    """Return the passages that no citation comes from, best first."""
    found = []
    cited = [(citation.document_id, citation.start) for citation in answer.citations]
    for hit in answer.hits:
        passage = hit.passage
        if any(passage.document_id == document and passage.start <= start < passage.end for document, start in cited):
            continue
        document = corpus.document(passage.document_id)
        page = document.page(passage.start)
        found.append(
            _Found(
                address=address(corpus, passage.document_id, passage.section_id, (passage.start, passage.end)),
                place=place(corpus, passage.document_id, passage.section_id),
                page=texts["page"].format(number=page) if page else "",
                snippet=_snippet(document.text[passage.start : passage.end]),
                percent=_percent(hit.score),
            )
        )
    return found


def _nearest(answer: Answer, corpus: Corpus) -> list[tuple[tuple[str, ...], str]]:
    """Return the place and address of each section that an abstaining answer names."""
    many = len(corpus.documents) > 1
    return [
        ((document.title, section.title) if many else (section.title,), address(corpus, document.id, section.id))
        for document, section in nearest_sections(answer.hits, corpus)
    ]


def _snippet(text: str) -> str:
    """Return the beginning of a passage on one line, cut between words.

    >>> _snippet("one  two"), len(_snippet("word " * 100)) <= _SNIPPET_CHARACTERS
    ('one two', True)
    """
    line = " ".join(text.split())
    if len(line) <= _SNIPPET_CHARACTERS:
        return line
    return line[: _SNIPPET_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _percent(share: float) -> int:
    """Return a share in [0, 1] as whole percent.

    >>> _percent(0.985), _percent(-0.1), _percent(1.2)
    (98, 0, 100)
    """
    return round(100 * min(max(share, 0.0), 1.0))
