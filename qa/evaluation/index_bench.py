"""Measures how a corpus is embedded and cut, and writes the page: `python -m qa.evaluation.index_bench DATA`."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

from corpus import load_corpus
from corpus.errors import EvaluationError, FootnoteError
from qa.evaluation import index_rates
from qa.evaluation.embeddings import CachedEncoder, cache_file
from qa.evaluation.index_sweep import (
    CUTS,
    MEASURE,
    PRODUCT,
    Collection,
    Cut,
    CutResult,
    documents_of,
    measure,
    sections_of,
)
from qa.evaluation.provenance import commit, machine
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.records import ArticleSet, RetrievalSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qa.evaluation.index_rates import Rates

MEMORY_TEXTS = 256


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured. `memory` is in MiB by encoder, `peak` in billions of operations a second."""

    rates: Rates
    documents: int
    queries: int
    memory: Mapping[str, float]
    peak: float
    sweeps: Mapping[str, Sequence[CutResult]]
    collections: Sequence[Collection]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the page and say where; 2 for an error."""
    parser = argparse.ArgumentParser(prog="python -m qa.evaluation.index_bench", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that holds scifact/, medquad/ and article/")
    parser.add_argument("--out", type=Path, default=Path("docs/index-benchmarks.md"), help="default %(default)s")
    parser.add_argument("--documents", type=int, help="take so many documents of each set (default: all of them)")
    parser.add_argument("--rounds", type=int, default=7, help="turns that the encoders take (default %(default)s)")
    options = parser.parse_args(arguments)
    try:
        page = page_of(run(options.data, options.documents, options.rounds))
        options.out.write_text(page, encoding="utf-8")
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {options.out} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    print(page)
    return 0


def run(data: Path, documents: int | None, rounds: int) -> Found:
    """Return what was measured on the sets below `data`.

    Raises:
        EvaluationError: a set is missing or broken.
    """
    scifact, medquad = (_retrieval_set(data / name, documents) for name in ("scifact", "medquad"))
    article = read_set(data / "article" / "dev.jsonl", ReadOptions(), "the article")
    if not isinstance(article, ArticleSet):
        raise EvaluationError(f"{data / 'article' / 'dev.jsonl'}: does not hold questions with sections")
    product, plain = (index_rates.load(name) for name in (index_rates.PRODUCT, index_rates.PLAIN))
    texts = {document.id: f"{document.title} {document.text}" for document in scifact.corpus.documents}
    memory = {
        name: index_rates.memory_of(name, list(texts.values())[:MEMORY_TEXTS])
        for name in (index_rates.PRODUCT, index_rates.PLAIN)
    }
    rates = index_rates.compare(texts, scifact.queries, scifact.qrels, rounds, product, plain)
    collections = (scifact, medquad, sections_of(article, load_corpus()))
    encoder = CachedEncoder(product, cache_file(product))
    sweeps = {each.name: [measure(each, cut, encoder) for cut in CUTS] for each in collections}
    return Found(rates, len(texts), len(scifact.queries), memory, index_rates.matrix_peak(), sweeps, collections)


def page_of(found: Found) -> str:
    """Return the page in Markdown."""
    rates = found.rates
    threads = os.environ.get("OMP_NUM_THREADS") or str(len(os.sched_getaffinity(0)))
    about = machine()
    lines = [
        "# Index benchmarks",
        "",
        "`make bench-index` measures this and writes this page.",
        "",
        f"Commit {commit()}, {about['processor']}, {threads} threads, Python {about['python']}, sentence-transformers "
        f"{about['sentence-transformers']}, torch {about['torch']}. Nothing is drawn by chance: documents are "
        "taken in the order of their files.",
        "",
        "## Embedding",
        "",
        f"Both encode the same {found.documents} SciFact abstracts, title in front, in {len(rates.product)} turns; the "
        "weights are the same. sentence-transformers is `SentenceTransformer.encode` in fp32 with batches of 32.",
        "",
        f"| | {index_rates.PLAIN} | {index_rates.PRODUCT} |",
        "|---|--:|--:|",
        f"| passages/s, median (least, most) | {_spread(rates.plain)} | {_spread(rates.product)} |",
        f"| times as fast, median of the turns (least, most) | 1 | {_spread(rates.ratios, 2)} |",
        f"| {MEASURE} on SciFact, dense alone, {found.queries} claims | {rates.plain_ndcg:.4f} | "
        f"{rates.product_ndcg:.4f} |",
        f"| share of that {MEASURE} | 1 | {rates.product_ndcg / rates.plain_ndcg:.4f} |",
        f"| cosine of the two vectors, mean (least) | 1 | {mean(rates.cosines):.4f} ({min(rates.cosines):.4f}) |",
        f"| most memory of a process that encodes {MEMORY_TEXTS}, MiB | {found.memory[index_rates.PLAIN]:.0f} | "
        f"{found.memory[index_rates.PRODUCT]:.0f} |",
        "",
        f"The product of two fp32 matrices of 1024 × 1024 reached {found.peak:.0f} billion operations a second here.",
        "",
        "## How passages are cut",
        "",
        f"Each cut differs from the product's ({_named(PRODUCT)}) in one thing. Figures are {MEASURE} in percent, of "
        "dense and of fused search; a document's score is that of its best passage, on the article a section's.",
        "",
    ]
    for each in found.collections:
        what = "sections" if each.by_section else f"{len(each.corpus.documents)} documents"
        lines += [f"### {each.name}: {len(each.queries)} queries, {what}", ""]
        lines += ["| passages | number | dense | fused |", "|---|--:|--:|--:|"]
        lines += [
            f"| {_named(result.cut)} | {result.passages} | {100 * result.dense:.1f} | {100 * result.fused:.1f} |"
            for result in found.sweeps[each.name]
        ]
        lines.append("")
    return "\n".join(lines)


def _retrieval_set(path: Path, documents: int | None) -> Collection:
    found = read_set(path, ReadOptions(allow_empty=True, judged_only=True))
    if not isinstance(found, RetrievalSet):
        raise EvaluationError(f"{path}: is no retrieval set")
    return documents_of(found, documents)


def _spread(values: Sequence[float], digits: int = 1) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}, {max(values):.{digits}f})"


def _named(cut: Cut) -> str:
    shared = f", {cut.overlap} sentence{'s' if cut.overlap > 1 else ''} shared" if cut.overlap else ""
    return f"{cut.size} characters{shared}{'' if cut.headings else ', headings not embedded'}"


if __name__ == "__main__":
    sys.exit(main())
