"""Proof: how far a unit of evidence holds the words of a claim, and where it stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.grounding.contradictions import Reason, contradiction
from qa.grounding.wording import wording

if TYPE_CHECKING:
    from qa.grounding.claim import Claim, Word
    from qa.grounding.units import Unit


@dataclass(frozen=True, slots=True)
class Proof:
    """What a unit says of a claim.

    `missing` are the words that it does not hold, `share` in [0, 1] is the part that it does. `reason` is None where it
    holds every word and contradicts nothing.
    """

    unit: Unit
    missing: tuple[str, ...]
    share: float
    reason: Reason | None


def prove(claim: Claim, unit: Unit) -> Proof:
    """Return the proof of a claim by a unit."""
    missing = [word for word in claim.content if not _held(word, unit)]
    held = len(claim.content) - len(missing)
    reason = contradiction(claim, unit)
    if reason is None and missing:
        reason = Reason.UNSUPPORTED
    if any(word.name for word in missing):
        reason = Reason.NAME
    share = held / len(claim.content) if claim.content else 0.0
    return Proof(unit, tuple(word.text for word in missing), share, reason)


def _held(word: Word, unit: Unit) -> bool:
    """Tell whether a unit holds a word itself, by its headings, or, where it is no name, by a word of one meaning."""
    if word.stem in unit.stems or word.stem in unit.context:
        return True
    known = wording()
    if word.name:
        group = known.demonyms.get(word.stem)
        return group is not None and any(known.demonyms.get(other) == group for other in unit.stems)
    if any(known.same(word.stem, other) for other in unit.stems):
        return True
    others = (other for sentence in unit.claims for other in sentence.words)
    return any(known.opposed(word.stem, other.stem) and word.denied != other.denied for other in others)
