"""SQuAD 2.0: questions on Wikipedia paragraphs, some of which the paragraph does not answer.

Source: Rajpurkar et al. 2018, https://rajpurkar.github.io/SQuAD-explorer/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import Node, read_json
from qa.evaluation.records import ReadingQuestion, ReadingSet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_squad(path: Path, name: str) -> ReadingSet:
    """Return the questions in file order; SQuAD 1.1 files, where everything is answerable, are read as well.

    Raises:
        EvaluationError: a field is missing or of the wrong type, an id is given twice, an answer does not stand where
            its offset says, or `is_impossible` contradicts the answers; with line and column.
    """
    questions: dict[str, ReadingQuestion] = {}
    for article in read_json(path).child("data").items():
        title = article.optional_text("title").replace("_", " ")
        for paragraph in article.child("paragraphs").items():
            context = paragraph.filled("context")
            for node in paragraph.child("qas").items():
                places = tuple(_places(node, context))
                question = ReadingQuestion(
                    node.filled("id"),
                    node.filled("question"),
                    title,
                    context,
                    tuple(context[start:end] for start, end in places),
                    places=places,
                )
                if question.id in questions:
                    node.child("id").fail(f"question id {question.id!r} was given before; ids must be unique")
                questions[question.id] = question
    if not questions:
        raise EvaluationError(f"{path}: holds no questions")
    return ReadingSet(name, tuple(questions.values()), spans=True)


def _places(node: Node, context: str) -> Iterator[tuple[int, int]]:
    """Yield the places of one question's gold answers, each checked against the paragraph."""
    answers = list(node.child("answers").items())
    impossible = node.child("is_impossible") if node.has("is_impossible") else None
    if impossible is not None and not isinstance(impossible.value, bool):
        impossible.fail("expected true or false")
    if (impossible is not None and impossible.value is True) == bool(answers):
        node.child("answers").fail("a question has answers, or is_impossible is true; here both or neither hold")
    for answer in answers:
        text, start = answer.filled("text"), answer.child("answer_start")
        if not isinstance(start.value, int) or context[start.value : start.value + len(text)] != text:
            start.fail(f"the paragraph does not hold {text!r} at this offset")
        yield start.value, start.value + len(text)
