"""`python -m training.reranking DATA`: choose how much the evidence model counts in the order of what is found.

On BioASQ questions that are neither trained on nor counted in any figure: those that share a paper with a held-out
question. Search is the product's own, as it is measured.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import SearchMode, load_encoder
from index.search import search_rows
from qa.evaluation.configuration import Configuration
from qa.evaluation.evidence import evidence_loader
from qa.evaluation.metrics.retrieval import RANKING_DEPTH
from qa.evaluation.records import BenchmarkDocument
from qa.evaluation.shelf import Shelf
from qa.evaluation.task import Parts
from qa.reranking import COEFFICIENTS, RERANKED, is_statement, probabilities
from training.reports.figures import ndcg
from training.sets import read_bioasq
from training.split import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.sets import ExpertQuestion

log = logging.getLogger("training.reranking")
MIXES = tuple(round(0.05 * step, 2) for step in range(20))
"""Shares of the model that are tried."""
AS_GOOD = 0.002
"""How far from the best mean a share is as good: far less than the noise of a sample."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one query found: documents, fused scores (n,), and the model's probabilities (n,), 0 beyond the first."""

    documents: list[str]
    relevant: frozenset[str]
    fused: NDArray[np.float32]
    judged: NDArray[np.float32]

    def ndcg(self, share: float) -> float:
        """Return nDCG@10 of the mixed scores."""
        order = np.argsort(-((1 - share) * self.fused + share * self.judged), kind="stable")
        return ndcg([self.documents[at] for at in order], self.relevant)


def spare(questions: Sequence[ExpertQuestion]) -> list[ExpertQuestion]:
    """Return the questions that are not held out, and not trained on because a paper of theirs is."""
    held_out = {document for one in questions if one.held_out for document in one.documents}
    return [one for one in questions if not one.held_out and held_out & one.documents]


def search(queries: Sequence[tuple[str, frozenset[str]]], shelf: Shelf, parts: Parts) -> list[Found]:
    """Return what each (query, relevant documents) finds, with the model's opinion of the first."""
    configuration = Configuration(SearchMode.FUSED, rerank=True)
    vectors = parts.encoder(configuration, exact=True).encode([query for query, _ in queries])
    dense, reader = shelf.dense(configuration), parts.reranker().reader
    rows = []
    for (query, relevant), vector in zip(queries, vectors, strict=True):
        found = search_rows(dense, shelf.lexical, query, vector, SearchMode.FUSED, RANKING_DEPTH)
        first = [shelf.evidence(row) for row in found.rows[:RERANKED]]
        judged = np.zeros(len(found.rows), dtype=np.float32)
        judged[: len(first)] = probabilities(reader, query, first)
        rows.append(Found([shelf.ids[row] for row in found.rows], relevant, found.scores, judged))
    return rows


def chosen(rows: Sequence[Found]) -> float:
    """Return the least share whose mean nDCG@10 is all but the highest, and log them all."""
    means = {share: float(np.mean([one.ndcg(share) for one in rows])) for share in MIXES}
    log.info("%s", ", ".join(f"{share}: {mean:.4f}" for share, mean in means.items()))
    return min(share for share, mean in means.items() if mean >= max(means.values()) - AS_GOOD)


def main() -> None:
    """Choose the share and write it beside the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.reranking", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with bioasq")
    parser.add_argument("--sample", type=int, default=150, help="questions to try")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parts = Parts(load_encoder, evidence_loader())
    questions, snippets = read_bioasq(options.data / "bioasq")
    shelf = Shelf(tuple(BenchmarkDocument(key, "", text) for key, text in snippets.items()), parts)
    usable = [one for one in spare(questions) if one.snippets]
    sample = random.Random(SEED).sample(usable, min(options.sample, len(usable)))  # noqa: S311 - sampling
    asked = [(one.question, frozenset(one.snippets)) for one in sample if not is_statement(one.question)]
    log.info("%d of %d questions", len(asked), len(usable))
    share = chosen(search(asked, shelf, parts))
    COEFFICIENTS.write_text(json.dumps({"share": share}, indent=2) + "\n", encoding="utf-8")
    log.info("%s: %s", COEFFICIENTS.name, share)


if __name__ == "__main__":
    main()
