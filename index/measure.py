"""`python -m index.measure TEXTS --rows 100000`: how fast, how well and in how much memory many vectors are searched.

The vectors are those of real texts, one a line of TEXTS, each moved aside as often as it takes to have enough rows.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import CorpusError, FootnoteError
from index.encoder import load_encoder
from index.vectors import DenseIndex, nearest_rows, queries_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COSINE = 0.7
"""How near a row lies to the text that it was made from."""
_QUERIES = 200


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON object for each way of searching; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m index.measure", description=__doc__)
    parser.add_argument("texts", type=Path, help="a file of texts, one a line")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--lists-only", action="store_true", help="leave the exact search out")
    options = parser.parse_args(arguments)
    try:
        texts = [line for line in options.texts.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not texts:
            raise CorpusError(f"{options.texts} holds no text")
        vectors = spread(load_encoder().encode(texts), options.rows)
    except (OSError, FootnoteError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    queries = queries_near(vectors, _QUERIES, seed=1)
    expected = nearest_rows(vectors, queries, 10)
    for exact_rows in [*([] if options.lists_only else [len(vectors)]), 0]:
        began = time.perf_counter(), time.process_time()
        index = DenseIndex(vectors, exact_rows)
        built = time.perf_counter() - began[0], time.process_time() - began[1]
        seconds, worked, found = [], [], []
        for query in queries:
            asked = time.perf_counter(), time.process_time()
            found.append(index.search(query[None, :], 100)[1][0, :10])
            seconds.append(time.perf_counter() - asked[0])
            worked.append(time.process_time() - asked[1])
        recall = np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, expected, strict=True)])
        figures = {
            "rows": len(index),
            **index.means.to_dict(),
            "recall_at_10_on_other_queries": round(float(recall), 4),
            "build_seconds": round(built[0], 1),
            "build_processor_seconds": round(built[1], 1),
            "p50_ms": round(1000 * float(np.percentile(seconds, 50)), 2),
            "p50_processor_ms": round(1000 * float(np.percentile(worked, 50)), 2),
            "p95_ms": round(1000 * float(np.percentile(seconds, 95)), 2),
        }
        print(json.dumps(figures), flush=True)
    return 0


def spread(vectors: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Return so many unit rows, each at a set cosine from one of the vectors, (n_texts, dimension), taken in turn."""
    chance = np.random.default_rng(3)
    made = np.empty((rows, vectors.shape[1]), dtype=np.float32)
    for start in range(0, rows, len(vectors)):
        part = vectors[: rows - start]
        aside = chance.standard_normal(part.shape, dtype=np.float32)
        aside -= (aside * part).sum(axis=1, keepdims=True) * part
        aside /= np.linalg.norm(aside, axis=1, keepdims=True)
        made[start : start + len(part)] = _COSINE * part + (1 - _COSINE**2) ** 0.5 * aside
    return made


if __name__ == "__main__":
    sys.exit(main())
