"""Question/answer lines in the form of MedQuAD: every answer is a document, every question asks for its answers.

Source: Ben Abacha and Demner-Fushman 2019, https://github.com/abachaa/MedQuAD
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import read_json_lines
from qa.evaluation.records import BenchmarkDocument, RetrievalSet

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions


def read_question_answers(path: Path, name: str, options: ReadOptions) -> RetrievalSet:
    """Return the set: documents are the unique titled answers, queries the unique questions, of the chosen split.

    Each line holds `_id`, `title`, `text` (the answer), `question` and, where the file has splits, `split`. Right for a
    question is every answer that the file gives to the same wording. A document takes the id of the first line it
    stands on, a query the id of the first line that asks it.

    Raises:
        EvaluationError: a line is malformed, an id is given twice, an answer is empty, or the split has no lines.
    """
    documents: dict[tuple[str, str], BenchmarkDocument] = {}
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    seen: set[str] = set()
    splits: set[str] = set()
    for node in read_json_lines(path):
        line_id, question, title = node.filled("_id"), node.filled("question"), node.optional_text("title")
        if line_id in seen:
            node.child("_id").fail(f"id {line_id!r} was given before; ids must be unique")
        seen.add(line_id)
        if node.has("split"):
            splits.add(node.text("split"))
            if node.text("split") != options.split:
                continue
        text = node.text("text") if options.allow_empty else node.filled("text")
        document = documents.setdefault((title, text), BenchmarkDocument(line_id, title, text))
        query_id = queries.setdefault(question, line_id)
        qrels.setdefault(query_id, {})[document.id] = 1
    if not documents:
        raise EvaluationError(
            f"{path}: the split {options.split!r} has no lines; choose one with --split: {', '.join(sorted(splits))}"
        )
    wordings = {query_id: {"": question} for question, query_id in queries.items()}
    return RetrievalSet(name, tuple(documents.values()), wordings, qrels)
