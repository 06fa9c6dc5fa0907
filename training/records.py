"""What training examples are: one question, several candidate passages, and what is known about each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Span:
    """Where the words of an answer stand: characters `start` to `end` of one sentence."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One passage and its labels in [0, 1]; None means not known, and is left out of the loss.

    Attributes:
        heading: Heading path, possibly empty.
        sentences: The passage, whole sentences or list items.
        answers: Whether the passage answers the question.
        supports: Whether the passage supports the claim that stands in the question's place.
        marks: For every sentence, whether it belongs to the answer (or the support).
        span: The answer's own words, where the set gives them.
    """

    heading: str
    sentences: tuple[str, ...]
    answers: float | None = None
    supports: float | None = None
    marks: tuple[float, ...] | None = None
    span: Span | None = None

    def __post_init__(self) -> None:
        if self.marks is not None and len(self.marks) != len(self.sentences):
            msg = f"{len(self.marks)} sentence labels for {len(self.sentences)} sentences"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Group:
    """One question (or claim) with its candidates; they meet in one batch, so that they can be ranked."""

    family: str
    question: str
    candidates: tuple[Candidate, ...]

    def to_json(self) -> str:
        """The group as one line."""
        rows = [
            {
                "heading": one.heading,
                "sentences": one.sentences,
                "answers": one.answers,
                "supports": one.supports,
                "marks": one.marks,
                "span": one.span and [one.span.sentence, one.span.start, one.span.end],
            }
            for one in self.candidates
        ]
        return json.dumps({"family": self.family, "question": self.question, "candidates": rows}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Group:
        """The group that `to_json` wrote."""
        row = json.loads(line)
        candidates = tuple(
            Candidate(
                one["heading"],
                tuple(one["sentences"]),
                one["answers"],
                one["supports"],
                None if one["marks"] is None else tuple(one["marks"]),
                None if one["span"] is None else Span(*one["span"]),
            )
            for one in row["candidates"]
        )
        return cls(row["family"], row["question"], candidates)


def read_groups(path: Path) -> Iterator[Group]:
    """Every group of a JSON-lines file, in order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Group.from_json(line)
