"""WiCE, held-out articles: is the claim supported by the page that it cites?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.evidence_input import Evidence
from training.reports.figures import auroc
from training.sets import read_wice
from training.text import chunks

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evidence_model import EvidenceModel
    from training.sets import Claim

GATHERED = 8
"""Sentences of the page that are put together as evidence, those that the sentence head scores best."""


def wice_figures(model: EvidenceModel, data: Path) -> dict[str, float]:
    """Supported against not (a part is not): by gathered sentences, by the page's best passage, by both."""
    claims = [one for one in read_wice(data / "wice" / "dev.jsonl.gz") if one.held_out]
    scores = [_scores(model, one) for one in claims]
    labels = [one.label == "supported" for one in claims]
    gathered, passages = [one for one, _ in scores], [one for _, one in scores]
    return {
        "wice claims": len(claims),
        "wice supported AUROC": auroc([a + b for a, b in scores], labels),
        "wice supported AUROC, gathered sentences": auroc(gathered, labels),
        "wice supported AUROC, best passage": auroc(passages, labels),
    }


def _scores(model: EvidenceModel, claim: Claim) -> tuple[float, float]:
    """Support by the gathered sentences, and by the best passage."""
    heading = claim.page_title[:120]
    sentences = tuple(sentence[:400] for sentence in claim.sentences)
    passages = [Evidence(heading, sentences[run.start : run.stop]) for run in chunks(sentences, 120)]
    logits = [logit for judged in model.judge(claim.text, passages) for logit in judged.sentences]
    best = sorted(np.argsort(logits)[::-1][:GATHERED])
    gathered = Evidence(heading, tuple(sentences[n] for n in best))
    return model.supports(claim.text, [gathered])[0], max(model.supports(claim.text, passages))
