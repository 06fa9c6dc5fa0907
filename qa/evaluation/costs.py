"""What an answer costs: seconds, words to read, and what a measurement took, encoding speed and memory.

All but the words are measured on the clock, so different from run to run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.figures import Figure
from qa.evaluation.metrics.intervals import estimate_pooled
from qa.evaluation.provenance import peak_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.metrics.pooled import Observations

WORDS = "words in an answer p50"


def part_costs(
    dataset: str,
    configuration: str,
    latencies: Sequence[float],
    words: Sequence[float],
    encoded: int,
    encoding_seconds: float,
    seed: int,
) -> list[Figure]:
    """Return the costs of one part; encoding speed only where something was encoded.

    Args:
        dataset: the set's name.
        configuration: the configuration's name.
        latencies: seconds of single questions.
        words: words of single answers.
        encoded: texts that were encoded for this part, and in how many seconds.
        encoding_seconds: see `encoded`.
        seed: of the intervals.
    """
    costs = []
    wanted = [("latency p50 (s)", latencies, 50), ("latency p95 (s)", latencies, 95), (WORDS, words, 50)]
    for name, values, percent in wanted:
        if values:
            column = {"value": np.asarray(values, dtype=np.float64)}
            found = estimate_pooled(partial(_percentile, percent), column, seed)
            costs.append(Figure(dataset, configuration, name, found.value, found.low, found.high, found.n))
    if encoded:
        speed = encoded / encoding_seconds
        costs.append(Figure(dataset, configuration, "encoded passages/s", speed, speed, speed, encoded))
    memory = peak_memory()
    if memory:
        costs.append(Figure(dataset, configuration, "peak memory (MiB)", memory, memory, memory, 1))
    return costs


def _percentile(percent: int, seen: Observations) -> float:
    return float(np.percentile(seen["value"], percent))
