"""Does the model rank found passages better? Fused retrieval over whole sets, its best candidates judged again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.evidence_input import Evidence
from training.reports.figures import ndcg
from training.retriever import Retriever
from training.sets import json_lines, read_bioasq, read_qrels
from training.split import SEED
from training.text import sentences_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qa.evidence_model import EvidenceModel
    from training.encoder import Encoder

CANDIDATES = 30
MIXES = tuple(round(0.1 * step, 1) for step in range(11))
"""Weights of the model's probability beside the fused score that are tried on trained-on questions."""


@dataclass(frozen=True, slots=True)
class Task:
    """Documents as (title, text), queries, and the documents that are right."""

    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    qrels: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """One query's candidates: fused scores and the model's probabilities, by document."""

    relevant: frozenset[str]
    fused: dict[str, float]
    judged: dict[str, float]

    def ndcg(self, mix: float) -> float:
        """nDCG@10 of the two scores mixed."""
        score = {key: mix * self.judged[key] + (1 - mix) * self.fused[key] for key in self.fused}
        return ndcg(sorted(score, key=lambda key: -score[key]), self.relevant)


def ranking_figures(model: EvidenceModel, data: Path, encoder: Encoder, sample: int) -> dict[str, float]:
    """nDCG@10 before and after; the mix is chosen on BioASQ's trained-on questions, for all sets alike."""
    held_out, trained = bioasq_tasks(data)
    known = judged(model, trained, encoder, max(sample // 2, 1))
    mix = max(MIXES, key=lambda one: _mean(known, one))
    figures = {"reranking mix": mix}
    for name, task in (("bioasq", held_out), ("medquad", medquad_task(data)), ("scifact", scifact_task(data))):
        rows = judged(model, task, encoder, sample)
        figures[f"{name} queries"] = len(rows)
        figures[f"{name} nDCG@10 fused"] = _mean(rows, 0.0)
        figures[f"{name} nDCG@10 reranked"] = _mean(rows, mix)
        figures[f"{name} nDCG@10 best mix"] = max(_mean(rows, one) for one in MIXES)
    return figures


def _mean(rows: Sequence[Candidates], mix: float) -> float:
    return float(np.mean([one.ndcg(mix) for one in rows]))


def judged(model: EvidenceModel, task: Task, encoder: Encoder, sample: int) -> list[Candidates]:
    """A sample of the queries with their best fused candidates, each judged by the model."""
    keys = list(task.documents)
    retriever = Retriever([f"{title} {text}".strip() for title, text in task.documents.values()], encoder)
    queries = random.Random(SEED).sample(sorted(task.queries), min(sample, len(task.queries)))  # noqa: S311 - sampling
    rows = []
    for query, hits in zip(queries, retriever.search([task.queries[one] for one in queries], CANDIDATES), strict=True):
        found = [keys[n] for n, _ in hits]
        passages = [Evidence(task.documents[key][0], sentences_of(task.documents[key][1])[:12]) for key in found]
        logits = [one.answers for one in model.judge(task.queries[query], passages)]
        probabilities = 1 / (1 + np.exp(-np.asarray(logits)))
        fused = {keys[n]: score for n, score in hits}
        rows.append(
            Candidates(frozenset(task.qrels[query]), fused, dict(zip(found, probabilities.tolist(), strict=True)))
        )
    return rows


def bioasq_tasks(data: Path) -> tuple[Task, Task]:
    """Held-out and trained-on questions over all snippets."""
    questions, snippets = read_bioasq(data / "bioasq")
    documents = {key: ("", text) for key, text in snippets.items()}
    qrels = {one.identifier: dict.fromkeys(one.snippets, 1) for one in questions}
    held_out = {one.identifier: one.question for one in questions if one.held_out and one.snippets}
    trained = {one.identifier: one.question for one in questions if not one.held_out and one.snippets}
    return Task(documents, held_out, qrels), Task(documents, trained, qrels)


def medquad_task(data: Path) -> Task:
    """The test split: unique answers with their title in front, unique questions."""
    documents: dict[tuple[str, str], str] = {}
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    for row in json_lines(data / "medquad" / "medquad_qa.jsonl.gz"):
        if row["split"] == "test":
            key = documents.setdefault((row["title"], row["text"]), row["_id"])
            query = queries.setdefault(row["question"], row["_id"])
            qrels.setdefault(query, {})[key] = 1
    return Task({key: text for text, key in documents.items()}, {key: text for text, key in queries.items()}, qrels)


def scifact_task(data: Path) -> Task:
    """SciFact's test claims; nothing of the set is trained on."""
    folder = data / "scifact"
    documents = {row["_id"]: (row.get("title", ""), row["text"]) for row in json_lines(folder / "corpus.jsonl.gz")}
    qrels = read_qrels(folder / "qrels" / "test.tsv")
    queries = {row["_id"]: row["text"] for row in json_lines(folder / "queries.jsonl") if row["_id"] in qrels}
    return Task(documents, queries, qrels)
