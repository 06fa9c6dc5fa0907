"""What the network is taught at once: passage, sentences, support, the answer's words, the order of passages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from training.batches import UNKNOWN

if TYPE_CHECKING:
    from torch import Tensor

    from training.batches import Batch
    from training.model import Judged

WEIGHTS = {"answers": 1.0, "marks": 1.0, "supports": 1.0, "spans": 0.15, "order": 0.3}
SMOOTHING = 0.02
"""Labels stand this far from 0 and 1: the weak ones are wrong that often at least."""


def losses(judged: Judged, batch: Batch) -> dict[str, Tensor]:
    """The parts of the loss by name; a part that nothing in the batch teaches is left out."""
    parts = {
        "answers": _binary(judged.answers, batch.answers),
        "supports": _binary(judged.supports, batch.supports),
        "marks": _by_row(judged.sentences, batch.marks),
        "order": _order(judged.answers, batch.answers, batch.groups),
    }
    if (batch.spans >= 0).any():
        logits = judged.spans.masked_fill(batch.mask[..., None] == 0, -1e4)
        parts["spans"] = (
            cross_entropy(logits[..., 0], batch.spans[:, 0]) + cross_entropy(logits[..., 1], batch.spans[:, 1])
        ) / 2
    return {name: part for name, part in parts.items() if part is not None}


def total(parts: dict[str, Tensor]) -> Tensor:
    """The weighted sum."""
    return torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum()


def _binary(logits: Tensor, labels: Tensor) -> Tensor | None:
    known = labels != UNKNOWN
    if not known.any():
        return None
    target = labels[known] * (1 - 2 * SMOOTHING) + SMOOTHING
    return binary_cross_entropy_with_logits(logits[known], target)


def _by_row(logits: Tensor, labels: Tensor) -> Tensor | None:
    """Mean over a row's sentences, then over the rows: a long list weighs no more than a short passage."""
    known = (labels != UNKNOWN).float()
    rows = known.sum(dim=1) > 0
    if not rows.any():
        return None
    target = labels.clamp(min=0) * (1 - 2 * SMOOTHING) + SMOOTHING
    each = binary_cross_entropy_with_logits(logits, target, reduction="none") * known
    return (each.sum(dim=1)[rows] / known.sum(dim=1)[rows]).mean()


def _order(logits: Tensor, labels: Tensor, groups: Tensor) -> Tensor | None:
    """Listwise: each right passage against the wrong ones of its question."""
    terms = []
    same = groups[:, None] == groups[None, :]
    for n in torch.nonzero(labels == 1)[:, 0]:
        rivals = same[n] & (labels == 0)
        if rivals.any():
            terms.append(torch.logsumexp(torch.cat((logits[n][None], logits[rivals])), dim=0) - logits[n])
    return torch.stack(terms).mean() if terms else None
