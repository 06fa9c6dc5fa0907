"""Parts: the questions that one question asks, where it asks several or compares."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMPARE = re.compile(
    r"(?:\b(?:difference|differences|distinction|similarit(?:y|ies)|comparison)\s+(?:is\s+there\s+)?between\s+(?P<a1>.+?)\s+and\s+(?P<b1>.+)"
    r"|\b(?:compare|distinguish|contrast)\s+(?P<a2>.+?)\s+(?:and|with|to|from|against)\s+(?P<b2>.+)"
    r"|^(?:how\s+(?:do|does|is|are)\s+)?(?P<a3>.+?)\s+(?:vs\.?|versus)\s+(?P<b3>.+)"
    r"|\bhow\s+(?:do|does|is|are)\s+(?P<a4>.+?)\s+(?:differ(?:ent)?\s+from|unlike)\s+(?P<b4>.+)"
    r"|\bhow\s+(?:do|does|are)\s+(?P<a5>.+?)\s+and\s+(?P<b5>.+?)\s+differ)",
    re.IGNORECASE,
)
_SECOND_QUESTION = re.compile(
    r"(?:(?<=[?;.])\s+|,?\s+and\s+(?:also\s+)?)(?=(?:what|which|who|whom|whose|where|when|why|how|do|does|is|are|can)\b)",
    re.IGNORECASE,
)
_MIN_WORDS = 3
_ASKED_NOUN = re.compile(r"^\W*(?P<wh>which|what)\s+(?P<noun>[a-z]{3,}s)\b", re.IGNORECASE)
_WH_VERB = re.compile(
    r"^(?P<wh>which|what)\s+(?![a-z]+s\b)(?!(?:a|an|the|do|did|can|could|will|would|to)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions to answer one by one; `together` where an answer to only some is none, as in a comparison."""

    questions: tuple[str, ...]
    together: bool


def parts(question: str) -> Parts:
    """Return the questions that a question asks; only itself where it asks one thing.

    >>> parts("What is the difference between an EMG and an NCS?")
    Parts(questions=('What is an EMG?', 'What is an NCS?'), together=True)
    >>> parts("What is CMT and which parts of the body does it affect?").questions
    ('What is CMT', 'which parts of the body does it affect?')
    >>> parts("Which tests confirm a fault in a gene and which show a shortage?").questions
    ('Which tests confirm a fault in a gene', 'which tests show a shortage?')
    >>> parts("What do nerves and muscles do?").questions
    ('What do nerves and muscles do?',)
    """
    if match := _COMPARE.search(question):
        sides = [side.strip(" ?.!,;:") for side in match.groups() if side]
        if all(sides):
            return Parts(tuple(f"What is {side}?" for side in sides), together=True)
    pieces = [piece.strip() for piece in _SECOND_QUESTION.split(question) if piece.strip(" ?.!,;")]
    if len(pieces) > 1 and all(len(piece.split()) >= _MIN_WORDS for piece in pieces):
        return Parts((pieces[0], *(_with_noun(piece, pieces[0]) for piece in pieces[1:])), together=False)
    return Parts((question,), together=False)


def _with_noun(piece: str, first: str) -> str:
    """Return a further question with the noun that the first one asked for, where it has none of its own."""
    asked, bare = _ASKED_NOUN.match(first), _WH_VERB.match(piece)
    if not asked or not bare or asked["wh"].lower() != bare["wh"].lower():
        return piece
    return f"{bare['wh']} {asked['noun']} {piece[bare.end() :]}"
