"""The commands about a corpus itself: index it, search it, show a section, count what is in it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from corpus import load_corpus
from corpus.errors import CorpusError
from index.encoder import load_encoder
from index.search import Index, SearchMode
from index.stores import opened, store_address, store_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from corpus import Corpus, Document, Section
    from index.means import Means
    from index.search import Searchable
    from index.stores import Store

CORPUS_HELP = "a file, folder or pattern, or several parted as in PATH; the article that ships if left out"

STORE_HELP = (
    "keep the index in Milvus under a name, as in milvus:http://localhost:19530#notes; where no corpus is named, "
    "what is there is used and no file looked at (default: FOOTNOTE_STORE, or this machine's disk)"
)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `index`, `search`, `show` and `corpus` to a command line; each sets `run`, which returns the exit status."""
    index = commands.add_parser("index", help="build or renew the index of a corpus")
    index.add_argument("paths", nargs="*", metavar="PATH", help=CORPUS_HELP)
    index.add_argument("--dry-run", action="store_true", help="only say what would be read and what left out")
    index.add_argument("--json", action="store_true", help="print what was done as JSON")
    add_store(index)
    index.set_defaults(run=run_index)

    search = commands.add_parser("search", help="print the passages nearest to a query")
    search.add_argument("query")
    search.add_argument("-k", type=int, default=10, help="how many (default %(default)s)")
    search.add_argument("--mode", type=SearchMode, choices=list(SearchMode), help="a plain ranking of one kind")
    add_where(search)
    _add_common(search)
    search.set_defaults(run=run_search, find=None)

    show = commands.add_parser("show", help="print one section of a document")
    show.add_argument("place", metavar="DOCUMENT#SECTION", help="as `search` prints it; without #SECTION its outline")
    _add_common(show)
    show.set_defaults(run=run_show)

    about = commands.add_parser("corpus", help="count what a corpus holds")
    about.add_argument("what", choices=["stats"])
    _add_common(about)
    about.set_defaults(run=run_stats)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add `--where`, which may be given several times, to a command."""
    parser.add_argument(
        "--where",
        metavar="CONDITION",
        action="append",
        default=[],
        help="look only where this holds: folder=guides, 'date>=2024-01-01', section=…, file=…, or a key that the "
        "documents state; may be given several times",
    )


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add `--store` to a command."""
    parser.add_argument("--store", metavar="milvus:URI#NAME", help=STORE_HELP)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", metavar="PATH", help=CORPUS_HELP)
    add_store(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run_index(options: argparse.Namespace) -> int:
    """Build or renew an index and say what was done; 1 if a file was left out, else 0."""
    places = options.paths or None
    encoder = load_encoder()
    store = store_for(places, encoder, store_address(options.store))
    with _bar("reading", " files") as progress:
        corpus = load_corpus(places, known=store.known_documents(), progress=progress)
    report: dict[str, object] = {
        "state": "dry run",
        "documents": len(corpus.documents),
        "passages": len(corpus.passages),
        "same_text": sum(len(document.also) for document in corpus.documents),
        "other_files": dict(corpus.unread),
    }
    if not options.dry_run:
        encoded = _build(store, corpus)
        report["state"] = "up to date" if encoded is None else "built"
        report |= {"encoded": encoded or 0, "encoder": encoder.name, "folder": store.place}
    if options.json:
        print(json.dumps({**report, "left_out": corpus.problems}, ensure_ascii=False, indent=2))
    else:
        print(_summary(report))
        for problem in corpus.problems:
            print(f"left out: {problem}", file=sys.stderr)
    return 1 if corpus.problems else 0


def _summary(report: Mapping[str, Any]) -> str:
    line = f"{report['state']}: {report['documents']} documents, {report['passages']} passages"
    if report["same_text"]:
        line += f", {report['same_text']} more files with the same text"
    if "encoded" in report:
        line += f", {report['encoded']} newly embedded by {report['encoder']}, in {report['folder']}"
    if report["other_files"]:
        kinds = ", ".join(f"{suffix} {count}" for suffix, count in report["other_files"].items())
        line += f"\nfiles of kinds that are not read: {kinds}"
    return line


def _build(store: Store, corpus: Corpus) -> int | None:
    """Build what the index that is kept lacks; return how many passages were embedded, None if it was fit."""
    if store.fits(corpus):
        return None
    encoded = 0

    def waiting() -> None:
        print("another process is building this index; waiting for it", file=sys.stderr)

    with _bar("embedding", " passages") as show:

        def progress(done: int, total: int) -> None:
            nonlocal encoded
            encoded = done
            show(done, total)

        _, built = store.renew(corpus, progress, waiting)
    return encoded if built else None


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far something is, at which rate, and the time left, where someone sits before a terminal."""
    with tqdm(desc=what, unit=unit, disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress


def run_search(options: argparse.Namespace) -> int:
    """Print the nearest passages, each with the place that `show` takes.

    `options.find` may be another way to find them, (index, query, k, where) to hits, for calls that name no mode.
    """
    index = _opened(options)
    rows: list[dict[str, Any]] = []
    among = index.rows_where(options.where) if options.where else None
    if among is not None and not len(among):
        print(f"no passage meets {' and '.join(options.where)}", file=sys.stderr)
    query, k = options.query, max(1, options.k)
    if options.mode or options.find is None:
        hits = index.search(query, k, options.mode or SearchMode.FUSED, among=among)
    else:
        hits = options.find(index, query, k, options.where)
    for hit in hits:
        document = index.corpus.document(hit.passage.document_id)
        rows.append(
            {
                "place": f"{document.id}#{hit.passage.section_id}",
                "section": document.section(hit.passage.section_id).title,
                "page": document.page(hit.passage.start),
                "also": document.also,
                "score": round(hit.score, 4),
                "dense": round(hit.dense, 4),
                "lexical": round(hit.lexical, 4),
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": document.text[hit.passage.start : hit.passage.end],
            }
        )
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            where = f", p. {row['page']}" if row["page"] else ""
            where += f" (also in {', '.join(row['also'])})" if row["also"] else ""
            print(f"{row['score']:.3f}  {row['place']}  {row['section']}{where}\n       {_short(str(row['text']))}")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Print a section's heading and words, or a document's outline."""
    if (address := store_address(options.store)) and not options.corpus:
        corpus = _opened(options).corpus
    else:
        corpus = load_corpus(options.corpus, known=store_for(options.corpus, load_encoder(), address).known_documents())
    document_id, _, section_id = options.place.rpartition("#") if "#" in options.place else (options.place, "", "")
    try:
        document = corpus.document(document_id)
    except KeyError:
        known = ", ".join(document.id for document in corpus.documents[:5])
        raise CorpusError(f"no document {document_id!r} in the corpus; it holds {known}") from None
    try:
        shown = [document.section(section_id)] if section_id else list(document.sections)
    except KeyError:
        raise CorpusError(f"{document_id} has no section {section_id!r}; run: footnote show {document_id}") from None
    if options.json:
        rows = [
            {"place": f"{document.id}#{section.id}", "title": section.title, "pages": _pages(document, section)}
            for section in shown
        ]
        texts = [{"text": document.text[section.start : section.end]} if section_id else {} for section in shown]
        print(json.dumps([row | text for row, text in zip(rows, texts, strict=True)], ensure_ascii=False, indent=2))
    elif section_id:
        titles = [document.title, *(section.title for section in document.section_path(section_id))]
        print(f"{' > '.join(titles)}{_on_pages(document, shown[0])}\n")
        print(document.text[shown[0].start : shown[0].end])
    else:
        for section in shown:
            indent = "  " * section.id.count(".")
            print(f"{indent}{document.id}#{section.id}  {section.title}{_on_pages(document, section)}")
    return 0


def _pages(document: Document, section: Section) -> tuple[int, int] | None:
    """Return the first and last page of a section; None where the document has no pages."""
    first = document.page(min(section.heading_start, section.start))
    last = document.page(max(section.start, section.end - 1))
    return (first, last) if first and last else None


def _on_pages(document: Document, section: Section) -> str:
    pages = _pages(document, section)
    return "" if pages is None else f", p. {pages[0]}" if pages[0] == pages[1] else f", pp. {pages[0]}–{pages[1]}"


def run_stats(options: argparse.Namespace) -> int:
    """Print what a corpus and its index hold."""
    index = _opened(options)
    counts: Counter[str] = Counter()
    lengths: list[int] = []
    for document in index.corpus.documents:
        counts["documents"] += 1
        counts["pages"] += len(document.page_starts)
        counts["sections"] += len(document.sections)
        counts["passages"] += len(document.passages)
        counts["sentences"] += sum(len(passage.sentences) for passage in document.passages)
        counts["characters"] += len(document.text)
        lengths += [passage.end - passage.start for passage in document.passages]
    figures = {
        **counts,
        "characters in the median passage": sorted(lengths)[len(lengths) // 2],
        "left out": len(index.corpus.problems),
        "encoder": index.encoder.fingerprint,
        "vectors": f"{len(lengths)} of {index.encoder.dimension} dimensions",
    }
    if isinstance(index, Index):
        figures["search"] = index.dense.means.to_dict() if options.json else _said(index.dense.means)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{name:<33}{value}" for name, value in figures.items()))
    return 0


def _said(means: Means) -> str:
    """Return how vectors are searched, in words."""
    held = f"{means.memory / 1e6:.1f} MB in memory"
    if not means.lists:
        return f"{means.kind}, every vector is compared, {held}"
    found = f"{100 * means.recall_at_10:.1f} % of the ten nearest found"
    made = f"made for {means.made_for} vectors, at most {means.newer} newer"
    return f"{means.probes} of {means.lists} {means.kind}, {made}, {found}, {held}, {means.disk / 1e6:.1f} MB on disk"


def _opened(options: argparse.Namespace) -> Searchable:
    return opened(options.corpus, load_encoder(), store_address(options.store))


def _short(text: str, width: int = 160) -> str:
    words = " ".join(text.split())
    return words if len(words) <= width else f"{words[:width].rpartition(' ')[0]} …"
