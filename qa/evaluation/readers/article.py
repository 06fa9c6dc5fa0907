"""The product's own question format: what must be cited and said, or that silence is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from corpus.readers import SUFFIXES
from qa.evaluation.readers.node import Node, read_json_lines
from qa.evaluation.records import ArticleQuestion, ArticleSet

if TYPE_CHECKING:
    from pathlib import Path

ROLES = ("user", "assistant")


def read_article_questions(path: Path, name: str) -> ArticleSet:
    """Return the questions in file order, with the folder of the file where it holds articles too.

    Each line holds `id`, `question`, `sections`, and may hold `kind`, `history` ([role, text] pairs) and `facts`.

    Raises:
        EvaluationError: a line is malformed, an id is given twice, or a question without sections demands facts.
    """
    questions: dict[str, ArticleQuestion] = {}
    for node in read_json_lines(path):
        question = ArticleQuestion(
            id=node.filled("id"),
            kind=node.optional_text("kind") or "question",
            question=node.filled("question"),
            history=read_history(node.child("history")) if node.has("history") else (),
            sections=node.texts("sections"),
            facts=_facts(node),
        )
        if question.id in questions:
            node.child("id").fail(f"question id {question.id!r} was given before; ids must be unique")
        if question.facts and not question.sections:
            node.child("facts").fail("a question without sections must be left unanswered, so it cannot demand facts")
        questions[question.id] = question
    if not questions:
        raise EvaluationError(f"{path}: holds no questions")
    return ArticleSet(name, tuple(questions.values()), _articles_beside(path))


def read_history(node: Node) -> tuple[tuple[str, str], ...]:
    """Return (role, text) pairs, oldest first.

    Raises:
        EvaluationError: a turn is not a pair of role and text.
    """
    history: list[tuple[str, str]] = []
    for turn in node.items():
        pair = [item.as_text() for item in turn.items()]
        if len(pair) != 2 or pair[0] not in ROLES:
            turn.fail(f"expected [role, text] with a role of {' or '.join(ROLES)}")
        history.append((pair[0], pair[1]))
    return tuple(history)


def _articles_beside(path: Path) -> Path | None:
    holds_articles = any(file.suffix in SUFFIXES for file in path.parent.iterdir() if file.name != "README.md")
    return path.parent if holds_articles else None


def _facts(node: Node) -> tuple[tuple[str, ...], ...]:
    if not node.has("facts"):
        return ()
    facts: list[tuple[str, ...]] = []
    for wordings in node.child("facts").items():
        fact = tuple(item.as_text() for item in wordings.items())
        if not fact:
            wordings.fail("a fact needs at least one wording")
        facts.append(fact)
    return tuple(facts)
