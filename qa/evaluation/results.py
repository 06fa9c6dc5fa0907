"""`results.json`: the figures of a run, and everything that one has to know to have them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from corpus.errors import EvaluationError
from qa.evaluation.bars import Verdict
from qa.evaluation.figures import Figure
from qa.evaluation.journal import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

RESULTS = "results.json"


@dataclass(frozen=True)
class Results:
    """What a run found.

    `figures` are the same in every run of the same settings; `costs` (seconds, passages a second, MiB) are measured and
    are not. `corpus_hash` names the questions and documents of every set. `bars` are those of the suite, with what
    became of them, `about` what it says of itself.
    """

    figures: list[Figure]
    costs: list[Figure]
    commit: str
    corpus_hash: Mapping[str, str]
    models: Mapping[str, str]
    seed: int
    machine: Mapping[str, str]
    notices: Mapping[str, list[str]] = field(default_factory=dict)
    primary: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    bars: Sequence[Verdict] = ()
    about: str = ""


def write_results(results: Results, folder: Path) -> None:
    """Write `results.json` whole."""
    write_whole(folder / RESULTS, [json.dumps(asdict(results), ensure_ascii=False, indent=1), "\n"])


def read_results(folder: Path) -> Results:
    """Return the results in a run's folder.

    Raises:
        EvaluationError: there are none, or they are damaged.
    """
    file = folder / RESULTS
    try:
        row: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        figures = {name: [Figure(**figure) for figure in row[name]] for name in ("figures", "costs")}
        return Results(**{**row, **figures, "bars": [Verdict(**bar) for bar in row.get("bars", [])]})
    except FileNotFoundError:
        raise EvaluationError(
            f"{folder}: no run here ({RESULTS} is missing); make one with: footnote evaluate --out"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{file}: not the results of a run ({error}); repeat the run") from None
