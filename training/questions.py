"""The same question as different people type it: typos, lower case, key words, polite words, lay words."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from training.wording import pick, table

if TYPE_CHECKING:
    import random

_NEIGHBOURS = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "u": "yi",
    "n": "mb",
    "t": "ry",
    "s": "ad",
    "r": "et",
    "l": "ko",
}


def vary(question: str, rng: random.Random) -> str:
    """The question in a random register; more than a third stay as they are."""
    draw = rng.random()
    if draw < 0.20:
        question = lay(question, rng)
    if draw < 0.06 or 0.20 <= draw < 0.24:
        question = polite(question, rng)
    if 0.24 <= draw < 0.32:
        question = typos(question, rng)
    if 0.32 <= draw < 0.38:
        return keywords(question)
    if 0.38 <= draw < 0.58:
        return bare(question)
    if 0.58 <= draw < 0.61:
        return question.upper()
    return question


def bare(question: str) -> str:
    """Lower case, no mark at the end."""
    return question.lower().rstrip(" ?.!")


def keywords(question: str) -> str:
    """The words that carry meaning, in order; the question itself where fewer than two are left."""
    words = [
        word for word in re.findall(r"[\w'-]+", question) if word.lower() not in table("manners")["function_words"]
    ]
    return " ".join(words) if len(words) > 1 else question


def polite(question: str, rng: random.Random) -> str:
    """Words around the question that change nothing."""
    if rng.random() < 0.7:
        return pick("manners", "before", rng) + question
    return question + pick("manners", "after", rng)


def lay(question: str, rng: random.Random) -> str:
    """Expert words exchanged for what people say."""
    for expert, words in table("lay").items():
        question = re.sub(rf"\b{expert}\b", str(rng.choice(words)), question, flags=re.IGNORECASE)
    return question


def typos(question: str, rng: random.Random) -> str:
    """One or two slips of the finger in words of four letters or more."""
    words = question.split(" ")
    long = [n for n, word in enumerate(words) if len(word) > 3 and word[0] in string.ascii_letters]
    for n in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        words[n] = _slip(words[n], rng)
    return " ".join(words)


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(_NEIGHBOURS.get(word[at].lower(), "xe")) + word[at + 1 :]
