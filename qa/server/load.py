"""`python -m qa.server.load`: many visitors at once, from a process of their own, each answer checked to be its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEED = 20
PATIENCE = 120.0


@dataclass
class Result:
    """What became of the questions; `seconds` of each that was answered, from asking to the last byte."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mixed_up: int = 0
    refused: int = 0
    took: float = 0.0

    def percentile(self, percent: float) -> float:
        """Return the seconds that so many percent of the answers took at most.

        >>> Result([0.1, 0.2, 0.3, 0.4]).percentile(50)
        0.2
        """
        ranked = sorted(self.seconds)
        return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)] if ranked else float("nan")

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took if self.took else 0.0


async def visit(
    address: str,
    questions: Sequence[str],
    visitors: int,
    each: int,
    told: dict[str, str],
    pause: float = 0.0,
    *,
    unlike: bool = False,
) -> Result:
    """Let visitors ask side by side, each one question after the other; return what became of it.

    Args:
        address: the server's.
        questions: what is asked, drawn anew by each visitor.
        visitors: how many ask at the same time.
        each: how many questions each asks.
        told: the text of each question's answer when it was asked alone; those that are not there yet are added.
        pause: seconds that a visitor reads before the next question.
        unlike: no question is asked twice: who asks it stands behind it.
    """
    result = Result()
    limits = httpx.Limits(max_connections=visitors, max_keepalive_connections=visitors)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        began = time.perf_counter()
        await asyncio.gather(
            *(
                _visitor(client, result, questions, f"v{number}", each, told, pause, unlike=unlike)
                for number in range(visitors)
            )
        )
        result.took = time.perf_counter() - began
    return result


async def _visitor(
    client: httpx.AsyncClient,
    result: Result,
    questions: Sequence[str],
    name: str,
    each: int,
    told: dict[str, str],
    pause: float,
    *,
    unlike: bool,
) -> None:
    draw = random.Random(f"{SEED} {name}")  # noqa: S311  (the same questions each time)
    for number in range(each):
        question = questions[number] if each == len(questions) else draw.choice(questions)
        identity = f"{name}-q{number}"
        question += f" ({identity})" if unlike else ""
        began = time.perf_counter()
        try:
            reply = await client.post("/v1/answer", json={"question": question, "id": identity})
            while reply.status_code == 429:
                result.refused += 1
                await asyncio.sleep(float(reply.headers["retry-after"]))
                reply = await client.post("/v1/answer", json={"question": question, "id": identity})
            reply.raise_for_status()
            answer: dict[str, Any] = reply.json()
        except (httpx.HTTPError, ValueError) as error:
            result.errors.append(f"{identity}: {type(error).__name__}: {error}")
            continue
        result.seconds.append(time.perf_counter() - began)
        own = (identity, question, told.setdefault(question, answer["text"]))
        result.mixed_up += (answer["id"], answer["question"], answer["text"]) != own
        await asyncio.sleep(pause)


@contextmanager
def running_server(options: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Start `footnote serve` on a free port; give its address and process id."""
    command = [sys.executable, "-m", "qa", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
        try:
            said = process.stdout.readline() if process.stdout else ""
            if "http://" not in said:
                raise SystemExit(f"the server did not start: {' '.join(command)}")
            yield said.split()[-1], process.pid
        finally:
            process.terminate()


def _megabytes(pid: int) -> float:
    """Return the memory that a process holds, in MB; nan where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def cpu_seconds(pid: int) -> float:
    """Return the seconds of CPU time that a process has used; nan where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def questions_of(file: Path) -> list[str]:
    """Return the questions of a set that stand alone, each once."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(record["question"] for record in map(json.loads, lines) if not record.get("history")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; return 1 where an answer failed or was not its question's own."""
    parser = argparse.ArgumentParser(prog="python -m qa.server.load", description=__doc__)
    parser.add_argument("questions", type=Path, help="a question set, one JSON object a line")
    parser.add_argument("--visitors", type=int, default=50, help="how many ask at the same time (default %(default)s)")
    parser.add_argument("--each", type=int, default=20, help="questions of each visitor (default %(default)s)")
    parser.add_argument(
        "--pause", type=float, default=0.0, help="seconds between two questions of a visitor (default 0)"
    )
    options, serve = parser.parse_known_args(arguments)
    questions = questions_of(options.questions)
    told: dict[str, str] = {}
    with running_server(["--no-page", *serve]) as (address, pid):
        alone = asyncio.run(visit(address, questions, 1, len(questions), told))
        before, busy = _megabytes(pid), cpu_seconds(pid)
        results, costs = [alone], [busy]
        for unlike in (False, True):
            results.append(
                asyncio.run(
                    visit(address, questions, options.visitors, options.each, told, options.pause, unlike=unlike)
                )
            )
            costs.append(cpu_seconds(pid))
        after = _megabytes(pid)
    crowd = f"{options.visitors} visitors"
    for name, result in zip(("1 visitor", crowd, f"{crowd}, nothing asked twice"), results, strict=True):
        print(f"{name:<34} {len(result.seconds):>6} answers  {result.per_second:6.1f}/s", end="  ")
        print(f"p50 {result.percentile(50):.3f} s  p95 {result.percentile(95):.3f} s", end="  ")
        print(f"errors {len(result.errors)}  mixed up {result.mixed_up}  refused and asked again {result.refused}")
    print(f"memory {before:.0f} MB before the crowds came, {after:.0f} MB after")
    each = [1000 * (costs[at] - costs[at - 1]) / max(1, len(results[at].seconds)) for at in (1, 2)]
    print(f"CPU {each[0]:.0f} ms an answer, {each[1]:.0f} ms where nothing is asked twice, all threads together")
    errors = [error for result in results for error in result.errors]
    print("\n".join(errors[:10]), end="")
    return 1 if errors or any(result.mixed_up for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
