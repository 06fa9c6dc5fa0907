"""Grounding: each drafted sentence checked against the evidence, cited by code, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.records import AnswerSentence, Citation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qa.evidence import ScoredSentence
    from qa.generators import Draft

Grounded = tuple[AnswerSentence, tuple[Citation, ...]]


def ground(drafts: Iterable[Draft], evidence: Sequence[ScoredSentence]) -> Iterator[Grounded]:
    """Yield each draft that the evidence holds word for word, with its citations; what it does not hold is dropped.

    Markers count from 1 in the order of their first use; a span that is cited twice keeps its marker.
    """
    by_words: dict[str, list[ScoredSentence]] = {}
    for scored in evidence:
        by_words.setdefault(" ".join(scored.text.split()), []).append(scored)
    markers: dict[tuple[str, int, int], int] = {}
    for draft in drafts:
        places = by_words.get(" ".join(draft.text.split()))
        if not places:
            continue
        scored = places.pop(0) if len(places) > 1 else places[0]
        span = (scored.document.id, scored.sentence.start, scored.sentence.end)
        marker = markers.setdefault(span, len(markers) + 1)
        citation = Citation(
            marker=marker,
            document_id=scored.document.id,
            section_id=scored.section.id,
            section_title=scored.section.title,
            quote=scored.text,
            start=scored.sentence.start,
            end=scored.sentence.end,
        )
        yield AnswerSentence(draft.text, (marker,), 1.0, verbatim=True, bullet=draft.bullet), (citation,)
