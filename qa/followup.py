"""Follow-ups: the stand-alone question that a question means after what was said before.

Without a language model: the topic of the conversation is kept while questions lean on it, and put where a question
points back. Where more than one reading is possible, the one that the corpus answers best is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.words import terms
from qa.question import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qa.question import Turn

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|him|his|she|her|hers)\b", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"(?:its|their|his)\b|her\s+(?=\w)", re.IGNORECASE)
_POINTS_AT_NOUN = re.compile(
    r"\b(?:this|that|these|those)\s+(?!(?:is|are|was|were|do|does|did|can|could|will|would|has|have|mean)\b)\w+",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"\bof\s+(?:them|these|those)\b", re.IGNORECASE)
_EMPTY_PRONOUN = re.compile(
    r"\b(?:is|was|does|did|has|will|would|can|could) (?:it|that|this) "
    r"(?:true|possible|normal|common|rain\w*|matter)\b(?: that\b)?"
    r"|\b(?:so|such|now|given|say|says|said|states?|claims?|know|think|sure|means?|fact|true|the \w+) that\b"
    r"|\bdoes it (?:take|cost|mean) to\b|\b(?:does|do|did|would) (?:it|that|this) mean\b|\b(?:that|this|it) means\b",
    re.IGNORECASE,
)
_OPENS_MIDWAY = re.compile(
    r"^(?:and|or|but|so|also|then|what about|how about|what of|what if|why|how come|how so|since when)\b", re.IGNORECASE
)
_SWAPS = re.compile(
    r"^(?:(?:and|or|so|but|ok|okay|then),?\s+)?(?:what|how) about\s+(?P<new>.+?)\W*$"
    r"|^(?:and|or)\s+(?:for|in|with|of)\s+(?P<other>.+?)\W*$",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[.;?!,]\s+(?:and\s+|or\s+|but\s+|so\s+)?|\s+(?:and|or|but|so)\s+", re.IGNORECASE)
_BELONGS_TO = re.compile(r"\s+(?:of|by)\s+(?:(?:the|a|an|its|their|his|her)\s+)?", re.IGNORECASE)
_BEFORE_ADJECTIVE = re.compile(r"\b(?:most|more|least|less|very|too)\s+$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"\s+[a-z]+ed$")
_JOINER = re.compile(r"^(?:and|or|but|so|also|then)\b[\s,]*(?:also\b\s*)?", re.IGNORECASE)
_OPENS_AS_QUESTION = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have)"
    r"\s+\w+\s+\w",
    re.IGNORECASE,
)
_ONE = frozenset({"it", "its", "this", "that"})
_NAME_OF_SEVERAL = re.compile(r"[^\W\d_]{2,}(?<![siu])s$")
_NO_TOPIC = frozenset(
    terms(
        "tell explain describe show give list name say mean know talk want like please thanks question ask read learn "
        "affect cause happen work get make help need use look feel occur begin start take go come become lead find "
        "kind type way thing things people person part example reason difference summary summarise overview "
        "many much long often else other another good bad best most more meaning "
        "also even still ever always never actually really already usually just only"
    )
)
"""Words that ask or join, and are no topic by themselves."""
_FEW_TERMS = 3
_MARGIN = 0.1
"""What another reading than the likeliest must be better by, in confidence."""


def standalone(
    question: str,
    history: Sequence[Turn],
    answers: Callable[[str], float],
    *,
    known: frozenset[str] = frozenset(),
    section_of: Callable[[str], str] = lambda _: "",
    names_section: Callable[[str], bool] = lambda _: False,
) -> str:
    """Return what the question means by itself; the question as it is where it leans on nothing.

    Args:
        question: cleaned, as asked.
        history: the turns before it, oldest first.
        answers: tells how well the corpus answers a question; larger is better. It decides between readings.
        known: terms of the corpus's headings, which make good topics.
        section_of: names the section that an earlier answer came from, or gives an empty text.
        names_section: tells whether a question holds a section's heading whole, and so needs no other topic.
    """
    topic, previous = _topic(history, known)
    if topic is None or not question:
        return question
    readings = _readings(question, topic, previous)
    if (readings[0] == question or _is_whole(question)) and names_section(question):
        return question
    spoken = next((turn.text for turn in reversed(history) if turn.role is Role.ASSISTANT), "")
    section = section_of(spoken) if spoken and readings != [question] else ""
    if section and not set(terms(section)) & set(terms(topic.name)):
        readings += _readings(question, _Topic(section), previous)
    readings = list(dict.fromkeys(readings))
    if len(readings) == 1:
        return readings[0]
    scores = [answers(reading) - (_MARGIN if at else 0.0) for at, reading in enumerate(readings)]
    return readings[scores.index(max(scores))]


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a conversation is about: its name, and the longer phrase that it stood in, as "the life of" before it."""

    name: str
    phrase: str = ""

    def behind(self, question: str) -> str:
        """Return the question with the topic behind it.

        >>> _Topic("multiple sclerosis").behind("And in severe cases?")
        'In severe cases? (multiple sclerosis)'
        """
        bare = _JOINER.sub("", question)
        phrase = self.phrase or self.name
        return f"{bare[:1].upper()}{bare[1:]} ({phrase})" if bare else phrase


def _readings(question: str, topic: _Topic, previous: str) -> list[str]:
    """Return what the question may mean, the likeliest first."""
    if swap := _SWAPS.match(question):
        new = swap["new"] or swap["other"]
        if not _refers(new):
            at = previous.lower().rfind(topic.name.lower())
            swapped = previous[:at] + new + previous[at + len(topic.name) :] if at >= 0 else f"{new} ({topic.name})"
            return [topic.behind(question), swapped] if swap["other"] else [swapped]
    own = [term for term in terms(question) if term not in _NO_TOPIC]
    if set(terms(topic.name)) <= set(own):
        return [question]
    if _leans(question):
        return [_filled_in(question, topic)]
    if _refers(question):
        return [question, topic.behind(question)]
    if _OPENS_MIDWAY.match(question) or not own:
        return [topic.behind(question)]
    if len(own) <= _FEW_TERMS:
        return [question, topic.behind(question)]
    return [question]


def _refers(question: str) -> bool:
    """Tell whether a pronoun points back; one at the start of "is it true that" does not."""
    return bool(_PRONOUN.search(_EMPTY_PRONOUN.sub("", question)))


def _is_whole(question: str) -> bool:
    """Tell whether a question has all that a sentence needs, and nothing in it points back.

    >>> _is_whole("And is gout inherited?"), _is_whole("And gout?"), _is_whole("And is it inherited?")
    (True, False, False)
    """
    return bool(_OPENS_AS_QUESTION.match(_JOINER.sub("", question))) and not (
        _refers(question) or _SWAPS.match(question)
    )


def _leans(question: str) -> bool:
    """Tell whether a pronoun points back to what was said before the question."""
    return _refers(question) and not _has_antecedent(question)


def _has_antecedent(question: str) -> bool:
    """Tell whether the first pronoun may mean something that an earlier clause of the same question names.

    >>> _has_antecedent("Is herpes lethal and how is it spread?"), _has_antecedent("How is it spread and is it lethal?")
    (True, False)
    >>> _has_antecedent("Hm. And how is it spread?")
    False
    """
    pronoun = _first_pronoun(question)
    ends = [match.start() for match in _CLAUSE_ENDS.finditer(question, 0, pronoun.start())]
    before = question[: ends[-1]] if ends else ""
    return len(before.split()) > 1 and bool(set(terms(before)) - _NO_TOPIC)


def _first_pronoun(question: str) -> re.Match[str]:
    """Return the first pronoun that points back, of a question that has one."""
    empty = [match.span() for match in _EMPTY_PRONOUN.finditer(question)]
    return next(m for m in _PRONOUN.finditer(question) if not any(a <= m.start() < b for a, b in empty))


def _filled_in(question: str, topic: _Topic) -> str:
    """Return the question with its first referring pronoun replaced by the topic.

    Where that would be no grammar, the topic stands behind the question.

    >>> _filled_in("Where are its cramps?", _Topic("ALS")), _filled_in("Is this test painful?", _Topic("EMG"))
    ("Where are ALS's cramps?", 'Is this test painful? (EMG)')
    >>> _filled_in("Does it hurt?", _Topic("tests")), _filled_in("Which of them is old?", _Topic("tests"))
    ('Does it hurt? (tests)', 'Which of them is old? (tests)')
    """
    match = _first_pronoun(question)
    if _POINTS_AT_NOUN.search(question) or _OF_THEM.search(question) or _disagree(match[0].lower(), topic.name):
        return topic.behind(question)
    possessive = _POSSESSIVE.match(question, match.start())
    return question[: match.start()] + topic.name + ("'s" if possessive else "") + question[match.end() :]


def _disagree(pronoun: str, name: str) -> bool:
    """Tell whether one thing is meant and a common noun names several; a proper name may look like either.

    >>> _disagree("it", "muscle cramps"), _disagree("it", "Dreamgirls"), _disagree("they", "Fleet Foxes")
    (True, False, False)
    """
    return pronoun in _ONE and name.islower() and bool(_NAME_OF_SEVERAL.search(name))


def _topic(history: Sequence[Turn], known: frozenset[str]) -> tuple[_Topic | None, str]:
    """Return what the conversation is about, and its last question with that topic filled in.

    A question that leans on what was said keeps the topic; one that stands alone sets a new one if it names something:
    a capitalised word, or words of the corpus's headings.
    """
    topic: _Topic | None = None
    previous = ""
    for turn in history:
        if turn.role is not Role.USER:
            continue
        question = turn.text
        swap = _SWAPS.match(question)
        if topic and swap and not _refers(question):
            previous = _readings(question, topic, previous)[0]
            topic = _Topic(swap["new"] or swap["other"])
        elif topic and (_leans(question) or _OPENS_MIDWAY.match(question)):
            previous = _readings(question, topic, previous)[0]
        elif (named := _named(question, known)) and (not topic or _names(question, named.name, known)):
            topic, previous = named, question
        elif topic:
            previous = topic.behind(question)
    return topic, previous


def _named(question: str, known: frozenset[str]) -> _Topic | None:
    """Return the topic that a question names in its own words: a run of content words.

    The last run that names something is taken, else the last run; its phrase begins with what it is said to have.

    >>> none = frozenset()
    >>> _named("Tell me about multiple sclerosis", none), _named("What is an EMG?", none).name
    (_Topic(name='multiple sclerosis', phrase='multiple sclerosis'), 'EMG')
    >>> _named("How does Charcot-Marie-Tooth disease affect walking?", none).name
    'Charcot-Marie-Tooth disease'
    >>> _named("When was the fall of the Roman Empire?", none)
    _Topic(name='Roman Empire', phrase='fall of the Roman Empire')
    """
    runs: list[tuple[int, int]] = []
    for match in _WORD.finditer(question):
        if not set(terms(match[0])) - _NO_TOPIC or _BEFORE_ADJECTIVE.search(question, 0, match.start()):
            continue
        if runs and not question[runs[-1][1] : match.start()].strip():
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append(match.span())
    phrases = [_PARTICIPLE.sub("", question[start:end]) for start, end in runs]
    naming = [at for at, phrase in enumerate(phrases) if _names(question, phrase, known)]
    if not phrases:
        return None
    chosen = first = (naming or range(len(phrases)))[-1]
    while first and _BELONGS_TO.fullmatch(question, runs[first - 1][1], runs[first][0]):
        first -= 1
    start = runs[chosen][0]
    return _Topic(phrases[chosen], question[runs[first][0] : start] + phrases[chosen])


def _names(question: str, phrase: str, known: frozenset[str]) -> bool:
    """Tell whether a phrase names something: it holds a capital that no sentence's start explains, or known words."""
    capital = re.search(r"[^\W\d_a-z]", phrase)
    at = question.find(phrase)
    return bool(capital and (at > 0 or not phrase[1:].islower())) or set(terms(phrase)) <= known
