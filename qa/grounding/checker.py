"""The check of one reworded sentence: which evidence it rests on, or why it is held back."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.grounding.claim import Claim, read
from qa.grounding.contradictions import Reason
from qa.grounding.proof import Proof, prove
from qa.grounding.support import as_passage
from qa.grounding.units import Evidence, Unit
from qa.grounding.verdict import WEIGHING, Weighing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evidence import ScoredSentence
    from qa.evidence_input import Evidence as Passage
    from qa.grounding.support import SupportJudge, Vectors

_CLAUSE = re.compile(
    r"\s*[;:—–]\s+|,?\s+(?:while|whereas|but|because|although|though)\s+|,\s+(?:and|so|which|who|or|where|when)\s+|,\s+(?=in\s)"
    r"|\s+and\s+(?=(?:it|they|he|she|the|this|these|its|their|in|are|is|was|were|has|have|can|may|often|usually)\s)",
    re.IGNORECASE,
)
_MIN_CONTENT = 2
_READ = 7
"""Sentences that the model reads around a proof."""
_FEW_WORDS = 0.34
"""Share of a claim's words below which its evidence is looked for by meaning."""
_CONTRADICTS = (Reason.OPPOSITE, Reason.NEGATION, Reason.DIRECTION)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sentence: the evidence it rests on, or the reason it is held back.

    `support` in [0, 1] is the probability that the evidence supports it, made of the judge's `logit` and what
    the rules `found`. `missing` are the words not found there.
    """

    evidence: tuple[ScoredSentence, ...]
    support: float
    reason: Reason | None
    missing: tuple[str, ...] = ()
    logit: float = -math.inf
    found: Reason | None = None


class Checker:
    """Checks reworded sentences against the evidence of one answer.

    Args:
        evidence: what a sentence may rest on.
        focus: the ids of document and section that the question is about; a sentence whose subject is only a pronoun
            must rest on these.
        judge: compares whole meanings.
        vectors: gives the vectors of sentences, to find evidence in other words.
        weighing: makes one probability of what rules and judge found.
    """

    def __init__(
        self,
        evidence: Sequence[ScoredSentence],
        focus: frozenset[tuple[str, str]],
        judge: SupportJudge,
        vectors: Vectors,
        weighing: Weighing = WEIGHING,
    ) -> None:
        self._evidence = Evidence(evidence)
        self._focus = focus
        self._judge = judge
        self._vectors = vectors
        self._weighing = weighing

    def check(self, text: str) -> Verdict:
        """Return what a sentence rests on, as a whole or clause by clause."""
        claim = read(text).naming(self._evidence.names)
        if not claim.content:
            return Verdict((), 0.0, Reason.EMPTY)
        whole = self._best(claim, None)
        if whole.reason is not None and (proofs := self._by_clause(text)):
            return self._verdict(text, proofs)
        if whole.share < _FEW_WORDS:
            whole = self._nearest(claim)
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
        """Return the first proof that holds, or the one that lacks least.

        A sentence that contradicts the claim alone does not support it together with another.
        """
        candidates = self._evidence.candidates(claim)
        if section is not None:
            candidates = [unit for unit in candidates if unit.section == section]
        elif claim.points_back:
            candidates = [unit for unit in candidates if unit.section in self._focus]
        failed: list[Proof] = []
        contradicting: set[ScoredSentence] = set()
        for unit in candidates:
            if contradicting & set(unit.sentences):
                continue
            proof = prove(claim, self._with_neighbours(unit, claim))
            if proof.reason is None:
                return proof
            failed.append(proof)
            if proof.reason in _CONTRADICTS:
                contradicting |= set(unit.sentences)
        if failed:
            return min(failed, key=lambda proof: len(proof.missing))
        missing = tuple(word.text for word in claim.content)
        return Proof(Unit((), (), (), frozenset()), missing, 0.0, Reason.UNSUPPORTED)

    def _nearest(self, claim: Claim) -> Proof:
        """Return the proof by the one sentence that is nearest in meaning; its words may all be others."""
        singles = self._evidence.singles
        if claim.points_back:
            singles = [unit for unit in singles if unit.section in self._focus]
        if not singles:
            return Proof(Unit((), (), (), frozenset()), (), 0.0, Reason.UNSUPPORTED)
        rows = self._vectors([claim.text, *(unit.sentences[0].text for unit in singles)])
        return prove(claim, singles[int((rows[1:] @ rows[0]).argmax())])

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
        """Return what becomes of a sentence: the model reads it, and has to outweigh what the rules found."""
        worst = max(proofs, key=lambda proof: (proof.reason is not None, len(proof.missing)))
        if not worst.unit.sentences:
            return Verdict((), 0.0, worst.reason or Reason.UNSUPPORTED, worst.missing)
        (logit,) = self._judge.supports(text, [self._passage(proofs)])
        support = self._weighing(logit, worst.reason)
        shown = support >= self._weighing.limit
        evidence = dict.fromkeys(scored for proof in proofs for scored in self._needed(proof, text)) if shown else ()
        reason = None if shown else worst.reason or Reason.UNSUPPORTED
        return Verdict(tuple(evidence), support, reason, worst.missing, logit, worst.reason)

    def _passage(self, proofs: Sequence[Proof]) -> Passage:
        """Return what the model reads: the proofs' sentences with those around them, in reading order."""
        wanted = list(dict.fromkeys(scored for proof in proofs for scored in proof.unit.sentences))
        first = wanted[0]
        around = [
            scored
            for unit in self._evidence.singles
            for scored in unit.sentences
            if unit.section == proofs[0].unit.section and scored not in wanted
        ]
        around.sort(key=lambda scored: abs(scored.sentence.start - first.sentence.start))
        listed = [*wanted, *around[: max(0, _READ - len(wanted))]]
        listed.sort(key=lambda scored: (scored.section.id != first.section.id, scored.sentence.start))
        return as_passage(listed)

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
