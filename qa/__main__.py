"""The command line: `footnote ask`, `index`, `search`, `show`, `corpus`, `serve`, `mcp`, `keys`, `evaluate` …."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import textwrap
from typing import TYPE_CHECKING

from corpus.errors import FootnoteError
from index.commands import CORPUS_HELP, add_commands, add_store, add_where
from qa import feedback
from qa.evaluation import command as evaluate
from qa.phrases import place_of
from qa.server import commands as server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Corpus
    from index import Hit
    from index.search import Searchable
    from qa.records import Answer

_WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0, 1 where something was left undone, 2 for an error."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        return int(options.run(options))
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="footnote", description="Ask your own articles; every sentence is footnoted.")
    commands = parser.add_subparsers(title="commands", required=True)

    ask = commands.add_parser("ask", help="answer a question")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="print Answer.to_dict() as JSON")
    add_where(ask)
    _add_source(ask)
    ask.set_defaults(run=_ask)

    add_commands(commands)
    commands.choices["search"].set_defaults(find=_reranked)

    server.add_commands(commands, _add_model)

    evaluation = commands.add_parser("evaluate", help="measure on benchmark sets, compare runs")
    evaluate.add_arguments(evaluation)
    evaluation.set_defaults(run=evaluate.run)

    opinions = commands.add_parser("feedback", help="what visitors thought of answers")
    feedback.add_arguments(opinions)
    opinions.set_defaults(run=feedback.run)
    return parser


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", metavar="PATH", help=CORPUS_HELP)
    add_store(parser)
    _add_model(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="SPEC",
        help="what words the answers: quote (default, the corpus's own sentences), hf:REPO_OR_FOLDER, gguf:FILE, "
        "openai:MODEL@URL, smollm2; FOOTNOTE_MODEL sets another default",
    )


def _ask(options: argparse.Namespace) -> int:
    from qa.pipeline import ArticleQA  # noqa: PLC0415  (so that --help is instant)

    qa = ArticleQA.open(options.corpus, options.model, store=options.store)
    answer = qa.answer(options.question, where=options.where)
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if options.json else render(answer, qa.corpus))
    return 0


def _reranked(index: Searchable, query: str, k: int, where: Sequence[str]) -> list[Hit]:
    from qa.pipeline import ArticleQA  # noqa: PLC0415  (so that --help is instant)

    return ArticleQA(index).search(query, k, where)


def render(answer: Answer, corpus: Corpus) -> str:
    """Return an answer for a terminal: its text, then each source with its place and exact words.

    In a corpus of several documents the document's title stands in front of the section's.
    """
    lines = [*([answer.notice, ""] if answer.notice else [])]
    if answer.standalone_question != answer.question:
        lines += [f"(understood as: {answer.standalone_question})", ""]
    for paragraph in answer.text.splitlines():
        lines.append(textwrap.fill(paragraph, _WIDTH, subsequent_indent="  " if paragraph.startswith("- ") else ""))
    lines += [f"({answer.note})"] if answer.note else []
    lines += [f"(not answered: {part})" for part in answer.unanswered]
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        head = f"[{citation.marker}] {place_of(citation, corpus)}: "
        quote = f"“{' '.join(citation.quote.split())}”"
        lines.append(textwrap.fill(head + quote, _WIDTH, subsequent_indent="    "))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
