"""What the encoder's graph and those who run it agree on: its input, its output, how exactly it computes."""

from __future__ import annotations

from enum import StrEnum

GRAPH_VERSION = 1
"""Goes up whenever the same weights would give other vectors."""
INPUT = "input_ids"
OUTPUT = "unit_vectors"


class Precision(StrEnum):
    """How the layers' weights are held and multiplied."""

    FLOAT32 = "fp32"
    INT8 = "int8"
