"""Passages with gold sentences in the form of CLAPnq: a question, its passage, the sentences that answer it.

Source: Rosenthal et al. 2024, https://github.com/primeqa/clapnq
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import read_json_lines
from qa.evaluation.records import ReadingQuestion, ReadingSet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_gold_sentences(paths: Sequence[Path], name: str) -> ReadingSet:
    """Return the questions of one or more files (answerable and unanswerable ones are often kept apart).

    Raises:
        EvaluationError: a line is malformed, an id is given twice, a question has not exactly one passage, a gold
            sentence is not one of the passage's, or there are gold sentences without an answer.
    """
    questions: dict[str, ReadingQuestion] = {}
    for path in paths:
        for node in read_json_lines(path):
            passages = list(node.child("passages").items())
            if len(passages) != 1:
                node.child("passages").fail(f"expected exactly one passage, found {len(passages)}")
            sentences = passages[0].texts("sentences")
            outputs = list(node.child("output").items())
            answers = tuple(output.text("answer") for output in outputs if output.text("answer").strip())
            gold = tuple(dict.fromkeys(text for output in outputs for text in output.texts("selected_sentences")))
            stray = [sentence for sentence in gold if sentence not in sentences]
            if stray:
                node.child("output").fail(f"the gold sentence {stray[0]!r} is not one of the passage's sentences")
            if gold and not answers:
                node.child("output").fail("gold sentences need an answer")
            question = ReadingQuestion(
                id=node.filled("id"),
                question=node.filled("input"),
                title=passages[0].optional_text("title"),
                passage=passages[0].filled("text"),
                answers=answers,
                sentences=sentences,
                gold_sentences=gold,
            )
            if question.id in questions:
                node.child("id").fail(f"question id {question.id!r} was given before; ids must be unique")
            questions[question.id] = question
    if not questions:
        raise EvaluationError(f"{', '.join(map(str, paths))}: no questions")
    return ReadingSet(name, tuple(questions.values()), spans=False)
