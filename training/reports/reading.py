"""SQuAD2 and CLAPnq, held-out documents: is the question answered by its own passage, and by which sentence?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from qa.evidence_input import Evidence
from training.reports.figures import auroc, balanced_accuracy, best_threshold, set_f1
from training.sets import read_clapnq, read_squad
from training.split import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evidence_model import EvidenceModel, Judgement
    from training.sets import Reading

TRAIN_SAMPLE = 300
"""Trained-on questions on which thresholds are chosen."""


def squad_figures(model: EvidenceModel, data: Path, most: int) -> dict[str, float]:
    """Answerable or not, and the share of answerable questions whose answer's sentence stands first."""
    readings = read_squad(data / "squad2" / "dev.json")
    threshold = best_threshold(*_answerable(_judged(model, _sample(readings))))
    held_out = [one for one in readings if one.held_out]
    rows = _judged(model, random.Random(SEED).sample(held_out, min(most, len(held_out))))  # noqa: S311 - sampling
    first = [int(np.argmax(judged.sentences)) in reading.gold for reading, judged in rows if reading.gold]
    scores, labels = _answerable(rows)
    return {
        "squad2 questions": len(rows),
        "squad2 answerable AUROC": auroc(scores, labels),
        "squad2 answerable balanced accuracy": balanced_accuracy(scores, labels, threshold),
        "squad2 answer's sentence first": float(np.mean(first)),
    }


def clapnq_figures(model: EvidenceModel, data: Path) -> dict[str, float]:
    """Answerable or not, and F1 of the chosen sentences (mean over the answerable questions)."""
    readings = read_clapnq(data / "clapnq")
    known = [(one, judged) for one, judged in _judged(model, _sample(readings)) if one.gold]
    threshold = max(np.arange(-6.0, 3.1, 0.25), key=lambda one: _mean_f1(known, float(one)))
    rows = _judged(model, [one for one in readings if one.held_out])
    scores, labels = _answerable(rows)
    return {
        "clapnq questions": len(rows),
        "clapnq answerable AUROC": auroc(scores, labels),
        "clapnq gold-sentence F1": _mean_f1([(one, judged) for one, judged in rows if one.gold], float(threshold)),
        "clapnq sentence threshold": float(threshold),
    }


def _sample(readings: Sequence[Reading]) -> list[Reading]:
    trained = [one for one in readings if not one.held_out]
    return random.Random(SEED).sample(trained, min(TRAIN_SAMPLE, len(trained)))  # noqa: S311 - sampling


def _judged(model: EvidenceModel, readings: Sequence[Reading]) -> list[tuple[Reading, Judgement]]:
    return [(one, model.judge(one.question, [Evidence(one.title, one.sentences)])[0]) for one in readings]


def _answerable(rows: Sequence[tuple[Reading, Judgement]]) -> tuple[list[float], list[bool]]:
    return [judged.answers for _, judged in rows], [bool(reading.gold) for reading, _ in rows]


def _mean_f1(rows: Sequence[tuple[Reading, Judgement]], threshold: float) -> float:
    """The best sentence is always chosen, others from the threshold on."""
    return float(np.mean([set_f1(_chosen(judged, threshold), reading.gold) for reading, judged in rows]))


def _chosen(judged: Judgement, threshold: float) -> set[int]:
    return {int(np.argmax(judged.sentences))} | {n for n, one in enumerate(judged.sentences) if one >= threshold}
