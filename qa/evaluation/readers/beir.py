"""BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`, each plain or gzipped.

Source: https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.documents import read_documents
from qa.evaluation.readers.folder import find
from qa.evaluation.readers.node import read_json_lines
from qa.evaluation.readers.qrels import check_documents, read_qrels
from qa.evaluation.records import RetrievalSet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions


def read_beir(folder: Path, name: str, options: ReadOptions) -> RetrievalSet:
    """Return the set in a BEIR folder, with the queries of one split.

    A query that another split's qrels judge belongs to that split and is left out. A query that no qrels file judges
    is kept and scores nothing, unless the options say `judged_only`.

    Raises:
        EvaluationError: a file is missing or malformed, an id is given twice, a document is empty (unless the options
            allow it), or the qrels name a query or document that is not there.
    """
    splits = qrels_files(folder)
    chosen = _choose(folder, splits, options.split)
    documents, notices = read_documents(
        _required(folder, "corpus.jsonl"), allow_empty=options.allow_empty, hint="--allow-empty"
    )
    wordings = _read_queries(_required(folder, "queries.jsonl"))
    qrels = read_qrels(splits[chosen])
    notices += check_documents(splits[chosen], qrels, documents)
    for query_id in qrels:
        if query_id not in wordings:
            raise EvaluationError(f"{splits[chosen]}: judges query {query_id!r}, which queries.jsonl does not hold")
    elsewhere = {query for split, path in splits.items() if split != chosen for query in read_qrels(path)} - set(qrels)
    judged = {query for query, documents_of in qrels.items() if any(grade > 0 for grade in documents_of.values())}
    kept = {
        query: {"": text}
        for query, text in wordings.items()
        if query in judged or (not options.judged_only and query not in elsewhere)
    }
    unjudged = len(kept) - len(judged)
    if unjudged:
        notices.append(
            f"{unjudged} of {len(kept)} queries have no relevant document in {splits[chosen].name}; they count with "
            "the score 0 (use --judged-only to leave them out)"
        )
    return RetrievalSet(name, documents, kept, qrels, tuple(notices))


def qrels_files(folder: Path) -> dict[str, Path]:
    """Return the qrels files of a BEIR folder by split name, sorted."""
    inside = folder / "qrels"
    files = sorted(inside.iterdir()) if inside.is_dir() else []
    return {path.name.split(".")[0]: path for path in files if path.name.endswith((".tsv", ".tsv.gz"))}


def _choose(folder: Path, splits: Mapping[str, Path], wanted: str) -> str:
    if not splits:
        raise EvaluationError(
            f"{folder}: the relevance judgements are missing; expected {folder / 'qrels' / 'test.tsv'}"
        )
    if wanted in splits:
        return wanted
    if len(splits) == 1:
        return next(iter(splits))
    raise EvaluationError(f"{folder}: no split {wanted!r}; choose one with --split: {', '.join(splits)}")


def _required(folder: Path, filename: str) -> Path:
    path = find(folder, filename)
    if path is None:
        raise EvaluationError(f"{folder}: looks like a BEIR folder, but {filename} (or {filename}.gz) is missing")
    return path


def _read_queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for node in read_json_lines(path):
        query_id = node.filled("_id")
        if query_id in queries:
            node.child("_id").fail(f"query id {query_id!r} was given before; ids must be unique")
        queries[query_id] = node.filled("text")
    if not queries:
        raise EvaluationError(f"{path}: holds no queries")
    return queries
