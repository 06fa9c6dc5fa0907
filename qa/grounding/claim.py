"""Claims: a sentence taken apart into what grounding compares: content words, names, quantities, negations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from index.words import terms
from qa.grounding.quantities import Quantity, is_number_word, quantities
from qa.grounding.wording import stem, wording

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_CLAUSE_ENDS = frozenset(",;:.—–()") | {
    "but",
    "which",
    "while",
    "whereas",
    "because",
    "although",
    "though",
    "since",
    "so",
}
_SCOPE = 5
"""Words that a negation reaches at most."""
_POINTS_BACK = re.compile(r"\W*(?:it|its|they|their|this|these|those|such|that|he|she|his|her|both)\b", re.IGNORECASE)
_IDIOMS = [
    (re.compile(r"\babove all\b", re.IGNORECASE), "especially"),
    (
        re.compile(
            r"\b(?:at least|at most|or more|or less|or fewer|no more than|no less than|no matter (?:how|what|who))\b"
        ),
        "",
    ),
    (re.compile(r"\b(?:take|takes|took|taken) away\b", re.IGNORECASE), "remove"),
    (re.compile(r"\b(?:at|after|first of) all\b", re.IGNORECASE), ""),
    (re.compile(r"\ball (?:over|around|along)\b", re.IGNORECASE), "throughout"),
    (
        re.compile(r"\b(?:every|each) (?=(?:\w+ )?(?:second|minute|hour|day|week|month|year|night|morning)s?\b)", re.I),
        "a ",
    ),
]
_DENIES_WITH = ("n't", "n’t")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text` in lower case, its `stem`, and where it stands.

    `clause` and `segment` number the parts of the sentence; segments end at "and" too. The word `counts` where it
    carries content; it is a `name` where it is written as one, and `denied` where a negation reaches it.
    """

    text: str
    stem: str
    clause: int
    segment: int
    counts: bool
    name: bool
    denied: bool


@dataclass(frozen=True)
class Claim:
    """A sentence as grounding reads it."""

    text: str
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that carry content."""
        return tuple(word for word in self.words if word.counts)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words, of small words too."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of the words written as names."""
        return frozenset(word.stem for word in self.words if word.name)

    @cached_property
    def segments(self) -> tuple[frozenset[str], ...]:
        """The stems of each segment, small words that have opposites included."""
        opposites = wording().opposites
        parts: dict[int, set[str]] = {}
        for word in self.words:
            if word.counts or word.stem in opposites or word.text[0].isdigit():
                parts.setdefault(word.segment, set()).add(word.stem)
        return tuple(frozenset(part) for part in parts.values())

    @cached_property
    def negated(self) -> bool:
        """Whether any negation stands in it."""
        return any(is_cue(word.text) for word in self.words)

    @cached_property
    def points_back(self) -> bool:
        """Whether its first word points to a sentence before it."""
        return bool(_POINTS_BACK.match(self.text))

    def naming(self, known: frozenset[str]) -> Claim:
        """Return the claim with its first word taken as a name where it is one of the known names.

        A capital at the start of a sentence tells nothing by itself.
        """
        if not self.words or self.words[0].name or self.words[0].stem not in known:
            return self
        return Claim(self.text, (replace(self.words[0], name=True), *self.words[1:]), self.quantities)

    def strong(self, kind: str) -> bool:
        """Tell whether it holds a word of a kind of strength: universal, exclusive, possible, frequent, partial."""
        return any(word.text in wording().strength[kind] for word in self.words)


def is_cue(word: str) -> bool:
    """Tell whether a lower-case word denies what follows it."""
    return word in wording().cues or word.endswith(_DENIES_WITH)


@lru_cache(maxsize=8192)
def read(text: str) -> Claim:
    """Return a sentence taken apart.

    >>> claim = read("In ALS, cramps do not affect the face.")
    >>> [word.stem for word in claim.content], sorted(claim.names)
    (['als', 'cramp', 'affect', 'face'], ['als'])
    >>> [word.stem for word in claim.content if word.denied]
    ['affect', 'face']
    """
    plain = text.replace("’", "'")
    for idiom, simple in _IDIOMS:
        plain = idiom.sub(simple, plain)
    words: list[Word] = []
    clause, segment, reach, first = 0, 0, 0, True
    tokens = _TOKEN.findall(plain)
    for position, token in enumerate(tokens):
        lower = token.lower()
        if not token[0].isalnum():
            if token in _CLAUSE_ENDS:
                clause, segment, reach = clause + 1, segment + 1, 0
            continue
        if lower in _CLAUSE_ENDS:
            clause, reach = clause + 1, 0
        segment += lower in _CLAUSE_ENDS or lower in ("and", "or")
        following = tokens[position + 1].lower() if position + 1 < len(tokens) else ""
        word = _word(token, clause, segment, first=first, denied=reach > 0)
        words.append(word)
        reach = _SCOPE if is_cue(lower) and following != "only" else reach - word.counts
        first = False
    found = quantities(text)
    measured = {quantity.unit for quantity in found}
    units = wording().units
    loose = [w.text in units and len(w.text) > 2 and units[w.text] not in measured for w in words]
    return Claim(text, tuple(replace(w, counts=w.counts or one) for w, one in zip(words, loose, strict=True)), found)


def _word(token: str, clause: int, segment: int, *, first: bool, denied: bool) -> Word:
    bare = token.removesuffix("'s")
    acronym = sum(character.isupper() for character in bare) > 1 or (
        any(c.isdigit() for c in bare) and bare[:1].isupper()
    )
    if acronym and bare.endswith("s") and bare[:-1].isupper():
        bare = bare[:-1]
    lower = bare.lower()
    own = lower if acronym else stem(lower)
    known = wording()
    plain = not lower[0].isdigit() and bool(terms(lower)) and not is_number_word(lower) and lower not in known.units
    strength = any(lower in words for words in known.strength.values())
    counts = plain and own not in known.glue and not strength and not is_cue(lower) and len(lower) > 1
    name = (acronym or (not first and bare[:1].isupper())) and not (
        is_number_word(lower) or lower in ("i", "yes", "no")
    )
    if len(bare) == 1 and bare.isupper() and bare not in "AI" and not first:
        counts = name = plain = True
    return Word(lower, own, clause, segment, counts or (name and plain), name, denied)
