"""How soon a changed file is taken up: `footnote index` on a folder whose index is there already."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from corpus import load_corpus
from corpus.errors import EvaluationError
from index import store
from index.building import renew
from index.cache import CACHE_VARIABLE
from qa.evaluation.recombined import Recombined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from corpus import Document
    from index import Encoder

PASSAGES = 10_000


@dataclass(frozen=True, slots=True)
class Renewal:
    """Medians of so many runs, with one changed file and with none; `unchanged_seconds` as `seconds` is a clock's."""

    files: int
    passages: int
    times: int
    seconds: float
    processor_seconds: float
    unchanged_seconds: float
    unchanged_processor_seconds: float


class _StandIn:
    """Names itself as the product's encoder and makes vectors out of nothing: none of them is searched."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self._chance = np.random.default_rng(0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""
        made = self._chance.standard_normal((len(texts), self.dimension), dtype=np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def measure_renewal(
    real: Sequence[Document], encoder: Encoder, folder: Path, times: int, passages: int = PASSAGES
) -> Renewal:
    """Return how long `footnote index` takes on so many passages or a few more; the empty folder is filled here.

    Raises:
        EvaluationError: the command failed, or did not do what it is measured for.
    """
    notes = folder / "notes"
    notes.mkdir()
    for at, document in enumerate(Recombined(real, passages)):
        words = (document.text[p.start : p.end].replace("\n", " ") for p in document.passages)
        said = "\n\n".join(f"## Part {number}\n\n{each}" for number, each in enumerate(words, 1))
        (notes / f"{at:04}.md").write_text(f"# {document.title}\n\n{said}\n", encoding="utf-8", errors="replace")
    environment = {**os.environ, CACHE_VARIABLE: str(folder / "cache")}
    corpus = load_corpus(notes)
    place = folder / "cache" / "indexes" / store.default_folder(notes, encoder).name
    renew(place, corpus, _StandIn(encoder))
    _timed(notes, environment, "up to date")  # puts the encoder's graph into the cache
    changed, unchanged = [], []
    files = sorted(notes.iterdir())
    for turn in range(times):
        file = files[turn * len(files) // times]
        file.write_text(f"{file.read_text(encoding='utf-8')}\nSentence {turn} is new.\n", encoding="utf-8")
        changed.append(_timed(notes, environment, "built"))
        unchanged.append(_timed(notes, environment, "up to date"))
    medians = [round(median(column), 2) for runs in (changed, unchanged) for column in zip(*runs, strict=True)]
    return Renewal(len(files), len(corpus.passages), times, *medians)


def _timed(notes: Path, environment: dict[str, str], expected: str) -> tuple[float, float]:
    """Return the seconds that `footnote index` takes, by the clock and of the processor."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "qa", "index", str(notes)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout.startswith(f"{expected}:"):
        raise EvaluationError(f"footnote index said {done.stdout[:200]!r} {done.stderr[-300:]!r}, not {expected!r}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
