"""The commands about a corpus itself: index it, search it, show a section, count what is in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from corpus import default_corpus_path, load_corpus
from corpus.errors import CorpusError
from index import store
from index.encoder import load_encoder
from index.search import SearchMode

if TYPE_CHECKING:
    import argparse

    from corpus import Corpus
    from index.encoder import Encoder
    from index.search import Index


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `index`, `search`, `show` and `corpus` to a command line; each sets `run`, which returns the exit status."""
    index = commands.add_parser("index", help="build or renew the index of a corpus")
    index.add_argument("path", nargs="?", type=Path, help="a file or folder; the article that ships if left out")
    index.add_argument("--dry-run", action="store_true", help="only say what would be read and what left out")
    index.add_argument("--json", action="store_true", help="print what was done as JSON")
    index.set_defaults(run=run_index)

    search = commands.add_parser("search", help="print the passages nearest to a query")
    search.add_argument("query")
    search.add_argument("-k", type=int, default=10, help="how many (default %(default)s)")
    search.add_argument("--mode", type=SearchMode, choices=list(SearchMode), help="a plain ranking of one kind")
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


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", metavar="PATH", type=Path, help="a file or folder; the article that ships if left out"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run_index(options: argparse.Namespace) -> int:
    """Build or renew an index and say what was done; 1 if a file was left out, else 0."""
    root = options.path or default_corpus_path()
    corpus = load_corpus(root)
    report: dict[str, object] = {"documents": len(corpus.documents), "passages": len(corpus.passages)}
    if options.dry_run:
        report = {"state": "dry run", **report}
    else:
        encoder = load_encoder()
        folder = store.default_folder(root, encoder)
        encoded = _build(folder, corpus, encoder)
        state = "up to date" if encoded is None else "built"
        report = {"state": state, **report, "encoded": encoded or 0, "encoder": encoder.name, "folder": str(folder)}
    if options.json:
        print(json.dumps({**report, "left_out": corpus.problems}, ensure_ascii=False, indent=2))
    else:
        line = f"{report['state']}: {report['documents']} documents, {report['passages']} passages"
        if not options.dry_run:
            line += f", {report['encoded']} newly embedded by {report['encoder']}, in {report['folder']}"
        print(line)
        for problem in corpus.problems:
            print(f"left out: {problem}", file=sys.stderr)
    return 1 if corpus.problems else 0


def _build(folder: Path, corpus: Corpus, encoder: Encoder) -> int | None:
    """Build what the index on disk lacks and save it; return how many passages were embedded, None if it was fit."""
    if store.fits(folder, corpus, encoder):
        return None
    count = 0
    with tqdm(unit=" passages", desc="embedding", disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            nonlocal count
            bar.total = total
            bar.update(done - count)
            count = done

        store.save(store.renewed(folder, corpus, encoder, progress), folder)
    return count


def run_search(options: argparse.Namespace) -> int:
    """Print the nearest passages, each with the place that `show` takes.

    `options.find` may be another way to find them, (index, query, k) to hits, for calls that name no mode.
    """
    index = _opened(options)
    rows = []
    plain = options.mode or options.find is None
    query, k = options.query, max(1, options.k)
    for hit in index.search(query, k, options.mode or SearchMode.FUSED) if plain else options.find(index, query, k):
        document = index.corpus.document(hit.passage.document_id)
        rows.append(
            {
                "place": f"{document.id}#{hit.passage.section_id}",
                "section": document.section(hit.passage.section_id).title,
                "page": document.page(hit.passage.start),
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
            page = f", page {row['page']}" if row["page"] else ""
            print(f"{row['score']:.3f}  {row['place']}  {row['section']}{page}\n       {_short(str(row['text']))}")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Print a section's heading and words, or a document's outline."""
    corpus = load_corpus(options.corpus)
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
    bodies = [document.text[section.start : section.end] for section in shown] if section_id else []
    if options.json:
        places = [{"place": f"{document.id}#{section.id}", "title": section.title} for section in shown]
        print(
            json.dumps(
                [{**place, "text": body} for place, body in zip(places, bodies, strict=True)] or places, indent=2
            )
        )
    elif section_id:
        print(f"{document.title} > {' > '.join(s.title for s in document.section_path(section_id))}\n\n{bodies[0]}")
    else:
        print(
            "\n".join(f"{'  ' * section.id.count('.')}{document.id}#{section.id}  {section.title}" for section in shown)
        )
    return 0


def run_stats(options: argparse.Namespace) -> int:
    """Print what a corpus and its index hold."""
    index = _opened(options)
    corpus = index.corpus
    lengths = sorted(passage.end - passage.start for passage in corpus.passages)
    figures = {
        "documents": len(corpus.documents),
        "pages": sum(len(document.page_starts) for document in corpus.documents),
        "sections": sum(len(document.sections) for document in corpus.documents),
        "passages": len(lengths),
        "sentences": sum(len(passage.sentences) for passage in corpus.passages),
        "characters": sum(len(document.text) for document in corpus.documents),
        "characters in the median passage": lengths[len(lengths) // 2],
        "left out": len(corpus.problems),
        "encoder": index.encoder.fingerprint,
        "vectors": f"exact search over {len(index.dense)} rows of {index.dense.dimension} float32",
    }
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{name:<33}{value}" for name, value in figures.items()))
    return 0


def _opened(options: argparse.Namespace) -> Index:
    root = options.corpus or default_corpus_path()
    return store.open_or_build(root, load_corpus(root), load_encoder())


def _short(text: str, width: int = 160) -> str:
    words = " ".join(text.split())
    return words if len(words) <= width else f"{words[:width].rpartition(' ')[0]} …"
