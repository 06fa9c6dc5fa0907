"""Spelling: a word that neither the dictionary nor the corpus knows becomes the corpus's word that it nearly is."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from index.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’])")
_SHORTEST = 5
_LONG = 8


class Speller:
    """Corrects towards the words of one corpus.

    A word of 5 letters or more may differ by one edit, one of 8 or more by two if its first letter is right; capitals
    throughout are an abbreviation and stay.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = sorted({word for text in texts for word in _WORD.findall(text.lower()) if len(word) >= _SHORTEST})
        self._known = frozenset(self._words)

    def correct(self, text: str) -> str:
        """Return the text with each misspelt word of the corpus put right."""
        return _WORD.sub(lambda match: self._correct_word(match[0]), text)

    def _correct_word(self, word: str) -> str:
        lower = word.lower()
        if len(lower) < _SHORTEST or word.isupper() or lower in self._known or lower in _dictionary():
            return word
        reach = 2 if len(lower) >= _LONG else 1
        near = process.extract(lower, self._words, scorer=OSA.distance, score_cutoff=reach, limit=5)
        for right, distance, _ in near:
            if terms(right) == terms(lower):
                return word  # another form of the corpus's word, which search takes for the same
            if distance == 1 or right[0] == lower[0]:
                return right.capitalize() if word[0].isupper() else str(right)
        return word


@cache
def _dictionary() -> frozenset[str]:
    """Return some 160,000 English words, lower case."""
    return frozenset(SpellChecker(language="en").word_frequency.dictionary)
