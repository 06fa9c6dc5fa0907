"""`footnote evaluate`: the command line of the evaluator."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError, FootnoteError, SettingsError
from qa.evaluation.compare import RunSide, changed_sides, compare, read_side
from qa.evaluation.configuration import DEFAULT_CONFIGURATIONS, parse_configurations
from qa.evaluation.evidence import evidence_loader
from qa.evaluation.gates import check_bars, parse_bar
from qa.evaluation.metrics.retrieval import DEFAULT_MEASURES, check_measures
from qa.evaluation.progress import Terminal
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.report.comparison import print_comparison
from qa.evaluation.report.folder import write_reports
from qa.evaluation.results import read_results
from qa.evaluation.runner import Run, RunSettings
from qa.evaluation.suite import entries_of
from qa.evaluation.task import Parts
from qa.evaluation.tasks import tasks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.results import Results

COMPARE = "compare"
OK, MISSED, BAD_INPUT = 0, 1, 2
DEFAULT_OUT = Path("runs/evaluation")

DESCRIPTION = """\
Measure retrieval, reading, citations, abstention and follow-ups on benchmark sets.

Each PATH is a BEIR folder, a multi-turn folder, a file of SQuAD, CLAPnq, WiCE, MedQuAD or CANARD form, a file of
questions with the sections that answer them, a folder that holds one of these, or a suite (.toml).
`footnote evaluate compare RUN_A RUN_B` compares two runs; RUN#CONFIGURATION takes one configuration of a run.
Exit status: 0, 1 when a bar is missed, 2 when something could not be read or understood.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `footnote evaluate` to a parser."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="benchmark sets or suites; or: compare RUN_A RUN_B")
    add("--out", type=Path, default=DEFAULT_OUT, help="folder for the reports; a stopped run resumes (%(default)s)")
    add("--config", default=",".join(DEFAULT_CONFIGURATIONS), help="configurations, comma-separated (%(default)s)")
    add("--encoder", action="append", default=[], metavar="FOLDER", help="another encoder; repeat to compare several")
    add("--model", metavar="SPEC", help="what words the answers (quote)")
    add("--corpus", type=Path, metavar="PATH", help="the corpus that questions with sections are put to")
    add("--metrics", default=",".join(DEFAULT_MEASURES), help="retrieval measures, comma-separated (%(default)s)")
    add("--split", default="test", help="split of sets that have several (%(default)s)")
    add("--limit", type=int, metavar="N", help="take N questions of every set, at even distances")
    add("--judged-only", action="store_true", help="leave out queries without a relevant document")
    add("--allow-empty", action="store_true", help="keep documents without any text")
    add("--data", type=Path, metavar="FOLDER", help="where the paths in a suite start (the suite's own folder)")
    add("--seed", type=int, default=0, help="seed of the intervals and tests (%(default)s)")
    add("--fresh", action="store_true", help="measure everything anew, whatever --out holds")
    add(
        "--fail-under",
        action="append",
        default=[],
        metavar="BAR",
        help="[SET:][CONFIGURATION:]METRIC=VALUE; repeatable",
    )
    add("--no-worse-than", type=Path, metavar="RUN", help="fail where a metric is clearly worse than in that run")


def run(options: argparse.Namespace) -> int:
    """Run `footnote evaluate`; return its exit status."""
    try:
        if options.paths[0] == COMPARE:
            return _compare(options)
        return _evaluate(options)
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT


def _evaluate(options: argparse.Namespace) -> int:
    bars = [parse_bar(text) for text in options.fail_under]
    measures = _names(options.metrics)
    check_measures(measures)
    configurations = parse_configurations(_names(options.config), options.encoder)
    if options.limit is not None and options.limit < 1:
        raise SettingsError(f"--limit must be at least 1, found {options.limit}")
    before = _side(str(options.no_worse_than)) if options.no_worse_than else None
    reading = ReadOptions(options.split, options.allow_empty, options.judged_only, options.limit)
    entries = entries_of([Path(path) for path in options.paths], reading, options.corpus, options.data)
    sets = [(read_set(entry.path, entry.options, entry.name), entry.corpus) for entry in entries]
    load_evidence = evidence_loader()
    if load_evidence is None:
        configurations = tuple(c for c in configurations if not c.evidence)
    parts = Parts(load_evidence, measures=measures)
    tasks = [task for found, corpus in sets for task in tasks_of(found, parts, corpus, options.model)]
    made = Run(tasks, configurations, parts, RunSettings(options.out, options.seed, options.fresh))
    results = made.execute(Terminal())
    write_reports(results, [found for found, _ in sets], options.out)
    print(f"report: {options.out / 'report.html'}")
    return _verdict(results, check_bars(bars, results.figures), before, options)


def _verdict(results: Results, missed: list[str], before: RunSide | None, options: argparse.Namespace) -> int:
    if before is not None:
        after = _side(str(options.out))
        missed += [
            f"{row.dataset} · {row.configuration}: {row.metric} is clearly worse than in {before.name}: "
            f"{100 * row.difference.value:+.1f} [{100 * row.difference.low:+.1f}, {100 * row.difference.high:+.1f}]"
            for row in compare(before, after, results.seed)
            if row.worse
        ]
    for sentence in missed:
        print(f"missed: {sentence}", file=sys.stderr)
    return MISSED if missed else OK


def _compare(options: argparse.Namespace) -> int:
    if len(options.paths) != 3:
        raise EvaluationError("compare takes two runs: footnote evaluate compare RUN_A RUN_B")
    a, b = (_side(text) for text in options.paths[1:])
    compared = compare(a, b, options.seed)
    print_comparison(a.name, b.name, compared, changed_sides(a, b))
    return OK


def _side(text: str) -> RunSide:
    """Return a run named as FOLDER or FOLDER#CONFIGURATION."""
    folder, mark, configuration = text.partition("#")
    read_results(Path(folder))
    return read_side(text, Path(folder), configuration if mark else None)


def _names(text: str) -> tuple[str, ...]:
    names: Sequence[str] = [name.strip() for name in text.split(",")]
    return tuple(name for name in names if name)
