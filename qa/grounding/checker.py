"""The check of one reworded sentence: which evidence it rests on, or why it is held back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.grounding.claim import Claim, read
from qa.grounding.contradictions import Reason
from qa.grounding.proof import Limits, Proof, prove
from qa.grounding.support import as_passage
from qa.grounding.units import Evidence, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evidence import ScoredSentence
    from qa.grounding.proof import Vectors
    from qa.grounding.support import SupportJudge

_CLAUSE = re.compile(
    r"\s*[;:—–]\s+|,?\s+(?:while|whereas|but|because|although|though)\s+|,\s+(?:and|so|which|who|or|where|when)\s+|,\s+(?=in\s)"
    r"|\s+and\s+(?=(?:it|they|he|she|the|this|these|its|their|in|are|is|was|were|has|have|can|may|often|usually)\s)",
    re.IGNORECASE,
)
_MIN_CONTENT = 2
_CONTRADICTS = (Reason.OPPOSITE, Reason.NEGATION, Reason.DIRECTION)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sentence: the evidence it rests on and `support` in [0, 1], or the reason it is held back."""

    evidence: tuple[ScoredSentence, ...]
    support: float
    reason: Reason | None
    missing: tuple[str, ...] = ()


class Checker:
    """Checks reworded sentences against the evidence of one answer.

    Args:
        evidence: what a sentence may rest on.
        focus: the ids of document and section that the question is about; a sentence whose subject is only a pronoun
            must rest on these.
        judge: compares whole meanings.
        vectors: gives the vectors of single words.
        limits: what a sentence may lack.
    """

    def __init__(
        self,
        evidence: Sequence[ScoredSentence],
        focus: frozenset[tuple[str, str]],
        judge: SupportJudge,
        vectors: Vectors,
        limits: Limits = Limits(),  # noqa: B008  (frozen)
    ) -> None:
        self._evidence = Evidence(evidence)
        self._elsewhere = frozenset(stem for unit in self._evidence.singles for stem in unit.stems | unit.context)
        self._focus = focus
        self._judge = judge
        self._vectors = vectors
        self._limits = limits

    def check(self, text: str) -> Verdict:
        """Return what a sentence rests on, as a whole or clause by clause."""
        claim = read(text).naming(self._evidence.names)
        if not claim.content:
            return Verdict((), 0.0, Reason.EMPTY)
        whole = self._best(claim, None)
        if whole.reason is not None:
            proofs = self._by_clause(text)
            if proofs:
                return self._verdict(text, proofs)
        return self._verdict(text, [whole])

    def _by_clause(self, text: str) -> list[Proof]:
        """Return a proof of each clause, or nothing where there is one clause or one fails.

        A clause without a name of its own goes on about the section of the clause before it.
        """
        clauses = [clause.naming(self._evidence.names) for clause in _clauses(text)]
        if len(clauses) < 2:
            return []
        proofs: list[Proof] = []
        for clause in clauses:
            section = proofs[-1].unit.section if proofs and not clause.names else None
            proof = self._best(clause, section)
            if proof.reason is not None:
                return []
            proofs.append(proof)
        return proofs

    def _best(self, claim: Claim, section: tuple[str, str] | None) -> Proof:
        """Return the cheapest proof that holds, or the nearest that does not.

        A sentence that contradicts the claim alone does not support it together with another.
        """
        candidates = self._evidence.candidates(claim)
        if section is not None:
            candidates = [unit for unit in candidates if unit.section == section]
        elif claim.points_back:
            candidates = [unit for unit in candidates if unit.section in self._focus]
        failed: list[Proof] = []
        held: list[Proof] = []
        contradicting: set[ScoredSentence] = set()
        for unit in candidates:
            if contradicting & set(unit.sentences):
                continue
            proof = prove(claim, self._with_neighbours(unit, claim), self._elsewhere, self._vectors, self._limits)
            if proof.reason is None and not proof.cost:
                return proof
            (failed if proof.reason else held).append(proof)
            if proof.reason in _CONTRADICTS:
                contradicting |= set(unit.sentences)
        for proof in sorted(held, key=lambda proof: proof.cost):
            if (vouched := self._vouched(claim, proof, self._limits.likely)).reason is None:
                return vouched
            failed.append(vouched)
        if failed:
            nearest = min(failed, key=lambda proof: proof.cost)
            return self._vouched(claim, nearest, self._limits.sure) if nearest.ordinary else nearest
        return Proof(Unit((), (), (), frozenset()), float(len(claim.content)), 0.0, (), Reason.UNSUPPORTED)

    def _vouched(self, claim: Claim, proof: Proof, limit: float) -> Proof:
        """Return a proof as one that holds where the judge's logit for the whole reaches a limit, else as failed."""
        section = [unit for unit in self._evidence.singles if unit.section == proof.unit.section]
        section.sort(key=lambda unit: unit.sentences[0].sentence.start)
        whole = replace(proof.unit, sentences=tuple(unit.sentences[0] for unit in section))
        logit = max(self._judge.supports(claim.text, [as_passage(proof.unit), as_passage(whole)]))
        return replace(proof, reason=None if logit >= limit else Reason.UNSUPPORTED)

    def _with_neighbours(self, unit: Unit, claim: Claim) -> Unit:
        """Return the unit with the names of the sentences beside it, where it points back or all its names are claimed.

        "The first great tower stood at Alexandria. The Pharos …" lets a claim say that the Pharos stood at Alexandria;
        "Rudyerd's tower burned down" beside "Winstanley lit the first tower" lets no claim burn Winstanley's.
        """
        open_names = claim.names - unit.stems - unit.context
        if not open_names:
            return unit
        (first, *_), (*_, last) = unit.sentences, unit.sentences
        only_these = unit.names <= claim.names | unit.context
        for other in self._evidence.singles:
            (scored,) = other.sentences
            before = scored.sentence.end <= first.sentence.start and unit.claims[0].points_back
            if not (only_these or before):
                continue
            beside = scored.sentence.paragraph in (first.sentence.paragraph, last.sentence.paragraph)
            if other.section == unit.section and beside and open_names <= other.names:
                return replace(unit, context=unit.context | open_names)
        return unit

    def _verdict(self, text: str, proofs: Sequence[Proof]) -> Verdict:
        worst = max(proofs, key=lambda proof: (proof.reason is not None, proof.cost))
        if worst.reason is not None:
            return Verdict((), 0.0, worst.reason, worst.missing)
        evidence = tuple(dict.fromkeys(scored for proof in proofs for scored in self._needed(proof, text)))
        return Verdict(evidence, max(0.0, 1.0 - worst.cost / 2), None, worst.missing)

    def _needed(self, proof: Proof, text: str) -> list[ScoredSentence]:
        """Return those sentences of a unit that hold a word of the claim which no other one holds, at least one."""
        if len(proof.unit.sentences) == 1:
            return list(proof.unit.sentences)
        wanted = {word.stem for word in read(text).content}
        kept: list[ScoredSentence] = []
        seen: set[str] = set()
        by_share = sorted(
            zip(proof.unit.sentences, proof.unit.claims, strict=True), key=lambda pair: -len(wanted & pair[1].stems)
        )
        for scored, claim in by_share:
            if (fresh := wanted & claim.stems - seen) or not kept:
                kept.append(scored)
                seen |= fresh
        return kept


def _clauses(text: str) -> list[Claim]:
    """Return the clauses of a sentence, those with too little content joined to the one before."""
    pieces: list[str] = []
    for piece in _CLAUSE.split(text):
        if pieces and _weight(piece) < _MIN_CONTENT:
            pieces[-1] = f"{pieces[-1]}, {piece}"
        elif piece.strip():
            pieces.append(piece)
    if len(pieces) > 1 and _weight(pieces[0]) < _MIN_CONTENT:
        pieces[:2] = [", ".join(pieces[:2])]
    return [read(piece) for piece in pieces]


def _weight(text: str) -> int:
    claim = read(text)
    return len(claim.content) + len(claim.quantities)
