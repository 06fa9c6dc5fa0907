"""Examples written by hand for this project: questions, near misses and claims about single passages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.split import is_held_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FOLDER = Path(__file__).parent / "examples"
MOST_LOST = 0.02
"""Share of the examples whose passage may be missing; more means another edition of the sets, or other sentences."""

Row = dict[str, Any]
Pointed = tuple[str, tuple[int, ...]]
"""A question or claim, and the sentences that answer or support it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written about one passage.

    Attributes:
        title: Title of its document.
        section: Heading of its section, possibly empty.
        sentences: The passage.
        questions: What it answers.
        misses: What a reader may well ask of it and what it does not answer.
        true: Claims that it supports, in other words.
        false: Claims that it contradicts or leaves open, in other words too.
    """

    title: str
    section: str
    sentences: tuple[str, ...]
    questions: tuple[Pointed, ...]
    misses: tuple[str, ...]
    true: tuple[Pointed, ...]
    false: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Whether the document is kept for the report."""
        return is_held_out("written", self.title)

    @classmethod
    def from_row(cls, row: Row, title: str, sentences: tuple[str, ...]) -> Written:
        """One line of a file, with its passage.

        Raises:
            ValueError: a sentence number lies outside the passage.
        """
        questions = tuple((text, tuple(numbers)) for text, numbers in row["q"])
        true = tuple((text, tuple(numbers)) for text, numbers in row["true"])
        for text, numbers in (*questions, *true):
            if not numbers or min(numbers) < 0 or max(numbers) >= len(sentences):
                msg = f"no such sentences {list(numbers)} for {text!r}"
                raise ValueError(msg)
        return cls(title, row.get("section", ""), sentences, questions, tuple(row["miss"]), true, tuple(row["false"]))


def fingerprint(sentences: Iterable[str]) -> str:
    """What a line names its document by: the sets' text itself is not shipped."""
    return sha256("\n".join(sentences).encode()).hexdigest()[:16]


def read_written(documents: Mapping[str, tuple[str, tuple[str, ...]]], folder: Path = FOLDER) -> list[Written]:
    """Every example whose passage may be trained on.

    Args:
        documents: Title and sentences by fingerprint, held-out documents left out.
        folder: JSON-lines files; a line either brings its `title` and `sentences` or names `document` and `rows` of it.

    Raises:
        ValueError: too many passages were not found.
    """
    found, lost = [], 0
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "sentences" in row:
                found.append(Written.from_row(row, row["title"], tuple(row["sentences"])))
            elif row["document"] in documents:
                title, sentences = documents[row["document"]]
                found.append(Written.from_row(row, title, sentences[slice(*row["rows"])]))
            else:
                lost += 1
    if lost > MOST_LOST * (lost + len(found)):
        msg = (
            f"{lost} passages of {folder} are not in the data folder; is it complete, and are the pinned versions here?"
        )
        raise ValueError(msg)
    return found


def own_documents(folder: Path = FOLDER) -> list[Written]:
    """The examples about documents that were written for this project: those that bring their own sentences."""
    rows = (
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    )
    return [Written.from_row(row, row["title"], tuple(row["sentences"])) for row in rows if "sentences" in row]
