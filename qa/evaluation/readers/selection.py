"""Which questions of a set are taken: those on chosen documents, or so many at even distances."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.evenly import evenly
from qa.evaluation.records import ArticleSet, BenchmarkSet, ClaimSet, ReadingSet, RetrievalSet

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from qa.evaluation.readers.options import ReadOptions


def selected(found: BenchmarkSet, options: ReadOptions) -> BenchmarkSet:
    """Return the set with the questions that the options ask for, and a notice of what was left out.

    Raises:
        EvaluationError: documents are chosen in a set whose questions have none, or queries in one that has none, or
            nothing is left.
    """
    if options.documents is not None:
        found = _on_documents(found, options.documents)
    if options.queries is not None:
        found = _with_ids(found, options.queries)
    return found if options.limit is None else _limited(found, options.limit)


def _on_documents(found: BenchmarkSet, titles: AbstractSet[str]) -> BenchmarkSet:
    if isinstance(found, ReadingSet):
        questions = tuple(question for question in found.questions if question.title in titles)
        kept, total = len(questions), len(found.questions)
        chosen: BenchmarkSet = dataclasses.replace(found, questions=questions)
    elif isinstance(found, ClaimSet):
        claims = tuple(claim for claim in found.claims if claim.title in titles)
        kept, total = len(claims), len(found.claims)
        chosen = dataclasses.replace(found, claims=claims)
    else:
        raise EvaluationError(f"{found.name}: `documents` is for passages with questions and for claims only")
    if not kept:
        raise EvaluationError(f"{found.name}: none of its {total} questions is on one of the {len(titles)} documents")
    notice = f"{kept} of {total} questions were taken, those on {len(titles)} chosen documents"
    return dataclasses.replace(chosen, notices=(*found.notices, notice))


def _with_ids(found: BenchmarkSet, ids: AbstractSet[str]) -> BenchmarkSet:
    if not isinstance(found, RetrievalSet):
        raise EvaluationError(f"{found.name}: `queries` is for retrieval sets only")
    kept = {query: wordings for query, wordings in found.queries.items() if query in ids}
    if not kept:
        raise EvaluationError(f"{found.name}: none of its {len(found.queries)} queries has one of the {len(ids)} ids")
    qrels = {query: judged for query, judged in found.qrels.items() if query in kept}
    notice = f"{len(kept)} of {len(found.queries)} queries were taken, those of a list"
    return dataclasses.replace(found, queries=kept, qrels=qrels, notices=(*found.notices, notice))


def _limited(found: BenchmarkSet, limit: int) -> BenchmarkSet:
    """Return the set with at most `limit` questions, at even distances, so that every part keeps its share."""
    notice = f"only {limit} questions were taken, at even distances (--limit)"
    if isinstance(found, RetrievalSet):
        ids = list(found.queries)
        kept = {query: found.queries[query] for query in evenly(ids, limit)}
        qrels = {query: judged for query, judged in found.qrels.items() if query in kept}
        return dataclasses.replace(found, queries=kept, qrels=qrels, notices=(*found.notices, notice))
    if isinstance(found, ClaimSet):
        return dataclasses.replace(found, claims=evenly(found.claims, limit), notices=(*found.notices, notice))
    if isinstance(found, ReadingSet):
        return dataclasses.replace(found, questions=evenly(found.questions, limit), notices=(*found.notices, notice))
    if isinstance(found, ArticleSet):
        return dataclasses.replace(found, questions=evenly(found.questions, limit), notices=(*found.notices, notice))
    return dataclasses.replace(found, questions=evenly(found.questions, limit), notices=(*found.notices, notice))
