"""Units of proof: the evidence sentences, alone or together, that one claim may rest on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from corpus.records import SentenceKind
from qa.grounding.claim import Claim, read
from qa.grounding.wording import stem, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.evidence import ScoredSentence

_IN_BRACKETS = re.compile(r"((?:[\w’'-]+\s+){0,6}[\w’'-]+)\s+\(([A-Z][A-Za-z0-9-]*[A-Z0-9]s?)\)")
_LABEL = re.compile(r"^[^:.]{1,60}:\s")
_TRIED = 8
_TRIED_TOGETHER = 5
_SYNONYM, _LENT = 0.8, 0.3


@dataclass(frozen=True)
class Unit:
    """One or more evidence sentences of one section, with what surrounds them.

    `context` holds stems that the headings above, and aliases, lend to the sentences.
    """

    sentences: tuple[ScoredSentence, ...]
    claims: tuple[Claim, ...]
    headings: tuple[Claim, ...]
    context: frozenset[str]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words of the sentences."""
        return frozenset().union(*(claim.stems for claim in self.claims))

    @cached_property
    def groups(self) -> frozenset[int]:
        """The groups of synonyms that the words of the sentences belong to."""
        return frozenset(group for word in self.stems for group in wording().synonyms.get(word, ()))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in the sentences."""
        return frozenset().union(*(claim.names for claim in self.claims))

    @cached_property
    def section(self) -> tuple[str, str]:
        """The ids of document and section."""
        return self.sentences[0].document.id, self.sentences[0].section.id


class Evidence:
    """The evidence of one answer, ready to be compared with claims."""

    def __init__(self, evidence: Sequence[ScoredSentence]) -> None:
        self._aliases = _aliases(text for scored in evidence for text in (scored.text, *_headings(scored)))
        self.singles = [self._unit((scored,)) for scored in evidence]
        self.names = frozenset(name for unit in self.singles for name in unit.names)

    def candidates(self, claim: Claim) -> list[Unit]:
        """Return the units that share words with a claim, best first, one sentence alone before several together."""
        shared = {id(unit): _shared(claim, unit) for unit in self.singles}
        order = sorted((unit for unit in self.singles if shared[id(unit)]), key=lambda unit: -shared[id(unit)])
        return [*order[:_TRIED], *self._together(claim, order[: 2 * _TRIED_TOGETHER])]

    def _together(self, claim: Claim, best: Sequence[Unit]) -> list[Unit]:
        """Return sentences of one section joined: bullets of a list, or two sentences that speak of the same names."""
        joined = []
        lists: dict[tuple[str, int], list[ScoredSentence]] = {}
        for unit in best:
            (scored,) = unit.sentences
            if scored.sentence.kind is SentenceKind.BULLET and not _LABEL.match(scored.text):
                lists.setdefault((scored.document.id, scored.sentence.paragraph), []).append(scored)
        joined += [self._unit(tuple(bullets)) for bullets in lists.values() if len(bullets) > 1]
        prose = [u for u in best if u.sentences[0].sentence.kind is SentenceKind.PROSE][:_TRIED_TOGETHER]
        prose.sort(key=lambda unit: unit.sentences[0].sentence.start)
        for one, later in combinations(prose, 2):
            goes_on = later.names <= one.names | one.context
            all_named = later.names | one.names <= claim.names | one.context
            if one.section == later.section and (goes_on or all_named):
                joined.append(self._unit((*one.sentences, *later.sentences)))
        return joined

    def _unit(self, sentences: tuple[ScoredSentence, ...]) -> Unit:
        claims = tuple(read(" ".join(scored.text.split())) for scored in sentences)
        own = frozenset().union(*(claim.stems for claim in claims))
        headings = tuple(read(title) for title in _headings(sentences[0]))
        lent = frozenset(word.stem for heading in headings for word in heading.words)
        for short, long in self._aliases:
            if short in own | lent:
                lent |= long
            elif long <= own | lent:
                lent |= {short}
        return Unit(sentences, claims, headings, lent)


def _shared(claim: Claim, unit: Unit) -> float:
    """Return how much of a claim a unit may hold: a word 1, a synonym or a heading's word less, a number 1."""
    score = 0.0
    for word in claim.content:
        if word.stem in unit.stems:
            score += 1.0
        elif wording().synonyms.get(word.stem, frozenset()) & unit.groups:
            score += _SYNONYM
        elif word.stem in unit.context:
            score += _LENT
    known = [quantity for sentence in unit.claims for quantity in sentence.quantities]
    return score + sum(any(quantity.fits(other) for other in known) for quantity in claim.quantities)


def _headings(scored: ScoredSentence) -> list[str]:
    return [scored.document.title, *(section.title for section in scored.document.section_path(scored.section.id))]


def _aliases(texts: Iterable[str]) -> frozenset[tuple[str, frozenset[str]]]:
    """Return the abbreviations that texts explain in brackets, each with the stems of its long form.

    >>> sorted(long for short, long in _aliases(["Nerve Conduction Studies (NCS)"]) for long in long)
    ['conduct', 'nerv', 'studi']
    """
    found = set()
    for text in texts:
        for match in _IN_BRACKETS.finditer(text):
            short = match[2].removesuffix("s") if match[2][:-1].isupper() else match[2]
            words = re.findall(r"[\w’']+", match[1].replace("-", " "))
            letters = [letter.lower() for letter in short if letter.isalpha()]
            tail = words[-len(letters) :]
            if [word[0].lower() for word in tail] == letters:
                long = tail
            elif [word[0].lower() for word in words[-len(letters) - 1 : -1]] == letters:
                long = words[-len(letters) - 1 : -1]
            elif words[-1][0].lower() == letters[0]:
                long = words[-1:]
            else:
                continue
            found.add((stem(short.lower()), frozenset(stem(word.lower()) for word in long)))
    return frozenset(found)
