"""Sentences out of a stream of text: complete ones only, without markup and without marks that the model set itself."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from sentencex import get_sentence_boundaries

from qa.generators.base import Draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHARACTERS = 4_000
"""Characters of a model's answer that are read; what comes after is not waited for."""

_MARKER = re.compile(
    r"\s*(?:\[\^?\d+(?:\s*[,;–-]\s*\^?\d+)*\]|【[^】]{0,40}】|[¹²³⁴⁵⁶⁷⁸⁹⁰]+"
    r"|[(\[](?:see\s+)?(?:source|sentence|evidence|passage|citation|ref|reference|note|footnote)s?\.?:?\s*\d[\d\s,;&and–-]*[)\]])",
    re.IGNORECASE,
)
_UNCLOSED = re.compile(r"[\[【(][^\]】)]{0,40}$")
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s.*|^\s*(?:```|---|===).*")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_OPENING = re.compile(r"^(?:(?:answer|assistant|a)\s*:\s*)?(?:(?:yes|no)\s*[,.:;–—-]\s*(?=\w))?", re.IGNORECASE)
_PLAIN_ENDS = re.compile(
    r"(?:/\w{1,4}|\d\s?[a-zµ°%]{1,2}|(?<![\w.])(?!approx|fig|vol|dept|est|ref|sect?|chap|max|min|incl|resp)[a-z]{3,})\.\s+"
    r"(?=[^\W\d_a-z])"
)
"""Ends that the splitter takes for abbreviations: a unit ("4 mmol/l. Then") or a plain word ("fell ill. She")."""
_ENDS = re.compile(r"[.!?…][\"'”’)\]]*\s*$")


def sentences(chunks: Iterable[str]) -> Iterator[Draft]:
    r"""Yield the sentences of a text as soon as each is complete; an unfinished last one is left out if others came.

    A sentence is complete when the next one begins, its line ends, or the text does. Thinking aloud, headings and code
    fences are skipped; "Yes," and "No," in front are taken off, since nothing can vouch for them.

    >>> [draft.text for draft in sentences(["It hur", "ts, e.g. at night [1]. Do", "n’t wait. 3.5 g"])]
    ['It hurts, e.g. at night.', 'Don’t wait.']
    >>> [(draft.text, draft.bullet, draft.markers) for draft in sentences(["- **One** thing [1][2]\n", "* Two"])]
    [('One thing', True, 2), ('Two', True, 0)]
    """
    buffer, read, ended = "", 0, False
    for chunk in chunks:
        read += len(chunk)
        buffer += chunk
        if "<think" in buffer.lower() and "</think" not in buffer.lower():
            continue
        buffer = _THINKING.sub("", buffer)
        complete, buffer = _complete(buffer)
        for draft in complete:
            ended = ended or bool(_ENDS.search(draft.text))
            yield draft
        if read >= MAX_CHARACTERS:
            return
    rest = list(_drafts(_THINKING.sub("", buffer)))
    ended = ended or any(_ENDS.search(draft.text) for draft in rest)
    if rest and ended and not _ENDS.search(rest[-1].text):
        rest.pop()
    yield from rest


def _complete(buffer: str) -> tuple[list[Draft], str]:
    """Return the drafts that the buffer completes, and what is left of it."""
    lines, _, line = buffer.rpartition("\n")
    drafts = [draft for done in lines.split("\n") for draft in _drafts(done)] if lines.strip() else []
    if _UNCLOSED.search(line) or _BULLET.match(line):
        return drafts, line
    starts = _starts(line)
    if len(starts) < 2:
        return drafts, line
    cut = starts[-1]
    if not _ENDS.search(_MARKER.sub("", line[:cut])) or not _MARKER.sub("", line[cut:]).strip():
        return drafts, line
    return [*drafts, *_drafts(line[:cut])], line[cut:]


def _drafts(text: str) -> Iterator[Draft]:
    """Yield the sentences of whole lines."""
    for line in text.split("\n"):
        if not line.strip() or _HEADING.match(line):
            continue
        bullet = bool(_BULLET.match(line))
        body = _EMPHASIS.sub(r"\2", _BULLET.sub("", line))
        marks = len(re.findall(r"\d+|【", "".join(_MARKER.findall(body)))) or len(_MARKER.findall(body))
        body = " ".join(_MARKER.sub("", body).split())
        starts = _starts(body)
        for position, (start, end) in enumerate(pairwise([*starts, len(body)])):
            if sentence := _OPENING.sub("", body[start:end].strip()):
                yield Draft(sentence[0].upper() + sentence[1:], bullet, 0 if position else marks)


def _starts(text: str) -> list[int]:
    """Return where each sentence of a text begins, in characters.

    >>> _starts("Below 4 mmol/l. Take 15 g. Dr. Low waits.")
    [0, 16, 27]
    """
    if not text:
        return []
    found = {boundary["start_index"] for boundary in get_sentence_boundaries("en", text)}
    return sorted({0, *found, *(match.end() for match in _PLAIN_ENDS.finditer(text))})
