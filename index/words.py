"""The words of texts, and which stand in which: a text is taken apart once, whatever changes around it."""

from __future__ import annotations

import json
import re
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

STOPWORDS = frozenset(STOPWORDS_EN_PLUS)
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_PARTS = re.compile(r"[-']")
_stem = Stemmer.Stemmer("english").stemWord
_WORDS, _IDS, _STARTS = "words.json", "word_ids.npy", "word_starts.npy"


def terms(text: str) -> list[str]:
    """Return the stems of a text's words without stop words; a compound also gives its parts.

    >>> terms("Damaged nerves misfire in Charcot-Marie-Tooth disease")
    ['damag', 'nerv', 'misfir', 'charcot-marie-tooth', 'charcot', 'mari', 'tooth', 'diseas']
    """
    return [term for word in words_of(text) for term in terms_of_word(word)]


def words_of(text: str) -> list[str]:
    """Return a text's words in lower case, with straight apostrophes.

    >>> words_of("Lou Gehrig’s X-ray")
    ['lou', "gehrig's", 'x-ray']
    """
    found: list[str] = _WORD.findall(text.lower().replace("’", "'"))
    return found


@lru_cache(maxsize=1 << 17)
def terms_of_word(word: str) -> tuple[str, ...]:
    """Return the stems of a word as `words_of` gives it; none for a stop word."""
    bare = word.removesuffix("'s")
    pieces = [bare, *_PARTS.split(bare)] if "-" in bare or "'" in bare else [bare]
    return tuple(_stem(piece) for piece in pieces if piece and piece not in STOPWORDS)


@dataclass(frozen=True, slots=True)
class WordRows:
    """Which words stand in each of many texts, in their order, but for stop words.

    Text `row` has the words whose numbers are `ids[starts[row]:starts[row + 1]]`. `ids` is (n_words_of_all_texts,)
    int32, `starts` (n_texts + 1,) int64. Every word of `words` stands somewhere.
    """

    words: Sequence[str]
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def build(
        cls, texts: Iterable[str], before: WordRows | None = None, rows: NDArray[np.int64] | None = None
    ) -> WordRows:
        """Return the words of texts.

        `rows`, (n_texts,), says for each text where it is among those `before`; at -1 it is the next of `texts`.
        """
        numbers = _Numbers(before.words if before else ())
        new, ends = array("i"), array("q")
        for text in texts:
            new.extend(number for number in map(numbers.__getitem__, words_of(text)) if number >= 0)
            ends.append(len(new))
        made = cls((), np.frombuffer(new, dtype=np.int32), np.concatenate([[0], np.frombuffer(ends, dtype=np.int64)]))
        if before is None or rows is None:
            return cls(numbers.words, made.ids, made.starts)
        return _without_unused(numbers.words, *_merged(before, made, rows))

    def save(self, folder: Path) -> None:
        """Write them into a folder, which is there."""
        (folder / _WORDS).write_text(json.dumps(list(self.words), ensure_ascii=False), encoding="utf-8")
        np.save(folder / _IDS, self.ids)
        np.save(folder / _STARTS, self.starts)

    @classmethod
    def load(cls, folder: Path) -> WordRows:
        """Return those in a folder; the numbers stay on the disk until they are asked for.

        Raises:
            OSError, ValueError: they cannot be read.
        """
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        ids, starts = (np.load(folder / name, mmap_mode="r").view(np.ndarray) for name in (_IDS, _STARTS))
        return cls(words, ids, starts)


class _Numbers(dict[str, int]):
    """Numbers words as they come; stop words have the number -1."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(zip(words, range(len(words)), strict=True))
        self.words = list(words)

    def __missing__(self, word: str) -> int:
        number = -1
        if terms_of_word(word):
            number = len(self.words)
            self.words.append(word)
        self[word] = number
        return number


def _merged(before: WordRows, made: WordRows, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return ids and starts of texts of which some were there before and the others are new."""
    kept = rows >= 0
    sources = rows.copy()
    sources[~kept] = np.arange(np.count_nonzero(~kept))
    lengths = np.where(kept, np.diff(before.starts)[np.where(kept, rows, 0)] if len(before) else 0, 0)
    lengths[~kept] = np.diff(made.starts)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.empty(int(starts[-1]), dtype=np.int32)
    changes = np.flatnonzero((np.diff(sources) != 1) | (np.diff(kept.astype(np.int8)) != 0)) + 1
    # what stands together in one of both, and in order, is copied at once
    for first, last in zip([0, *changes], [*changes, len(rows)], strict=True):
        if first < last:
            source = before if kept[first] else made
            begin, end = source.starts[sources[first]], source.starts[sources[last - 1] + 1]
            ids[starts[first] : starts[last]] = source.ids[begin:end]
    return ids, starts


def _without_unused(words: Sequence[str], ids: NDArray[np.int32], starts: NDArray[np.int64]) -> WordRows:
    used = np.bincount(ids, minlength=len(words)) > 0
    numbers = np.cumsum(used, dtype=np.int32) - 1
    return WordRows([word for word, is_used in zip(words, used, strict=True) if is_used], numbers[ids], starts)
