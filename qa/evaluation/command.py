"""`footnote evaluate`: its arguments, and the exit status of what comes of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from corpus.errors import FootnoteError
from qa.evaluation.defaults import CONFIGURATIONS, MEASURES, OUT

COMPARE = "compare"
BAD_INPUT = 2

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
    add("--out", type=Path, default=Path(OUT), help="folder for the reports; a stopped run resumes (%(default)s)")
    add("--config", metavar="NAMES", help=f"configurations, comma-separated ({','.join(CONFIGURATIONS)})")
    add("--encoder", action="append", default=[], metavar="FOLDER", help="another encoder; repeat to compare several")
    add("--model", metavar="SPEC", help="what words the answers (quote)")
    add("--corpus", type=Path, metavar="PATH", help="the corpus that questions with sections are put to")
    add("--metrics", default=",".join(MEASURES), help="retrieval measures, comma-separated (%(default)s)")
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
    add("--fail-on-bars", action="store_true", help="fail where a bar that a suite states is missed")
    add("--page", type=Path, metavar="FILE", help="write the bars, before and after, and the plot as Markdown")
    add("--no-worse-than", type=Path, metavar="RUN", help="fail where a metric is clearly worse than in that run")


def run(options: argparse.Namespace) -> int:
    """Run `footnote evaluate`; return its exit status: 0, 1 where a bar is missed, 2 for what cannot be read."""
    from qa.evaluation import session  # noqa: PLC0415  (the product's libraries take seconds; --help must not)

    try:
        if options.paths[0] == COMPARE:
            return session.compare_runs(options.paths[1:], options.seed)
        return session.evaluate(options)
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
