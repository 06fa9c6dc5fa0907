"""Lexical search: BM25 over stemmed words, by bm25s, the only file that imports it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import bm25s
import numpy as np
import Stemmer

from corpus.errors import IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

K1 = 0.9
B = 0.4
"""BM25's saturation and length normalisation, the settings of Anserini's published baselines."""

logging.getLogger("bm25s").setLevel(logging.WARNING)

_STOPWORDS = frozenset(bm25s.tokenization.STOPWORDS_EN_PLUS)
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_stem = Stemmer.Stemmer("english").stemWord


def terms(text: str) -> list[str]:
    """Return the stems of a text's words without stop words; a compound also gives its parts.

    >>> terms("Damaged nerves misfire in Charcot-Marie-Tooth disease")
    ['damag', 'nerv', 'misfir', 'charcot-marie-tooth', 'charcot', 'mari', 'tooth', 'diseas']
    """
    found = []
    for match in _WORD.findall(text.lower().replace("’", "'")):
        word = match.removesuffix("'s")
        pieces = [word, *re.split(r"[-']", word)] if "-" in word or "'" in word else [word]
        found += [_stem(piece) for piece in pieces if piece and piece not in _STOPWORDS]
    return found


class LexicalIndex:
    """BM25 over rows of texts; scores are 0 or more and have no upper bound."""

    def __init__(self, model: bm25s.BM25) -> None:
        self._model = model

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Return an index of the texts, one row each."""
        model = bm25s.BM25(k1=K1, b=B, method="lucene")
        tokens = [terms(text) for text in texts]
        if not any(tokens):
            tokens[0] = [""]
        model.index(tokens, show_progress=False)
        return cls(model)

    def __len__(self) -> int:
        return int(self._model.scores["num_docs"])

    def all_scores(self, query: str) -> NDArray[np.float32]:
        """Return the BM25 score of every row: (n_rows,) float32."""
        known = [term for term in terms(query) if term in self._model.vocab_dict]
        if not known:
            return np.zeros(len(self), dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def search(
        self, query: str, k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the rows that share a term with the query, best first: scores and row numbers, both (at most k,).

        `among` holds the only rows that may be found; None is all of them.
        """
        scores = self.all_scores(query)
        if among is not None:
            allowed = np.zeros_like(scores)
            allowed[among] = scores[among]
            scores = allowed
        count = min(k, len(scores))
        top = np.argpartition(-scores, count - 1)[:count] if count < len(scores) else np.arange(len(scores))
        top = top[np.lexsort((top, -scores[top]))]
        top = top[scores[top] > 0]
        return scores[top], top.astype(np.int64)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._model.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Return the index in a folder.

        Raises:
            IndexStoreError: it cannot be read.
        """
        try:
            return cls(bm25s.BM25.load(str(folder), load_corpus=False))
        except (OSError, ValueError, KeyError) as error:
            raise IndexStoreError(f"{folder} is no readable lexical index: {error}") from error
