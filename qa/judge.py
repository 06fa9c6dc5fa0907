"""Judges: what says how well a passage, and each of its sentences, answers a question."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index import Encoder


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passage to judge: the path of headings above it, and its sentences."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Logits: does the passage answer the question, and does each of its sentences belong to the answer."""

    answers: float
    sentences: tuple[float, ...]


class Judge(Protocol):
    """Judges passages for a question."""

    @property
    def name(self) -> str:
        """Name for people and reports."""

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, in the order given."""


class SimilarityJudge:
    """Judges by likeness alone: the encoder's cosine, and the share of the question's words that a sentence holds.

    The measure of what an evidence model has to beat, and what stands in where none is loaded.
    """

    name = "similarity"
    _CACHED_VECTORS = 50_000

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """Return one judgement a passage, made of cosine and word coverage; the best sentence speaks for it."""
        wanted = set(terms(question))
        vector = self._encoder.encode([question])[0]
        texts = [f"{passage.heading.rpartition(' > ')[2]}: {s}" for passage in passages for s in passage.sentences]
        cosines = iter(self._encoded(texts) @ vector)
        judgements = []
        for passage in passages:
            heading = set(terms(passage.heading))
            scores = []
            for sentence in passage.sentences:
                own = set(terms(sentence))
                covered = len(wanted & own) + 0.5 * len((wanted & heading) - own)
                coverage = covered / len(wanted) if wanted else 0.0
                scores.append(float(8 * (next(cosines) - 0.45) + 2 * (coverage - 0.5)))
            judgements.append(Judgement(max(scores, default=-8.0), tuple(scores)))
        return judgements

    def _encoded(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the texts' unit vectors, (n_texts, dimension), those of earlier calls from memory."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(missing, self._encoder.encode(missing), strict=True))
        rows = [self._vectors[text] for text in texts]
        while len(self._vectors) > self._CACHED_VECTORS:
            self._vectors.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self._encoder.dimension), dtype=np.float32)
