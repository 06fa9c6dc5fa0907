"""The whole product on a corpus, in one configuration, and what is measured of every answer it gives."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import FootnoteError
from index import Index, SearchMode
from index.lexical import LexicalIndex
from index.search import embedded_texts, passage_texts
from index.vectors import DenseIndex
from qa.evaluation.metrics.citations import CitedSentence, citation_precision, citation_recall
from qa.evaluation.support import is_supported
from qa.generators import make_generator
from qa.pipeline import ArticleQA

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from corpus import Corpus
    from index import Hit
    from qa import Answer
    from qa.evaluation.configuration import Configuration
    from qa.evaluation.support import Support
    from qa.evaluation.task import Parts

NEAREST_HITS = 3


class _OneModeIndex(Index):
    """An index whose search stands in one mode, whatever the pipeline asks for."""

    only: SearchMode = SearchMode.FUSED

    def search(
        self,
        query: str,
        k: int = 10,
        mode: SearchMode = SearchMode.FUSED,
        vector: NDArray[np.float32] | None = None,
        among: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """Return the k best passages of the one mode."""
        del mode
        return super().search(query, k, self.only, vector, among)


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, or the error in its place, and the seconds it took."""

    answer: Answer | None
    seconds: float
    error: str = ""


def open_product(
    corpus: Corpus, configuration: Configuration, parts: Parts, model: str | None = None, *, cached: bool = False
) -> ArticleQA:
    """Return the product on a corpus; `cached` also takes the questions' vectors from the cache, not only passages'."""
    encoder = parts.encoder(configuration)
    used = encoder if cached else encoder.encoder
    dense = DenseIndex(encoder.encode(list(embedded_texts(corpus.documents))))
    index = _OneModeIndex(corpus, used, dense, LexicalIndex.build(passage_texts(corpus.documents)))
    index.only = configuration.mode
    return ArticleQA(index, make_generator(model), parts.judge(configuration, cached=cached))


def ask(product: ArticleQA, question: str, history: Sequence[tuple[str, str]] = ()) -> Asked:
    """Return the product's answer; an error that it raises on purpose is an outcome, not the end of the run."""
    began = time.perf_counter()
    try:
        answer = product.answer(question, history)
    except FootnoteError as error:
        return Asked(None, time.perf_counter() - began, str(error))
    return Asked(answer, time.perf_counter() - began)


def ask_regardless(product: ArticleQA, given: Asked, question: str, history: Sequence[tuple[str, str]] = ()) -> Asked:
    """Return the answer that was given, or in place of a silence the one that was kept back for want of confidence."""
    if given.answer is None or not given.answer.abstained:
        return given
    threshold, product.threshold = product.threshold, 0.0
    try:
        return ask(product, question, history)
    finally:
        product.threshold = threshold


def words_of(answer: Answer) -> str:
    """Return the answer's sentences without their markers; nothing where it abstains."""
    return " ".join(sentence.text for sentence in answer.sentences)


def citation_metrics(answer: Answer, corpus: Corpus, support: Support) -> dict[str, float]:
    """Return citation recall and precision, and whether every quote stands at its offsets; nothing for silence."""
    if answer.abstained:
        return {}
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    sentences = [CitedSentence(s.text, tuple(quotes[m] for m in s.markers if m in quotes)) for s in answer.sentences]

    def judge(sentence: str, texts: Sequence[str]) -> bool:
        return is_supported(support, sentence, texts)

    exact = all(
        corpus.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        for citation in answer.citations
    )
    return {
        "citation recall": citation_recall(sentences, judge),
        "citation precision": citation_precision(sentences, judge),
        "exact offsets": float(exact),
    }


def observed_of(answer: Answer | None, answerable: bool, quality: float) -> dict[str, float | bool]:
    """Return what abstention is measured by, and the answer's words; no answer (the product failed) is silence.

    `quality` is that of the answer that there would be if the product were never silent.
    """
    return {
        "answerable": answerable,
        "abstained": answer is None or answer.abstained,
        "confidence": answer.confidence if answer else 0.0,
        "quality": quality if answerable else 0.0,
        "words": len(words_of(answer).split()) if answer else 0,
    }


def detail_of(answer: Answer, corpus: Corpus) -> dict[str, object]:
    """Return what the report shows of an answer beside its text."""
    return {
        "abstained": answer.abstained,
        "standalone_question": answer.standalone_question,
        "citations": [{"section": c.section_title, "quote": c.quote} for c in answer.citations],
        "found": list(dict.fromkeys(section_titles(answer, corpus)))[:NEAREST_HITS],
    }


def found_passages(answer: Answer) -> list[tuple[str, float]]:
    """Return (passage, score) of the hits in their order; a passage is named by document and id."""
    return [(f"{hit.passage.document_id}#{hit.passage.id}", hit.score) for hit in answer.hits]


def section_titles(answer: Answer, corpus: Corpus) -> list[str]:
    """Return the section title of every hit, in the order of the hits."""
    passages = [hit.passage for hit in answer.hits]
    return [corpus.document(passage.document_id).section(passage.section_id).title for passage in passages]
