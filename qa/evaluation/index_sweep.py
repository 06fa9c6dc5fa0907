"""How passages are best cut: their size, overlap and headings, measured by what is found, not by what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus import make_corpus, read_text
from corpus.splitting import Chunking
from index.lexical import LexicalIndex
from index.search import SearchMode, search_rows
from index.vectors import DenseIndex
from qa.evaluation.metrics.retrieval import RANKING_DEPTH, ranked, score_rankings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corpus import Corpus, Document
    from corpus.records import Sentence
    from index import Encoder
    from qa.evaluation.metrics.retrieval import Ranking
    from qa.evaluation.records import ArticleSet, Qrels, RetrievalSet

MEASURE = "nDCG@10"
_WHOLE_SECTIONS = 1_000_000
_POOL = 400
"""Passages that are ranked for a query, so that a hundred units come of them where several belong to one."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to cut sections into passages of up to `size` characters.

    Neighbours share `overlap` sentences. `headings` says whether the headings above a passage are embedded with it.
    """

    size: int
    overlap: int = 0
    headings: bool = True


PRODUCT = Cut(Chunking().max_characters)
CUTS = (Cut(350), PRODUCT, Cut(1400), Cut(700, overlap=1), Cut(700, overlap=2), Cut(700, headings=False))
"""What is compared: each differs from the product's cut in one thing."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Queries and the units that are right for them: documents, or the sections of one document."""

    name: str
    corpus: Corpus
    by_section: bool
    queries: Mapping[str, str]
    qrels: Qrels


def documents_of(found: RetrievalSet, limit: int | None) -> Collection:
    """Return a retrieval set as a corpus: every document that is right for a query, filled up to `limit` with others.

    Queries whose right documents do not fit are left out.
    """
    judged = {document for documents in found.qrels.values() for document, grade in documents.items() if grade > 0}
    rest = [document for document in found.documents if document.id not in judged]
    first = [document for document in found.documents if document.id in judged]
    kept = (first + rest)[: limit or None]
    ids = {document.id for document in kept}
    sections = Chunking(_WHOLE_SECTIONS)
    documents = [
        read_text(each.text, title=each.title or each.id, document_id=each.id, chunking=sections) for each in kept
    ]
    queries = {
        query: wordings[""]
        for query, wordings in found.queries.items()
        if query in found.qrels and set(found.qrels[query]) <= ids
    }
    made = make_corpus([document for document in documents if document.passages])
    return Collection(found.name, made, False, queries, {query: found.qrels[query] for query in queries})


def sections_of(found: ArticleSet, corpus: Corpus) -> Collection:
    """Return the questions without history that an article answers, and the sections of which one must be cited."""
    asked = [question for question in found.questions if question.sections and not question.history]
    qrels = {question.id: dict.fromkeys(question.sections, 1) for question in asked}
    return Collection(found.name, corpus, True, {question.id: question.question for question in asked}, qrels)


@dataclass(frozen=True, slots=True)
class CutResult:
    """How many passages a cut makes, and the mean nDCG@10 in [0, 1] of dense and of fused search over them."""

    cut: Cut
    passages: int
    dense: float
    fused: float


def measure(collection: Collection, cut: Cut, encoder: Encoder) -> CutResult:
    """Return what is found in a collection that is cut in a way; a unit's score is that of its best passage."""
    units: list[str] = []
    embedded: list[str] = []
    indexed: list[str] = []
    for document in collection.corpus.documents:
        for section_id, start, end in windows(document, cut):
            section = document.section(section_id)
            units.append(section.title if collection.by_section else document.id)
            words = document.text[start:end]
            path = " > ".join([document.title, *(each.title for each in document.section_path(section_id))])
            indexed.append(f"{path}\n{words}")
            embedded.append(indexed[-1] if cut.headings else words)
    dense, lexical = DenseIndex(encoder.encode(embedded)), LexicalIndex.build(indexed)
    vectors = encoder.encode(list(collection.queries.values()))
    means = {}
    for mode in (SearchMode.DENSE, SearchMode.FUSED):
        rankings: dict[str, Ranking] = {}
        for (query_id, query), vector in zip(collection.queries.items(), vectors, strict=True):
            found = search_rows(dense, lexical, query, vector, mode, min(_POOL, len(units)))
            best: dict[str, float] = {}
            for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True):
                best.setdefault(units[row], score)
            rankings[query_id] = ranked(list(best), best.values(), RANKING_DEPTH)
        scores = score_rankings(collection.qrels, rankings, [MEASURE])
        means[mode] = float(np.mean([each[MEASURE] for each in scores.values()]))
    return CutResult(cut, len(units), means[SearchMode.DENSE], means[SearchMode.FUSED])


def windows(document: Document, cut: Cut) -> Iterator[tuple[str, int, int]]:
    """Yield section and span of a document's passages: whole sentences, never across sections."""
    for section in document.sections:
        sentences = document.sentences(section.id)
        for first, last in _runs(sentences, cut):
            yield section.id, sentences[first].start, sentences[last].end


def _runs(sentences: Sequence[Sentence], cut: Cut) -> Iterator[tuple[int, int]]:
    """Yield the first and last position of each passage; every one goes on beyond the one before."""
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= cut.size:
            last += 1
        yield first, last
        if last + 1 == len(sentences):
            return
        first = max(first + 1, last + 1 - cut.overlap)
