"""The project's own kind of retriever (MiniLM and BM25, convex fusion): it finds the hard negatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bm25s
import numpy as np
import Stemmer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.encoder import Encoder

DENSE_WEIGHT = 0.6
"""Weight of the cosine in the fusion; the rest is BM25 scaled to [0, 1] per query."""


class Retriever:
    """Searches a list of texts; positions in that list come back."""

    def __init__(self, texts: Sequence[str], encoder: Encoder) -> None:
        self._encoder = encoder
        self._stem = Stemmer.Stemmer("english")
        self.vectors: NDArray[np.float32] = self.encode(texts)
        self._bm25 = bm25s.BM25(k1=0.9, b=0.4)
        self._bm25.index(self._tokens(texts), show_progress=False)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n_texts, dim) float32, unit rows."""
        return self._encoder.encode(texts)

    def _tokens(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - bm25s' own token type
        return bm25s.tokenize(list(texts), stopwords="en", stemmer=self._stem, show_progress=False, return_ids=False)

    def search(self, queries: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """For each query the k best positions with their fused score, best first."""
        cosines = self.encode(queries) @ self.vectors.T
        found = []
        for cosine, tokens in zip(cosines, self._tokens(queries), strict=True):
            lexical = self._bm25.get_scores(tokens) if tokens else np.zeros(len(cosine), np.float32)
            fused = DENSE_WEIGHT * cosine + (1 - DENSE_WEIGHT) * lexical / max(float(lexical.max()), 1e-6)
            top = np.argpartition(-fused, min(k, len(fused) - 1))[:k]
            found.append([(int(n), float(fused[n])) for n in top[np.argsort(-fused[top])]])
        return found
