"""Evidence: which sentences of the found passages answer the question, and whether any does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.words import terms
from qa.evidence_input import Evidence
from qa.judge import Judgement
from qa.self_reference import asks_of_the_text, speaks_of_itself

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Corpus, Document, Section
    from corpus.records import Sentence
    from index import Hit
    from qa.confidence import Confidence
    from qa.judge import Judge


_NEVER = -20.0
"""The logit of a sentence that belongs to no answer."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with the logit that it belongs to the answer."""

    document: Document
    section: Section
    sentence: Sentence
    logit: float

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


def assess(question: str, hits: Sequence[Hit], corpus: Corpus, judge: Judge, confidence: Confidence) -> Assessment:
    """Return the assessment of a question's hits; a question without a word to go by has no confidence."""
    if not hits or not terms(question):
        return Assessment(tuple(hits), (), 0.0)
    judgements = _judged(question, [as_evidence(corpus, hit) for hit in hits], judge)
    order = sorted(range(len(hits)), key=lambda at: (-max(judgements[at].sentences), at))
    sentences = []
    for at in order:
        document = corpus.document(hits[at].passage.document_id)
        section = document.section(hits[at].passage.section_id)
        pairs = zip(hits[at].passage.sentences, judgements[at].sentences, strict=True)
        sentences += [ScoredSentence(document, section, sentence, logit) for sentence, logit in pairs]
    best = max(judgement.answers for judgement in judgements)
    return Assessment(tuple(hits[at] for at in order), tuple(sentences), confidence(best))


def _judged(question: str, passages: Sequence[Evidence], judge: Judge) -> list[Judgement]:
    """Return one judgement a passage; sentences about the text itself are read only where the question is about it."""
    if asks_of_the_text(question):
        return judge.judge(question, passages)
    kept = [[at for at, text in enumerate(one.sentences) if not speaks_of_itself(text)] for one in passages]
    read = [
        Evidence(one.heading, tuple(one.sentences[at] for at in rows))
        for one, rows in zip(passages, kept, strict=True)
        if rows
    ]
    judged = iter(judge.judge(question, read))
    return [
        _spread(next(judged) if rows else Judgement(_NEVER, ()), rows, len(one.sentences))
        for one, rows in zip(passages, kept, strict=True)
    ]


def _spread(judged: Judgement, rows: Sequence[int], n_sentences: int) -> Judgement:
    logits = [_NEVER] * n_sentences
    for at, logit in zip(rows, judged.sentences, strict=True):
        logits[at] = logit
    return Judgement(judged.answers, tuple(logits))


def as_evidence(corpus: Corpus, hit: Hit) -> Evidence:
    """Return a hit as a judge reads it."""
    document = corpus.document(hit.passage.document_id)
    heading = " > ".join(section.title for section in document.section_path(hit.passage.section_id))
    return Evidence(heading, tuple(document.text[s.start : s.end] for s in hit.passage.sentences))
