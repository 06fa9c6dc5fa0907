"""Sentences, and runs of whole sentences that look like the product's passages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sentencex import get_sentence_boundaries

if TYPE_CHECKING:
    import random
    from collections.abc import Collection, Sequence

WORDS = (35, 140)
"""Fewest and most words of a passage: about 50 to 190 tokens."""

_BULLET = re.compile(r"(?:(?<=[.:;?!])|(?<=\n)|(?<=  ))\s*[-•*]\s+(?=\w)")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=60_000)
def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences and list items of a text, spaces collapsed, nothing empty."""
    found: list[str] = []
    for block in _BULLET.split(text):
        for row in get_sentence_boundaries("en", block):
            sentence = _SPACE.sub(" ", block[row["start_index"] : row["end_index"]]).strip()
            if len(sentence) > 2:
                found.append(sentence)
    return tuple(found)


def n_words(sentence: str) -> int:
    """Words between spaces."""
    return sentence.count(" ") + 1


def window(sentences: Sequence[str], rng: random.Random, keep: Collection[int] = ()) -> range:
    """A random run of whole sentences of a random size that holds every kept one."""
    budget = rng.randint(*WORDS)
    start = min(keep) if keep else rng.randrange(len(sentences))
    end = max(keep) + 1 if keep else start + 1
    size = sum(n_words(sentence) for sentence in sentences[start:end])
    while True:
        sides = [side for side, open_ in (("left", start > 0), ("right", end < len(sentences))) if open_]
        if not sides:
            return range(start, end)
        if rng.choice(sides) == "left":
            step = n_words(sentences[start - 1])
            start -= size + step <= budget
        else:
            step = n_words(sentences[end])
            end += size + step <= budget
        size += step
        if size > budget:
            return range(start, end)


def chunks(sentences: Sequence[str], most: int = 120) -> list[range]:
    """The sentences cut into consecutive runs of at most `most` words (a longer sentence stands alone)."""
    runs: list[range] = []
    start, size = 0, 0
    for position, sentence in enumerate(sentences):
        step = n_words(sentence)
        if position > start and size + step > most:
            runs.append(range(start, position))
            start, size = position, 0
        size += step
    return [*runs, range(start, len(sentences))] if sentences else []


def holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, letter case and word borders apart."""
    return re.search(rf"(?<!\w){re.escape(words.lower())}(?!\w)", text.lower()) is not None
