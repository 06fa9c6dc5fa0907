"""The words of a corpus: those that a misspelt word may stand for, and those of its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Self

from index.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus import Document

_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’])")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`words` are those of the texts, in lower case, without numbers; `headings` the stems of titles and headings."""

    words: frozenset[str]
    headings: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Self:
        """Return the words of documents."""
        words: set[str] = set()
        headings: set[str] = set()
        for document in documents:
            words.update(_WORD.findall(document.text.lower()))
            headings.update(chain([document.title], (section.title for section in document.sections)))
        return cls(frozenset(words), frozenset(chain.from_iterable(map(terms, headings))))
