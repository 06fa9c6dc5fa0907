"""Proof: whether a unit of evidence holds every word of a claim, in the same or in other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qa.grounding.contradictions import Reason, contradiction
from qa.grounding.wording import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qa.grounding.claim import Claim, Word
    from qa.grounding.units import Unit


class Vectors(Protocol):
    """Gives unit vectors of texts."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a claim may lack.

    `near` is the cosine from which a word that the evidence does not hold may stand for one of its words; `near_known`
    is the same for a word that other evidence holds. `near_costs` is the price of such a word; one without any likeness
    costs 1. `cost` is how much a claim may cost. `sure` is the logit from which a judge of whole meanings may vouch for
    one ordinary word that the evidence does not hold, `likely` the one from which it may for words that are near.
    """

    near: float = 0.55
    near_known: float = 0.75
    near_costs: float = 0.3
    cost: float = 0.6
    sure: float = 1.3
    likely: float = 1.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What a unit says of a claim: `cost` of words it lacks, `share` in [0, 1] of the words it holds, and a reason.

    `ordinary` where all that it lacks is one word that is no name, belongs to no list of things that exclude one
    another and stands nowhere in the evidence, so that it may be but another way to say the same.
    """

    unit: Unit
    cost: float
    share: float
    missing: tuple[str, ...]
    reason: Reason | None
    ordinary: bool = False


def prove(claim: Claim, unit: Unit, elsewhere: frozenset[str], vectors: Vectors, limits: Limits) -> Proof:
    """Return the proof of a claim by a unit; `elsewhere` holds the stems of all evidence."""
    known = wording()
    there = unit.stems | unit.context
    open_words = [word for word in claim.content if not _held(word, unit)]
    held = len(claim.content) - len(open_words)
    share = held / len(claim.content) if claim.content else 0.0
    names = [word.text for word in open_words if word.name]
    reason = contradiction(claim, unit)
    if not held:
        reason = Reason.EMPTY if not claim.content else Reason.UNSUPPORTED
    if names:
        reason = Reason.NAME
    if reason is not None or not open_words:
        missing = tuple(word.text for word in open_words)
        return Proof(unit, float(len(open_words)), share, missing, reason)
    targets = sorted({w.text for sentence in unit.claims for w in sentence.content})
    near = (vectors([word.text for word in open_words]) @ vectors(targets).T).max(axis=1)
    cost, lacking, ordinary = 0.0, list[str](), True
    for word, cosine in zip(open_words, near.tolist(), strict=True):
        fixed = word.stem in known.alternatives or any(known.opposed(word.stem, other) for other in there)
        enough = limits.near_known if word.stem in elsewhere else limits.near
        if not fixed and cosine >= enough:
            cost += limits.near_costs
        else:
            cost += 1.0
            lacking.append(word.text)
            ordinary = ordinary and not fixed and word.stem not in elsewhere
    reason = Reason.UNSUPPORTED if cost > limits.cost else None
    return Proof(unit, cost, share, tuple(lacking), reason, ordinary and len(lacking) == 1)


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
