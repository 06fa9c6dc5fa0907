"""Parts: the questions that one question asks, where it asks several or compares."""

from __future__ import annotations

import re

_COMPARE = re.compile(
    r"(?:\b(?:difference|differences|distinction|similarit(?:y|ies)|comparison)\s+(?:is\s+there\s+)?between\s+(?P<a1>.+?)\s+and\s+(?P<b1>.+)"
    r"|\b(?:compare|distinguish|contrast)\s+(?P<a2>.+?)\s+(?:and|with|to|from|against)\s+(?P<b2>.+)"
    r"|^(?:how\s+(?:do|does|is|are)\s+)?(?P<a3>.+?)\s+(?:vs\.?|versus)\s+(?P<b3>.+)"
    r"|\bhow\s+(?:do|does|is|are)\s+(?P<a4>.+?)\s+(?:differ(?:ent)?\s+from|unlike)\s+(?P<b4>.+)"
    r"|\bhow\s+(?:do|does|are)\s+(?P<a5>.+?)\s+and\s+(?P<b5>.+?)\s+differ)",
    re.IGNORECASE,
)
_SECOND_QUESTION = re.compile(
    r"(?:[?;.]\s+|,?\s+and\s+(?:also\s+)?)(?=(?:what|which|who|whom|whose|where|when|why|how|do|does|is|are|can)\b)",
    re.IGNORECASE,
)
_MIN_WORDS = 3


def parts(question: str) -> list[str]:
    """Return the questions to answer one by one; only the question itself where it asks one thing.

    >>> parts("What is the difference between an EMG and an NCS?")
    ['an EMG', 'an NCS']
    >>> parts("What is CMT and which parts of the body does it affect?")
    ['What is CMT', 'which parts of the body does it affect?']
    >>> parts("What do nerves and muscles do?")
    ['What do nerves and muscles do?']
    """
    if match := _COMPARE.search(question):
        sides = [side.strip(" ?.!,;:") for side in match.groups() if side]
        if all(sides):
            return sides
    pieces = [piece.strip() for piece in _SECOND_QUESTION.split(question) if piece.strip(" ?.!,;")]
    if len(pieces) > 1 and all(len(piece.split()) >= _MIN_WORDS for piece in pieces):
        return pieces
    return [question]
