"""Times Footnote and its peers side by side: all index the same SciFact abstracts with the same weights, in turn.

python benchmarks/peers/run.py DATA --peers ENVIRONMENT/bin/python --abstracts 300
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from corpus.errors import EvaluationError, FootnoteError
from qa.evaluation.provenance import commit, machine
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.records import RetrievalSet

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OURS = "Footnote"
PEERS = {"LlamaIndex": "llamaindex", "LangChain": "langchain", "Haystack": "haystack", "txtai": "txtai"}
QUIET = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "HAYSTACK_TELEMETRY_ENABLED": "False"}
ASKED = 20
"""Titles that are searched for at the end, to see that each index holds the texts."""


@dataclass
class Program:
    """One of the programs, running; `error` says why it does not, or no longer."""

    name: str
    process: subprocess.Popen[str]
    errors: Path
    version: str = ""
    error: str = ""
    speeds: list[float] = field(default_factory=list)
    found: int = 0

    def ask(self, line: dict[str, Any] | None) -> dict[str, Any]:
        """Send a line, or none, and return the answer; nothing where the program has ended."""
        if self.error or self.process.stdin is None or self.process.stdout is None:
            return {}
        try:
            if line is not None:
                self.process.stdin.write(json.dumps(line) + "\n")
                self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            lines = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self.error = lines[-1] if lines else "ended without a word"
            return {}
        return answer

    def end(self) -> None:
        """Let the program end."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(60)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a peer could not be measured, 2 for an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds scifact/")
    parser.add_argument("--peers", type=Path, required=True, help="the Python of the peers' environment")
    parser.add_argument("--abstracts", type=int, help="take so many (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="turns that each takes (default %(default)s)")
    parser.add_argument("--logs", type=Path, default=Path("runs/peers"), help="what they say (default %(default)s)")
    options = parser.parse_args(arguments)
    try:
        rows, titles = abstracts(options.data / "scifact", options.abstracts)
        programs = measured(rows, titles, options.rounds, options.peers, options.logs)
    except (FootnoteError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(table(programs, len(rows), options.rounds))
    return 1 if any(program.error for program in programs) else 0


def abstracts(path: Path, limit: int | None) -> tuple[list[dict[str, str]], list[str]]:
    """Return SciFact's abstracts with their titles in front, and the titles.

    Raises:
        EvaluationError: the set is missing or broken.
    """
    found = read_set(path, ReadOptions(allow_empty=True, judged_only=True))
    if not isinstance(found, RetrievalSet):
        raise EvaluationError(f"{path}: is no retrieval set")
    documents = found.documents[: limit or None]
    return [{"id": each.id, "text": f"{each.title} {each.text}"} for each in documents], [d.title for d in documents]


def measured(
    rows: Sequence[dict[str, str]], titles: Sequence[str], rounds: int, peers: Path, logs: Path
) -> list[Program]:
    """Return the programs after each has indexed every part of the texts once, taking turns.

    Raises:
        EvaluationError: there are fewer texts than rounds, or Footnote itself failed.
    """
    if not 0 < rounds <= len(rows):
        raise EvaluationError(f"{len(rows)} abstracts cannot be indexed in {rounds} rounds")
    logs.mkdir(parents=True, exist_ok=True)
    programs = [_started(OURS, "footnote", Path(sys.executable), logs)]
    programs += [_started(name, script, peers, logs) for name, script in PEERS.items()]
    for program in programs:
        program.version = str(program.ask(None).get("version", ""))
    for turn in range(rounds):
        part = list(rows[turn::rounds])
        for program in programs if turn % 2 else programs[::-1]:
            if told := program.ask({"index": part}):
                program.speeds.append(len(part) / told["seconds"])
    last = [(rows[at]["id"], titles[at]) for at in range(rounds - 1, len(rows), rounds)][:ASKED]
    for program in programs:
        answer = program.ask({"search": [title for _, title in last]})
        program.found = sum(a == b for a, (b, _) in zip(answer.get("found", []), last, strict=False))
        program.end()
    if programs[0].error:
        raise EvaluationError(f"Footnote failed: {programs[0].error}")
    return programs


def table(programs: Sequence[Program], count: int, rounds: int) -> str:
    """Return what was measured, in Markdown."""
    threads = os.environ.get("OMP_NUM_THREADS") or str(len(os.sched_getaffinity(0)))
    ours = programs[0]
    lines = [
        f"{count} SciFact abstracts in {rounds} parts, each indexed by all in turn; commit {commit()}, "
        f"{machine()['processor']}, {threads} threads. Median (least, most). The last column counts, of {ASKED} titles "
        "searched for, those whose abstract came first.",
        "",
        "| | version | abstracts/s | Footnote is so many times as fast | titles found |",
        "|---|---|--:|--:|--:|",
    ]
    for program in programs:
        if program.error:
            lines.append(f"| {program.name} | {program.version or '–'} | not measured: {program.error} | – | – |")
            continue
        ratios = [a / b for a, b in zip(ours.speeds, program.speeds, strict=True)]
        speeds, times = _spread(program.speeds, 1), "1" if program is ours else _spread(ratios, 2)
        lines.append(f"| {program.name} | {program.version} | {speeds} | {times} | {program.found} |")
    return "\n".join(lines)


def _started(name: str, script: str, python: Path, logs: Path) -> Program:
    path = os.pathsep.join([str(HERE), *([str(ROOT)] if name == OURS else [])])
    errors = logs / f"{script}.log"
    with errors.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(  # noqa: S603
            [python, HERE / f"{script}_peer.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, **QUIET, "PYTHONPATH": path},
        )
    return Program(name, process, errors)


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}, {max(values):.{digits}f})"


if __name__ == "__main__":
    sys.exit(main())
