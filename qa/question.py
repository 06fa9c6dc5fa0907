"""Questions as they come in: checked, cleaned, and the conversation before them put into one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.errors import QuestionError

MAX_CHARACTERS = 2_000
"""Longest question that is answered."""
MAX_TURNS = 20
"""Turns of the conversation that are looked at, the latest ones."""

_BLANKS = re.compile(r"\s+")
_OF_THE_WHOLE = re.compile(
    r"(?P<asks>.*\b(?:summari[sz]e|outline|describe|explain|tell me about|(?:summary|overview|outline) of))\s+"
    r"(?:the|this)\s+(?:whole\s+|entire\s+)?(?:article|text|document|page|guide|paper|book|primer|manual|handbook)(?P<end>\W*)",
    re.IGNORECASE,
)


class Role(StrEnum):
    """Who spoke."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation."""

    role: Role
    text: str


History = Iterable[tuple[str, str] | Mapping[str, str]]


def clean_question(question: object) -> str:
    """Return the question in normal form: composed characters, no control characters, single blanks.

    Raises:
        QuestionError: it is no text, or longer than `MAX_CHARACTERS`.
    """
    if not isinstance(question, str):
        raise QuestionError(f"a question is a text, not {type(question).__name__}")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(question):,} characters; ask in at most {MAX_CHARACTERS:,}")
    return _clean(question)


def named(question: str, title: str) -> str:
    """Return a question for an overview of “the article” with its title in these words' place; any other as it is.

    >>> named("Please summarise this article.", "Tides")
    'Please summarise Tides.'
    >>> named("What does the article say?", "Tides")
    'What does the article say?'
    """
    whole = _OF_THE_WHOLE.fullmatch(question)
    return f"{whole['asks']} {title}{whole['end']}" if whole else question


def clean_history(history: object) -> tuple[Turn, ...]:
    """Return the latest turns, oldest first, of (role, text) pairs or {"role", "content"} mappings.

    Raises:
        QuestionError: the history, or a turn of it, has another shape or an unknown role.
    """
    if history is None:
        return ()
    if isinstance(history, str | bytes | Mapping) or not isinstance(history, Iterable):
        raise QuestionError("a history is a list of (role, text) pairs or of mappings with `role` and `content`")
    return tuple(_turn(position, item) for position, item in enumerate(history))[-MAX_TURNS:]


def _turn(position: int, item: object) -> Turn:
    if isinstance(item, Mapping):
        role, text = item.get("role"), item.get("content")
    elif isinstance(item, Sequence) and not isinstance(item, str | bytes) and len(item) == 2:
        role, text = item
    else:
        raise QuestionError(f"turn {position} of the history is no (role, text) pair and no mapping: {item!r:.80}")
    if role not in tuple(Role):
        raise QuestionError(f"turn {position} of the history has the role {role!r:.40}; roles are user and assistant")
    if not isinstance(text, str):
        raise QuestionError(f"turn {position} of the history holds {type(text).__name__}, not a text")
    return Turn(Role(role), _clean(text[: 10 * MAX_CHARACTERS]))


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character for character in composed)
    visible = (character for character in kept if unicodedata.category(character) not in ("Cf", "Cs", "Co", "Cn"))
    return _BLANKS.sub(" ", "".join(visible)).strip()
