"""The terminal report of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.extra import require
from qa.evaluation.report.table import MIN_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.compare import Changed, Compared
    from qa.evaluation.outcome import Outcome

SHOWN = 20
ANSWER_WIDTH = 200


def print_comparison(a: str, b: str, compared: Sequence[Compared], changed: Sequence[Changed]) -> None:
    """Print every metric's difference with interval and p-value, then the questions that changed sides."""
    console = require("rich.console").Console
    out = console(width=max(MIN_WIDTH, console().width), highlight=False, markup=False)
    table = require("rich.table").Table(box=None)
    out.print(f"{b} minus {a} (points of percent, 95 % interval)\n", soft_wrap=True)
    for name in ("set", "configuration", "metric", "n", "difference", "p", ""):
        table.add_column(name, justify="right" if name in ("n", "difference", "p") else "left", no_wrap=True)
    for row in compared:
        d = row.difference
        clear = d.low > 0 or d.high < 0
        verdict = ("worse" if row.worse else "better") if clear else ""
        bounds = f"{100 * d.value:+.1f} [{100 * d.low:+.1f}, {100 * d.high:+.1f}]"
        table.add_row(row.dataset, row.configuration, row.metric, str(d.n), bounds, f"{d.p_value:.4f}", verdict)
    out.print(table)
    for improved, heading in ((True, "became right"), (False, "became wrong")):
        rows = [change for change in changed if change.improved is improved]
        out.print(f"\n{len(rows)} questions {heading}" + (f", the first {SHOWN}:" if len(rows) > SHOWN else ":"))
        for change in rows[:SHOWN]:
            out.print(
                f"  {change.dataset} · {change.configuration} · {change.before.query_id}: {change.before.question}"
            )
            out.print(f"    expected: {shortened(change.before.expected)}", soft_wrap=True)
            out.print(f"    {a}: {said(change.before)}", soft_wrap=True)
            out.print(f"    {b}: {said(change.after)}", soft_wrap=True)


def said(outcome: Outcome) -> str:
    """Return what an outcome answered, or what it found where nothing is answered."""
    if outcome.error:
        return f"error: {outcome.error}"
    return shortened(outcome.answer or "; ".join(outcome.detail.get("found", [])) or "(nothing)")


def shortened(text: str) -> str:
    r"""Return a text on one line, cut where it is long.

    >>> shortened("a\nb")
    'a b'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= ANSWER_WIDTH else f"{flat[: ANSWER_WIDTH - 1]}…"
