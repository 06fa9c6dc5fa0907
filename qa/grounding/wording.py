"""What grounding knows about English: synonyms, opposites, things of one kind, negations, strengths, units."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = Path(__file__).parent / "wording.toml"
_stem = Stemmer.Stemmer("english").stemWord
_DENYING_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "non-", "mis")
_TURNING_PREFIXES = (("over", "under"), ("hyper", "hypo"), ("up", "down"), ("pre", "post"))
_SHARED_START, _SHARED_PART = 5, 0.7


@cache
def stem(word: str) -> str:
    """Return the stem of a lower-case word; irregular forms share one.

    >>> stem("blown"), stem("children"), stem("contractions")
    ('blow', 'child', 'contract')
    """
    return str(_stem(_irregular().get(word, word)))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _irregular() -> dict[str, str]:
    lines = [line.split() for line in _table()["irregular"]]
    forms = {form: base for base, *others in lines for form in others}
    for word in _table()["graded"].split():
        doubled = word + word[-1] if word in ("big", "thin", "hot", "slim") else word
        root = doubled.removesuffix("e") if word.endswith("e") else f"{word[:-1]}i" if word.endswith("y") else doubled
        forms |= {f"{root}er": word, f"{root}est": word}
    return forms


@dataclass(frozen=True, slots=True)
class Wording:
    """The word lists of `wording.toml`; every word is a stem, except in `units`, `cues` and `strength`."""

    glue: frozenset[str]
    synonyms: dict[str, frozenset[int]]
    demonyms: dict[str, int]
    opposites: dict[str, frozenset[str]]
    alternatives: frozenset[str]
    strength: dict[str, frozenset[str]]
    cues: frozenset[str]
    denying: frozenset[str]
    trailing: frozenset[str]
    forward: frozenset[str]
    backward: frozenset[str]
    units: dict[str, str]

    def same(self, a: str, b: str) -> bool:
        """Tell whether two stems may stand for one another: synonyms, or forms of one word."""
        if b in self.opposites.get(a, frozenset()):
            return False
        return bool(self.synonyms.get(a, frozenset()) & self.synonyms.get(b, frozenset())) or one_word(a, b)

    def opposed(self, a: str, b: str) -> bool:
        """Tell whether two stems exclude one another.

        >>> wording().opposed(stem("rare"), stem("common")), wording().opposed(stem("painless"), stem("painful"))
        (True, True)
        >>> wording().opposed(stem("voluntary"), stem("involuntary")), wording().opposed("arm", "leg")
        (True, False)
        """
        return b in self.opposites.get(a, frozenset()) or denies(a, b) or denies(b, a) or _turned(a, b)


def denies(a: str, b: str) -> bool:
    """Tell whether the stem `a` is the stem `b` with a denying prefix or ending."""
    if a.endswith("less") and len(a) > 6:
        bare = a.removesuffix("less")
        return b == bare or b.removesuffix("ful") == bare
    return any(a == prefix + b for prefix in _DENYING_PREFIXES)


def _turned(a: str, b: str) -> bool:
    """Tell whether two stems differ in a prefix that turns them round ("overactive", "underactive")."""
    for one, other in _TURNING_PREFIXES:
        for first, second in ((a, b), (b, a)):
            if first.startswith(one) and second == other + first.removeprefix(one):
                return True
    return False


def one_word(a: str, b: str) -> bool:
    """Tell whether two stems look like forms of one word, which share a long start.

    >>> one_word("strength", "strengthen"), one_word("contract", "control")
    (True, False)
    """
    if a == b:
        return True
    shared = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    ends = {a[shared:], b[shared:]}
    longest = max(len(a), len(b))
    return (
        shared >= max(_SHARED_START, _SHARED_PART * longest)
        and max(len(end) for end in ends) <= 4
        and not ends & {"less", "ful"}
    )


@cache
def wording() -> Wording:
    """Return the word lists, read once."""
    table = _table()
    synonyms: dict[str, set[int]] = {}
    for group, line in enumerate(table["synonyms"]):
        for word in _stems(line):
            synonyms.setdefault(word, set()).add(group)
    opposites: dict[str, set[str]] = {}
    for line in table["opposites"]:
        left, right = (_stems(side) for side in line.split("/"))
        for word, other in [*((a, b) for a in left for b in right), *((b, a) for a in left for b in right)]:
            if word != other:
                opposites.setdefault(word, set()).add(other)
    return Wording(
        glue=frozenset(_stems(table["glue"])),
        demonyms={word: group for group, line in enumerate(table["demonyms"]) for word in _stems(line)},
        synonyms={word: frozenset(groups) for word, groups in synonyms.items()},
        opposites={word: frozenset(others) for word, others in opposites.items()},
        alternatives=frozenset(word for line in table["alternatives"] for word in _stems(line)),
        strength={name: frozenset(words.split()) for name, words in table["strength"].items()},
        cues=frozenset(table["negation"]["cues"].split()),
        denying=frozenset(_stems(table["negation"]["lexical"])),
        trailing=frozenset(_stems(table["negation"]["trailing"])),
        forward=frozenset(_stems(table["relation"]["forward"])),
        backward=frozenset(table["relation"]["backward"].split()),
        units={spelling: unit for unit, spellings in table["units"].items() for spelling in spellings.split()},
    )


def _stems(words: str | Iterable[str]) -> list[str]:
    listed = words.split() if isinstance(words, str) else list(words)
    return [stem(word) for word in listed]
