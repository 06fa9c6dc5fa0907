"""What visitors thought of answers, in one SQLite file on this machine, and the question set that comes of it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path

from corpus.errors import FeedbackError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from qa.records import Answer

DATA_VARIABLE = "FOOTNOTE_DATA"
"""Environment variable that names the folder of the feedback file."""

_TABLE = """
CREATE TABLE IF NOT EXISTS verdicts (
    number INTEGER PRIMARY KEY,
    content TEXT NOT NULL, good INTEGER NOT NULL, reason TEXT NOT NULL, corpus TEXT NOT NULL,
    question TEXT NOT NULL, history TEXT NOT NULL, sections TEXT NOT NULL, answer TEXT NOT NULL,
    time TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
)
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A thumb up (`good`) or down for an answer, with a reason where one was given.

    `history` holds (role, text) pairs, oldest first; `corpus` is the hash of what was asked.
    """

    good: bool
    reason: str
    corpus: str
    question: str
    history: tuple[tuple[str, str], ...]
    sections: tuple[str, ...]
    answer: str

    @property
    def content(self) -> str:
        """What was judged, as a hash: 16 hexadecimal digits."""
        judged = json.dumps([self.corpus, self.history, self.question, self.answer])
        return hashlib.sha256(judged.encode()).hexdigest()[:16]


def verdict_on(answer: Answer, history: list[tuple[str, str]], corpus: str, *, good: bool, reason: str) -> Verdict:
    """Return a verdict on an answer that was given after a history."""
    sections = tuple(dict.fromkeys(citation.section_title for citation in answer.citations))
    return Verdict(good, reason, corpus, answer.question, tuple(history), sections, answer.text)


class FeedbackStore:
    """The file of verdicts; it holds what was asked and answered, and nothing about who asked."""

    def __init__(self, path: Path | None = None) -> None:
        base = os.environ.get(DATA_VARIABLE)
        folder = Path(base).expanduser() if base else user_data_path("footnote")
        self.path = path or folder / "feedback.sqlite3"

    def keep(self, verdict: Verdict) -> bool:
        """Add a verdict and return true; false for one that came a moment ago, as a press that arrives twice does.

        Raises:
            FeedbackError: the file cannot be written.
        """
        same = (verdict.content, verdict.good, verdict.reason)
        lists = (json.dumps(verdict.history), json.dumps(verdict.sections), verdict.answer)
        added = self._run(
            "INSERT INTO verdicts (content, good, reason, corpus, question, history, sections, answer)"
            " SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM verdicts"
            " WHERE content = ? AND good = ? AND reason = ? AND time >= datetime('now', '-2 seconds'))"
            " RETURNING number",
            (*same, verdict.corpus, verdict.question, *lists, *same),
        )
        return bool(added)

    def take_back(self, verdict: Verdict) -> None:
        """Remove the latest verdict that is like this one, because its visitor thought again.

        Raises:
            FeedbackError: the file cannot be written.
        """
        self._run(
            "DELETE FROM verdicts WHERE number ="
            " (SELECT max(number) FROM verdicts WHERE content = ? AND good = ? AND reason = ?)",
            (verdict.content, verdict.good, verdict.reason),
        )

    def verdicts(self) -> list[Verdict]:
        """Return every verdict, oldest first; none where there is no file yet.

        Raises:
            FeedbackError: the file cannot be read.
        """
        if not self.path.exists():
            return []
        rows = self._run(
            "SELECT good, reason, corpus, question, history, sections, answer FROM verdicts ORDER BY number"
        )
        return [
            Verdict(
                good=bool(good),
                reason=reason,
                corpus=corpus,
                question=question,
                history=tuple((role, text) for role, text in json.loads(history)),
                sections=tuple(json.loads(sections)),
                answer=answer,
            )
            for good, reason, corpus, question, history, sections, answer in rows
        ]

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=5)) as connection, connection:
                connection.execute(_TABLE)
                return connection.execute(statement, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            message = f"feedback file {self.path} cannot be used: {error}; ${DATA_VARIABLE} names another folder"
            raise FeedbackError(message) from error


def questions(verdicts: list[Verdict], *, disputed: bool = False) -> Iterator[dict[str, Any]]:
    """Yield what was judged in the product's question format, each once.

    More thumbs up than down make a question whose sections are right. The rest is `disputed`: it comes with `reasons`
    instead, for a person to put its sections right.
    """
    judged: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        judged.setdefault(verdict.content, []).append(verdict)
    for content, each in judged.items():
        first = each[0]
        agreed = sum(1 if verdict.good else -1 for verdict in each) > 0
        if agreed == disputed:
            continue
        yield {
            "id": f"feedback-{content}",
            "kind": "nearmiss" if not first.sections else "followup" if first.history else "direct",
            "question": first.question,
            "history": [list(turn) for turn in first.history],
            "sections": list(first.sections),
            "facts": [],
        } | ({"reasons": sorted({verdict.reason for verdict in each if verdict.reason})} if disputed else {})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `footnote feedback` takes."""
    commands = parser.add_subparsers(title="commands", required=True)
    export = commands.add_parser("export", help="print judged questions as a question set, one JSON object a line")
    export.add_argument(
        "--disputed", action="store_true", help="those whose answer was not found good, with the reasons"
    )
    export.add_argument("--file", type=Path, help="the feedback file; the page's own if left out")


def run(options: argparse.Namespace) -> int:
    """Print the question set; return 0."""
    for question in questions(FeedbackStore(options.file).verdicts(), disputed=options.disputed):
        print(json.dumps(question, ensure_ascii=False))
    return 0
