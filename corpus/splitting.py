"""Splitting: from blocks to sections, sentences and passages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from sentencex import get_sentence_boundaries

from corpus.blocks import Block, BlockKind, Parsed, heading_number
from corpus.errors import SettingsError
from corpus.records import INTRODUCTION, Document, Passage, Section, Sentence, SentenceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Chunking:
    """How sections are cut into passages: whole sentences, up to `max_characters` a passage, never across sections."""

    max_characters: int = 700

    def __post_init__(self) -> None:
        if self.max_characters < 1:
            raise SettingsError(f"passages need at least 1 character, not {self.max_characters}")


def build_document(document_id: str, parsed: Parsed, *, title: str, source: str, chunking: Chunking) -> Document:
    """Return the document that a reader's blocks describe; `title` stands in where the file states none."""
    sections: list[Section] = []
    passages: list[Passage] = []
    for section, body in _sections(parsed):
        sections.append(section)
        sentences = [
            piece
            for number, block in body
            for sentence in _sentences(parsed.text, block, number)
            for piece in _pieces(parsed.text, sentence, chunking.max_characters)
        ]
        for position, group in enumerate(_groups(sentences, chunking.max_characters), start=1):
            passage_id = f"{section.id}#p{position:02d}"
            span = (group[0].start, group[-1].end)
            passages.append(Passage(passage_id, document_id, section.id, *span, tuple(group)))
    return Document(
        id=document_id,
        title=parsed.title or title,
        text=parsed.text,
        sections=tuple(sections),
        passages=tuple(passages),
        source=source,
        page_starts=parsed.page_starts,
        metadata=parsed.metadata,
    )


def _sections(parsed: Parsed) -> Iterator[tuple[Section, list[tuple[int, Block]]]]:
    """Yield each section with its numbered body blocks; a list's bullets share a number."""
    numbered: list[tuple[int, Block]] = []
    for position, block in enumerate(parsed.blocks):
        joins = position > 0 and block.kind is BlockKind.BULLET and parsed.blocks[position - 1].kind is BlockKind.BULLET
        numbered.append((numbered[-1][0] if joins else len(numbered), block))
    starts = [position for position, (_, block) in enumerate(numbered) if block.kind is BlockKind.HEADING]
    introduction = numbered[: starts[0]] if starts else numbered
    if introduction:
        first, last = introduction[0][1].start, introduction[-1][1].end
        yield Section("s0", INTRODUCTION, "", 1, None, first, first, first, last), introduction
    open_sections: list[Section] = []
    counts: dict[str | None, int] = {}
    for start, stop in pairwise([*starts, len(numbered)]):
        heading = numbered[start][1]
        body = numbered[start + 1 : stop]
        while open_sections and open_sections[-1].level >= heading.level:
            open_sections.pop()
        parent_id = open_sections[-1].id if open_sections else None
        counts[parent_id] = counts.get(parent_id, 0) + 1
        section_id = f"{parent_id}.{counts[parent_id]}" if parent_id else f"s{counts[None]}"
        number, offset = heading_number(parsed.text[heading.start : heading.end])
        section = Section(
            id=section_id,
            title=" ".join(parsed.text[heading.start + offset : heading.end].split()),
            number=number,
            level=heading.level,
            parent_id=parent_id,
            heading_start=heading.start + offset,
            heading_end=heading.end,
            start=body[0][1].start if body else heading.end,
            end=body[-1][1].end if body else heading.end,
        )
        open_sections.append(section)
        yield section, body


def _sentences(text: str, block: Block, number: int) -> Iterator[Sentence]:
    """Yield a block's sentences; a bullet is one sentence."""
    if block.kind is BlockKind.BULLET:
        yield Sentence(block.start, block.end, SentenceKind.BULLET, number)
        return
    body = text[block.start : block.end]
    for boundary in get_sentence_boundaries("en", body):
        piece = body[boundary["start_index"] : boundary["end_index"]]
        if piece.strip():
            start = block.start + boundary["start_index"] + len(piece) - len(piece.lstrip())
            yield Sentence(start, start + len(piece.strip()), SentenceKind.PROSE, number)


def _pieces(text: str, sentence: Sentence, max_characters: int) -> Iterator[Sentence]:
    """Yield the sentence, cut at its last blank that fits where it alone is longer than a passage may be."""
    start = sentence.start
    while sentence.end - start > max_characters:
        blanks = [match.end() for match in _BLANKS.finditer(text, start + 1, start + max_characters)]
        cut = blanks[-1] if blanks else start + max_characters
        yield replace(sentence, start=start, end=start + len(text[start:cut].rstrip()))
        blank = _BLANKS.match(text, cut, sentence.end)
        start = blank.end() if blank else cut
    if start < sentence.end:
        yield replace(sentence, start=start)


def _groups(sentences: Sequence[Sentence], max_characters: int) -> Iterator[list[Sentence]]:
    """Yield runs of sentences that fit, always at least one sentence a run."""
    group: list[Sentence] = []
    for sentence in sentences:
        if group and sentence.end - group[0].start > max_characters:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group
