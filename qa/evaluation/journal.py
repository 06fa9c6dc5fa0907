"""The journal of a run: every question's outcome is on disk as soon as it is known, so that a stopped run resumes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TextIO

PER_QUERY = "per_query.jsonl"
PREVIOUS = "per_query.previous.jsonl"

Part = tuple[str, str]
"""(dataset, configuration): what is measured in one go."""


class Journal:
    """Appends outcomes to `per_query.jsonl`, and knows those that an earlier run of the same settings left there.

    Every row carries the `key` of its settings; a row with another key belongs to another measurement. Where there
    are such rows, the file as it stood is kept as `per_query.previous.jsonl`.
    """

    def __init__(self, folder: Path, keys: Mapping[Part, str], *, fresh: bool = False) -> None:
        """Open the journal in a folder for the parts of a run; `fresh` takes nothing over.

        Raises:
            EvaluationError: the folder cannot be written.
        """
        self.folder = folder
        self.keys = keys
        self.outcomes: dict[Part, list[Outcome]] = {part: [] for part in keys}
        self._handle: TextIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._restore(folder / PER_QUERY, fresh=fresh)
            self._handle = (folder / PER_QUERY).open("a", encoding="utf-8")
        except OSError as error:
            raise EvaluationError(
                f"{folder}: cannot be written: {error.strerror}; choose another folder with --out"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle:
            self._handle.close()

    def done(self, part: Part) -> set[str]:
        """Return the ids of the questions of a part that have an outcome."""
        return {outcome.query_id for outcome in self.outcomes[part]}

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Append outcomes and see them to the disk."""
        if self._handle is None or not outcomes:
            return
        for outcome in outcomes:
            part = (outcome.dataset, outcome.configuration)
            self.outcomes[part].append(outcome)
            self._handle.write(_line(outcome, self.keys[part]))
        self._handle.flush()

    def _restore(self, file: Path, *, fresh: bool) -> None:
        """Take over the rows of the same settings; rewrite the file without the others and without a torn last line."""
        if not file.exists():
            return
        foreign, torn = False, False
        with file.open(encoding="utf-8", errors="replace") as handle:
            for text in handle:
                row = _parsed(text)
                if row is None:
                    torn = True
                    continue
                part = (str(row.get("dataset")), str(row.get("configuration")))
                if not fresh and self.keys.get(part) == row.get("key"):
                    self.outcomes[part].append(Outcome.from_dict(row))
                else:
                    foreign = True
        if foreign:
            file.replace(self.folder / PREVIOUS)
        if foreign or torn:
            kept = (_line(outcome, self.keys[part]) for part, rows in self.outcomes.items() for outcome in rows)
            write_whole(file, kept)


def read_outcomes(folder: Path) -> list[Outcome]:
    """Return every outcome of a finished run, in the order in which they came.

    Raises:
        EvaluationError: the folder holds no run, or a row is damaged.
    """
    file = folder / PER_QUERY
    if not file.is_file():
        raise EvaluationError(f"{folder}: no run here ({PER_QUERY} is missing); make one with: footnote evaluate --out")
    outcomes = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        row = _parsed(text)
        if row is None:
            raise EvaluationError(f"{file}:{number}:1: not a row of a run; repeat the run that wrote it, it resumes")
        outcomes.append(Outcome.from_dict(row))
    return outcomes


def write_whole(file: Path, lines: Iterable[str]) -> None:
    """Write a file beside its place and move it there, so that it is never half-written."""
    partial = file.with_name(f".{file.name}.partial")
    with partial.open("w", encoding="utf-8") as handle:
        handle.writelines(lines)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(file)


def _line(outcome: Outcome, key: str) -> str:
    return json.dumps({"key": key, **outcome.to_dict()}, ensure_ascii=False) + "\n"


def _parsed(text: str) -> dict[str, object] | None:
    try:
        row = json.loads(text)
        Outcome.from_dict(row)
    except (ValueError, TypeError, AttributeError):
        return None
    return row if isinstance(row, dict) else None
