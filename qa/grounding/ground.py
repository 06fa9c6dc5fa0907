"""Grounding: each drafted sentence checked against the evidence, cited by code, or held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.grounding.contradictions import Reason
from qa.records import AnswerSentence, Citation, DroppedSentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qa.evidence import ScoredSentence
    from qa.generators import Draft
    from qa.grounding.checker import Checker


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence that the evidence supports, with its citations."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]


def ground(
    drafts: Iterable[Draft], evidence: Sequence[ScoredSentence], checker: Checker | None = None
) -> Iterator[Shown | DroppedSentence]:
    """Yield each draft as shown or dropped.

    A draft that the evidence holds word for word is shown; any other needs a checker, and rests on what it names.
    Markers count from 1 in the order of their first use; a span that is cited twice keeps its marker.
    """
    by_words: dict[str, list[ScoredSentence]] = {}
    for scored in evidence:
        by_words.setdefault(_key(scored.text), []).append(scored)
    markers: dict[tuple[str, int, int], int] = {}
    said: set[str] = set()
    for draft in drafts:
        key = _key(draft.text)
        places = by_words.get(key)
        if checker is not None and key in said:
            yield DroppedSentence(draft.text, Reason.REPEATED)
            continue
        said.add(key)
        if places:
            scored = places.pop(0) if len(places) > 1 else places[0]
            yield _shown(draft, [scored], 1.0, markers, verbatim=True)
            continue
        if checker is None:
            yield DroppedSentence(draft.text, Reason.UNSUPPORTED)
            continue
        verdict = checker.check(draft.text)
        if verdict.reason is None:
            yield _shown(draft, verdict.evidence, verdict.support, markers, verbatim=False)
        else:
            yield DroppedSentence(draft.text, verdict.reason, verdict.missing)


def _key(text: str) -> str:
    return " ".join(text.split())


def _shown(
    draft: Draft,
    evidence: Sequence[ScoredSentence],
    support: float,
    markers: dict[tuple[str, int, int], int],
    *,
    verbatim: bool,
) -> Shown:
    citations = tuple(
        Citation(
            marker=markers.setdefault(
                (scored.document.id, scored.sentence.start, scored.sentence.end), len(markers) + 1
            ),
            document_id=scored.document.id,
            section_id=scored.section.id,
            section_title=scored.section.title,
            quote=scored.text,
            start=scored.sentence.start,
            end=scored.sentence.end,
            page=scored.document.page(scored.sentence.start),
            also=scored.document.also,
        )
        for scored in evidence
    )
    cited = tuple(citation.marker for citation in citations)
    return Shown(AnswerSentence(draft.text, cited, support, verbatim=verbatim, bullet=draft.bullet), citations)
