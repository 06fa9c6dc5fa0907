"""Reading: the product on one passage, which answers the question or does not."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from corpus import make_corpus, read_text
from qa.evaluation.answering import (
    ask,
    ask_regardless,
    citation_metrics,
    detail_of,
    observed_of,
    open_product,
    words_of,
)
from qa.evaluation.metrics.gold_sentences import cited_sentences, precision_recall_f1, sentence_spans
from qa.evaluation.metrics.reading import contains, exact_match, token_f1
from qa.evaluation.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from corpus import Corpus
    from qa import Answer, ArticleQA
    from qa.evaluation.configuration import Configuration
    from qa.evaluation.records import ReadingQuestion, ReadingSet
    from qa.evaluation.support import Support
    from qa.evaluation.task import Parts


class ReadingTask:
    """Questions that each come with their passage; the passage is the corpus."""

    def __init__(self, benchmark: ReadingSet, parts: Parts, model: str | None = None) -> None:
        self.dataset = benchmark.name
        self.digest = f"{benchmark.digest}/{model or 'quote'}"
        self.queries = tuple(question.id for question in benchmark.questions)
        self.notices = benchmark.notices
        self.primary = "answer held" if benchmark.spans else "gold sentence F1"
        self._benchmark = benchmark
        self._parts = parts
        self._model = model

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether the configuration answers: reranking is a matter of search alone."""
        return not configuration.rerank

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted questions, passage by passage."""
        support = self._parts.support(configuration)
        questions = [question for question in self._benchmark.questions if question.id in wanted]
        self._parts.encoder(configuration).encode([question.question for question in questions])
        for (title, passage), group in groupby(questions, key=lambda question: (question.title, question.passage)):
            corpus = make_corpus([read_text(passage, title=title)])
            product = open_product(corpus, configuration, self._parts, self._model, cached=True)
            yield [self._outcome(question, product, corpus, configuration, support) for question in group]

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return nothing: vectors come from the cache, so these seconds are nobody's."""
        del configuration, outcomes
        return []

    def _outcome(
        self,
        question: ReadingQuestion,
        product: ArticleQA,
        corpus: Corpus,
        configuration: Configuration,
        support: Support,
    ) -> Outcome:
        asked = ask(product, question.question)
        regardless = ask_regardless(product, asked, question.question)
        answer = asked.answer
        metrics = reading_metrics(question, answer, spans=self._benchmark.spans)
        quality = reading_metrics(question, regardless.answer, spans=self._benchmark.spans).get(self.primary, 0.0)
        if self.primary in metrics:
            metrics[f"{self.primary} if never silent"] = quality
        if question.places:
            metrics["answer's sentence first"] = float(_best_holds(product, question))
        if answer is not None:
            metrics |= citation_metrics(answer, corpus, support)
        return Outcome(
            dataset=self.dataset,
            configuration=configuration.name,
            query_id=question.id,
            question=question.question,
            metrics=metrics,
            observed=observed_of(answer, question.answerable, quality),
            expected=" / ".join(dict.fromkeys(question.answers)) or "silence",
            answer=answer.text if answer else "",
            detail=detail_of(answer, corpus) if answer else {},
            error=asked.error,
        )


def _best_holds(product: ArticleQA, question: ReadingQuestion) -> bool:
    """Tell whether the sentence that is judged best holds a gold answer at its place."""
    sentences = product.assess(question.question).sentences
    if not sentences:
        return False
    best = max(sentences, key=lambda scored: scored.logit).sentence
    return any(best.start <= start and end <= best.end for start, end in question.places)


def reading_metrics(question: ReadingQuestion, answer: Answer | None, *, spans: bool) -> dict[str, float]:
    """Return what one answer is worth; without an answer (the product failed) everything is 0.

    EM and F1 stand a second time by answerability. `answer held` (sets whose gold answers are stretches of the passage)
    and the gold-sentence metrics (sets that mark sentences) are of answerable questions.
    """
    side = "answerable" if question.answerable else "unanswerable"
    said = words_of(answer) if answer is not None else ""
    failed = answer is None
    exact = 0.0 if failed else exact_match(said, question.answers)
    f1 = 0.0 if failed else token_f1(said, question.answers)
    metrics = {"EM": exact, "F1": f1, f"EM[{side}]": exact, f"F1[{side}]": f1}
    if not question.answerable:
        return metrics
    if spans:
        metrics["answer held"] = contains(said, question.answers)
    if question.gold_sentences:
        places = sentence_spans(question.passage, question.sentences)
        gold = {at for at, sentence in enumerate(question.sentences) if sentence in question.gold_sentences}
        cited = [(citation.start, citation.end) for citation in answer.citations] if answer is not None else []
        values = precision_recall_f1(cited_sentences(places, cited), gold)
        names = ("gold sentence precision", "gold sentence recall", "gold sentence F1")
        metrics |= dict(zip(names, values, strict=True))
    return metrics
