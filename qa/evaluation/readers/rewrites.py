"""Follow-up questions with stand-alone rewrites in the form of CANARD.

Source: Elgohary et al. 2019, https://github.com/aagohary/canard
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import Node, read_json
from qa.evaluation.records import FollowUp, FollowUpSet

if TYPE_CHECKING:
    from pathlib import Path


def read_rewrites(path: Path, name: str) -> FollowUpSet:
    """Return the follow-ups in file order.

    The first two entries of `History` name the page and its section; they stand as one opening turn of the user, the
    rest are questions and answers in turn.

    Raises:
        EvaluationError: a field is missing or of the wrong type, or a question is given twice.
    """
    questions: dict[str, FollowUp] = {}
    for node in read_json(path).items():
        question = FollowUp(
            id=f"{node.filled('QuAC_dialog_id')}#{node.text('Question_no')}",
            question=node.filled("Question"),
            history=_history(node),
            rewrite=node.filled("Rewrite"),
        )
        if question.id in questions:
            node.fail(f"question {question.id!r} was given before; ids must be unique")
        questions[question.id] = question
    if not questions:
        raise EvaluationError(f"{path}: holds no questions")
    return FollowUpSet(name, tuple(questions.values()))


def _history(node: Node) -> tuple[tuple[str, str], ...]:
    entries = node.texts("History")
    if len(entries) < 2 or len(entries) % 2:
        node.child("History").fail("expected page title and section title, then questions and answers in turn")
    opening = ("user", f"{entries[0]}, {entries[1]}")
    turns = (("user" if at % 2 == 0 else "assistant", text) for at, text in enumerate(entries[2:]))
    return (opening, *turns)
