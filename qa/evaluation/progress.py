"""Progress on the terminal: a bar with the time left for what is being done, a table for what is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from qa.evaluation.extra import require
from qa.evaluation.report.table import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evaluation.figures import Figure

SHOWN_FROM = 1_000
"""Encoding gets its own bar from so many texts."""


class Bar(Protocol):
    """What a part of a run tells while it runs."""

    def advance(self, count: int) -> None:
        """Tell that so many more questions are done."""

    def encoded(self, done: int, total: int) -> None:
        """Tell that of a call's texts so many are encoded."""


class Progress(Protocol):
    """Shows a run to the one who waits for it."""

    def part(self, name: str, total: int, done: int) -> Any:  # noqa: ANN401  (a context manager that gives a Bar)
        """Show a part of the run while it lasts."""

    def show(self, dataset: str, figures: Sequence[Figure]) -> None:
        """Show the figures of a finished set."""


class Silent:
    """Shows nothing; for tests and for calls from code."""

    @contextmanager
    def part(self, name: str, total: int, done: int) -> Iterator[Silent]:
        """Show nothing."""
        del name, total, done
        yield self

    def advance(self, count: int) -> None:
        """Show nothing."""

    def encoded(self, done: int, total: int) -> None:
        """Show nothing."""

    def show(self, dataset: str, figures: Sequence[Figure]) -> None:
        """Show nothing."""


class Terminal:
    """Bars on stderr, tables on stdout, both by rich; without a terminal one line a part."""

    def __init__(self) -> None:
        self._console = require("rich.console").Console(stderr=True)

    @contextmanager
    def part(self, name: str, total: int, done: int) -> Iterator[_TerminalBar]:
        """Show a bar with the time left, and that of a long encoding above it."""
        rich = require("rich.progress")
        columns = (
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TimeElapsedColumn(),
            rich.TimeRemainingColumn(),
        )
        if not self._console.is_terminal:
            self._console.print(f"{name}: {total - done} of {total} questions to do", highlight=False, soft_wrap=True)
        with rich.Progress(*columns, console=self._console, transient=True) as shown:
            yield _TerminalBar(shown, shown.add_task(name, total=total, completed=done))

    def show(self, dataset: str, figures: Sequence[Figure]) -> None:
        """Print a set's table."""
        print_table(dataset, figures)


class _TerminalBar:
    def __init__(self, shown: Any, questions: Any) -> None:  # noqa: ANN401  (rich's own)
        self._shown = shown
        self._questions = questions
        self._texts: Any = None

    def advance(self, count: int) -> None:
        self._shown.advance(self._questions, count)

    def encoded(self, done: int, total: int) -> None:
        if total < SHOWN_FROM:
            return
        if self._texts is None:
            self._texts = self._shown.add_task("encoding", total=total)
        self._shown.update(self._texts, completed=done, total=total)
