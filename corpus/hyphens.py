"""Hyphens at the ends of lines: does one belong to the word, or did it only part it? The rest of the document tells."""

from __future__ import annotations

import re
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from spellchecker import SpellChecker

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKS = "\x02\ufffe"
"""What stands in place of a hyphen at a line's end in the text of a PDF, with the next line behind it."""
_LETTERS = r"[^\W\d_]+"
_TOKEN = re.compile(rf"[{MARKS}]?{_LETTERS}(?:-{_LETTERS})*[{MARKS}]?")
_PARTED = re.compile(rf"({_LETTERS})?[{MARKS}](?=({_LETTERS})?)")


class Hyphens:
    r"""Puts a hyphen, or nothing, in the place of each mark.

    The hyphen goes where the word without it stands elsewhere in the document, and stays where the word with it does.
    Where neither does, it goes from a word of the English dictionary, and stays between two words that both stand
    elsewhere in the document on their own; else it goes, as most do.

    >>> hyphens = Hyphens(["Some take beta-blockers.", "Others need no beta\x02blockers some\x02times."])
    >>> hyphens.settled("no beta\x02blockers some\x02times")
    'no beta-blockers sometimes'
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts of a document, with their marks."""
        self._texts = list(texts)

    def settled(self, text: str) -> str:
        """Return a text of the document without marks."""
        return _PARTED.sub(self._settled, text)

    def _settled(self, parted: re.Match[str]) -> str:
        left, right = parted[1] or "", parted[2] or ""
        stays = left and right and self._stays(left.lower(), right.lower())
        return f"{left}-" if stays else left

    def _stays(self, left: str, right: str) -> bool:
        words, compounds = self._elsewhere
        if left + right in words:
            return False
        if (left, right) in compounds:
            return True
        return left in words and right in words and left + right not in _dictionary()

    @cached_property
    def _elsewhere(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the words that no line's end parts, and which two words a hyphen joins within a line."""
        words: set[str] = set()
        compounds: set[tuple[str, str]] = set()
        for token in (token for text in self._texts for token in _TOKEN.findall(text.lower())):
            if token[0] not in MARKS and token[-1] not in MARKS:
                parts = token.split("-")
                compounds.update(pairwise(parts))
                words.update(parts if len(parts) == 1 else ())
        return frozenset(words), frozenset(compounds)


@cache
def _dictionary() -> frozenset[str]:
    """Return some 160,000 English words, lower case."""
    return frozenset(SpellChecker(language="en").word_frequency.dictionary)
