"""Makes a folder of real documents in every format out of benchmark sets: `python tests/mixed_corpus.py DATA FOLDER`.

The sets are not part of the project, and what is made of them must not become so.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paper import pdf, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMATS = ("txt", "md", "html", "pdf", "docx")
LINES_A_PAGE = 52
LINE_CHARACTERS = 88


@dataclass(frozen=True, slots=True)
class Topic:
    """A document to be: sections of a heading and a text, one of a set's questions for each section that has one."""

    title: str
    source: str
    sections: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]


def topics(data: Path, count: int) -> list[Topic]:
    """Return so many documents: four of five are MedQuAD's topics with all their answers, the fifth an abstract."""
    abstracts = _abstracts(data / "scifact" / "corpus.jsonl.gz")
    medical = _medical(data / "medquad" / "medquad_qa.jsonl.gz")
    return [next(abstracts) if number % 5 == 4 else next(medical) for number in range(count)]


def write(folder: Path, made: list[Topic]) -> Mapping[str, Topic]:
    """Write the documents, one format after the other, and return them by the path that names each in a corpus."""
    paths: dict[str, Topic] = {}
    for number, topic in enumerate(made):
        kind = FORMATS[(number + number // len(FORMATS)) % len(FORMATS)]
        path = folder / topic.source / f"{number:03d}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_WRITERS[kind](topic))
        paths[path.relative_to(folder).as_posix()] = topic
    return paths


def _abstracts(file: Path) -> Iterator[Topic]:
    for row in _rows(file):
        yield Topic(row["title"], "abstracts", (("Abstract", row["text"]),), ())


def _medical(file: Path) -> Iterator[Topic]:
    grouped: dict[str, dict[str, str]] = {}
    for row in _rows(file):
        grouped.setdefault(row["title"], {}).setdefault(row["question"].replace(" ?", "?"), row["text"])
    for title, answers in grouped.items():
        if title and len(answers) > 1:
            yield Topic(title, "health", tuple(answers.items()), tuple(answers))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _text(topic: Topic) -> bytes:
    parts = [topic.title, *(f"{number}. {head}\n\n{body}" for number, (head, body) in enumerate(topic.sections, 1))]
    return "\n\n".join(parts).encode()


def _markdown(topic: Topic) -> bytes:
    head = (
        f"---\nsource: {topic.source}\ndate: 2024-{1 + len(topic.title) % 12:02d}-01\n---\n# {_line(topic.title)}\n\n"
    )
    return (head + "\n\n".join(f"## {_line(title)}\n\n{_line(body)}" for title, body in topic.sections)).encode()


def _html(topic: Topic) -> bytes:
    parts = (f"<h2>{html.escape(head)}</h2><p>{html.escape(body)}</p>" for head, body in topic.sections)
    title, source = html.escape(topic.title), html.escape(topic.source)
    head = f'<meta charset="utf-8"><title>{title}</title><meta name="source" content="{source}">'
    return f"<!doctype html><html><head>{head}</head><main><h1>{title}</h1>{''.join(parts)}</main></html>".encode()


def _pdf(topic: Topic) -> bytes:
    lines = [[f"# {_plain(topic.title)[:LINE_CHARACTERS]}"]]
    for head, body in topic.sections:
        lines += [[f"# {line}"] for line in textwrap.wrap(_plain(head), LINE_CHARACTERS // 2)[:1]]
        lines.append(textwrap.wrap(_plain(body), LINE_CHARACTERS))
    pages: list[list[list[str]]] = [[]]
    room = LINES_A_PAGE
    for paragraph in lines:
        left = paragraph
        while left:
            if room < 3:
                pages.append([])
                room = LINES_A_PAGE
            pages[-1].append(left[:room])
            room -= len(left[:room]) + 2
            left = left[len(pages[-1][-1]) :]
    return pdf(pages)


def _word(topic: Topic) -> bytes:
    def build(document):
        document.add_heading(topic.title, 0)
        document.core_properties.category = topic.source
        for head, body in topic.sections:
            document.add_heading(head, 1)
            document.add_paragraph(body)

    return word(build)


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Return a text with what the PDFs' typeface has."""
    return _line(text.encode("ascii", "ignore").decode())


_WRITERS = {"txt": _text, "md": _markdown, "html": _html, "pdf": _pdf, "docx": _word}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write real documents in every format into a folder")
    parser.add_argument("data", type=Path, help="the folder of the sets (holds medquad/ and scifact/)")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=500)
    options = parser.parse_args()
    written = write(options.folder, topics(options.data, options.documents))
    print(f"{len(written)} documents in {options.folder}")
