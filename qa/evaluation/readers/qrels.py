"""Relevance judgements: tab-separated `query-id`, `corpus-id`, `score`, with that heading line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.files import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qa.evaluation.records import BenchmarkDocument, Qrels

HEADING = ("query-id", "corpus-id", "score")


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the grades by document by query, in file order.

    Raises:
        EvaluationError: a line has not three columns, a grade is no whole number from 0, a pair is judged twice, or
            nothing is judged at all.
    """
    qrels: dict[str, dict[str, int]] = {}
    for line in read_lines(path):
        cells = line.text.split("\t")
        if line.number == 1 and tuple(cell.strip() for cell in cells) == HEADING:
            continue
        if len(cells) != len(HEADING):
            line.fail(
                f"expected 3 tab-separated columns ({', '.join(HEADING)}), found {len(cells)}", len(line.text) + 1
            )
        query, document, grade = (cell.strip() for cell in cells)
        if not query or not document:
            line.fail("the query id or the document id is empty", 1 if not query else len(cells[0]) + 2)
        if not (grade.isascii() and grade.isdigit()):
            line.fail(f"expected a whole number from 0 as grade, found {grade!r}", len(cells[0]) + len(cells[1]) + 3)
        if document in qrels.setdefault(query, {}):
            line.fail(f"query {query!r} judges document {document!r} twice", len(cells[0]) + 2)
        qrels[query][document] = int(grade)
    if not qrels:
        raise EvaluationError(f"{path}: holds no relevance judgements")
    return qrels


def check_documents(path: Path, qrels: Qrels, documents: Iterable[BenchmarkDocument]) -> list[str]:
    """Check that the judged documents are there; return a notice where a few are not, as in pooled corpora.

    Raises:
        EvaluationError: most are not; the message counts them and names the first.
    """
    known = {document.id for document in documents}
    missing = [(query, document) for query, judged in qrels.items() for document in judged if document not in known]
    if not missing:
        return []
    total = sum(len(judged) for judged in qrels.values())
    query, document = missing[0]
    if 2 * len(missing) > total:
        raise EvaluationError(
            f"{path}: {len(missing)} of {total} judged documents are not in the corpus, the first is {document!r} of "
            f"query {query!r}; are corpus and qrels of the same set?"
        )
    return [f"{len(missing)} of {total} judged documents are not in the corpus; they count as not found"]
