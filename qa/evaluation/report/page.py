"""The report page: one HTML file without any other, which someone who sees only it understands."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.evaluation.extra import require
from qa.evaluation.glossary import GLOSSARY
from qa.evaluation.metrics.pooled import columns
from qa.evaluation.report import plots
from qa.evaluation.report.comparison import said
from qa.evaluation.report.table import BAR_HEADING, bar_rows, grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qa.evaluation.journal import Part
    from qa.evaluation.metrics.pooled import Observations
    from qa.evaluation.outcome import Outcome
    from qa.evaluation.results import Results

TEMPLATE = Path(__file__).with_name("page.html")
WORST = 20
RETRIEVAL = ("nDCG@10", "R@5", "R@100", "RR@10", "Success@1", "Success@5")


def render_page(results: Results, parts: Mapping[Part, Sequence[Outcome]]) -> str:
    """Return the page as HTML."""
    datasets = list(dict.fromkeys(figure.dataset for figure in results.figures))
    return str(
        _template().render(
            results=results,
            bar_heading=BAR_HEADING,
            bars=bar_rows(results.bars),
            risk_coverage=_risk_coverage(results, parts),
            sections=[_section(dataset, results, parts) for dataset in datasets],
            glossary={name: text for name, text in GLOSSARY.items() if _is_used(name, results)},
        )
    )


def _risk_coverage(results: Results, parts: Mapping[Part, Sequence[Outcome]]) -> str:
    """Return the curves of all sets with answers side by side, where there are several."""
    seen = answered_sets(results, parts)
    return plots.risk_panels(seen) if len(seen) > 1 else ""


def answered_sets(results: Results, parts: Mapping[Part, Sequence[Outcome]]) -> dict[str, dict[str, Observations]]:
    """Return what was observed of answers, by set and configuration, in the order of the results."""
    found: dict[str, dict[str, Observations]] = {}
    for dataset, configuration in dict.fromkeys((figure.dataset, figure.configuration) for figure in results.figures):
        rows = [o.observed for o in parts.get((dataset, configuration), ()) if "answerable" in o.observed]
        if rows:
            found.setdefault(dataset, {})[configuration] = columns(rows)
    return found


@cache
def _template() -> Any:  # noqa: ANN401  (a template of jinja2)
    environment = require("jinja2").Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _is_used(name: str, results: Results) -> bool:
    return any(figure.metric.partition("[")[0] == name for figure in results.figures)


def _section(dataset: str, results: Results, parts: Mapping[Part, Sequence[Outcome]]) -> dict[str, Any]:
    """Return what the template shows of one set."""
    own = {configuration: rows for (name, configuration), rows in parts.items() if name == dataset}
    figures = [figure for figure in results.figures if figure.dataset == dataset]
    heading, rows = grid(figures)
    best = list(own)[-1]
    primary = results.primary[dataset]
    return {
        "name": dataset,
        "questions": len(own[best]),
        "notices": results.notices.get(dataset, []),
        "heading": heading,
        "rows": rows,
        "costs": [figure for figure in results.costs if figure.dataset == dataset],
        "plots": _plots(dataset, figures, own),
        "worst_of": best,
        "primary": primary,
        "worst": [_shown(outcome, primary) for outcome in worst(own[best], primary)],
        "errors": sum(bool(outcome.error) for rows in own.values() for outcome in rows),
    }


def worst(outcomes: Sequence[Outcome], primary: str, count: int = WORST) -> list[Outcome]:
    """Return the questions with the lowest value, those answered with most confidence first among equals."""

    def value(outcome: Outcome) -> float:
        if primary in outcome.metrics:
            return outcome.metrics[primary]
        return float(bool(outcome.observed.get("abstained", False)))

    wrong = [outcome for outcome in outcomes if value(outcome) < 1]
    order = sorted(wrong, key=lambda o: (value(o), -float(o.observed.get("confidence", 0.0)), o.query_id))
    return order[:count]


def _shown(outcome: Outcome, primary: str) -> dict[str, Any]:
    return {
        "id": outcome.query_id,
        "question": outcome.question,
        "expected": outcome.expected,
        "said": said(outcome) if outcome.answer or outcome.error else "",
        "found": outcome.detail.get("found", []),
        "value": outcome.metrics.get(primary),
        "confidence": outcome.observed.get("confidence"),
        "understood": outcome.detail.get("standalone_question", ""),
        "citations": outcome.detail.get("citations", []),
    }


def _plots(dataset: str, figures: Sequence[Any], own: Mapping[str, Sequence[Outcome]]) -> list[str]:
    drawn = []
    retrieval = [figure for figure in figures if figure.metric in RETRIEVAL]
    if retrieval:
        drawn.append(plots.bars(retrieval, f"{dataset}: retrieval with 95 % intervals"))
    else:
        names = list(dict.fromkeys(f.metric for f in figures if "[" not in f.metric))[:6]
        drawn.append(plots.bars([f for f in figures if f.metric in names], f"{dataset}: 95 % intervals"))
    answers = {name: [o.observed for o in rows if "answerable" in o.observed] for name, rows in own.items()}
    seen = {name: columns(rows) for name, rows in answers.items() if rows}
    if seen:
        drawn.append(plots.risk_curves(seen, f"{dataset}: risk against coverage"))
        drawn.append(plots.reliability_diagram(seen, f"{dataset}: reliability of the confidence"))
    seconds = {name: [o.seconds for o in rows if o.seconds] for name, rows in own.items()}
    if any(seconds.values()):
        drawn.append(plots.latency_histogram(seconds, f"{dataset}: latency{'' if seen else ' of the search alone'}"))
    return drawn
