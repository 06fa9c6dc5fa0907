"""The summary of a suite for the docs: its bars, risk against coverage with the threshold on it, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.extra import require
from qa.evaluation.journal import write_whole
from qa.evaluation.metrics.selective import risk_coverage
from qa.evaluation.report import plots
from qa.evaluation.report.page import answered_sets
from qa.evaluation.report.table import markdown, markdown_bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qa.evaluation.journal import Part
    from qa.evaluation.metrics.pooled import Observations
    from qa.evaluation.outcome import Outcome
    from qa.evaluation.results import Results

TEMPLATE = Path(__file__).with_name("summary.md.j2")
BEFORE, AFTER, RERANKED = "fused", "fused+evidence", "fused+rerank"


def write_summary(results: Results, parts: Mapping[Part, Sequence[Outcome]], file: Path) -> None:
    """Write the summary, and beside it, with `-risk.svg` in place of the ending, the plot.

    Raises:
        EvaluationError: the run has no set with answers, or the file cannot be written.
    """
    seen = answered_sets(results, parts)
    if not seen:
        raise EvaluationError(f"--page {file}: a summary is about answers, and no set of this run asks for any")
    plot = file.with_name(f"{file.stem}-risk.svg")
    environment = require("jinja2").Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True)
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        results=results,
        machine=f"{results.machine.get('cores', '?')} cores of {results.machine.get('processor', '?')}",
        encoder=_named(results, "encoder "),
        evidence=_named(results, "evidence model"),
        met=sum(one.met for one in results.bars),
        bars=markdown_bars(results.bars),
        plot=plot.name,
        places=[_place(name, *pair) for name, configurations in seen.items() for pair in configurations.items()],
        before=BEFORE,
        after=AFTER,
        compared=_compared(results),
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(plot, [plots.risk_panels(seen)])
        write_whole(file, [text])
    except OSError as error:
        raise EvaluationError(f"--page {file}: cannot be written: {error.strerror}") from None


def _compared(results: Results) -> dict[str, str]:
    """Return the tables of the sets that were measured with and without the model; `AFTER` or reranked is "with"."""
    kept = [f for f in results.figures if f.configuration in (BEFORE, AFTER, RERANKED)]
    tables = {}
    for dataset in dict.fromkeys(figure.dataset for figure in kept):
        own = [figure for figure in kept if figure.dataset == dataset]
        if len({figure.configuration for figure in own}) > 1:
            tables[dataset] = markdown(own)
    return tables


def _place(name: str, configuration: str, observed: Observations) -> list[str]:
    """Return a row: where the threshold lies on the curve, and the ends of the curve."""
    risks = risk_coverage(observed["confidence"].astype(float), 1.0 - observed["quality"].astype(float))
    silent, answerable = observed["abstained"].astype(bool), observed["answerable"].astype(bool)
    answered = int((~silent).sum())
    wrong = f"{100 * risks[answered - 1]:.1f}" if answered else "–"
    shares = f"{100 * answered / len(risks):.1f}", wrong, f"{100 * risks[-1]:.1f}", f"{100 * (~answerable).mean():.1f}"
    return [name, configuration, str(len(risks)), *shares]


def _named(results: Results, start: str) -> str:
    found = sorted({value for key, value in results.models.items() if key.startswith(start)})
    return " and ".join(value[:34] for value in found) or "none"
