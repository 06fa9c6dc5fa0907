"""Compares what Milvus finds with what the index on disk finds: `python -m qa.evaluation.store_bench SCIFACT …`."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

from corpus import make_corpus, read_text
from corpus.errors import EvaluationError, FootnoteError
from index import Index, load_encoder
from index.search import passage_texts
from index.stores import StoreAddress, milvus_store
from qa.evaluation.embeddings import CachedEncoder, cache_file
from qa.evaluation.index_sweep import documents_of
from qa.evaluation.metrics.retrieval import RANKING_DEPTH, ranked, score_rankings
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.records import RetrievalSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus
    from index import Encoder
    from index.search import Searchable
    from qa.evaluation.metrics.retrieval import Ranking
    from qa.evaluation.records import Qrels

LEAST_OVERLAP = 0.98
"""Share of the ten first documents that both find, at least."""
MOST_APART = 0.01
"""How far apart the two means of nDCG@10 may be."""
_MEASURE = "nDCG@10"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two stores agree: mean nDCG@10 of each and shared part of the first ten documents, all in [0, 1].

    `seconds` are the median ones of a search in each, the query's encoding not counted.
    """

    documents: int
    passages: int
    queries: int
    overlap: float
    disk: float
    milvus: float
    seconds: tuple[float, float]

    @property
    def holds(self) -> bool:
        """Whether the bars are met."""
        return self.overlap >= LEAST_OVERLAP and abs(self.disk - self.milvus) <= MOST_APART


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a passage takes, each a mean over the passages of a corpus."""

    characters: float
    stems: float
    different: float
    stems_bytes: float
    packed_bytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how the stores agree; 1 where they do not, 2 for an error."""
    parser = argparse.ArgumentParser(prog="python -m qa.evaluation.store_bench", description=__doc__)
    parser.add_argument("data", type=Path, help="a BEIR folder, such as scifact/")
    parser.add_argument("--store", required=True, metavar="milvus:URI#NAME", help="where the index is written")
    parser.add_argument("--documents", type=int, help="take so many documents (default: all of them)")
    options = parser.parse_args(arguments)
    try:
        found = read_set(options.data, ReadOptions(allow_empty=True, judged_only=True))
        if not isinstance(found, RetrievalSet):
            raise EvaluationError(f"{options.data}: is no retrieval set")
        made = documents_of(found, options.documents)
        corpus = make_corpus(
            [read_text(each.text, title=each.title, document_id=each.id) for each in made.corpus.documents]
        )
        encoder = load_encoder()
        cached = CachedEncoder(encoder, cache_file(encoder))
        agreement = compare(corpus, made.queries, made.qrels, cached, StoreAddress.parse(options.store))
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    a = agreement
    print(f"{a.documents} documents, {a.passages} passages, {a.queries} queries")
    print(f"first ten documents shared: {100 * a.overlap:.2f} % (at least {100 * LEAST_OVERLAP:.0f} %)")
    print(f"{_MEASURE}: index on disk {a.disk:.4f}, Milvus {a.milvus:.4f} (at most {MOST_APART} apart)")
    each = sizes(corpus)
    print(
        f"a passage, mean: {each.characters:.0f} characters, {each.stems:.0f} stems, {each.different:.0f} different; "
        f"{each.stems_bytes:.0f} bytes of stems, {each.packed_bytes:.0f} of packed documents"
    )
    print(f"median search: index on disk {1000 * a.seconds[0]:.1f} ms, Milvus {1000 * a.seconds[1]:.1f} ms")
    return 0 if a.holds else 1


def sizes(corpus: Corpus) -> Sizes:
    """Return what a corpus's mean passage takes in Milvus beside its vector."""
    from index.milvus.rows import document_pieces, stems  # noqa: PLC0415  (an extra)

    written = [stems(text) for text in passage_texts(corpus.documents)]
    packed = sum(
        len(piece["content"]) for n, document in enumerate(corpus.documents) for piece in document_pieces(n, document)
    )
    return Sizes(
        characters=mean(passage.end - passage.start for passage in corpus.passages),
        stems=mean(len(text.split()) for text in written),
        different=mean(len(set(text.split())) for text in written),
        stems_bytes=mean(map(len, written)),
        packed_bytes=packed / len(written),
    )


def compare(
    corpus: Corpus, queries: Mapping[str, str], qrels: Qrels, encoder: Encoder, address: StoreAddress
) -> Agreement:
    """Return how an index in memory and one in Milvus agree about a corpus; the latter is built where it is not there.

    Raises:
        IndexStoreError: Milvus refused or does not answer.
    """
    disk = Index.build(corpus, encoder)
    milvus, _ = milvus_store(address, address.name or "bench", encoder).renew(corpus)
    rankings, seconds = zip(*(_rankings(index, queries) for index in (disk, milvus)), strict=True)
    shared = []
    for query in queries:
        first, second = ({name for name, _ in each[query][:10]} for each in rankings)
        shared.append(len(first & second) / max(1, len(first)))
    ours, theirs = (
        mean(each[_MEASURE] for each in score_rankings(qrels, one, [_MEASURE]).values()) for one in rankings
    )
    counts = (len(corpus.documents), len(corpus.passages), len(queries))
    return Agreement(*counts, mean(shared), ours, theirs, (seconds[0], seconds[1]))


def _rankings(index: Searchable, queries: Mapping[str, str]) -> tuple[dict[str, Ranking], float]:
    """Return the documents found for each query, and the median seconds of a search."""
    found, seconds = {}, []
    for query_id, query in queries.items():
        vector = index.encoder.encode([query])[0]
        began = time.perf_counter()
        hits = index.search(query, RANKING_DEPTH, vector=vector)
        seconds.append(time.perf_counter() - began)
        best: dict[str, float] = {}
        for hit in hits:
            best.setdefault(hit.passage.document_id, hit.score)
        found[query_id] = ranked(list(best), best.values())
    return found, median(seconds)


if __name__ == "__main__":
    sys.exit(main())
