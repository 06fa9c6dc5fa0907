"""Contradictions: where a claim says the opposite of its evidence, says it more strongly, or the other way round."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from qa.grounding.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.grounding.claim import Claim, Word
    from qa.grounding.units import Unit

_NEAR_A_DENIAL = 6


class Reason(StrEnum):
    """Why a sentence is held back."""

    UNSUPPORTED = "says what the evidence does not"
    NUMBER = "gives another number than the evidence"
    NUMBER_UNSAID = "gives a number where the evidence gives none"
    NAME = "names what the evidence does not"
    NEGATION = "denies what the evidence says, or says what it denies"
    OPPOSITE = "says the opposite of the evidence"
    STRENGTH = "says it more strongly than the evidence"
    DIRECTION = "turns round what acts on what"
    EMPTY = "says nothing that can be checked"
    REPEATED = "repeats an earlier sentence"


def contradiction(claim: Claim, unit: Unit) -> Reason | None:
    """Return how a claim contradicts a unit of evidence that holds its words, or None."""
    if differing := _other_numbers(claim, unit):
        return differing
    if _opposed(claim, unit) or any(_crossed(claim, sentence) for sentence in unit.claims):
        return Reason.OPPOSITE
    if _denial_differs(claim, unit):
        return Reason.NEGATION
    if _stronger(claim, unit):
        return Reason.STRENGTH
    if any(_turned_round(claim, sentence) for sentence in unit.claims):
        return Reason.DIRECTION
    return None


def _other_numbers(claim: Claim, unit: Unit) -> Reason | None:
    """Return how a number of the claim differs from the evidence, or None where it gives them all.

    A heading's count where the sentences name no other: "type 2" in a heading says nothing about a sentence on type 1;
    "three men" gives no "two men", whatever else is two. A number is merely unsaid where the evidence has none of its
    kind ("two rivers" that it lists); so is a "first" that ranks nothing.
    """
    known = [quantity for sentence in unit.claims for quantity in sentence.quantities]
    units = {quantity.unit for quantity in known}
    known_or_headed = known + [q for heading in unit.headings for q in heading.quantities if q.unit not in units]
    unsaid = False
    for quantity in claim.quantities:
        same = [other for other in known if quantity.counted and other.counted == quantity.counted]
        if any(quantity.fits(other) for other in same or known_or_headed):
            continue
        if same or any(quantity.comparable(other) for other in known_or_headed):
            return Reason.NUMBER
        unsaid = True
    return Reason.NUMBER_UNSAID if unsaid else None


def _opposed(claim: Claim, unit: Unit) -> bool:
    """Tell whether a word of the claim excludes one of the evidence, which the claim does not say itself."""
    denied = {word.stem for word in claim.words if word.denied}
    denied_there = {word.stem for sentence in unit.claims for word in sentence.words if word.denied}
    for word in claim.words:
        if any(word.stem == other or wording().same(word.stem, other) for other in unit.stems):
            continue
        for other in unit.stems - claim.stems:
            if wording().opposed(word.stem, other) and (word.stem in denied) == (other in denied_there):
                return True
    return False


def _crossed(claim: Claim, sentence: Claim) -> bool:
    """Tell whether two opposites of a sentence have changed places: "broad at the foot, slender above" turned round.

    A word goes with those of its segment. Where these stand with its opposite more often than with it, it was moved.
    """
    known = wording()
    theirs = sentence.segments
    for mine in claim.segments:
        for word in mine:
            for other in known.opposites.get(word, frozenset()) & sentence.stems - mine:
                if word not in sentence.stems:
                    continue
                beside = mine - {word, other}
                kept = sum(len(beside & segment) for segment in theirs if word in segment and other not in segment)
                moved = sum(len(beside & segment) for segment in theirs if other in segment and word not in segment)
                numbers = {w for w in beside if w[0].isdigit()}
                there = [segment for segment in theirs if numbers & segment]
                moved_number = there and all(other in segment and word not in segment for segment in there)
                if moved > kept or moved_number:
                    return True
    return False


def _denial_differs(claim: Claim, unit: Unit) -> bool:
    """Tell whether the claim denies what the evidence does not, or the evidence what the claim does not."""
    known = wording()
    there = [word for sentence in unit.claims for word in sentence.words]
    softly = {word.stem for sentence in unit.claims for word in _near_denials(sentence.words)}
    softly |= {word.stem for word in there if word.denied}
    denies_there = bool(softly) or any(word.stem in known.denying | known.trailing for word in there)
    denies_there |= any(known.opposed(word.stem, other.stem) for word in claim.words if word.denied for other in there)
    here = [word for word in claim.words if word.denied]
    if here:
        matched = [w for w in here if w.counts and any(w.stem == o.stem or known.same(w.stem, o.stem) for o in there)]
        if not denies_there:
            return True
        if matched and not any(_in(w, softly) or _any_opposed(w, there) for w in matched[:3]):
            return True
    if not claim.negated and not any(word.stem in known.denying | known.trailing for word in claim.words):
        stems = claim.stems
        for sentence in unit.claims:
            for heads in _heads(sentence.words):
                if heads and all(head.stem in stems or any(known.same(head.stem, s) for s in stems) for head in heads):
                    return True
    return False


def _in(word: Word, stems: Iterable[str]) -> bool:
    return any(word.stem == other or wording().same(word.stem, other) for other in stems)


def _any_opposed(word: Word, others: Sequence[Word]) -> bool:
    return any(wording().opposed(word.stem, other.stem) for other in others)


def _near_denials(words: Sequence[Word]) -> list[Word]:
    """Return the words that follow one which denies by itself ("unable to move", "lose the ability to speak")."""
    found: list[Word] = []
    for at, word in enumerate(words):
        if word.stem in wording().denying:
            found += words[at : at + _NEAR_A_DENIAL]
        if word.stem in wording().trailing:
            found += words[max(0, at - 3) : at + 1]
    return found


def _heads(words: Sequence[Word]) -> list[list[Word]]:
    """Return what each negation denies: the first weighty word behind it, behind a "no" the first two."""
    found = []
    for at, word in enumerate(words[:-1]):
        if not word.denied and words[at + 1].denied:
            reached = [w for w in words[at + 1 :] if w.denied and w.counts]
            found.append(reached[: 2 if word.text == "no" else 1])
    return found


def _stronger(claim: Claim, unit: Unit) -> bool:
    """Tell whether the claim drops or raises what the evidence leaves open."""
    sentences = unit.claims
    for kind in ("universal", "exclusive"):
        if claim.strong(kind) and not any(sentence.strong(kind) for sentence in sentences):
            return True
    if claim.strong("frequent") and not any(sentence.strong("frequent") for sentence in sentences):
        frequent = wording().strength["frequent"]
        stated = any(_in(w, unit.stems) for w in claim.words if w.text in frequent)
        if not stated and any(sentence.strong("possible") for sentence in sentences):
            return True
    hedged = any(claim.strong(kind) for kind in ("possible", "frequent", "partial"))
    return not hedged and any(_drops_a_hedge(claim, sentence) for sentence in sentences)


def _drops_a_hedge(claim: Claim, sentence: Claim) -> bool:
    """Tell whether the words right behind a "may" or "can" of the evidence stand in the claim, which has none."""
    possible = wording().strength["possible"]
    for at, word in enumerate(sentence.words):
        if word.text in possible and word.text != "suspected":
            behind = [w for w in sentence.words[at + 1 :] if w.counts and w.clause == word.clause][:2]
            if behind and all(w.stem in claim.stems or _in(w, claim.stems) for w in behind):
                return True
    return False


def _turned_round(claim: Claim, sentence: Claim) -> bool:
    """Tell whether what acts and what is acted on have changed places."""
    turned = _compares_the_other_way(claim, sentence)
    for causes, effects in _acting(claim):
        for their_causes, their_effects in _acting(sentence):
            if causes & their_causes:
                return False
            turned |= bool(causes & their_effects) and bool(effects & their_causes)
    return turned


def _compares_the_other_way(claim: Claim, sentence: Claim) -> bool:
    """Tell whether what stands before and behind a "than" has changed places."""
    mine, theirs = _around_than(claim), _around_than(sentence)
    if not mine or not theirs:
        return False
    (before, behind), (before_there, behind_there) = mine, theirs
    first, second = before - behind, behind - before
    return bool(first & behind_there - before_there) and bool(second & before_there - behind_there)


def _around_than(claim: Claim) -> tuple[set[str], set[str]] | None:
    at = next((at for at, word in enumerate(claim.words) if word.text == "than"), None)
    if at is None:
        return None
    before, behind = claim.words[:at], claim.words[at + 1 :]
    return {word.stem for word in before if word.counts}, {word.stem for word in behind if word.counts}


def _acting(claim: Claim) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return, for each word of relation, the content stems on the acting side and on the other."""
    known = wording()
    words = claim.words
    found = []
    for at, word in enumerate(words):
        following = [w.text for w in words[at + 1 : at + 3]]
        back = word.text in known.backward or any(f"{word.text}-{text}" in known.backward for text in following[:1])
        ahead = word.stem in known.forward
        if not (back or ahead):
            continue
        before = frozenset(w.stem for w in words[:at] if w.counts)
        behind = frozenset(w.stem for w in words[at + 1 :] if w.counts)
        if before and behind:
            found.append((behind, before) if back or "by" in following else (before, behind))
    return found
