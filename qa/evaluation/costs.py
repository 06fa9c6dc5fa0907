"""What a measurement cost: latency by question, encoding speed, memory. Measured, so different from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.figures import Figure
from qa.evaluation.provenance import peak_memory

if TYPE_CHECKING:
    from collections.abc import Sequence


def part_costs(
    dataset: str, configuration: str, latencies: Sequence[float], encoded: int, encoding_seconds: float
) -> list[Figure]:
    """Return the costs of one part; encoding speed only where something was encoded.

    Args:
        dataset: the set's name.
        configuration: the configuration's name.
        latencies: seconds of single questions.
        encoded: texts that were encoded for this part, and in how many seconds.
        encoding_seconds: see `encoded`.
    """
    costs = []
    if latencies:
        for percent in (50, 95):
            seconds = float(np.percentile(latencies, percent))
            name = f"latency p{percent} (s)"
            costs.append(Figure(dataset, configuration, name, seconds, seconds, seconds, len(latencies)))
    if encoded:
        speed = encoded / encoding_seconds
        costs.append(Figure(dataset, configuration, "encoded passages/s", speed, speed, speed, encoded))
    memory = peak_memory()
    if memory:
        costs.append(Figure(dataset, configuration, "peak memory (MiB)", memory, memory, memory, 1))
    return costs
