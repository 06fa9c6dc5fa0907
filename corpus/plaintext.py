"""Plain-text reader: finds paragraphs, bullets and headings in text that has no markup; its text is the file's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.blocks import Block, BlockKind, Parsed, heading_number

_BULLET = re.compile(r"[ \t]*(?:[-*•‣◦▪–]|\(?\d{1,3}[.)])[ \t]+(?=\S)")
_SYMBOL_BULLET = re.compile(r"[ \t]*[-*•‣◦▪–][ \t]+(?=\S)")
_RULE = re.compile(r"[ \t]*([=\-_*~#])\1{2,}[ \t]*$")
_ENDS_SENTENCE = re.compile(r"[.!;,:…][\"'”’)\]]*$")
_MAX_HEADING_WORDS = 14
_MAX_HEADING_CHARACTERS = 110
_MIN_WRAP_COLUMN = 40


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank: its span without indentation, and whether blank lines or the file's ends enclose it."""

    start: int
    end: int
    blank_before: bool
    blank_after: bool


def read_plain_text(source: str) -> Parsed:
    """Return the text unchanged with its blocks.

    A heading is a short line without closing punctuation that text follows; one that carries a number under one that
    carries none is its child. Lines of a hard-wrapped paragraph are joined into one block; where paragraphs stand one
    a line, each line is a block.
    """
    lines = _lines(source)
    wrapped = _is_hard_wrapped(lines)
    headings = _headings(source, lines, wrapped)
    blocks: list[Block] = []
    under_plain_heading = False
    previous = -1
    for position, line in enumerate(lines):
        text = source[line.start : line.end]
        marker = _BULLET.match(text)
        if position in headings:
            number, _ = heading_number(text)
            level = 1 + number.count(".") + (1 if number and under_plain_heading else 0)
            under_plain_heading = under_plain_heading if number else True
            blocks.append(Block(BlockKind.HEADING, line.start, line.end, level))
        elif _RULE.match(text):
            pass
        elif marker:
            blocks.append(Block(BlockKind.BULLET, line.start + marker.end(), line.end))
        elif wrapped and not line.blank_before and blocks and previous == position - 1 and previous not in headings:
            blocks[-1] = Block(blocks[-1].kind, blocks[-1].start, line.end)
        else:
            blocks.append(Block(BlockKind.PARAGRAPH, line.start, line.end))
        previous = previous if _RULE.match(text) else position
    return Parsed(source, tuple(blocks))


def _lines(source: str) -> list[_Line]:
    spans = [(match.start(), match.end(), bool(match[0].strip())) for match in re.finditer(r"[^\n]*(?:\n|$)", source)]
    lines = []
    for position, (start, end, filled) in enumerate(spans):
        if filled:
            raw = source[start:end]
            lead = len(raw) - len(raw.lstrip())
            before = position == 0 or not spans[position - 1][2]
            after = position + 1 >= len(spans) or not spans[position + 1][2]
            lines.append(_Line(start + lead, start + len(raw.rstrip()), before, after))
    return lines


def _is_hard_wrapped(lines: list[_Line]) -> bool:
    """Tell whether paragraphs run over several lines: most lines that have a direct successor are of similar length."""
    inner = [line.end - line.start for line in lines if not line.blank_after]
    if len(inner) < 2:
        return False
    longest = max(inner)
    return _MIN_WRAP_COLUMN <= longest <= 130 and sum(n >= 0.6 * longest for n in inner) >= 0.6 * len(inner)


def _headings(source: str, lines: list[_Line], wrapped: bool) -> frozenset[int]:
    """Return the positions of the lines that are headings."""
    found = {
        position
        for position, line in enumerate(lines)
        if _may_be_heading(source[line.start : line.end])
        and (line.blank_before or not wrapped)
        and _has_body(source, lines, position)
    }
    found = {
        position
        for position in found
        if not wrapped or lines[position].blank_after or _underlined(source, lines, position)
    }
    if len(found) > 0.5 * len(lines):
        found = {
            position for position in found if _looks_like_title(source[lines[position].start : lines[position].end])
        }
    return frozenset(found)


def _may_be_heading(text: str) -> bool:
    if len(text) > _MAX_HEADING_CHARACTERS or len(text.split()) > _MAX_HEADING_WORDS:
        return False
    if _SYMBOL_BULLET.match(text) or _RULE.match(text) or _ENDS_SENTENCE.search(text):
        return False
    _, offset = heading_number(text)
    first = text[offset : offset + 1]
    return first.isupper() or first.isdigit() or (first.isalpha() and not first.islower())


def _has_body(source: str, lines: list[_Line], position: int) -> bool:
    """Tell whether text follows: a numbered line straight before or after another one is a list's item."""
    if position + 1 >= len(lines):
        return False
    near = range(max(0, position - 1), position + 2)
    numbered = {at for at in near if heading_number(source[lines[at].start : lines[at].end])[0]}
    return not (position in numbered and len(numbered) > 1)


def _underlined(source: str, lines: list[_Line], position: int) -> bool:
    return position + 1 < len(lines) and bool(_RULE.match(source[lines[position + 1].start : lines[position + 1].end]))


def _looks_like_title(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return bool(heading_number(text)[0]) or sum(word[0].isupper() for word in words) >= 0.6 * max(1, len(words))
