"""Follow-ups: the stand-alone question that a question means after what was said before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.lexical import terms
from qa.question import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qa.question import Turn

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|him|his|she|her|hers)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:its|their|his)\b|her\s+(?=\w)", re.IGNORECASE)
_BEFORE_NOUN = re.compile(r"\b(?:this|that|these|those)\s+(?!is\b|are\b|was\b|were\b|do\b|does\b|can\b|will\b|would\b|mean)\w+", re.IGNORECASE)
_NO_REFERENCE = re.compile(
    r"\b(?:is|was|does|did|has|will|would|can|could) (?:it|that|this) (?:true|possible|normal|common|rain\w*|snow\w*|matter)\b"
    r"|\b(?:so|such|now|given|say|says|said|states?|claims?|know|think|sure|means?|fact|true|the \w+) that\b"
    r"|\bdoes it (?:take|cost|mean) to\b",
    re.IGNORECASE,
)
_OPENS_MIDWAY = re.compile(r"^(?:and|or|but|so|also|then|what about|how about|what of|what if|why|how come|how so|since when)\b", re.IGNORECASE)
_SWAPS = re.compile(r"^(?:(?:and|or|so|but|ok|okay|then),?\s+)?(?:what|how) about\s+(?P<new>.+?)\W*$", re.IGNORECASE)
_JOINER = re.compile(r"^(?:and|or|but|so|also|then)\b[\s,]*(?:also\b\s*)?", re.IGNORECASE)
_OTHER_ONE = re.compile(r"\b(?:other|others|another|else|ones?|same|former|latter|most|more|worse|both)\b", re.IGNORECASE)
_TALK = frozenset(
    terms("tell explain describe show give list name say mean know talk want like please thanks question ask read learn")
)
"""Words of asking, which are no topic."""
_FEW_TERMS = 3


def standalone(question: str, history: Sequence[Turn], answers: Callable[[str], float]) -> str:
    """Return what the question means by itself; the question as it is where it leans on nothing.

    Args:
        question: cleaned, as asked.
        history: the turns before it, oldest first.
        answers: tells how well the corpus answers a question; larger is better. It decides between readings.
    """
    topic, previous = _topic(history)
    if not topic or not question:
        return question
    readings = _readings(question, topic, previous)
    if len(readings) == 1:
        return readings[0]
    return max(readings, key=lambda reading: (answers(reading), -readings.index(reading)))


def _readings(question: str, topic: str, previous: str) -> list[str]:
    """Return what the question may mean, the likeliest first."""
    if swap := _SWAPS.match(question):
        new = swap["new"]
        if topic.lower() in previous.lower() and not _PRONOUN.search(new):
            at = previous.lower().rindex(topic.lower())
            return [previous[:at] + new + previous[at + len(topic) :]]
        return [f"{new} ({topic})"]
    own = [term for term in terms(question) if term not in _TALK]
    if set(terms(topic)) <= set(own):
        return [question]
    if _refers(question):
        return [_filled_in(question, topic)]
    if _OPENS_MIDWAY.match(question) or not own:
        return [_with_topic(question, topic)]
    if _OTHER_ONE.search(question) or len(own) <= _FEW_TERMS:
        return [question, _with_topic(question, topic)]
    return [question]


def _refers(question: str) -> bool:
    return bool(_PRONOUN.search(_NO_REFERENCE.sub("", question)))


def _filled_in(question: str, topic: str) -> str:
    """Return the question with its first referring pronoun replaced by the topic.

    >>> _filled_in("Where are its cramps?", "ALS"), _filled_in("Is this test painful?", "EMG")
    ("Where are ALS's cramps?", 'Is this test painful? (EMG)')
    """
    if _BEFORE_NOUN.search(question):
        return _with_topic(question, topic)
    match = next(m for m in _PRONOUN.finditer(question) if _PRONOUN.search(_NO_REFERENCE.sub("", m[0])))
    possessive = _POSSESSIVE.match(question, match.start())
    return question[: match.start()] + topic + ("'s" if possessive else "") + question[match.end() :]


def _with_topic(question: str, topic: str) -> str:
    """Return the question with the topic behind it.

    >>> _with_topic("And in severe cases?", "multiple sclerosis")
    'In severe cases? (multiple sclerosis)'
    """
    bare = _JOINER.sub("", question)
    bare = bare[:1].upper() + bare[1:] if bare else question
    return f"{bare} ({topic})"


def _topic(history: Sequence[Turn]) -> tuple[str, str]:
    """Return what the conversation is about, and the last question with that topic filled in."""
    topic, previous = "", ""
    for turn in history:
        if turn.role is not Role.USER:
            continue
        question = turn.text
        if topic:
            question = _readings(question, topic, previous)[-1 if _leans(question) else 0]
        named = _content_phrase(turn.text if not topic or not _leans(turn.text) else question)
        if named:
            topic, previous = named, question
    return topic, previous


def _leans(question: str) -> bool:
    return _refers(question) or bool(_OPENS_MIDWAY.match(question))


def _content_phrase(question: str) -> str:
    """Return the words from the last run of a question's content words, as they are written.

    >>> _content_phrase("Tell me about multiple sclerosis"), _content_phrase("What is an EMG?")
    ('multiple sclerosis', 'EMG')
    >>> _content_phrase("What are the symptoms of Charcot-Marie-Tooth disease?")
    'Charcot-Marie-Tooth disease'
    """
    inside = re.search(r"\(([^()]+)\)\s*$", question)
    if inside:
        return inside[1]
    runs: list[tuple[int, int]] = []
    for match in _WORD.finditer(question):
        if not set(terms(match[0])) - _TALK:
            continue
        if runs and not question[runs[-1][1] : match.start()].strip():
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append(match.span())
    return question[runs[-1][0] : runs[-1][1]] if runs else ""
