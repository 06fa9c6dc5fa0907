"""Tables: metrics down, configurations across, every value with its interval, in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.extra import require
from qa.evaluation.figures import less_is_better
from qa.evaluation.glossary import COSTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.bars import Verdict
    from qa.evaluation.figures import Figure

MIN_WIDTH = 120
NAME_WIDTH, CELL_WIDTH = 30, 26
"""Columns of the terminal that a metric's name and a figure take, so that neither is cut."""


def cell(figure: Figure) -> str:
    """Return a value with its interval in percent.

    >>> from qa.evaluation.figures import Figure
    >>> cell(Figure("scifact", "fused", "nDCG@10", 0.7254, 0.684, 0.7666, 300))
    '72.5 [68.4, 76.7]'
    """
    return f"{100 * figure.value:.1f} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"


def grid(figures: Sequence[Figure]) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows: metric, number of questions, then one cell for every configuration.

    Metrics stand in the order in which they come, those of a part of the questions, as `EM[answerable]`, behind them.

    >>> from qa.evaluation.figures import Figure
    >>> grid([Figure("s", "dense", "EM", 0.5, 0.5, 0.5, 2), Figure("s", "fused", "EM", 1.0, 1.0, 1.0, 2)])
    (['metric', 'n', 'dense', 'fused'], [['EM', '2', '50.0 [50.0, 50.0]', '100.0 [100.0, 100.0]']])
    """
    configurations = list(dict.fromkeys(figure.configuration for figure in figures))
    names = dict.fromkeys(figure.metric for figure in figures)
    metrics = sorted(names, key=lambda name: ("[" in name, name.partition("[")[0] if "[" in name else ""))
    by_place = {(figure.metric, figure.configuration): figure for figure in figures}
    rows = []
    for metric in metrics:
        found = [by_place.get((metric, configuration)) for configuration in configurations]
        sizes = sorted({figure.n for figure in found if figure})
        rows.append([metric, "–".join(map(str, {sizes[0]: 0, sizes[-1]: 0})), *(cell(f) if f else "" for f in found)])
    return ["metric", "n", *configurations], rows


def print_table(dataset: str, figures: Sequence[Figure]) -> None:
    """Print a set's figures on stdout."""
    _print(f"{dataset} (percent, 95 % interval)", *grid(figures), left=1)


def _print(title: str, heading: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> None:
    box, console, table, text = (require(f"rich.{name}") for name in ("box", "console", "table", "text"))
    shown = table.Table(title=title, box=box.SIMPLE, title_justify="left")
    for position, name in enumerate(heading):
        shown.add_column(name, justify="left" if position < left else "right", no_wrap=True)
    for row in rows:
        shown.add_row(*map(text.Text, row))
    terminal = console.Console()
    console.Console(
        width=max(terminal.width, NAME_WIDTH * left + CELL_WIDTH * (len(heading) - left + 1)), highlight=False
    ).print(shown)


BAR_HEADING = ["what", "set", "configuration", "metric", "n", "reached", "95 % interval", "bar", ""]
NOT_MEASURED = "not measured"


def bar_rows(bars: Sequence[Verdict]) -> list[list[str]]:
    """Return the cells of every bar: what it is, where, the figure reached, its interval, the bar, met or missed.

    Shares are in percent; costs have the unit that their name ends with.

    >>> from qa.evaluation.bars import Verdict
    >>> bar_rows([Verdict("calibrated", "wiki", "fused", "ECE", 0.08, True, 0.0712, 0.06, 0.085, 90)])[0][4:]
    ['90', '7.1', '[6.0, 8.5]', '≤ 8.0', 'met']
    >>> bar_rows([Verdict("fast", "wiki", "fused", "latency p50 (s)", 0.08, False)])[0][4:]
    ['', 'not measured', '', '≤ 0.08', 'missed']
    """
    rows = []
    for one in bars:
        sign = "≤" if less_is_better(one.metric) else "≥"
        where = [one.means, one.dataset, one.configuration, one.metric]
        if one.value is None:
            reached = ["", NOT_MEASURED, ""]
        else:
            value, low, high = (_shown(one.metric, number) for number in (one.value, one.low, one.high))
            reached = [str(one.n), value, f"[{low}, {high}]"]
        rows.append([*where, *reached, f"{sign} {_shown(one.metric, one.bar)}", "met" if one.met else "missed"])
    return rows


def _shown(metric: str, value: float) -> str:
    return f"{value:.3g}" if metric in COSTS else f"{100 * value:.1f}"


def print_bars(bars: Sequence[Verdict]) -> None:
    """Print the bars of a suite on stdout."""
    _print(f"bars: {sum(one.met for one in bars)} of {len(bars)} met", BAR_HEADING, bar_rows(bars), left=4)


def markdown_bars(bars: Sequence[Verdict]) -> str:
    """Return the bars of a suite as a Markdown table."""
    return _markdown(BAR_HEADING, bar_rows(bars), left=4)


def markdown(figures: Sequence[Figure]) -> str:
    """Return the figures of one set as a Markdown table.

    >>> from qa.evaluation.figures import Figure
    >>> print(markdown([Figure("s", "fused", "EM", 0.5, 0.25, 0.75, 8)]))
    | metric | n | fused |
    |---|--:|--:|
    | EM | 8 | 50.0 [25.0, 75.0] |
    """
    return _markdown(*grid(figures), left=1)


def _markdown(heading: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    rule = "|" + "---|" * left + "--:|" * (len(heading) - left)
    return "\n".join([f"| {' | '.join(heading)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)])
