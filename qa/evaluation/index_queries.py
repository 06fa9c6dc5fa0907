"""One size of index: built from a recombined corpus, opened and asked in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus import Corpus
from corpus.errors import EvaluationError
from index import Index, store
from index.encoder import load_encoder
from index.lexical import LexicalIndex
from index.reuse import KEY_BYTES
from index.search import embedded_texts, passage_texts
from index.vectors import DenseIndex, nearest_rows
from qa.evaluation.provenance import peak_memory
from qa.evaluation.recombined import Recombined, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus import Document
    from index import Encoder

HITS = 10
_WARMING = 5
"""Queries before the first that counts."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured at one size. Milliseconds and seconds are a clock's where they are not the processor's.

    `memory_mib` is the most that the process which opened the index and answered held, `memory_before_mib` what it
    held before. `recall_at_10`, in [0, 1], is against comparing every vector.
    """

    passages: int
    kind: str
    lists: int
    probes: int
    queries: int
    p50_ms: float
    p95_ms: float
    p50_processor_ms: float
    p95_processor_ms: float
    encoding_processor_ms: float
    recall_at_10: float
    memory_mib: float
    memory_before_mib: float
    open_processor_seconds: float
    build_processor_seconds: float
    disk_mb: float


def measure_search(
    real: Sequence[Document], questions: Sequence[str], passages: int, cached: Encoder, folder: Path
) -> Measured:
    """Return what searching so many passages costs, recombined from real documents and saved in an empty folder.

    `cached` makes the vectors of the real passages and of the questions. It is the product's, or remembers its vectors.

    Raises:
        EvaluationError: the process that asks failed.
    """
    made = Recombined(real, passages)
    vectors = spread(cached.encode(list(embedded_texts(real))), passages)
    asked = cached.encode(questions)
    nearest = nearest_rows(vectors, asked, HITS)
    began = time.process_time()
    dense, lexical = DenseIndex(vectors), LexicalIndex.build(passage_texts(made))
    built = time.process_time() - began
    keys = np.random.default_rng(0).integers(256, size=(passages, KEY_BYTES), dtype=np.uint8)
    store.save(Index(Corpus(made), cached, dense, lexical, keys), folder)
    means = dense.means
    del dense, lexical, vectors, keys, made
    told = _asked(folder, questions)
    found = told["nearest"]
    recall = np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, nearest.tolist(), strict=True)])
    seconds, worked = np.array(told["seconds"]) * 1000, np.array(told["processor_seconds"]) * 1000
    return Measured(
        passages=passages,
        kind=means.kind,
        lists=means.lists,
        probes=means.probes,
        queries=len(questions),
        p50_ms=_percentile(seconds, 50),
        p95_ms=_percentile(seconds, 95),
        p50_processor_ms=_percentile(worked, 50),
        p95_processor_ms=_percentile(worked, 95),
        encoding_processor_ms=_percentile(np.array(told["encoding"]) * 1000, 50),
        recall_at_10=round(float(recall), 4),
        memory_mib=round(told["memory"], 1),
        memory_before_mib=round(told["memory_before"], 1),
        open_processor_seconds=round(told["opened"], 2),
        build_processor_seconds=round(built, 1),
        disk_mb=round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 1),
    )


def ask(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Return what asking an index cost: seconds a question, MiB, and the nearest rows that were found.

    Every question is encoded and searched for, and the words of its passages are read.
    """
    encoder = load_encoder()
    encoder.encode(["loads the weights"])
    before, began = peak_memory(), time.process_time()
    index = store.load(folder, encoder)
    opened = time.process_time() - began
    seconds, worked, encoding = [], [], []
    warming = questions[:_WARMING]
    for question in [*warming, *questions]:
        start = time.perf_counter(), time.process_time()
        vector = index.encode_query(question)
        encoding.append(time.process_time() - start[1])
        for hit in index.search(question, HITS, vector=vector):
            document = index.corpus.document(hit.passage.document_id)
            _ = document.text[hit.passage.start : hit.passage.end]
        seconds.append(time.perf_counter() - start[0])
        worked.append(time.process_time() - start[1])
    memory = peak_memory()
    nearest = [index.dense.search(encoder.encode([question]), 100)[1][0, :HITS].tolist() for question in questions]
    return {
        "seconds": seconds[len(warming) :],
        "processor_seconds": worked[len(warming) :],
        "encoding": encoding[len(warming) :],
        "opened": opened,
        "memory": memory,
        "memory_before": before,
        "nearest": nearest,
    }


def _asked(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "qa.evaluation.index_queries", str(folder)]
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise EvaluationError(f"asking the index of a size failed: {done.stderr.strip()[-500:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _percentile(values: NDArray[np.float64], share: float) -> float:
    return round(float(np.percentile(values, share)), 2)


if __name__ == "__main__":
    print(json.dumps(ask(Path(sys.argv[1]), json.load(sys.stdin))))
