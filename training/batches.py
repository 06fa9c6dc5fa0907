"""Groups to tensors: rows of similar length together, a group never torn apart."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch

from qa.evidence_input import Evidence, Row, rows_of
from training.split import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from training.records import Candidate, Group

TOKENS = 2048
"""Tokens of one batch, padding included."""

POOL = 256
"""Groups that are sorted by length together before they are cut into batches."""

UNKNOWN = -1.0
"""Label of what is not known."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row with the labels of its candidate; `group` numbers its question."""

    row: Row
    candidate: Candidate
    group: int
    spanned: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What the network reads, and the labels; `UNKNOWN` (spans: -100) where there is none."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    pool: Tensor
    answers: Tensor
    supports: Tensor
    marks: Tensor
    spans: Tensor
    groups: Tensor

    def to(self, where: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(*(getattr(self, field.name).to(where) for field in fields(self)))


def examples_of(group: Group, number: int) -> list[Example]:
    """The candidates' first rows; a candidate whose answering sentences all fall outside its first row is left out."""
    rows = rows_of(group.question, [Evidence(one.heading, one.sentences) for one in group.candidates])
    spanned = group.family == "squad2"
    found = [Example(first, one, number, spanned) for (first, *_), one in zip(rows, group.candidates, strict=True)]
    return [one for one in found if one.row.spans and not _loses_its_answer(one)]


def _loses_its_answer(one: Example) -> bool:
    marks = one.candidate.marks
    return marks is not None and any(marks) and not any(marks[: len(one.row.spans)])


def batches(groups: Sequence[Group]) -> list[list[Example]]:
    """Every group once, in the order of the file but for the sorting within each pool."""
    rng = random.Random(SEED)  # noqa: S311 - order, not secrecy
    ordered: list[list[Example]] = []
    for start in range(0, len(groups), POOL):
        pool = [examples_of(group, start + n) for n, group in enumerate(groups[start : start + POOL])]
        pool.sort(key=lambda examples: max((len(one.row.ids) for one in examples), default=0))
        ready: list[list[Example]] = [[]]
        longest = 0
        for examples in pool:
            size = max((len(one.row.ids) for one in examples), default=0)
            if ready[-1] and max(longest, size) * (len(ready[-1]) + len(examples)) > TOKENS:
                ready.append([])
                longest = 0
            ready[-1].extend(examples)
            longest = max(longest, size)
        rng.shuffle(ready)
        ordered += [one for one in ready if one]
    return ordered


def collate(examples: Sequence[Example]) -> Batch:
    """One batch, padded to its longest row and its largest number of sentences."""
    tokens = max(len(one.row.ids) for one in examples)
    most = max(len(one.row.spans) for one in examples)
    ids = torch.zeros(len(examples), tokens, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros(len(examples), tokens)
    pool = torch.zeros(len(examples), most, tokens)
    marks = torch.full((len(examples), most), UNKNOWN)
    spans = torch.full((len(examples), 2), -100, dtype=torch.long)
    for n, one in enumerate(examples):
        size = len(one.row.ids)
        ids[n, :size] = torch.tensor(one.row.ids)
        types[n, one.row.second : size] = 1
        mask[n, :size] = 1
        for k, (start, end) in enumerate(one.row.spans):
            pool[n, k, start:end] = 1 / max(end - start, 1)
        if one.candidate.marks is not None:
            known = one.candidate.marks[: len(one.row.spans)]
            marks[n, : len(known)] = torch.tensor(known)
        if one.spanned:
            spans[n] = torch.tensor(_span(one))
    label = [UNKNOWN if one.candidate.answers is None else one.candidate.answers for one in examples]
    support = [UNKNOWN if one.candidate.supports is None else one.candidate.supports for one in examples]
    groups = torch.tensor([one.group for one in examples])
    return Batch(ids, types, mask, pool, torch.tensor(label), torch.tensor(support), marks, spans, groups)


def _span(one: Example) -> tuple[int, int]:
    """First and last token of the answer's words; the first token of all where the passage does not answer."""
    span = one.candidate.span
    if span is None:
        return (0, 0) if one.candidate.answers == 0 else (-100, -100)
    if span.sentence >= len(one.row.spans):
        return -100, -100
    start, end = one.row.spans[span.sentence]
    length = max(len(one.candidate.sentences[span.sentence]), 1)
    share = (end - start) / length  # characters to tokens, near enough for an auxiliary loss
    return min(start + int(span.start * share), end - 1), min(start + int(span.end * share), end - 1)
