"""Writing: a generator's drafts grounded one by one; the corpus's own words stand in where a model fails."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.errors import ModelError
from qa.generators.quote import QuoteGenerator
from qa.grounding import Reason, Shown, ground
from qa.phrases import LEFT_OUT, MODEL_FAILED, NOTHING_CONFIRMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qa.evidence import Assessment, ScoredSentence
    from qa.generators import Draft, Generator
    from qa.grounding import Checker
    from qa.records import AnswerSentence, Citation, DroppedSentence

MAX_DRAFTS = 12
"""Sentences of a language model that are read."""
MAX_REPEATED = 3
"""Repeated sentences after which a language model is taken to turn in circles."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What has been written so far; `generator` names who did."""

    generator: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: tuple[DroppedSentence, ...] = ()
    ignored_markers: int = 0
    note: str = ""


def widened(chosen: Sequence[ScoredSentence], assessments: Iterable[Assessment]) -> list[ScoredSentence]:
    """Return what a language model may rest on: the chosen sentences, then the found passages', best passage first."""
    found = [scored for assessment in assessments for scored in assessment.sentences]
    by_place = {(scored.document.id, scored.sentence.start): scored for scored in reversed([*chosen, *found])}
    return list(reversed(by_place.values()))


def write(
    question: str,
    chosen: Sequence[ScoredSentence],
    evidence: Sequence[ScoredSentence],
    generator: Generator,
    checker: Checker,
) -> Iterator[Written]:
    """Yield the answer as it grows by shown sentences; the last one is whole.

    Args:
        question: as the generator is asked it.
        chosen: the sentences that answer, which the quote answer is made of.
        evidence: what a generator that rewords may rest on, best first; it reads as much of it as it can.
        generator: words the answer.
        checker: checks what is reworded.
    """
    if not generator.rewords:
        yield from _grown(Written(generator.name), generator.generate(question, chosen), chosen, None)
        return
    written = start = Written(generator.name)
    try:
        for written in _grown(start, generator.generate(question, evidence), evidence, checker):
            yield written
    except ModelError as error:
        _LOG.warning("the language model failed, quotes stand in: %s", error)
        yield from _quoted(question, chosen, written, MODEL_FAILED)
        return
    if not written.sentences:
        yield from _quoted(question, chosen, written, NOTHING_CONFIRMED)
        return
    unconfirmed = sum(sentence.reason not in (Reason.REPEATED, Reason.EMPTY) for sentence in written.dropped)
    if unconfirmed:
        yield replace(written, note=LEFT_OUT.format(count=unconfirmed, s="" if unconfirmed == 1 else "s"))


def _quoted(question: str, chosen: Sequence[ScoredSentence], failed: Written, note: str) -> Iterator[Written]:
    quote = QuoteGenerator()
    start = Written(quote.name, dropped=failed.dropped, note=note)
    for written in _grown(start, quote.generate(question, chosen), chosen, None):
        yield replace(written, ignored_markers=failed.ignored_markers)


def _grown(
    written: Written, drafts: Iterator[Draft], evidence: Sequence[ScoredSentence], checker: Checker | None
) -> Iterator[Written]:
    """Yield what is written after each draft; a model that goes on too long or in circles is not read on."""
    repeated = 0
    markers: list[int] = []
    for read, step in enumerate(ground(_noting(drafts, markers), evidence, checker), start=1):
        if isinstance(step, Shown):
            cited = {citation.marker: citation for citation in (*written.citations, *step.citations)}
            written = replace(written, sentences=(*written.sentences, step.sentence), citations=tuple(cited.values()))
        else:
            repeated += step.reason == Reason.REPEATED
            written = replace(written, dropped=(*written.dropped, step))
        written = replace(written, ignored_markers=sum(markers))
        yield written
        if checker is not None and (read >= MAX_DRAFTS or repeated >= MAX_REPEATED):
            return


def _noting(drafts: Iterator[Draft], markers: list[int]) -> Iterator[Draft]:
    """Yield the drafts, and note the marks that each brought."""
    for draft in drafts:
        markers.append(draft.markers)
        yield draft
