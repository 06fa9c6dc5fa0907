"""Selection: which sentences make the answer, how many, and in which order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.records import Sentence, SentenceKind
from index.lexical import terms
from qa.evidence import ScoredSentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus import Document, Section
    from qa.evidence import Assessment

MAX_WORDS = 70
"""Words after which prose stops; a list is always whole."""
MAX_SENTENCES = 3
_MARGIN = 1.5
"""How far, in logits, a further sentence may stay behind the best one."""
_CERTAIN = 8.0
"""The logit of what is chosen by its place, not by its words."""
_FIRST_WORD_POINTS_BACK = re.compile(r"(?:this|these|it|its|they|their|such|those|that)\b", re.IGNORECASE)
_ASKS_FOR_OVERVIEW = re.compile(
    r"\b(?:summari[sz]e|summary|overview|outline|tell me (?:more )?about|what do you know about|explain|describe)\b",
    re.IGNORECASE,
)
_ASKS_FOR_MANY = re.compile(
    r"\b(?:what|which|list|name|give|enumerate|are there)\b(?:\W+[\w'’-]+){0,4}?\W+(?P<noun>[a-z]{3,}s)\b",
    re.IGNORECASE,
)
_SINGULAR_IN_S = re.compile(r"(?:ss|us|is|does|was|has|this|its|always)$", re.IGNORECASE)


def select(question: str, assessment: Assessment) -> list[ScoredSentence]:
    """Return the sentences of the answer in reading order, best section first.

    A question for many things gets a whole list, or the headings under the section that it names; one for an overview
    gets its section from the start; any other gets the best sentences of the best section.
    """
    if not assessment.sentences:
        return []
    best = max(assessment.sentences, key=lambda scored: scored.logit)
    if many := _plural_asked(question):
        children = _children_asked(question, many, assessment)
        if children:
            return children
        if listed := _list_asked(question, best, assessment):
            return listed
    if _ASKS_FOR_OVERVIEW.search(question):
        return _opening(best)
    return _best_of_section(best, assessment)


def _plural_asked(question: str) -> str | None:
    """Return the plural noun that a question asks for, if it does.

    >>> _plural_asked("What are the symptoms of ALS?"), _plural_asked("Which muscle is it?")
    ('symptoms', None)
    """
    for match in _ASKS_FOR_MANY.finditer(question):
        if not _SINGULAR_IN_S.search(match["noun"]):
            return match["noun"].lower()
    return None


def _asked_beyond(question: str, known: Iterable[str]) -> set[str]:
    """Return the question's terms that these texts do not hold: what it asks for more narrowly than they do."""
    return set(terms(question)) - {term for text in known for term in terms(text)}


def _children_asked(question: str, plural: str, assessment: Assessment) -> list[ScoredSentence]:
    """Return the headings below the section that the question names, where its heading holds all that is asked."""
    wanted = terms(plural)
    for hit in assessment.hits[:3]:
        document = next(s.document for s in assessment.sentences if s.document.id == hit.passage.document_id)
        for section in reversed(document.section_path(hit.passage.section_id)):
            children = document.children(section.id)
            own = [document.text[s.start : s.end] for s in document.sentences(section.id)]
            asked = bool(wanted) and set(wanted) <= set(terms(section.title))
            if len(children) > 1 and asked and not _asked_beyond(question, [document.title, section.title, *own]):
                return [_heading(document, child) for child in children]
    return []


def _heading(document: Document, section: Section) -> ScoredSentence:
    span = Sentence(section.heading_start, section.heading_end, SentenceKind.BULLET, -1)
    return ScoredSentence(document, section, span, _CERTAIN)


def _list_asked(question: str, best: ScoredSentence, assessment: Assessment) -> list[ScoredSentence]:
    """Return a whole list of the best section, where its heading holds all that is asked."""
    bullets = [
        sentence for sentence in best.document.sentences(best.section.id) if sentence.kind is SentenceKind.BULLET
    ]
    if len(bullets) < 2:
        return []
    lists = {sentence.paragraph for sentence in bullets}
    paragraph = best.sentence.paragraph if best.sentence.paragraph in lists else min(lists)
    headings = [section.title for section in best.document.section_path(best.section.id)]
    if _asked_beyond(question, [best.document.title, *headings]):
        return []
    scores = {(s.document.id, s.sentence.start): s.logit for s in assessment.sentences}
    return [
        ScoredSentence(
            best.document, best.section, sentence, scores.get((best.document.id, sentence.start), best.logit)
        )
        for sentence in bullets
        if sentence.paragraph == paragraph
    ]


def _opening(best: ScoredSentence) -> list[ScoredSentence]:
    """Return the best section's sentences from its start, as many as fit."""
    chosen: list[ScoredSentence] = []
    words = 0
    for sentence in best.document.sentences(best.section.id):
        scored = ScoredSentence(best.document, best.section, sentence, best.logit)
        words += len(scored.text.split())
        if chosen and words > MAX_WORDS:
            break
        chosen.append(scored)
    return chosen


def _best_of_section(best: ScoredSentence, assessment: Assessment) -> list[ScoredSentence]:
    """Return the best sentence, those of its section that come near it, and the one that its first word points to."""
    section = [s for s in assessment.sentences if (s.document.id, s.section.id) == (best.document.id, best.section.id)]
    chosen = {best.sentence.start: best}
    if _FIRST_WORD_POINTS_BACK.match(best.text):
        before = [s for s in section if s.sentence.end <= best.sentence.start and s.sentence.kind is SentenceKind.PROSE]
        if before and before[-1].sentence.paragraph == best.sentence.paragraph:
            chosen[before[-1].sentence.start] = before[-1]
    words = sum(len(s.text.split()) for s in chosen.values())
    for scored in sorted(section, key=lambda s: (-s.logit, s.sentence.start)):
        words += len(scored.text.split()) if scored.sentence.start not in chosen else 0
        if len(chosen) >= MAX_SENTENCES or words > MAX_WORDS or scored.logit < best.logit - _MARGIN:
            break
        chosen[scored.sentence.start] = scored
    return [chosen[start] for start in sorted(chosen)]


def join_parts(parts: Sequence[list[ScoredSentence]]) -> list[ScoredSentence]:
    """Return the sentences chosen for each part of a question, one after the other, none twice."""
    seen: set[tuple[str, int]] = set()
    joined = []
    for scored in (scored for part in parts for scored in part):
        key = (scored.document.id, scored.sentence.start)
        if key not in seen:
            seen.add(key)
            joined.append(scored)
    return joined
