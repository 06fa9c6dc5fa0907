"""`python -m index build [PATH]`: build the index of a corpus and say where it lies."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from corpus import default_corpus_path, load_corpus
from corpus.errors import FootnoteError
from index import store
from index.encoder import load_encoder
from index.search import Index


def build(path: Path | None) -> int:
    """Build and save the index of a corpus, print what was done; return 1 if a file was left out, else 0."""
    root = path or default_corpus_path()
    corpus = load_corpus(root)
    encoder = load_encoder()
    folder = store.default_folder(root, encoder)
    try:
        store.load(folder, corpus, encoder)
        done = "up to date"
    except FootnoteError:
        store.save(Index.build(corpus, encoder), folder)
        done = "built"
    print(f"{done}: {len(corpus.documents)} documents, {len(corpus.passages)} passages, {encoder.name}, in {folder}")
    for problem in corpus.problems:
        print(f"left out: {problem}", file=sys.stderr)
    return 1 if corpus.problems else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m index", description="Build the index of a corpus.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="build or renew the index")
    command.add_argument("path", nargs="?", type=Path, help="a file or folder; the default article if left out")
    options = parser.parse_args(arguments)
    try:
        return build(options.path)
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
