"""The hand-written word lists of `words/`, read once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: how it is asked for and headed, and how its presence shows in a text.

    `facts` pairs questions with the statements that answer them.
    """

    name: str
    questions: tuple[str, ...]
    headings: tuple[str, ...]
    field: str
    facts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    pattern: re.Pattern[str] | None

    def may_hold(self, text: str) -> bool:
        """Whether a text may hold this kind of fact; True where no pattern can tell."""
        return self.pattern is None or self.pattern.search(text) is not None


@cache
def table(name: str) -> dict[str, Any]:
    """One of the TOML files."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _kind(name: str, row: dict[str, Any]) -> Kind:
    flags = re.IGNORECASE if name not in {"person", "place", "builder"} else 0
    return Kind(
        name,
        tuple(row.get("questions", ())),
        tuple(row.get("headings", ())),
        row.get("field", "health"),
        tuple((tuple(questions), tuple(statements)) for questions, statements in row.get("facts", ())),
        re.compile(row["pattern"], flags) if row["pattern"] else None,
    )


@cache
def health_kinds() -> dict[str, Kind]:
    """MedQuAD's kinds of fact."""
    return {name: _kind(name, row) for name, row in table("kinds")["kinds"].items()}


@cache
def fact_kinds() -> dict[str, Kind]:
    """Kinds of fact that are put into passages."""
    return {name: _kind(name, row) for name, row in table("facts").items()}


def pick(name: str, key: str, rng: random.Random) -> str:
    """One entry of a list in a file."""
    return str(rng.choice(table(name)[key]))


def pick_root(rng: random.Random) -> str:
    """A made-up title of a larger text."""
    return str(rng.choice(table("kinds")["roots"]["titles"]))
