"""The model card, written beside the weights from the measured figures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from training.mixture import SHARES
from training.split import SEED, SHARE_HELD_OUT, SQUAD_HELD_OUT

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETS = (
    ("SQuAD 2.0 (half of the dev set, 12 articles)", "CC BY-SA 4.0", f"{SQUAD_HELD_OUT} articles"),
    ("CLAPnq dev", "Apache-2.0", f"{SHARE_HELD_OUT['clapnq']:.0%} of the titles"),
    ("MedQuAD", "CC BY 4.0", "its `test` topics"),
    (
        "BioASQ 7–12b golden",
        "CC BY 2.5",
        f"{SHARE_HELD_OUT['bioasq']:.0%} of the questions and every document of theirs",
    ),
    ("WiCE dev", "ODC-BY; text CC BY-SA and Common Crawl terms", f"{SHARE_HELD_OUT['wice']:.0%} of the articles"),
    (
        "Written for this project (`training/examples/`): questions, near misses and claims about training passages of "
        "these sets and 709 short documents of our own",
        "as the project",
        f"{SHARE_HELD_OUT['written']:.0%} of the titles",
    ),
    ("SciFact", "CC BY 4.0; abstracts ODC-By 1.0", "all"),
)
_BARS = {
    "squad2 answerable balanced accuracy": 0.70,
    "squad2 answer's sentence first": 0.82,
    "clapnq answerable AUROC": 0.78,
    "clapnq gold-sentence F1": 0.55,
    "wice supported AUROC": 0.72,
}
_TEMPLATE = Path(__file__).parent / "card.md"


def write_card(weights: Path, figures: Mapping[str, float]) -> None:
    """Write `README.md`, and the figures into `evidence.json`."""
    file = weights / "evidence.json"
    about = json.loads(file.read_text(encoding="utf-8"))
    about |= {"seed": SEED, "commit": _commit(), "held_out": {name: round(value, 4) for name, value in figures.items()}}
    file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    text = _TEMPLATE.read_text(encoding="utf-8").format(
        size=about["bytes"] / 1e6,
        seed=SEED,
        commit=about["commit"],
        shares=", ".join(f"{name} {share}" for name, share in SHARES.items()),
        sets="\n".join(f"| {name} | {licence} | {held_out} |" for name, licence, held_out in _SETS),
        figures="\n".join(_row(name, value) for name, value in figures.items()),
    )
    (weights / "README.md").write_text(text, encoding="utf-8")


def _row(name: str, value: float) -> str:
    bar = f"≥ {_BARS[name]}" if name in _BARS else ""
    return f"| {name} | {value:.0f} | {bar} |" if value >= 5 else f"| {name} | {value:.3f} | {bar} |"


def _commit() -> str:
    """The short hash of the commit, "unknown" outside a repository."""
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    return found.stdout.strip() or "unknown"
