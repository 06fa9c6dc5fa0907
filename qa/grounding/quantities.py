"""Quantities: the numbers of a sentence with their units, written in digits or in words, compared exactly."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from index.words import terms
from qa.grounding.wording import stem, wording


def _counted(words: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {word: start + step * position for position, word in enumerate(words.split())}


_ONES = _counted(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_ORDINALS = _counted(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth",
    1,
)
_SCALES = {"hundred": 100.0, "thousand": 1_000.0, "million": 1e6, "billion": 1e9}
_FIXED = {"dozen": 12.0, "half": 0.5, "quarter": 0.25, "twice": 2.0, "double": 2.0, "doubles": 2.0}
_FIXED |= {"triple": 3.0, "triples": 3.0, "thrice": 3.0}
_TOKEN = re.compile(
    r"(?P<ordinal>\d+(?:st|nd|rd|th)\b)|(?P<clock>\d{1,2}:\d{2})|(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<unit>mmol/mol|mmol/l|mg/dl|kilowatt-hours?|°[cf]|[%$€]|per[ -]cent)|(?P<word>[^\W\d_]+)",
    re.IGNORECASE,
)
_INSIDE_A_NAME = re.compile(r"[^\W\d_]-?\d|\d-?(?!(?:st|nd|rd|th)\b)[A-Za-z]{2,}")
_AT_LEAST = re.compile(
    r"\b(?:more than|over|above|at least|exceed\w*|no less than|after|a minimum of)(?: an?)?\s*$", re.IGNORECASE
)
_AT_MOST = re.compile(
    r"\b(?:less than|under|below|at most|up to|no more than|within|as (?:many|much|long) as|a maximum of)(?: an?)?\s*$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r"^(?:\s*\([^)]*\)|[^\w,;.]*[\w%/°]+){0,3}?[^\w,;.]+(?:or more|or above|or older|or higher)\b", re.IGNORECASE
)
_OR_LESS = re.compile(
    r"^(?:\s*\([^)]*\)|[^\w,;.]*[\w%/°]+){0,3}?[^\w,;.]+(?:or less|or fewer|or below|or younger)\b", re.IGNORECASE
)
_LABELS = frozenset(
    ["type", "stage", "phase", "grade", "class", "step", "part", "chapter", "version", "figure", "table"]
)
_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|close to|circa)(?: an?)?\s*$", re.IGNORECASE
)
_ABOUT, _BEYOND = 0.12, 1.5
"""How far a rough number may be off, as a share; how many times larger than its bound a number may be."""
_OUT_OF = re.compile(r"\s*(?:in|out of|of)(?: every)?\s*", re.IGNORECASE)
_BASE = {
    "percent": (0.01, "part"),
    "hour": (60.0, "minute"),
    "week": (7.0, "day"),
    "kilometre": (1000.0, "metre"),
    "centimetre": (0.01, "metre"),
    "millimetre": (0.001, "metre"),
    "kilogram": (1000.0, "gram"),
    "milligram": (0.001, "gram"),
    "microgram": (1e-6, "gram"),
    "kilowatt": (1000.0, "watt"),
}
_FRACTION_WORDS = frozenset(["half", "quarter", "quarters", "third", "thirds", "fifth", "fifths", "tenth", "tenths"])
_FRACTIONS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}


def is_number_word(word: str) -> bool:
    """Tell whether a lower-case word is a number, an ordinal, a fraction or a multiple."""
    return any(word in words for words in (_ONES, _TENS, _SCALES, _FIXED, _ORDINALS, _FRACTIONS))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a sentence.

    `bound` is ">", "<" or empty; `about` where it is said to be rough. `unit` is a unit's name, "part" of a whole,
    "ordinal", "clock", a label or empty; `counted` is the stem of the word right behind it, which is what it counts.
    """

    value: float
    unit: str = ""
    bound: str = ""
    counted: str = ""
    about: bool = False

    def fits(self, other: Quantity) -> bool:
        """Tell whether evidence that gives `other` gives this one too.

        A unit that one side leaves out is no difference, except where it says what else it counts ("three tablets" and
        "three months") or the other is a time of day or a rank. "Nearly one in five" may stand for 18 percent, and
        "more than half" for 60 percent.
        """
        (value, unit), (there, other_unit) = self._in_base(), other._in_base()
        if self.bound == other.bound:
            if not math.isclose(value, there, rel_tol=_ABOUT if self.about else 1e-9):
                return False
        elif other.bound or not (value < there <= value * _BEYOND if self.bound == ">" else there < value):
            return False
        if unit == other_unit:
            return True
        bare, full = (self, other) if not self.unit else (other, self)
        return not bare.unit and not bare.counted and full.unit not in ("clock", "ordinal")

    def comparable(self, other: Quantity) -> bool:
        """Tell whether both measure or count the same kind of thing, so that they can differ."""
        (_, unit), (_, other_unit) = self._in_base(), other._in_base()
        years = [1000 <= number <= 2100 for number in (self.value, other.value)]
        return unit == other_unit and (bool(unit) or (years[0] == years[1] and not (self.counted and other.counted)))

    def _in_base(self) -> tuple[float, str]:
        """Return the number in the smallest unit of its kind, so that half an hour is 30 minutes."""
        factor, base = _BASE.get(self.unit, (1.0, self.unit))
        return self.value * factor, base


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text, in order; "one" counts only before a unit, and digits inside a name do not.

    >>> [(q.value, q.unit) for q in quantities("Take 15 to 20 grams, about nine in ten; two thirds of 1,000.")]
    [(15.0, 'gram'), (20.0, 'gram'), (0.9, 'part'), (0.6666666666666666, 'part'), (1000.0, '')]
    >>> [(q.value, q.unit, q.bound) for q in quantities("below 4 mmol/l, 48 mmol/mol or more, the 14th century")]
    [(4.0, 'mmol_l', '<'), (48.0, 'mmol_mol', '>'), (14.0, 'ordinal', '')]
    >>> quantities("HbA1c and GLP-1 receptor agonists, for one thing")
    ()
    """
    tokens = list(_TOKEN.finditer(text))
    found: list[tuple[float, str, int, int]] = []
    at = 0
    while at < len(tokens):
        value, unit, used = _number(tokens, at, text)
        if used:
            found.append((value, unit, at, at + used))
        at += max(used, 1)
    found = _joined(found, tokens, text)
    spans = [(tokens[start].start(), tokens[end - 1].end()) for _, _, start, end in found]
    units = [unit or _label(tokens, start) or _unit_after(tokens, end) for _, unit, start, end in found]
    for position in range(len(found) - 2, -1, -1):
        between = text[spans[position][1] : spans[position + 1][0]]
        if not units[position] and re.fullmatch(r"\s*(?:to|and|or|-|–)\s*", between):
            units[position] = units[position + 1]
    listed = []
    for (value, _, start, end), unit, span in zip(found, units, spans, strict=True):
        alone = end - start == 1 and tokens[start][0].lower() == "one"
        if alone and unit in ("", "ordinal"):
            continue
        follows = tokens[end]["word"] if end < len(tokens) and not unit else None
        counted = stem(follows.lower()) if follows and terms(follows) else ""
        fraction = not unit and tokens[end - 1][0].lower() in _FRACTION_WORDS
        about = bool(_ROUGHLY.search(text[max(0, span[0] - 24) : span[0]]))
        bound = _bound(text, *span)
        listed.append(Quantity(value, "part" if fraction else unit, bound, "" if fraction else counted, about))
    return tuple(listed)


def _joined(
    found: list[tuple[float, str, int, int]], tokens: list[re.Match[str]], text: str
) -> list[tuple[float, str, int, int]]:
    """Return the numbers with "nine in ten" made one; what may be a year ends no such share."""
    joined: list[tuple[float, str, int, int]] = []
    for value, unit, start, end in found:
        if joined:
            before, before_unit, first, until = joined[-1]
            between = text[tokens[until - 1].end() : tokens[start].start()]
            year = 1500 <= value <= 2100 and tokens[start][0].isdigit()
            if not (unit or before_unit or year) and 1 <= before < value and _OUT_OF.fullmatch(between):
                joined[-1] = (before / value, "part", first, end)
                continue
        joined.append((value, unit, start, end))
    return joined


def _number(tokens: list[re.Match[str]], at: int, text: str) -> tuple[float, str, int]:
    """Return the number that starts at a token, its unit if it brings one, and how many tokens it takes, 0 for none."""
    token = tokens[at]
    word = token[0].lower()
    if token["ordinal"]:
        return float(re.sub(r"\D", "", word)), "ordinal", 1
    if token["clock"]:
        return float(word.replace(":", ".")), "clock", 1
    if token["digits"]:
        around = text[max(0, token.start() - 2) : token.end() + 2]
        joined = text[token.end() : token.end() + 2].lower()
        glued_unit = token.end() < len(text) and _TOKEN.match(text, token.end())
        if _INSIDE_A_NAME.search(around) and not (glued_unit and glued_unit[0].lower() in wording().units):
            return 0.0, "", 0
        value = float(word.replace(",", ""))
        if joined == "/1" or not at + 1 < len(tokens):
            return value, "", 1
        scale = _SCALES.get(tokens[at + 1][0].lower())
        return (value * scale, "", 2) if scale else (value, "", 1)
    following = tokens[at + 1][0].lower() if at + 1 < len(tokens) else ""
    if word in _FRACTIONS and following == "of" and at and tokens[at - 1][0].lower() == "a":
        return 1 / _FRACTIONS[word], "", 1
    if word in _ORDINALS:
        return float(_ORDINALS[word]), "ordinal", 1
    if word in _FIXED:
        return _FIXED[word], "", 1
    if word in _ONES or word in _TENS or word in _SCALES:
        return _spelled(tokens, at)
    return 0.0, "", 0


def _spelled(tokens: list[re.Match[str]], at: int) -> tuple[float, str, int]:
    total, current, used = 0.0, 0.0, 0
    for token in tokens[at:]:
        word = token[0].lower()
        if word in _ONES and (not used or current >= 20):
            current += _ONES[word]
        elif word in _TENS and (not used or current >= 100):
            current += _TENS[word]
        elif word in _SCALES:
            current = max(current, 1.0) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0.0
        elif used == 1 and word in _FRACTIONS and current:
            return current / _FRACTIONS[word], "", 2
        else:
            break
        used += 1
    return total + current, "", used


def _unit_after(tokens: list[re.Match[str]], at: int) -> str:
    """Return the unit that follows a number, past at most one word between ("20 ripe kilos" has none)."""
    if at >= len(tokens):
        return ""
    if tokens[at][0].lower() in ("a", "an") and tokens[at - 1][0].lower() == "half" and at + 1 < len(tokens):
        at += 1
    word = tokens[at][0].lower().replace("per cent", "percent").replace("per-cent", "percent")
    return wording().units.get(word, "")


def _label(tokens: list[re.Match[str]], at: int) -> str:
    """Return the word that makes the number behind it a name ("type 2"), or an empty text."""
    before = tokens[at - 1][0].lower() if at else ""
    return before if before in _LABELS else ""


def _bound(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 24) : start], text[end : end + 40]
    if _AT_LEAST.search(before) or _OR_MORE.match(after):
        return ">"
    if _AT_MOST.search(before) or _OR_LESS.match(after):
        return "<"
    return ""
