"""Lexical search: BM25 over stemmed words, by bm25s; the numbers stay on the disk, mapped, until a query needs them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import bm25s
import numpy as np
from scipy import sparse

from corpus.errors import IndexStoreError
from index.words import WordRows, terms, terms_of_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

K1 = 0.9
B = 0.4
"""BM25's saturation and length normalisation, the settings of Anserini's published baselines."""

logging.getLogger("bm25s").setLevel(logging.WARNING)

_GROUPS = 4096
_AT_ONCE = 1 << 22


class LexicalIndex:
    """BM25 over rows of texts; scores are 0 or more and have no upper bound."""

    def __init__(self, model: bm25s.BM25, words: WordRows) -> None:
        self._model = model
        self.words = words
        """The words of every row."""

    @classmethod
    def build(
        cls, texts: Iterable[str], before: LexicalIndex | None = None, rows: NDArray[np.int64] | None = None
    ) -> LexicalIndex:
        """Return an index of texts, one row each.

        `rows`, (n_texts,), says for each text which row of the index `before` has the same; at -1 it is the next of
        `texts`.
        """
        words = WordRows.build(texts, before.words if before else None, rows)
        vocabulary = {"": 0}
        columns = [
            [vocabulary.setdefault(term, len(vocabulary)) for term in terms_of_word(word)] for word in words.words
        ]
        model = bm25s.BM25(k1=K1, b=B, method="lucene")
        model.vocab_dict = vocabulary
        model.unique_token_ids_set = set(vocabulary.values())
        model.nonoccurrence_array = None
        model.scores = _scores(words, columns, len(vocabulary))
        return cls(model, words)

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
        rows = best_rows(scores, k, among)
        return scores[rows], rows

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._model.save(str(folder), show_progress=False)
        self.words.save(folder)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Return the index in a folder.

        Raises:
            IndexStoreError: it cannot be read.
        """
        try:
            model = bm25s.BM25.load(str(folder), load_corpus=False, mmap=True)
            words = WordRows.load(folder)
        except (OSError, ValueError, KeyError) as error:
            raise IndexStoreError(f"{folder} is no readable lexical index: {error}") from error
        model.scores |= {name: model.scores[name].view(np.ndarray) for name in ("data", "indices", "indptr")}
        return cls(model, words)


def best_rows(scores: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return the rows with the k highest scores above 0, best first, the lower row first among equals: (at most k,).

    `scores` is (n_rows,), none below 0; `among` holds the only rows that may be found, None is all of them.
    """
    if among is not None:
        allowed = np.zeros_like(scores)
        allowed[among] = scores[among]
        scores = allowed
    whole = len(scores) - len(scores) % _GROUPS
    if k < len(scores) > 2 * _GROUPS > 2 * k:
        # Rows stand in groups. The k groups with the highest maxima hold k rows that are at least as high as the least
        # of these maxima, so no lower row is among the best.
        maxima = scores[:whole].reshape(-1, _GROUPS).max(axis=0)
        least = float(np.partition(maxima, -k)[-k])
        rows = np.flatnonzero(scores >= least if least > 0 else scores)
    else:
        rows = np.flatnonzero(scores)
    return rows[np.argsort(-scores[rows], kind="stable")][:k]


def _scores(words: WordRows, columns: Sequence[Sequence[int]], terms_in_all: int) -> dict[str, object]:
    """Return bm25s's table of the scores that each term gives to each row, with rows in order within a term.

    `columns` are the numbers of each word's terms. bm25s would go through the texts one by one for the same numbers.

    Source: Kamphuis, de Vries, Boytsov and Lin 2020, "Which BM25 Do You Mean?", "Lucene (accurate)".
    """
    terms_of_words = sparse.csr_array(
        (
            np.ones(sum(map(len, columns)), dtype=np.float32),
            np.array([column for each in columns for column in each], dtype=np.int32),
            np.concatenate([[0], np.cumsum([len(each) for each in columns])]).astype(np.int32),
        ),
        shape=(len(columns), terms_in_all),
    )
    ones = np.ones(len(words.ids), dtype=np.float32)
    of_rows = sparse.csr_array((ones, words.ids, words.starts), shape=(len(words), len(columns))) @ terms_of_words
    lengths = np.asarray(of_rows.sum(axis=1), dtype=np.float64)
    found = of_rows.tocsc()
    indptr, indices, data = found.indptr, found.indices.astype(np.int32, copy=False), found.data
    held_by = np.diff(indptr)
    rarity = np.log(1 + (len(words) - held_by + 0.5) / (held_by + 0.5))
    usual = lengths.mean() if lengths.any() else 1.0
    weight = (K1 * (1 - B + B * lengths / usual)).astype(np.float32)
    for start in range(0, len(data), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        data[part] /= data[part] + weight[indices[part]]
    data *= np.repeat(rarity.astype(np.float32), held_by)
    return {"data": data, "indices": indices, "indptr": indptr.astype(np.int64), "num_docs": len(words)}
