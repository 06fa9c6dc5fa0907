"""Selection: which sentences make the answer, how many, and in which order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.records import Sentence, SentenceKind
from index.words import terms
from qa.evidence import ScoredSentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus import Document, Section
    from qa.evidence import Assessment

MAX_WORDS = 70
"""Words after which prose stops; a list is always whole."""
MAX_SENTENCES = 3
_MARGIN = 5.0
"""How far, in logits, a further sentence may stay behind the best one."""
_SIBLING = 2.0
"""How far, in logits, the best sentence of a sibling section may stay behind."""
_FAMILY = 3.0
"""How far, in logits, the best of the sibling sections may stay behind the best sentence of all."""
_FELLOW = 2.5
"""How far, in logits, a bullet of a list may stay behind the best one to count as asked for with it."""
_FRAGMENT_WORDS = 8
"""Average words up to which a list's items are fragments."""
_CERTAIN = 8.0
"""The logit of what is chosen by its place, not by its words."""
_FIRST_WORD_POINTS_BACK = re.compile(
    r"(?:this|these|it|its|they|their|such|those|that|the|both|he|she)\b", re.IGNORECASE
)
_ASKS_FOR_OVERVIEW = re.compile(
    r"\b(?:summari[sz]e|summary|overview|outline|tell me (?:more )?about|what do you know about|explain|describe)\b",
    re.IGNORECASE,
)
_ASKS_FOR_MANY = re.compile(
    r"\b(?:what|which|list|name|give|enumerate|are there)\b(?:\W+[\w'’-]+){0,4}?\W+(?P<noun>[a-z]{3,}s)\b",
    re.IGNORECASE,
)
_ASKS_WHAT_THEY_ARE = re.compile(
    r"^\W*what\s+are\s+(?!(?:the|these|those|some|any|all|its|their|his|her|my|your|our)\b)"
    r"(?!.*\b(?:of|for|in|on|with|against|to|from|by|that|which|who|when|if)\b)",
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
        if across := _across_children(many, assessment):
            return across
        if listed := _list_asked(question, many, assessment):
            return listed
        if together := _list_together(best, assessment):
            return together
    if short := _short_list(best):
        return short
    if _ASKS_FOR_OVERVIEW.search(question):
        return _opening(best)
    return _best_of_section(best, assessment)


def _plural_asked(question: str) -> str | None:
    """Return the plural noun that a question asks for, if it does.

    "What are tics?" asks what they are, not for a number of things.

    >>> _plural_asked("What are the symptoms of ALS?"), _plural_asked("Which muscle is it?")
    ('symptoms', None)
    >>> _plural_asked("What are common signs of ALS?"), _plural_asked("What are muscle cramps?")
    ('signs', None)
    """
    if _ASKS_WHAT_THEY_ARE.search(question):
        return None
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


def _across_children(plural: str, assessment: Assessment) -> list[ScoredSentence]:
    """Return the best sentence of each of several sibling sections, where their parent names what is asked for."""
    wanted = set(terms(plural))
    groups: dict[tuple[str, str], dict[str, ScoredSentence]] = {}
    for scored in assessment.sentences:
        parent = scored.section.parent_id
        if parent and wanted and wanted <= set(terms(scored.document.section(parent).title)):
            best = groups.setdefault((scored.document.id, parent), {})
            if scored.section.id not in best or scored.logit > best[scored.section.id].logit:
                best[scored.section.id] = scored
    top = max((s.logit for s in assessment.sentences), default=0.0)
    for best in groups.values():
        first = max(scored.logit for scored in best.values())
        near = [scored for scored in best.values() if scored.logit >= first - _SIBLING]
        if len(near) > 1 and first >= top - _FAMILY:
            return sorted(near, key=lambda scored: scored.sentence.start)
    return []


def _heading(document: Document, section: Section) -> ScoredSentence:
    span = Sentence(section.heading_start, section.heading_end, SentenceKind.BULLET, -1)
    return ScoredSentence(document, section, span, _CERTAIN)


def _list_asked(question: str, plural: str, assessment: Assessment) -> list[ScoredSentence]:
    """Return the list of the section whose headings hold all that is asked, its own title the most of it."""
    asked = set(terms(question))
    found: list[tuple[int, list[ScoredSentence]]] = []
    for section, document in {scored.section: scored.document for scored in assessment.sentences}.items():
        own = set(terms(section.title))
        headings = [document.title, *(above.title for above in document.section_path(section.id))]
        bullets = _first_list(document, section)
        if set(terms(plural)) <= own and len(bullets) > 1 and not _asked_beyond(question, headings):
            found.append((len(asked & own), bullets))
    return max(found, key=lambda pair: pair[0])[1] if found else []


def _first_list(document: Document, section: Section) -> list[ScoredSentence]:
    bullets = [s for s in document.sentences(section.id) if s.kind is SentenceKind.BULLET]
    return [
        ScoredSentence(document, section, sentence, _CERTAIN)
        for sentence in bullets
        if sentence.paragraph == bullets[0].paragraph
    ]


def _list_together(best: ScoredSentence, assessment: Assessment) -> list[ScoredSentence]:
    """Return the whole list of the best sentence, where at least half of its bullets answer about as well."""
    if best.sentence.kind is not SentenceKind.BULLET:
        return []
    fellows = _fellows(best)
    starts = {fellow.sentence.start for fellow in fellows}
    near = [
        scored
        for scored in assessment.sentences
        if scored.document.id == best.document.id
        and scored.sentence.start in starts
        and scored.logit >= best.logit - _FELLOW
    ]
    return fellows if 1 < len(fellows) <= 2 * len(near) else []


def _fellows(best: ScoredSentence) -> list[ScoredSentence]:
    """Return all bullets of a bullet's list."""
    return [
        ScoredSentence(best.document, best.section, sentence, best.logit)
        for sentence in best.document.sentences(best.section.id)
        if sentence.paragraph == best.sentence.paragraph
    ]


def _short_list(best: ScoredSentence) -> list[ScoredSentence]:
    """Return the whole list of a bullet whose fellows are all but fragments, which say little one by one."""
    if best.sentence.kind is not SentenceKind.BULLET:
        return []
    fellows = _fellows(best)
    words = sum(len(fellow.text.split()) for fellow in fellows)
    labelled = any(": " in fellow.text for fellow in fellows)
    return fellows if words <= min(_FRAGMENT_WORDS * len(fellows), MAX_WORDS) and not labelled else []


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
