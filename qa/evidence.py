"""Evidence: which sentences of the found passages answer the question, and whether any does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.lexical import terms
from qa.judge import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Corpus, Document, Section
    from corpus.records import Sentence
    from index import Hit
    from qa.judge import Judge, Judgement


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with the probability in [0, 1] that it belongs to the answer."""

    document: Document
    section: Section
    sentence: Sentence
    score: float

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.document.text[self.sentence.start : self.sentence.end]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the found passages are worth for a question.

    `hits` are reranked, best first. `sentences` are those of all hits, in reading order within a hit, hits best first.
    `confidence` is the probability in [0, 1] that the corpus answers.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[ScoredSentence, ...]
    confidence: float


def assess(question: str, hits: Sequence[Hit], corpus: Corpus, judge: Judge) -> Assessment:
    """Return the assessment of a question's hits."""
    views = [as_evidence(corpus, hit) for hit in hits]
    judgements = judge.judge(question, views)
    order = sorted(range(len(hits)), key=lambda at: (-judgements[at].answers, at))
    sentences = []
    for at in order:
        document = corpus.document(hits[at].passage.document_id)
        section = document.section(hits[at].passage.section_id)
        pairs = zip(hits[at].passage.sentences, judgements[at].sentences, strict=True)
        sentences += [ScoredSentence(document, section, sentence, sigmoid(logit)) for sentence, logit in pairs]
    confidence = _confidence(question, hits, views, judgements)
    return Assessment(tuple(hits[at] for at in order), tuple(sentences), confidence)


def as_evidence(corpus: Corpus, hit: Hit) -> Evidence:
    """Return a hit as a judge reads it."""
    document = corpus.document(hit.passage.document_id)
    heading = " > ".join(section.title for section in document.section_path(hit.passage.section_id))
    return Evidence(heading, tuple(document.text[s.start : s.end] for s in hit.passage.sentences))


def sigmoid(logit: float) -> float:
    """Return the probability of a logit.

    >>> sigmoid(0.0), round(sigmoid(2.0), 3), sigmoid(-1000.0)
    (0.5, 0.881, 0.0)
    """
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


def _confidence(
    question: str, hits: Sequence[Hit], views: Sequence[Evidence], judgements: Sequence[Judgement]
) -> float:
    """Return the probability that the passages answer, from the judge's best logit, the cosine and word coverage."""
    wanted = set(terms(question))
    if not hits or not wanted:
        return 0.0
    held = [set(terms(f"{view.heading} {' '.join(view.sentences)}")) for view in views[:3]]
    coverage = max(len(wanted & words) for words in held) / len(wanted)
    best = max(judgement.answers for judgement in judgements)
    cosine = max(hit.dense for hit in hits)
    return sigmoid(0.9 * best + 5 * (cosine - 0.4) + 3 * (coverage - 0.55))
