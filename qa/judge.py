"""Judges: what says how well a passage, and each of its sentences, answers a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from index.words import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evidence_input import Evidence
    from qa.text_vectors import TextVectors


@dataclass(frozen=True, slots=True)
class Judgement:
    """Logits of one passage: it answers the question; for each of its sentences, that it belongs to the answer."""

    answers: float
    sentences: tuple[float, ...]


class Judge(Protocol):
    """Judges passages for a question."""

    @property
    def name(self) -> str:
        """Name for people and reports."""

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, in the order given."""


class SimilarityJudge:
    """Judges by likeness alone: the encoder's cosine, and the share of the question's words that a sentence holds.

    The measure of what the evidence model has to beat; beside it, what corrects its choice of sentences.
    """

    name = "similarity"
    _TITLE = 1.0
    """Logits for a section whose title is the question's own words."""

    def __init__(self, vectors: TextVectors) -> None:
        self._vectors = vectors

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, made of cosine and word coverage; the best sentence speaks for it."""
        wanted = set(terms(question))
        vector = self._vectors([question])[0]
        titles = [passage.heading.rpartition(" > ")[2] for passage in passages]
        texts = [f"{title}: {s}" for title, passage in zip(titles, passages, strict=True) for s in passage.sentences]
        cosines = iter(self._vectors(texts) @ vector)
        judgements = []
        for passage, title in zip(passages, titles, strict=True):
            heading, own_title = set(terms(passage.heading)), set(terms(title))
            named = self._TITLE * len(wanted & own_title) / len(wanted | own_title) if wanted else 0.0
            scores = []
            for sentence in passage.sentences:
                own = set(terms(sentence))
                covered = len(wanted & own) + 0.5 * len((wanted & heading) - own)
                coverage = covered / len(wanted) if wanted else 0.0
                scores.append(float(8 * (next(cosines) - 0.45) + 2 * (coverage - 0.5) + named))
            judgements.append(Judgement(max(scores, default=-8.0), tuple(scores)))
        return judgements


class CombinedJudge:
    """The evidence model's verdict on passages; for their sentences, the model and likeness correct each other.

    A sentence's logit is the model's own, plus a share of its passage's, plus a share of its likeness.
    """

    name = "evidence"
    _PASSAGE = 0.5
    _LIKENESS = 1.5

    def __init__(self, model: Judge, likeness: Judge) -> None:
        self._model = model
        self._likeness = likeness

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, in the order given."""
        pairs = zip(self._model.judge(question, passages), self._likeness.judge(question, passages), strict=True)
        return [self._combined(read, alike) for read, alike in pairs]

    def _combined(self, read: Judgement, alike: Judgement) -> Judgement:
        pairs = zip(read.sentences, alike.sentences, strict=True)
        share = self._PASSAGE * read.answers
        return Judgement(read.answers, tuple(own + share + self._LIKENESS * like for own, like in pairs))
