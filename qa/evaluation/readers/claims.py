"""Claims with the sentences of their source in the form of WiCE.

Source: Kamoi et al. 2023, https://github.com/ryokamoi/wice
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import EvaluationError
from qa.evaluation.readers.node import Node, read_json_lines
from qa.evaluation.records import Claim, ClaimSet

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("supported", "partially_supported", "not_supported")


def read_claims(path: Path, name: str) -> ClaimSet:
    """Return the claims in file order; a claim without an id of its own is named after its line.

    Raises:
        EvaluationError: a line is malformed, an id is given twice, a label is unknown, or a supporting sentence is not
            among the evidence.
    """
    claims: dict[str, Claim] = {}
    for node in read_json_lines(path):
        label = node.text("label")
        if label not in LABELS:
            node.child("label").fail(f"unknown label {label!r}; known: {', '.join(LABELS)}")
        evidence = node.texts("evidence")
        if not any(sentence.strip() for sentence in evidence):
            node.child("evidence").fail("the evidence holds no text")
        meta = node.child("meta") if node.has("meta") else None
        claim = Claim(
            id=meta.filled("id") if meta and meta.has("id") else f"line-{node.origin.number}",
            claim=node.filled("claim"),
            evidence=evidence,
            label=label,
            supporting=tuple(_positions(group, len(evidence)) for group in node.child("supporting_sentences").items()),
            title=meta.optional_text("claim_title") if meta else "",
        )
        if claim.id in claims:
            node.fail(f"claim id {claim.id!r} was given before; ids must be unique")
        claims[claim.id] = claim
    if not claims:
        raise EvaluationError(f"{path}: holds no claims")
    return ClaimSet(name, tuple(claims.values()))


def _positions(group: Node, count: int) -> tuple[int, ...]:
    positions: list[int] = []
    for item in group.items():
        if not isinstance(item.value, int) or isinstance(item.value, bool) or not 0 <= item.value < count:
            item.fail(f"expected the position of a sentence, 0 to {count - 1}")
        positions.append(item.value)
    return tuple(positions)
