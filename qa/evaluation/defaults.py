"""What is measured when nothing else is asked for."""

from __future__ import annotations

CONFIGURATIONS = ("dense", "lexical", "fused", "fused+evidence")
"""Configurations of the product; those with the evidence model only where there is one."""
MEASURES = ("nDCG@10", "R@5", "R@100", "RR@10", "Success@1", "Success@5")
"""Retrieval measures, in the spelling of ir_measures."""
OUT = "runs/evaluation"
"""Folder of the reports."""
