"""Claims and evidence as the sets have them: WiCE's claims with their pages, BioASQ's answers with their snippets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.families.common import Deck
from training.records import Candidate, Group
from training.text import chunks, n_words, sentences_of

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from training.sets import Claim, ExpertQuestion

Text = tuple[str, tuple[str, ...]]


def judged(
    heading: str,
    sentences: Sequence[str],
    supports: float,
    marks: Sequence[float] | None = None,
    answers: float | None = None,
) -> Candidate:
    """A passage judged as evidence for a claim; `answers` = it tells about the claim, for or against."""
    return Candidate(heading, tuple(sentences), answers, supports, None if marks is None else tuple(marks))


class WiceFamily:
    """Chunks of the cited page: with all that supports the claim, with a part of it, with none."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._deck = Deck([one for one in claims if len(one.sentences) > 3])

    def __call__(self, rng: random.Random) -> Group | None:
        """One chunk around the support, one that our eyes would confuse with it, one at random."""
        claim = self._deck.deal(rng)
        candidates = []
        gold = {n for one in claim.supporting for n in one}
        if claim.supporting:
            core = rng.choice([one for one in claim.supporting if len(one) < 9] or [claim.supporting[0][:6]])
            rows = _gathered(claim.sentences, core, rng)
            whole = claim.label == "supported" and set(core) <= set(rows)
            candidates.append(self._chunk(claim, rows, gold, float(whole)))
            if len(core) > 1 and claim.label == "supported":
                candidates.append(self._chunk(claim, _gathered(claim.sentences, core[:1], rng, core[1:]), gold, None))
        rest = [n for n in range(1, len(claim.sentences)) if n not in gold]
        if rest:
            words = set(claim.text.lower().split())
            best = max(rest, key=lambda n: len(words & set(claim.sentences[n].lower().split())))
            around = [n for n in rest if abs(n - best) < 4]
            candidates.append(self._chunk(claim, around, gold, 0.0))
            start = rng.choice(rest)
            candidates.append(self._chunk(claim, [n for n in rest if start <= n < start + 5], gold, 0.0))
        return Group("wice", claim.text, tuple(candidates)) if candidates else None

    def _chunk(self, claim: Claim, rows: Sequence[int], gold: set[int], supports: float | None) -> Candidate:
        marks = [float(n in gold) for n in rows]
        answers = float(any(marks))
        return Candidate(
            claim.page_title[:120], tuple(claim.sentences[n][:400] for n in rows), answers, supports, tuple(marks)
        )


def _gathered(
    sentences: Sequence[str], core: Sequence[int], rng: random.Random, never: Sequence[int] = ()
) -> list[int]:
    """The core sentences and some of their neighbours, in order, at most about 130 words."""
    rows, size = set(core), sum(n_words(sentences[n]) for n in core)
    around = [
        n + step for n in core for step in (-2, -1, 1, 2) if 0 < n + step < len(sentences) and n + step not in never
    ]
    rng.shuffle(around)
    for n in around[: rng.randint(0, 8)]:
        if n not in rows and size + n_words(sentences[n]) < 130:
            rows.add(n)
            size += n_words(sentences[n])
    return sorted(rows)


class IdealFamily:
    """BioASQ's written answers over their own snippets and over another question's."""

    def __init__(
        self, questions: Sequence[ExpertQuestion], snippets: Mapping[str, str], wrong: Mapping[str, Sequence[str]]
    ) -> None:
        self._deck = Deck([one for one in questions if one.ideal and len(one.snippets) > 1])
        self._snippets, self._wrong = snippets, wrong

    def __call__(self, rng: random.Random) -> Group | None:
        """A sentence of the answer, the two or three snippets nearest to it in words, and as many wrong ones."""
        question = self._deck.deal(rng)
        parts = [part for part in sentences_of(rng.choice(question.ideal)) if 6 < n_words(part) < 50]
        near = self._wrong[question.identifier]
        if not parts or len(near) < 4:
            return None
        claim = rng.choice(parts)
        words = {word for word in claim.lower().split() if len(word) > 3}
        ranked = sorted(question.snippets, key=lambda key: -len(words & set(self._snippets[key].lower().split())))
        overlap = len(words & set(self._snippets[ranked[0]].lower().split())) / max(len(words), 1)
        ours = [sentence for key in ranked[: rng.randint(1, 3)] for sentence in sentences_of(self._snippets[key])[:4]]
        theirs = [sentence for key in rng.sample(near[:10], 2) for sentence in sentences_of(self._snippets[key])[:4]]
        runs = chunks(ours, 130)
        if overlap < 0.5 or not runs or not theirs:
            return None
        ours = [ours[n] for n in runs[0]]
        candidates = (judged("", ours, 1.0, None, 1.0), judged("", theirs, 0.0, [0.0] * len(theirs), 0.0))
        return Group("ideal", claim, candidates)
