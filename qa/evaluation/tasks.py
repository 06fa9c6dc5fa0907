"""The tasks that a benchmark set gives rise to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.article_task import ArticleTask
from qa.evaluation.claims_task import ClaimsTask
from qa.evaluation.followup_task import FollowUpTask
from qa.evaluation.readers.multiturn import GOLD_REWRITE
from qa.evaluation.reading_task import ReadingTask
from qa.evaluation.records import ArticleSet, BenchmarkSet, ClaimSet, ReadingSet, RetrievalSet
from qa.evaluation.retrieval_task import STAND_ALONE, RetrievalTask
from qa.evaluation.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.task import Parts, Task


def tasks_of(benchmark: BenchmarkSet, parts: Parts, corpus: Path | None, model: str | None) -> list[Task]:
    """Return the tasks of a set; `corpus` and `model` are for sets that ask the product itself.

    Raises:
        CorpusError: the corpus of a set that asks the product cannot be read.
    """
    if isinstance(benchmark, RetrievalSet):
        shelf = Shelf(benchmark.documents, parts)
        variants = list(benchmark.variants)
        if GOLD_REWRITE in variants:  # what the others are measured by comes first
            variants = [GOLD_REWRITE, *(name for name in variants if name != GOLD_REWRITE), STAND_ALONE]
        digest = benchmark.digest
        return [RetrievalTask(benchmark, digest, variant, shelf, parts) for variant in variants]
    if isinstance(benchmark, ReadingSet):
        return [ReadingTask(benchmark, parts, model)]
    if isinstance(benchmark, ClaimSet):
        return [ClaimsTask(benchmark, parts)]
    if isinstance(benchmark, ArticleSet):
        return [ArticleTask(benchmark, corpus or benchmark.corpus, parts, model)]
    return [FollowUpTask(benchmark)]
