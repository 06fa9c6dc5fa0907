"""PDF reader: the lines of each page joined to paragraphs, headings told by their type size, by pypdfium2."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.blocks import BlockKind, heading_number
from corpus.errors import CorpusError
from corpus.hyphens import MARKS, Hyphens
from corpus.layout import Layout
from corpus.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfDocument, PdfTextPage

    from corpus.blocks import Parsed

_BULLET = re.compile(r"[-*•‣◦▪–]\s+(?=\S)")
_LARGER = 1.12
"""A heading's type is at least this many times as large as most of the text."""
_WIDER_GAP = 1.35
"""Lines further apart than this many usual line distances belong to different paragraphs."""
_MAX_HEADING_CHARACTERS = 160
_REPEATED_ON = 0.5
"""Share of the pages on which a first or last line must stand to be taken for a running head or foot."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: its words, its type size and the height of its baseline in points, and its page from 0."""

    text: str
    size: float
    bottom: float
    page: int


def read_pdf(raw: bytes) -> Parsed:
    """Return the canonical text of a PDF, its blocks and where its pages begin.

    Running heads and feet and page numbers are dropped, words parted at a line's end are joined. A paragraph that
    runs over a page's end is two blocks, so that every sentence stands on one page.

    Raises:
        CorpusError: it is protected by a password, damaged, or holds pictures of text only.
    """
    import pypdfium2  # noqa: PLC0415  (only where there is one to read)

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise CorpusError("is protected by a password; save a copy without one") from error
        raise CorpusError(f"is no PDF that can be read: {error}") from error
    try:
        pages = [list(_lines(document, number)) for number in range(len(document))]
        about = metadata(_about(document))
    except pypdfium2.PdfiumError as error:
        raise CorpusError(f"has a page that cannot be read: {error}") from error
    finally:
        document.close()
    if not any(pages):
        raise CorpusError("holds no text, only pictures of it: run a text recognition over it first (ocrmypdf)")
    return replace(_laid_out(_without_running_lines(pages)), metadata=about)


def _about(document: PdfDocument) -> Iterator[tuple[str, object]]:
    """Yield what a PDF says about itself, but not which program made it."""
    names = {"CreationDate": "created", "ModDate": "modified"}
    for name, value in document.get_metadata_dict(skip_empty=True).items():
        if name not in {"Creator", "Producer"}:
            yield names.get(name, name), re.split(r"\s*[,;]\s*", value) if name == "Keywords" else value


def _lines(document: PdfDocument, number: int) -> Iterator[_Line]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        start = 0
        characters = _characters(text_page)
        for end in [*(at for at, character in enumerate(characters) if character == "\n"), len(characters)]:
            shown = [at for at in range(start, end) if not characters[at].isspace()]
            if shown:
                words = " ".join("".join(characters[start:end]).split())
                yield _Line(words, _size(text_page, shown), text_page.get_charbox(shown[0], loose=True)[1], number)
            start = end + 1
    finally:
        text_page.close()
        page.close()


def _characters(text_page: PdfTextPage) -> list[str]:
    from pypdfium2 import raw as pdfium  # noqa: PLC0415

    codes = (pdfium.FPDFText_GetUnicode(text_page, at) for at in range(text_page.count_chars()))
    return [chr(code) if code else " " for code in codes]


def _size(text_page: PdfTextPage, shown: Sequence[int]) -> float:
    """Return the type size, in points, of most of a line's characters."""
    from pypdfium2 import raw as pdfium  # noqa: PLC0415

    sizes = Counter(round(float(pdfium.FPDFText_GetFontSize(text_page, ctypes.c_int(at))), 1) for at in shown)
    return sizes.most_common(1)[0][0]


def _without_running_lines(pages: Sequence[list[_Line]]) -> list[list[_Line]]:
    """Return the pages without first and last lines that recur on most of them, numbers aside, or are numbers only."""
    edges = Counter(key for lines in pages if lines for key in {_key(lines[0]), _key(lines[-1])})
    least = max(2, _REPEATED_ON * len(pages))

    def runs(line: _Line) -> bool:
        return not _key(line) or (len(pages) > 2 and edges[_key(line)] > least)

    kept = []
    for lines in pages:
        first = 1 if len(lines) > 1 and runs(lines[0]) else 0
        last = len(lines) - 1 if len(lines) > first + 1 and runs(lines[-1]) else len(lines)
        kept.append(lines[first:last])
    return kept


def _key(line: _Line) -> str:
    return re.sub(r"[\d\W]+|\bpage\b|\bof\b", "", line.text.lower())


def _laid_out(pages: Sequence[Sequence[_Line]]) -> Parsed:
    weights: Counter[float] = Counter()
    for line in (line for lines in pages for line in lines):
        weights[line.size] += len(line.text)
    usual = weights.most_common(1)[0][0]
    larger = sorted({size for size in weights if size >= usual * _LARGER}, reverse=True)
    layout, hyphens = Layout(), Hyphens(line.text for lines in pages for line in lines)
    for lines in pages:
        layout.begin_page()
        gap = _usual_gap(lines)
        group: list[_Line] = []
        for line in lines:
            if group and _parts(group[-1], line, gap):
                _add(layout, group, larger, hyphens)
                group = []
            group.append(line)
        if group:
            _add(layout, group, larger, hyphens)
    return layout.parsed()


def _usual_gap(lines: Sequence[_Line]) -> float:
    """Return the most frequent distance between two lines of a page, in points; 0 where there is none."""
    gaps = Counter(round(a.bottom - b.bottom) for a, b in pairwise(lines) if a.bottom > b.bottom + 1)
    return float(gaps.most_common(1)[0][0]) if gaps else 0.0


def _parts(above: _Line, below: _Line, gap: float) -> bool:
    """Tell whether two lines belong to different blocks."""
    if above.size != below.size or _BULLET.match(below.text):
        return True
    distance = above.bottom - below.bottom
    return gap > 0 and distance > gap * _WIDER_GAP


def _add(layout: Layout, group: Sequence[_Line], larger: Sequence[float], hyphens: Hyphens) -> None:
    text = group[0].text
    for line in group[1:]:
        text += line.text if text.endswith(tuple(MARKS)) else f" {line.text}"
    text = hyphens.settled(text)
    size = group[0].size
    if size in larger and len(text) <= _MAX_HEADING_CHARACTERS:
        numbered, _ = heading_number(text)
        layout.add(BlockKind.HEADING, text, max(larger.index(size) + 1, numbered.count(".") + 1))
    elif bullet := _BULLET.match(text):
        layout.add(BlockKind.BULLET, text[bullet.end() :])
    else:
        layout.add(BlockKind.PARAGRAPH, text)
