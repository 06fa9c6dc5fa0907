"""How long one question takes."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from qa.evidence_input import Evidence, rows_of

if TYPE_CHECKING:
    from qa.evidence_model import EvidenceModel

REPEATS = 30


def latency_figures(model: EvidenceModel) -> dict[str, float]:
    """Median milliseconds over five passages of about 120 tokens."""
    sentences = tuple(
        f"Sentence number {n} tells about muscles, nerves and what a doctor does about them." for n in range(6)
    )
    passages = [Evidence("Title > Section", sentences) for _ in range(5)]
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        model.judge("How long do people live with it?", passages)
        times.append(1000 * (time.perf_counter() - start))
    tokens = sum(len(row.ids) for rows in rows_of("How long do people live with it?", passages) for row in rows)
    return {"latency tokens": tokens, "latency ms, median": median(times), "latency ms, fastest": min(times)}
