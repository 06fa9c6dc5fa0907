"""What is trained on and what is held out: by document, by hash, the same on every machine."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SEED = 20261124
"""The one seed: of the split, of the sampled examples and of the training."""

SQUAD_HELD_OUT = 4
"""Articles of SQuAD2 that are never trained on."""

SHARE_HELD_OUT = {"clapnq": 0.4, "bioasq": 0.4, "wice": 0.4, "written": 0.1}
"""Share of documents that is never trained on: titles, questions, claims' articles, handwritten titles."""


def order(key: str) -> float:
    """A number in [0, 1) that depends on the key and the seed alone."""
    return int(sha256(f"{SEED}:{key}".encode()).hexdigest()[:13], 16) / 16**13


def is_held_out(dataset: str, document: str) -> bool:
    """Whether a document of a set split by share is kept for the report."""
    return order(f"{dataset}:{document.strip().lower()}") < SHARE_HELD_OUT[dataset]


def squad_held_out(titles: Iterable[str]) -> frozenset[str]:
    """The SQuAD2 articles kept for the report."""
    return frozenset(sorted(titles, key=lambda title: order(f"squad2:{title}"))[:SQUAD_HELD_OUT])
