"""Tables: metrics down, configurations across, every value with its interval, in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.extra import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.figures import Figure

MIN_WIDTH = 120


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
    box, console, table, text = (require(f"rich.{name}") for name in ("box", "console", "table", "text"))
    heading, rows = grid(figures)
    shown = table.Table(title=f"{dataset} (percent, 95 % interval)", box=box.SIMPLE, title_justify="left")
    for position, name in enumerate(heading):
        shown.add_column(name, justify="left" if position == 0 else "right", no_wrap=True)
    for row in rows:
        shown.add_row(*map(text.Text, row))
    terminal = console.Console()
    console.Console(width=max(MIN_WIDTH, terminal.width), highlight=False).print(shown)


def markdown(figures: Sequence[Figure]) -> str:
    """Return the figures of one set as a Markdown table.

    >>> from qa.evaluation.figures import Figure
    >>> print(markdown([Figure("s", "fused", "EM", 0.5, 0.25, 0.75, 8)]))
    | metric | n | fused |
    |---|--:|--:|
    | EM | 8 | 50.0 [25.0, 75.0] |
    """
    heading, rows = grid(figures)
    rule = "|---|" + "--:|" * (len(heading) - 1)
    return "\n".join([f"| {' | '.join(heading)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)])
