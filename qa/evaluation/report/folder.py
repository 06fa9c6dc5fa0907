"""The report folder: TREC files, Markdown and the page, all made of what the journal and the results hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.journal import read_outcomes, write_whole
from qa.evaluation.records import RetrievalSet
from qa.evaluation.report.page import render_page
from qa.evaluation.report.summary import write_summary
from qa.evaluation.report.table import markdown, markdown_bars
from qa.evaluation.report.trec import file_name, write_qrels, write_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evaluation.journal import Part
    from qa.evaluation.outcome import Outcome
    from qa.evaluation.records import BenchmarkSet
    from qa.evaluation.results import Results

PAGE, TABLES, TREC = "report.html", "results.md", "trec"


def write_reports(results: Results, sets: Sequence[BenchmarkSet], folder: Path, summary: Path | None = None) -> None:
    """Write everything beside `results.json` and `per_query.jsonl`, and the summary where a file is named for it.

    Raises:
        EvaluationError: the folder holds no run, or a library of the extra `evaluate` is missing.
    """
    parts: dict[Part, list[Outcome]] = {}
    for outcome in read_outcomes(folder):
        parts.setdefault((outcome.dataset, outcome.configuration), []).append(outcome)
    retrieval = {found.name: found for found in sets if isinstance(found, RetrievalSet)}
    for found in retrieval.values():
        write_qrels(found.qrels, folder / TREC / f"{file_name(found.name)}.qrels")
    for (dataset, configuration), outcomes in parts.items():
        if dataset.partition(" (")[0] in retrieval:
            write_run(outcomes, folder / TREC / f"{file_name(dataset, configuration)}.run")
    write_whole(folder / TABLES, [_tables(results)])
    write_whole(folder / PAGE, [render_page(results, parts)])
    if summary is not None:
        write_summary(results, parts, summary)


def _tables(results: Results) -> str:
    sections = [f"Measured at commit {results.commit}, seed {results.seed}; percent with 95 % intervals."]
    if results.bars:
        sections += ["### Bars", markdown_bars(results.bars)]
    for dataset in dict.fromkeys(figure.dataset for figure in results.figures):
        sections.append(f"### {dataset}")
        sections += results.notices.get(dataset, [])
        sections.append(markdown([figure for figure in results.figures if figure.dataset == dataset]))
    return "\n\n".join(sections) + "\n"
