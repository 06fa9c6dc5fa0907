"""Answers to take away: plain text for the clipboard, Markdown with footnotes for a file."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from qa.page.address import place_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus
    from qa.page.turns import Turn
    from qa.records import Answer

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:@])")
_MARKER = re.compile(r"\[(\d+)\]")


def plain_text(answer: Answer, corpus: Corpus, texts: Mapping[str, str]) -> str:
    """Return an answer with its sources under it, as plain text."""
    sources = [f"[{c.marker}] {place_line(c, corpus, texts)}: “{_line(c.quote)}”" for c in answer.citations]
    return "\n".join([*_notice(answer), answer.text, *(["", corpus.title] if sources else []), *sources])


def markdown(turns: Sequence[Turn], corpus: Corpus, texts: Mapping[str, str]) -> str:
    """Return a conversation as Markdown: a heading for each question, a footnote for each source.

    Words of visitors and documents are escaped, so that none of them becomes markup.
    """
    blocks = [f"# {_escaped(texts['export_title'].format(title=corpus.title))}"]
    for number, turn in enumerate((turn for turn in turns if turn.answer), start=1):
        answer = turn.answer
        if answer is None:
            continue
        blocks.append(f"## {_escaped(turn.question)}")
        if answer.standalone_question != answer.question:
            blocks.append(f"*{texts['understood']}: {_escaped(answer.standalone_question)}*")
        blocks += [f"**{_escaped(line)}**" for line in _notice(answer) if line]
        blocks.append(_body(answer, number))
        for citation in answer.citations:
            source = f"{_escaped(place_line(citation, corpus, texts))}: “{_escaped(citation.quote)}”"
            blocks.append(f"[^{number}-{citation.marker}]: {source}")
    if corpus.settings.disclaimer:
        blocks += ["---", _escaped(corpus.settings.disclaimer)]
    return "\n\n".join(blocks) + "\n"


def _body(answer: Answer, number: int) -> str:
    if not answer.sentences:
        return _escaped(answer.text)
    paragraphs: list[str] = []
    for bullets, group in groupby(answer.sentences, key=lambda sentence: sentence.bullet):
        words = [f"{_escaped(s.text)}{''.join(f'[^{number}-{marker}]' for marker in s.markers)}" for s in group]
        paragraphs.append("\n".join(f"- {each}" for each in words) if bullets else " ".join(words))
    return "\n\n".join(paragraphs)


def _notice(answer: Answer) -> list[str]:
    return [answer.notice, ""] if answer.notice else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    r"""Return text on one line in which no character is Markdown.

    >>> print(_escaped("<b>*bold*</b>  [x](javascript:y)"))
    \<b\>\*bold\*\</b\> \[x\]\(javascript\:y\)
    """
    return _SPECIAL.sub(r"\\\1", _line(text))
