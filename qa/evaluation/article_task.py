"""The product itself: is the right section cited, are the facts said, is it silent where the corpus is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus import load_corpus
from qa.evaluation.answering import (
    NEAREST_HITS,
    Asked,
    ask,
    ask_regardless,
    citation_metrics,
    detail_of,
    found_passages,
    observed_of,
    open_product,
    section_titles,
)
from qa.evaluation.outcome import Outcome
from qa.evaluation.records import digest

_WARMING = "What is the first thing that is said here?"
"""No set's question: what was asked before is answered from memory."""

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from corpus import Corpus
    from qa import Answer, ArticleQA
    from qa.evaluation.configuration import Configuration
    from qa.evaluation.records import ArticleQuestion, ArticleSet
    from qa.evaluation.support import Support
    from qa.evaluation.task import Parts


class ArticleTask:
    """Questions on a corpus that is read from disk."""

    primary = "correct"

    def __init__(self, benchmark: ArticleSet, corpus_path: Path | None, parts: Parts, model: str | None = None) -> None:
        self.dataset = benchmark.name
        self.corpus: Corpus = load_corpus(corpus_path)
        self.digest = digest([benchmark.digest, self.corpus.content_hash, model or "quote"])
        self.queries = tuple(question.id for question in benchmark.questions)
        self.notices = (*benchmark.notices, *self.corpus.problems)
        self._questions = benchmark.questions
        self._parts = parts
        self._model = model

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether the configuration answers: reranking is a matter of search alone."""
        return not configuration.rerank

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted questions, one by one."""
        product = open_product(self.corpus, configuration, self._parts, self._model)
        support = self._parts.support(configuration)
        self._warm_up(product)
        for question in self._questions:
            if question.id in wanted:
                asked = ask(product, question.question, question.history)
                regardless = ask_regardless(product, asked, question.question, question.history)
                yield [self._outcome(question, asked, regardless, configuration, support)]

    def _warm_up(self, product: ArticleQA) -> None:
        """Ask once, so that no question is charged with the loading of weights."""
        product.answer(_WARMING)

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return the seconds of every question."""
        del configuration
        return [outcome.seconds for outcome in outcomes]

    def _outcome(
        self,
        question: ArticleQuestion,
        asked: Asked,
        regardless: Asked,
        configuration: Configuration,
        support: Support,
    ) -> Outcome:
        answer = asked.answer
        titles = section_titles(answer, self.corpus) if answer is not None else []
        metrics = article_metrics(question, answer, titles)
        quality = article_metrics(question, regardless.answer, [])["correct"]
        if answer is not None:
            metrics |= citation_metrics(answer, self.corpus, support)
        return Outcome(
            dataset=self.dataset,
            configuration=configuration.name,
            query_id=question.id,
            question=question.question,
            metrics=metrics,
            observed=observed_of(answer, question.answerable, quality),
            ranking=found_passages(answer) if answer else [],
            expected=_expected(question),
            answer=answer.text if answer else "",
            detail={"kind": question.kind, "history": question.history}
            | (detail_of(answer, self.corpus) if answer else {}),
            seconds=asked.seconds,
            error=asked.error,
        )


def article_metrics(question: ArticleQuestion, answer: Answer | None, found: Sequence[str]) -> dict[str, float]:
    """Return what one answer is worth; without an answer (the product failed) everything is 0.

    `correct`: an answerable question is answered with a right section cited and every fact said; an unanswerable one is
    met with silence. It stands again by answerability and by the question's kind. The other metrics are of answerable
    questions, that of the citations of answers to them; `found` holds the section titles of the best passages, best
    first.
    """
    by_kind = f"correct[{question.kind}]"
    if not question.answerable:
        correct = float(answer is not None and answer.abstained)
        return {"correct": correct, "correct[unanswerable]": correct, by_kind: correct}
    cited = [citation.section_title for citation in answer.citations] if answer else []
    said = answer.text.lower() if answer and not answer.abstained else ""
    metrics = {
        "section found first": float(bool(found) and found[0] in question.sections),
        "section found in 3": float(any(title in question.sections for title in found[:NEAREST_HITS])),
        "section cited": float(any(title in question.sections for title in cited)),
        "facts": float(bool(said) and all(any(w.lower() in said for w in fact) for fact in question.facts)),
    }
    if cited:
        metrics["citations in a right section"] = sum(title in question.sections for title in cited) / len(cited)
    correct = metrics["section cited"] * metrics["facts"]
    return metrics | {"correct": correct, "correct[answerable]": correct, by_kind: correct}


def _expected(question: ArticleQuestion) -> str:
    if not question.answerable:
        return "silence"
    facts = "; ".join(" or ".join(fact) for fact in question.facts)
    return " or ".join(question.sections) + (f": {facts}" if facts else "")
