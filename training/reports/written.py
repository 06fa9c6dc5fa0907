"""Examples written by hand, some titles held out: questions among near misses, true claims among false ones.

Other families may have seen the passages of the sets; these questions and claims were never trained on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.evidence_input import Evidence
from training.reports.figures import auroc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evidence_model import EvidenceModel
    from training.written import Written


def written_figures(model: EvidenceModel, examples: Sequence[Written]) -> dict[str, float]:
    """Every question and claim over its own passage."""
    answers: list[tuple[float, bool]] = []
    supports: list[tuple[float, bool]] = []
    first = []
    for one in examples:
        heading = " > ".join(part for part in (one.title, one.section) if part)
        passage = [Evidence(heading, one.sentences)]
        for text, gold in one.questions:
            judged = model.judge(text, passage)[0]
            answers.append((judged.answers, True))
            first.append(int(np.argmax(judged.sentences)) in gold)
        answers += [(model.judge(text, passage)[0].answers, False) for text in one.misses]
        supports += [(model.supports(text, passage)[0], True) for text, _ in one.true]
        supports += [(model.supports(text, passage)[0], False) for text in one.false]
    return {
        "written questions": len(answers),
        "written answerable AUROC": auroc(*zip(*answers, strict=True)),
        "written answer's sentence first": float(np.mean(first)),
        "written supported AUROC": auroc(*zip(*supports, strict=True)),
    }
