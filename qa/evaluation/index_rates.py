"""How fast passages are embedded: the product and plain sentence-transformers take turns on the same passages."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import EvaluationError
from index.encoder import load_encoder
from index.sentence_encoder import SentenceEncoder
from index.vectors import DenseIndex
from qa.evaluation.index_sweep import MEASURE
from qa.evaluation.metrics.retrieval import RANKING_DEPTH, ranked, score_rankings
from qa.evaluation.provenance import peak_memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index import Encoder
    from qa.evaluation.records import Qrels

PRODUCT, PLAIN = "Footnote", "sentence-transformers"


@dataclass(frozen=True, slots=True)
class Rates:
    """Passages a second of both, round by round on the same passages, and the nDCG@10 in [0, 1] of their vectors.

    `cosines` are those of the two vectors of each passage.
    """

    product: tuple[float, ...]
    plain: tuple[float, ...]
    product_ndcg: float
    plain_ndcg: float
    cosines: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times as fast the product was, round by round."""
        return tuple(a / b for a, b in zip(self.product, self.plain, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)


def load(name: str) -> Encoder:
    """Return the product's default encoder, or its weights in plain sentence-transformers (fp32, batches of 32)."""
    return load_encoder() if name == PRODUCT else SentenceEncoder.packaged()


def compare(
    documents: Mapping[str, str],
    queries: Mapping[str, str],
    qrels: Qrels,
    rounds: int,
    product: Encoder,
    plain: Encoder,
) -> Rates:
    """Return what both make of the same documents, which are encoded once by each, in so many rounds.

    Raises:
        EvaluationError: there are fewer documents than rounds.
    """
    if not 0 < rounds <= len(documents):
        raise EvaluationError(f"{len(documents)} documents cannot be encoded in {rounds} rounds")
    texts = list(documents.values())
    for encoder in (product, plain):
        encoder.encode(texts[:2])  # loads the weights
    speeds: dict[str, list[float]] = {PRODUCT: [], PLAIN: []}
    rows: dict[str, list[NDArray[np.float32]]] = {PRODUCT: [], PLAIN: []}
    for number, part in enumerate(np.array_split(np.arange(len(texts)), rounds)):
        chunk = [texts[at] for at in part]
        turns = [(PRODUCT, product), (PLAIN, plain)]
        for name, encoder in turns if number % 2 else turns[::-1]:
            began = time.perf_counter()
            rows[name].append(encoder.encode(chunk))
            speeds[name].append(len(chunk) / (time.perf_counter() - began))
    made = {name: np.concatenate(each) for name, each in rows.items()}
    ndcg = {
        name: _ndcg(list(documents), DenseIndex(made[name]), queries, qrels, encoder)
        for name, encoder in ((PRODUCT, product), (PLAIN, plain))
    }
    cosines = np.sum(made[PRODUCT] * made[PLAIN], axis=1)
    return Rates(tuple(speeds[PRODUCT]), tuple(speeds[PLAIN]), ndcg[PRODUCT], ndcg[PLAIN], tuple(map(float, cosines)))


def _ndcg(ids: Sequence[str], index: DenseIndex, queries: Mapping[str, str], qrels: Qrels, encoder: Encoder) -> float:
    scores, rows = index.search(encoder.encode(list(queries.values())), RANKING_DEPTH)
    rankings = {
        query: ranked([ids[row] for row in found], score.tolist())
        for query, found, score in zip(queries, rows.tolist(), scores, strict=True)
    }
    measured = score_rankings(qrels, rankings, [MEASURE])
    return float(np.mean([each[MEASURE] for each in measured.values()]))


def matrix_peak(seconds: float = 1.0, side: int = 1024) -> float:
    """Return the most float32 operations a second, in billions, that a product of square matrices reached here."""
    one = np.random.default_rng(0).random((side, side), dtype=np.float32)
    best, until = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        one @ one
        best = max(best, 2 * side**3 / (time.perf_counter() - began))
    return best / 1e9


def memory_of(name: str, texts: Sequence[str]) -> float:
    """Return the most memory, in MiB, that a fresh process needs to encode texts with one of the two.

    Raises:
        EvaluationError: the process failed.
    """
    command = [sys.executable, "-m", "qa.evaluation.index_rates", name]
    done = subprocess.run(command, input="\0".join(texts), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise EvaluationError(f"measuring the memory of {name} failed: {done.stderr.strip()[-500:]}")
    return float(done.stdout)


if __name__ == "__main__":
    load(sys.argv[1]).encode(sys.stdin.read().split("\0"))
    print(peak_memory())
