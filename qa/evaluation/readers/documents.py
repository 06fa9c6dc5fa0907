"""The documents of a retrieval set: one JSON object a line with `_id`, `title` (optional) and `text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import read_json_lines
from qa.evaluation.records import BenchmarkDocument

if TYPE_CHECKING:
    from pathlib import Path


def read_documents(path: Path, *, allow_empty: bool, hint: str) -> tuple[tuple[BenchmarkDocument, ...], list[str]]:
    """Return the documents in file order, and notices for the reader of the report.

    Raises:
        EvaluationError: a line is malformed, an id is given twice, there are no documents, or one is empty and
            `allow_empty` is not set; `hint` names the option that would allow it.
    """
    documents: dict[str, BenchmarkDocument] = {}
    empty = 0
    for node in read_json_lines(path):
        document = BenchmarkDocument(node.filled("_id"), node.optional_text("title"), node.text("text"))
        if document.id in documents:
            node.child("_id").fail(f"document id {document.id!r} was given before; ids must be unique")
        if not document.passage:
            empty += 1
            if not allow_empty:
                node.child("text").fail(
                    f"document {document.id!r} has neither title nor text; remove it, or pass {hint} to keep it"
                )
        documents[document.id] = document
    if not documents:
        raise EvaluationError(f"{path}: holds no documents")
    notices = [f"{empty} of {len(documents)} documents are empty; they stay in the ranking"] if empty else []
    return tuple(documents.values()), notices
