"""One call of the evaluator, from its options to its exit status."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import EvaluationError, SettingsError
from index import load_encoder
from qa.evaluation.bars import verdicts
from qa.evaluation.compare import RunSide, changed_sides, compare, read_side
from qa.evaluation.configuration import EVIDENCE, RERANK, parse_configurations
from qa.evaluation.defaults import CONFIGURATIONS
from qa.evaluation.evidence import evidence_loader
from qa.evaluation.gates import check_bars, check_names, parse_bar
from qa.evaluation.metrics.retrieval import check_measures
from qa.evaluation.progress import Terminal
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.report.comparison import print_comparison
from qa.evaluation.report.folder import write_reports
from qa.evaluation.report.table import print_bars
from qa.evaluation.results import read_results, write_results
from qa.evaluation.runner import Run, RunSettings
from qa.evaluation.suite import plan_of
from qa.evaluation.task import Parts
from qa.evaluation.tasks import tasks_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from qa.evaluation.configuration import Configuration
    from qa.evaluation.results import Results
    from qa.evaluation.task import Task

OK, MISSED = 0, 1


def evaluate(options: argparse.Namespace) -> int:
    """Measure what the command line asks for; return 0, or 1 where a bar is missed.

    Raises:
        FootnoteError: a set, a run or an option cannot be read or understood.
    """
    bars = [parse_bar(text) for text in options.fail_under]
    measures = _names(options.metrics)
    check_measures(measures)
    check_names(bars, measures)
    load_evidence = evidence_loader()
    configurations = parse_configurations(_configurations(options.config, load_evidence), options.encoder)
    if options.limit is not None and options.limit < 1:
        raise SettingsError(f"--limit must be at least 1, found {options.limit}")
    before = _side(str(options.no_worse_than)) if options.no_worse_than else None
    reading = ReadOptions(options.split, options.allow_empty, options.judged_only, options.limit)
    plan = plan_of([Path(path) for path in options.paths], reading, options.corpus, options.data)
    check_names([one.bar for one in plan.bars], measures)
    sets = [read_set(entry.path, entry.options, entry.name) for entry in plan.entries]
    parts = Parts(load_encoder, load_evidence, measures=measures)
    tasks: list[Task] = []
    own: dict[str, tuple[Configuration, ...]] = {}
    for entry, found in zip(plan.entries, sets, strict=True):
        made = tasks_of(found, parts, entry.corpus, options.model)
        tasks += made
        if entry.configurations and options.config is None:
            own |= {task.dataset: parse_configurations(entry.configurations, options.encoder) for task in made}
    run = Run(tasks, configurations, parts, RunSettings(options.out, options.seed, options.fresh), own)
    results = run.execute(Terminal())
    judged = verdicts(plan.bars, [*results.figures, *results.costs])
    results = replace(results, bars=judged, about=plan.about)
    write_results(results, options.out)
    if judged:
        print_bars(judged)
    write_reports(results, sets, options.out, options.page)
    print(f"report: {options.out / 'report.html'}")
    missed = check_bars(bars, results.figures)
    if options.fail_on_bars:
        missed += [f"{one.dataset} · {one.configuration}: {one.means}" for one in results.bars if not one.met]
    return _verdict(results, missed, before, options)


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


def compare_runs(names: Sequence[str], seed: int) -> int:
    """Print how the second of two runs differs from the first; return 0.

    Raises:
        EvaluationError: there are not two names, or one is no run.
    """
    if len(names) != 2:
        raise EvaluationError("compare takes two runs: footnote evaluate compare RUN_A RUN_B")
    a, b = (_side(text) for text in names)
    compared = compare(a, b, seed)
    print_comparison(a.name, b.name, compared, changed_sides(a, b))
    return OK


def _side(text: str) -> RunSide:
    """Return a run named as FOLDER or FOLDER#CONFIGURATION."""
    folder, mark, configuration = text.partition("#")
    read_results(Path(folder))
    return read_side(text, Path(folder), configuration if mark else None)


def _configurations(asked: str | None, load_evidence: object) -> tuple[str, ...]:
    """Return the names of the configurations: those asked for, or all that the product has."""
    names = CONFIGURATIONS if asked is None else _names(asked)
    if load_evidence is not None:
        return names
    without = tuple(name for name in names if not name.endswith((EVIDENCE, RERANK)))
    if asked is not None and without != names:
        raise SettingsError(
            f"--config {asked}: there is no evidence model here; leave out what ends in {EVIDENCE} or {RERANK}"
        )
    return without


def _names(text: str) -> tuple[str, ...]:
    names: Sequence[str] = [name.strip() for name in text.split(",")]
    return tuple(name for name in names if name)
