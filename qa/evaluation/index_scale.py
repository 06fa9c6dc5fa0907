"""How fast and in how much memory many passages are searched, and how soon a changed file is taken up.

`python -m qa.evaluation.index_scale DATA --passages 10000,100000,1000000` writes a page, its figures and a plot.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import read_text
from corpus.errors import EvaluationError, FootnoteError
from index.encoder import load_encoder
from qa.evaluation.embeddings import CachedEncoder, cache_file
from qa.evaluation.index_queries import Measured, measure_search
from qa.evaluation.index_renewal import Renewal, measure_renewal
from qa.evaluation.provenance import commit, machine
from qa.evaluation.readers.options import ReadOptions
from qa.evaluation.readers.recognise import read_set
from qa.evaluation.recombined import COSINE, PASSAGES
from qa.evaluation.records import RetrievalSet
from qa.evaluation.report.plots import scale_panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Document

PAGE = Path("docs/index-scale.md")
SIZES = "10000,100000,1000000"
SMALL, LARGE = 10_000, 1_000_000
P50_BAR, P95_BAR, RECALL_BAR, MEMORY_BAR, RENEWAL_BAR = 8.0, 40.0, 0.98, 1.5e9 / 2**20, 2.0
"""Milliseconds at `SMALL` and at `LARGE`, share of the ten nearest, MiB at `LARGE`, seconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured."""

    sizes: Sequence[Measured]
    renewal: Renewal | None
    texts: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the page and say where; 2 for an error."""
    parser = argparse.ArgumentParser(prog="python -m qa.evaluation.index_scale", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that holds medquad/")
    parser.add_argument("--passages", type=_sizes, default=SIZES, help="sizes to measure (default %(default)s)")
    parser.add_argument("--texts", type=int, default=5000, help="real passages to begin with (default %(default)s)")
    parser.add_argument("--queries", type=int, default=500, help="questions to ask (default %(default)s)")
    parser.add_argument("--renewals", type=int, default=5, help="times a file is changed (default %(default)s)")
    parser.add_argument("--out", type=Path, default=PAGE, help="default %(default)s")
    options = parser.parse_args(arguments)
    try:
        found = run(options.data, options.passages, options.texts, options.queries, options.renewals)
        page = write(found, options.out)
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {options.out} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    print(page)
    return 0


def run(data: Path, sizes: Sequence[int], texts: int, queries: int, renewals: int) -> Found:
    """Return what was measured on the set below `data`; each size is built in a folder that is removed again.

    Raises:
        EvaluationError: the set is missing or broken, or a child process failed.
    """
    real, questions = real_texts(data / "medquad", texts, queries)
    encoder = load_encoder()
    cached = CachedEncoder(encoder, cache_file(encoder))
    measured = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="footnote-scale-") as folder:
            measured.append(measure_search(real, questions, size, cached, Path(folder) / "index"))
            print(json.dumps(asdict(measured[-1])), file=sys.stderr, flush=True)
    renewal = None
    if renewals:
        with tempfile.TemporaryDirectory(prefix="footnote-renewal-") as folder:
            renewal = measure_renewal(real, encoder, Path(folder), renewals)
            print(json.dumps(asdict(renewal)), file=sys.stderr, flush=True)
    return Found(measured, renewal, sum(len(document.passages) for document in real))


def write(found: Found, file: Path) -> str:
    """Write the page, and beside it its figures (.json) and its plot (.svg); return the page.

    Raises:
        OSError: a file cannot be written.
    """
    about = {"commit": commit(), **machine(), "threads": _threads()}
    figures = {
        "about": about,
        "sizes": [asdict(each) for each in found.sizes],
        "renewal": asdict(found.renewal) if found.renewal else None,
    }
    file.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if found.sizes:
        file.with_suffix(".svg").write_text(scale_panels([asdict(each) for each in found.sizes]), encoding="utf-8")
    page = page_of(found, file.stem)
    file.write_text(page, encoding="utf-8")
    return page


def page_of(found: Found, name: str) -> str:
    """Return the page in Markdown; `name` is that of its plot."""
    about = machine()
    lines = [
        "# The index at scale",
        "",
        "`make bench-scale` measures this and writes this page.",
        "",
        f"Commit {commit()}, {about['processor']}, {_threads()} threads, Python {about['python']}, faiss "
        f"{about['faiss-cpu']}, bm25s {about['bm25s']}. Milliseconds are those of a clock; the processor's, which a "
        "busy machine does not lengthen as much, stand beside them.",
        "",
    ]
    if found.sizes:
        lines += ["## Searching", "", *_search_lines(found, name), ""]
    if found.renewal:
        lines += ["## A changed file", "", *_renewal_lines(found.renewal), ""]
    lines += ["## Bars", "", "| bar | wanted | measured | |", "|---|--:|--:|---|"]
    lines += [f"| {means} | {wanted} | {got} | {said} |" for means, wanted, got, said in bars(found)]
    return "\n".join([*lines, ""])


def bars(found: Found) -> list[tuple[str, str, str, str]]:
    """Return what each bar is about, what it wants, what was measured, and whether it was met."""
    by_size = {each.passages: each for each in found.sizes}
    small, large = by_size.get(SMALL), by_size.get(LARGE)
    renewal = found.renewal and found.renewal.seconds
    memory = large and large.memory_mib
    asked = [
        (f"query to hits, {SMALL:,} passages, median", "≤ 8 ms", small and small.p50_ms, P50_BAR, " ms"),
        (f"query to hits, {LARGE:,} passages, 95th percentile", "≤ 40 ms", large and large.p95_ms, P95_BAR, " ms"),
        (f"most memory of a process, {LARGE:,} passages", "≤ 1.5 GB", memory, MEMORY_BAR, " MiB"),
        (f"{SMALL:,} passages, one file changed, `footnote index`", "≤ 2 s", renewal, RENEWAL_BAR, " s"),
    ]
    lines = [
        (means, wanted, f"{got:.3g}{unit}" if got < 100 else f"{got:.0f}{unit}", "met" if got <= bar else "missed")
        if got
        else (means, wanted, "–", "not measured")
        for means, wanted, got, bar, unit in asked
    ]
    recalls = [each.recall_at_10 for each in found.sizes]
    said = ("met" if min(recalls) >= RECALL_BAR else "missed") if recalls else "not measured"
    lines.append(("share of the ten nearest, every size", "≥ .98", f"{min(recalls):.4f}" if recalls else "–", said))
    return lines


def _search_lines(found: Found, name: str) -> list[str]:
    rows = [
        ("passages", [f"{each.passages:,}" for each in found.sizes]),
        ("vectors are", [each.kind for each in found.sizes]),
        ("lists looked through", [f"{e.probes} of {e.lists}" if e.lists else "–" for e in found.sizes]),
        ("share of the ten nearest found", [f"{each.recall_at_10:.4f}" for each in found.sizes]),
        ("query to hits, ms, median", [f"{each.p50_ms:.1f}" for each in found.sizes]),
        ("query to hits, ms, 95th percentile", [f"{each.p95_ms:.1f}" for each in found.sizes]),
        ("the same in processor ms, median", [f"{each.p50_processor_ms:.1f}" for each in found.sizes]),
        ("the same in processor ms, 95th percentile", [f"{each.p95_processor_ms:.1f}" for each in found.sizes]),
        ("of it encoding the query, processor ms", [f"{each.encoding_processor_ms:.1f}" for each in found.sizes]),
        ("most memory of the process, MiB", [f"{each.memory_mib:.0f}" for each in found.sizes]),
        ("the same before the index is opened", [f"{each.memory_before_mib:.0f}" for each in found.sizes]),
        ("opened in, processor s", [f"{each.open_processor_seconds:.2f}" for each in found.sizes]),
        ("on disk, MB", [f"{each.disk_mb:.0f}" for each in found.sizes]),
        ("vectors and words built in, processor s", [f"{each.build_processor_seconds:.0f}" for each in found.sizes]),
    ]
    (label, sizes), *rest = rows
    return [
        f"{found.sizes[0].queries} MedQuAD questions, one after the other, in a process of their own that opens the "
        "index from the disk: each is encoded and searched for among vectors and words, and its ten passages are read. "
        f"The passages are MedQuAD's sentences recombined, {PASSAGES} a document; their vectors are those of "
        f"{found.texts:,} real passages, each moved aside to a cosine of {COSINE}. “The ten nearest” are those of an "
        "exact search for the same questions.",
        "",
        f"| {label} | {' | '.join(sizes)} |",
        f"|---|{'--:|' * len(sizes)}",
        *(f"| {what} | {' | '.join(values)} |" for what, values in rest),
        "",
        f"![Milliseconds and memory by passages]({name}.svg)",
    ]


def _renewal_lines(renewal: Renewal) -> list[str]:
    return [
        f"{renewal.passages:,} passages in {renewal.files:,} files, of which one gets a new sentence before each of "
        f"{renewal.times} runs of `footnote index`: {renewal.seconds:.2f} s (median; {renewal.processor_seconds:.2f} s "
        f"of processor time). Where nothing changed: {renewal.unchanged_seconds:.2f} s "
        f"({renewal.unchanged_processor_seconds:.2f} s).",
    ]


def real_texts(path: Path, texts: int, queries: int) -> tuple[list[Document], list[str]]:
    """Return about so many passages' documents of a retrieval set, and questions that they answer, evenly taken.

    Raises:
        EvaluationError: the set is missing or broken, or nothing is asked of these documents.
    """
    found = read_set(path, ReadOptions(allow_empty=True, judged_only=True))
    if not isinstance(found, RetrievalSet):
        raise EvaluationError(f"{path}: is no retrieval set")
    documents: list[Document] = []
    passages = 0
    for each in found.documents:
        if passages >= texts:
            break
        document = read_text(each.text, title=each.title or each.id, document_id=each.id)
        if document.passages:
            documents.append(document)
            passages += len(document.passages)
    ids = {document.id for document in documents}
    asked = [found.queries[query][""] for query, right in found.qrels.items() if set(right) <= ids]
    if not asked:
        raise EvaluationError(f"{path}: none of its questions is about its first {len(documents)} documents")
    step = max(1, len(asked) // queries)
    return documents, asked[::step][:queries]


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(each) for each in text.split(",") if each)
    except ValueError:
        sizes = ()
    if any(size < 1 for size in sizes) or (text and not sizes):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of sizes such as {SIZES}")
    return sizes


def _threads() -> str:
    return os.environ.get("OMP_NUM_THREADS") or str(len(os.sched_getaffinity(0)))


if __name__ == "__main__":
    sys.exit(main())
