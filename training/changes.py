"""Small changes that turn what a text says, or what is asked of it, into something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.wording import table

if TYPE_CHECKING:
    import random

_NEGATABLE = re.compile(r"\b(is|are|was|were|can|may|has|have|does|will)\b(?! not| no\b)")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*")
_WORD = re.compile(r"\b[a-z]{5,}\b")


def altered(sentence: str, text: str, rng: random.Random) -> str | None:
    """The sentence with another number, opposite word, name of the text, or a negation; None where nothing fits."""
    options = [_other_number(sentence, rng), _opposite(sentence, rng), _other_name(sentence, text, rng)]
    if _NEGATABLE.search(sentence):
        options.append(_NEGATABLE.sub(r"\1 not", sentence, count=1))
    found = [option for option in options if option is not None and option != sentence]
    return rng.choice(found) if found else None


def near_miss(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    """A question that the passage does not answer any more: one of its words is another passage's, or it is altered."""
    wanted = [word for word in _WORD.findall(question) if word in passage.lower()]
    foreign = [word for word in _WORD.findall(elsewhere) if word not in passage.lower()]
    if wanted and foreign and rng.random() < 0.5:
        return re.sub(rf"\b{rng.choice(wanted)}\b", rng.choice(foreign), question, count=1)
    return altered(question, f"{passage} {elsewhere}", rng)


def _other_number(sentence: str, rng: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(sentence))
    if not numbers:
        return None
    one = rng.choice(numbers)
    digits = re.sub(r"\D", "", one[0])
    return f"{sentence[: one.start()]}{int(digits) + rng.choice((2, 7, 11, 40))}{sentence[one.end() :]}"


def _opposite(sentence: str, rng: random.Random) -> str | None:
    opposites: dict[str, str] = table("opposites")["opposites"]
    words = sentence.split(" ")
    places = [n for n, word in enumerate(words) if word.lower() in opposites]
    if not places:
        return None
    n = rng.choice(places)
    words[n] = opposites[words[n].lower()]
    return " ".join(words)


def _other_name(sentence: str, text: str, rng: random.Random) -> str | None:
    names = _NAME.findall(sentence)
    others = [name for name in _NAME.findall(text) if name not in sentence]
    return sentence.replace(rng.choice(names), rng.choice(others)) if names and others else None
