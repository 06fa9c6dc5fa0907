"""Cited stretches of a passage against the sentences that people marked as its answer.

Source: precision, recall and F1 over marked sentences as in Rosenthal et al. 2024, "CLAPnq", here over what is cited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE = 0.5
"""A sentence counts as cited when at least this share of its characters is."""


def sentence_spans(passage: str, sentences: Sequence[str]) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence in the passage, looked for from left to right; one not found is empty.

    >>> sentence_spans("One. Two. One.", ["One.", "Two.", "One."])
    [(0, 4), (5, 9), (10, 14)]
    """
    spans: list[tuple[int, int]] = []
    position = 0
    for sentence in sentences:
        start = passage.find(sentence, position)
        spans.append((start, start + len(sentence)) if start >= 0 else (position, position))
        position = spans[-1][1]
    return spans


def cited_sentences(spans: Sequence[tuple[int, int]], cited: Sequence[tuple[int, int]]) -> set[int]:
    """Return the positions of the sentences of which at least half is cited.

    >>> sorted(cited_sentences([(0, 10), (11, 21)], [(0, 10), (11, 14)]))
    [0]
    """
    covered = {at for start, end in cited for at in range(start, end)}
    return {
        position
        for position, (start, end) in enumerate(spans)
        if end > start and len(covered.intersection(range(start, end))) >= SHARE * (end - start)
    }


def precision_recall_f1(cited: set[int], gold: set[int]) -> tuple[float, float, float]:
    """Return precision, recall and F1, each in [0, 1]; citing nothing has precision 0.

    Cited {0, 1}, gold {1, 2, 3}: one shared, precision 1/2, recall 1/3, F1 2/5.

    >>> [round(value, 4) for value in precision_recall_f1({0, 1}, {1, 2, 3})]
    [0.5, 0.3333, 0.4]
    """
    shared = len(cited & gold)
    if not shared:
        return 0.0, 0.0, 0.0
    return shared / len(cited), shared / len(gold), 2 * shared / (len(cited) + len(gold))
