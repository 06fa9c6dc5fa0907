"""The pipeline: from a question to a checked answer."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache, cached_property, partial
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING

from index import Index, SearchMode, load_encoder
from index.recent import Recent
from index.stores import opened, store_address
from index.words import terms
from qa.attributed import attributed_claim
from qa.confidence import SUPPORT, load_confidence
from qa.evidence import Assessment, as_evidence, assess
from qa.followup import standalone
from qa.generators import Generator, QuoteGenerator, make_generator
from qa.grounding import Checker, SimilaritySupport
from qa.judge import CombinedJudge, Judge, SimilarityJudge
from qa.nearest import nearest_sections
from qa.parts import Parts, parts
from qa.phrases import abstention, urgent_advice
from qa.question import History, Role, Turn, clean_history, clean_question, named
from qa.records import Answer, worded
from qa.reranking import RERANKED, Reranker, load_share
from qa.rewriting import rewritten
from qa.selection import join_parts, select
from qa.spelling import Speller
from qa.stopwatch import Stopwatch
from qa.text_vectors import TextVectors
from qa.writing import Written, widened, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    from corpus import Corpus
    from corpus.filters import Where
    from corpus.places import Given
    from index import Encoder, Hit
    from index.search import Searchable
    from qa.evidence import ScoredSentence
    from qa.evidence_model import EvidenceModel
    from qa.grounding import SupportJudge

    Rows: TypeAlias = NDArray[np.int64] | None

DEFAULT_THRESHOLD = 0.32
"""Confidence below which the corpus is taken not to answer: the lowest whose balanced accuracy on the fit half of the
articles under `tests/data` is within .02 of the best; from there to .38 it hardly changes, but fewer are answered."""
JUDGED_PASSAGES = 6
REMEMBERED = 32_000_000
"""Characters of the documents that remembered assessments hold on to, and `_ASSESSMENT` for each: some 1,000 questions
of a short article, at 30 kB each."""
_ASSESSMENT = 10_000
SAME_WORDS_COSINE = 0.6
"""Cosine from which an earlier answer is taken to come from a passage."""


class ArticleQA:
    """Answers questions from one corpus."""

    def __init__(
        self,
        index: Searchable,
        generator: Generator | None = None,
        judge: Judge | None = None,
        support: SupportJudge | None = None,
    ) -> None:
        self.index = index
        self.corpus: Corpus = index.corpus
        self.generator = generator or QuoteGenerator()
        self._models = (self.generator, judge, support)
        self._vectors = TextVectors(index.encoder)
        self.judge = judge or CombinedJudge(evidence_model(), SimilarityJudge(self._vectors))
        self._support = support or (SimilaritySupport(self._vectors) if judge else evidence_model())
        self._reranker = None if judge else Reranker(evidence_model(), load_share())
        self._confidence = load_confidence(self.judge.name)
        self._confidence_in_claims = None if judge else load_confidence(SUPPORT)
        self._assessed: Recent[Assessment] = Recent(REMEMBERED, _weight)
        threshold = self.corpus.settings.threshold
        self.threshold = DEFAULT_THRESHOLD if threshold is None else threshold

    @classmethod
    def open(
        cls,
        path: Given = None,
        model: str | None = None,
        beside: ArticleQA | None = None,
        store: str | None = None,
    ) -> ArticleQA:
        """Return the question answering of a corpus: its index is opened, or built where there is none that fits.

        Args:
            path: a file, folder or pattern, or several; None is the article that Footnote ships with.
            model: what words the answers, as in `--model`; None is what FOOTNOTE_MODEL names, or the corpus's own
                sentences ("quote").
            beside: another one, whose encoder and language model are shared; `model` is not looked at then.
            store: where the index is kept, as in `--store`; None is what FOOTNOTE_STORE names, or this machine's disk.
                With an index in Milvus and no path, no file is looked at.

        Raises:
            CorpusError: there is nothing to read at `path`.
            EncoderError: the encoder's weights are missing or damaged.
            IndexStoreError: Milvus has no such index, or does not answer (`StoreDownError`).
            ModelError: the weights or the library of `model` are missing or damaged.
            SettingsError: `model` or the corpus's settings cannot be used.
        """
        generator = beside.generator if beside else make_generator(model)
        encoder = beside.index.encoder if beside else load_encoder()
        return cls(opened(path, encoder, store_address(store)), generator)

    @classmethod
    def from_corpus(cls, corpus: Corpus, encoder: Encoder | None = None, judge: Judge | None = None) -> ArticleQA:
        """Return the question answering of a corpus in memory; nothing is written."""
        return cls(Index.build(corpus, encoder or load_encoder()), judge=judge)

    def on(self, index: Searchable) -> ArticleQA:
        """Return the same question answering, models and all, of another index."""
        return type(self)(index, *self._models)

    def quoting(self) -> ArticleQA:
        """Return what answers in the corpus's own words: this, or the same without its language model."""
        if not self.generator.rewords:
            return self
        other = copy(self)
        other.generator = QuoteGenerator()
        other._models = (other.generator, *self._models[1:])
        return other

    def current(self) -> ArticleQA:
        """Return what answers now: this. `LiveQA`, which follows its index, returns the newest."""
        return self

    def search(self, query: str, k: int = 10, where: Where = ()) -> list[Hit]:
        """Return the k best passages for a query, best first, of those that meet every condition in `where`.

        The evidence model takes part in the order, but where the judge is another one.

        Raises:
            FilterError: a condition cannot be read, or names a key that no document has.
            QuestionError: the query has the wrong type or length.
        """
        cleaned, among = clean_question(query), self._among(where)
        if self._reranker is None:
            return self.index.search(cleaned, k, among=among)
        hits = self.index.search(cleaned, max(k, RERANKED), among=among)
        return self._reranker.hits(cleaned, hits, self.corpus)[:k]

    def assess(self, question: str) -> Assessment:
        """Return what the passages found for a question, which stands alone, are worth.

        Raises:
            QuestionError: the question has the wrong type or length.
        """
        return self._assess(clean_question(question), Stopwatch(), None)

    def answer(self, question: str, history: History = (), where: Where = ()) -> Answer:
        """Return what the corpus says to a question; an answer that abstains where it says nothing.

        Only passages that meet every condition in `where` are looked at: `["folder=guides", "date>=2024-01-01"]`.

        Raises:
            FilterError: a condition cannot be read, or names a key that no document has.
            QuestionError: the question or the history has the wrong type, shape or length.
        """
        *_, last = self.stream(question, history, where)
        return last

    def stream(self, question: str, history: History = (), where: Where = ()) -> Iterator[Answer]:
        """Yield the answer as it grows by checked sentences; the last one is whole.

        Raises:
            FilterError: a condition cannot be read, or names a key that no document has.
            QuestionError: the question or the history has the wrong type, shape or length.
        """
        watch = Stopwatch()
        asked = clean_question(question)
        turns = clean_history(history)
        among = self._among(where)
        known: dict[str, Assessment] = {}
        with watch.stage("question"):
            corrected = self.speller.correct(asked)
            if len(self.corpus.documents) == 1:
                corrected = named(corrected, self.corpus.documents[0].title)
            meant = self._standalone(corrected, turns, among, known)
            if meant != corrected:
                meant = rewritten(corrected, turns, self.generator) or meant
        asks = self._parts(meant, among, known)
        assessments = [known.get(part) or self._assess(part, watch, among) for part in asks.questions]
        confidence = (min if asks.together else max)(assessment.confidence for assessment in assessments)
        answered = [assessment.confidence >= self.threshold for assessment in assessments]
        silent = compress(asks.questions, map(not_, answered))
        unanswered = tuple(part for part in silent if not urgent_advice(part, self.corpus.settings))
        hits = _merged(assessments)
        written = Written(self.generator.name)

        def current(written: Written, *, abstained: bool = False) -> Answer:
            nearest = nearest_sections(hits, self.corpus) if abstained else ()
            text = abstention(self.corpus, nearest) if abstained else worded(written.sentences)
            return Answer(
                text=text,
                sentences=written.sentences,
                citations=written.citations,
                abstained=abstained,
                confidence=confidence,
                nearest_sections=tuple(section.title for _, section in nearest),
                question=asked,
                standalone_question=meant,
                generator=written.generator,
                hits=hits,
                timings=dict(watch.seconds),
                notice=urgent_advice(asked, self.corpus.settings),
                unanswered=unanswered if written.sentences else (),
                note=written.note,
                dropped=written.dropped,
                ignored_markers=written.ignored_markers,
            )

        if confidence >= self.threshold:
            with watch.stage("selection"):
                pairs = list(compress(zip(asks.questions, assessments, strict=True), answered))
                chosen = join_parts([select(part, assessment) for part, assessment in pairs])
            with watch.stage("generation"):
                for written in self._write(meant, chosen, [assessment for _, assessment in pairs]):
                    yield current(written)
        watch.stop()
        yield current(written, abstained=not written.sentences)

    def _write(
        self, question: str, chosen: Sequence[ScoredSentence], assessments: Sequence[Assessment]
    ) -> Iterator[Written]:
        """Yield what the generator writes, each time that another sentence of it is shown."""
        evidence = widened(chosen, assessments) if self.generator.rewords else list(chosen)
        focus = frozenset((scored.document.id, scored.section.id) for scored in chosen)
        checker = Checker(evidence, focus, self._support, self._vectors)
        return write(question, chosen, evidence, self.generator, checker)

    def _among(self, where: Where) -> Rows:
        """Return the rows that may be found; None for all, where there is no condition."""
        return self.index.rows_where(where) if where else None

    def _assess(self, question: str, watch: Stopwatch, among: Rows) -> Assessment:
        """Return a question's assessment; one that was asked of all documents before comes from memory."""
        if among is not None:
            return self._judged(question, watch, among)
        return self._assessed.get(question, lambda: self._judged(question, watch, None))

    def _judged(self, question: str, watch: Stopwatch, among: Rows) -> Assessment:
        """Return a question's assessment; where it puts a claim in the text's mouth, its support is the confidence."""
        with watch.stage("search"):
            hits = self.index.search(question, JUDGED_PASSAGES, among=among)
        with watch.stage("evidence"):
            assessment = assess(question, hits, self.corpus, self.judge, self._confidence)
            claim = attributed_claim(question)
            if claim is None or self._confidence_in_claims is None or not hits:
                return assessment
            logits = self._support.supports(claim, [as_evidence(self.corpus, hit) for hit in hits])
            return replace(assessment, confidence=self._confidence_in_claims(max(logits)))

    def _parts(self, question: str, among: Rows, known: dict[str, Assessment]) -> Parts:
        """Return a question's parts, each made to stand alone after the first.

        A cry for help beside a question is no part of it: the owner's advice answers that.
        """
        asks = parts(question)
        if asks.together:
            return asks
        cries = [part for part in asks.questions if "?" not in part and urgent_advice(part, self.corpus.settings)]
        first, *more = [part for part in asks.questions if part not in cries] or [question]
        turns = (Turn(Role.USER, first),)
        return Parts((first, *(self._standalone(part, turns, among, known) for part in more)), together=False)

    def _standalone(self, question: str, turns: Sequence[Turn], among: Rows, known: dict[str, Assessment]) -> str:
        """Return what a question means by itself; readings that had to be weighed are `known` from then on."""
        answerability = partial(self._answerability, among, known)
        return standalone(
            question,
            turns,
            answerability,
            known=self._heading_terms,
            section_of=self._section_spoken_of,
            names_section=self._names_section,
        )

    @cached_property
    def speller(self) -> Speller:
        """What puts misspelt words right, towards those of the corpus."""
        return Speller(self.index.words())

    @cached_property
    def _heading_terms(self) -> frozenset[str]:
        return self.index.heading_terms()

    def _section_spoken_of(self, text: str) -> str:
        """Return the heading of the section that an earlier answer came from, where its words make that plain."""
        hits = self.index.search(text, 1, SearchMode.LEXICAL)
        if not hits or hits[0].dense < SAME_WORDS_COSINE:
            return ""
        _, section = nearest_sections(hits, self.corpus)[0]
        return section.title if section.heading_end > section.heading_start else ""

    def _names_section(self, question: str) -> bool:
        """Tell whether a question holds a section's heading whole, of several words that are not all the document's."""
        asked = set(terms(question))
        for hit in self.index.search(question, JUDGED_PASSAGES, SearchMode.LEXICAL):
            document = self.corpus.document(hit.passage.document_id)
            of_all = set(terms(document.title))
            titles = [set(terms(section.title)) for section in document.section_path(hit.passage.section_id)]
            if any(len(title) > 1 and title <= asked and not title <= of_all for title in titles):
                return True
        return False

    def _answerability(self, among: Rows, known: dict[str, Assessment], question: str) -> float:
        if question not in known:
            known[question] = self._assess(question, Stopwatch(), among)
        return known[question].confidence


@cache
def evidence_model() -> EvidenceModel:
    """Return the evidence model that ships, read once.

    Raises:
        ModelError: its weights are missing or damaged.
    """
    from qa.evidence_model import EvidenceModel  # noqa: PLC0415  (onnxruntime; only where questions are answered)

    return EvidenceModel.load()


def answer(question: str, history: History = ()) -> Answer:
    """Return what the article that Footnote ships with says to a question; it is opened once and kept.

    Raises:
        QuestionError: the question or the history has the wrong type, shape or length.
    """
    return _default().answer(question, history)


@cache
def _default() -> ArticleQA:
    return ArticleQA.open()


def _weight(assessment: Assessment) -> int:
    documents = {scored.document.id: scored.document for scored in assessment.sentences}
    return _ASSESSMENT + sum(len(document.text) for document in documents.values())


def _merged(assessments: Sequence[Assessment]) -> tuple[Hit, ...]:
    """Return the hits of all parts, by rank, each passage once."""
    ranks = max(len(assessment.hits) for assessment in assessments)
    ranked = [a.hits[rank] for rank in range(ranks) for a in assessments if rank < len(a.hits)]
    return tuple({(hit.passage.document_id, hit.passage.id): hit for hit in reversed(ranked)}.values())[::-1]
