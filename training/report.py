"""The report: figures on held-out documents as JSON, and the model card beside the weights."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from qa.evidence_model import EvidenceModel
from training.encoder import Encoder
from training.library import Library
from training.reports.card import write_card
from training.reports.claims import wice_figures
from training.reports.latency import latency_figures
from training.reports.reading import clapnq_figures, squad_figures
from training.reports.written import written_figures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)


def report(data: Path, weights: Path, out: Path, questions: int) -> dict[str, float]:
    """Measure the exported model; nothing that it was trained on counts."""
    model = EvidenceModel.load(weights)
    figures: dict[str, float] = {}
    for found in _parts(model, data, Encoder(out / "vectors"), questions):
        for name, value in found.items():
            log.info("%s: %.3f", name, value)
        figures |= found
        (out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        write_card(weights, figures)
    return figures


def _parts(model: EvidenceModel, data: Path, encoder: Encoder, questions: int) -> Iterator[dict[str, float]]:
    yield latency_figures(model)
    yield squad_figures(model, data, questions)
    yield clapnq_figures(model, data)
    yield wice_figures(model, data)
    yield written_figures(model, [one for one in Library.read(data, encoder).written() if one.held_out])
