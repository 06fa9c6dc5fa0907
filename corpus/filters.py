"""Filters: which passages of a corpus a question may be answered from, by file, folder, section, date or metadata."""

from __future__ import annotations

import calendar
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeAlias

from corpus.errors import FilterError
from corpus.lazy import outlines
from corpus.metadata import DATE, iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.lazy import Outline
    from corpus.loader import Corpus

Where: TypeAlias = "str | Sequence[str] | Mapping[str, str]"
"""Conditions, all of which must hold: "date>=2024-01-01", several such, or {"folder": "guides"}."""

FILE, FOLDER, SECTION, TITLE = "file", "folder", "section", "title"
BUILT_IN = (FILE, FOLDER, SECTION, TITLE, DATE)
"""Keys that every corpus knows; what its documents say about themselves comes on top."""
EVERYWHERE = "."
"""The folder that holds all others."""
_CONDITION = re.compile(r"\s*(?P<key>[^=<>!]*?)\s*(?P<relation>>=|<=|!=|=|>|<)\s*(?P<value>.*?)\s*", re.DOTALL)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_DAYS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a passage must meet; `relation` is `=`, `!=`, `<`, `<=`, `>` or `>=`.

    Raises:
        FilterError: the value is none that the relation can compare.
    """

    key: str
    relation: str
    value: str

    def __post_init__(self) -> None:
        dated = self.key == DATE and _days(self.value) is None
        ordered = self.relation in _ORDER and _days(self.value) is None and _number(self.value) is None
        if dated or ordered:
            kinds = "a date" if self.key == DATE else "a date or a number"
            raise FilterError(f"`{self}` compares with {self.value!r}; give {kinds}, as in {self.key}>=2024-01-31")

    def __str__(self) -> str:
        return f"{self.key}{self.relation}{self.value}"

    def meets(self, values: Sequence[str]) -> bool:
        """Tell whether any of a passage's values for the key meets the condition; for `!=`, whether none is equal.

        Texts are equal without regard to case; `*` stands for any characters. A date may lack its day, or month too.
        """
        if self.relation in _ORDER:
            return any(map(self._in_order, values))
        return any(map(self._equal, values)) == (self.relation == "=")

    def _equal(self, value: str) -> bool:
        if self.key == FOLDER:
            wanted = self.value.strip("/")
            return wanted == EVERYWHERE or _like(wanted, value) or _like(f"{wanted}/*", value)
        if self.key == DATE:
            days, day = _days(self.value), iso_date(value)
            return days is not None and day is not None and days[0] <= day <= days[1]
        return _like(self.value, value)

    def _in_order(self, value: str) -> bool:
        compare, numbers = _ORDER[self.relation], (_number(value), _number(self.value))
        if None not in numbers:
            return compare(*numbers)
        days, day = _days(self.value), iso_date(value)
        return days is not None and day is not None and compare(day, days[0 if self.relation in {">=", "<"} else 1])


def conditions(where: Where) -> tuple[Condition, ...]:
    """Return the conditions that are asked for.

    >>> [str(each) for each in conditions(["folder = guides", "date>=2024"])], str(*conditions({"tag": "bread"}))
    (['folder=guides', 'date>=2024'], 'tag=bread')

    Raises:
        FilterError: one is no condition.
    """
    if isinstance(where, str):
        where = [where]
    if isinstance(where, Mapping):
        where = [
            f"{key}={value}" if isinstance(key, str) and isinstance(value, str) else value
            for key, value in where.items()
        ]
    if not isinstance(where, list | tuple):
        raise FilterError(f"`where` takes conditions such as 'folder=guides', not {where!r:.80}")
    return tuple(map(_condition, where))


def matching_rows(corpus: Corpus, asked: Sequence[Condition]) -> list[int]:
    """Return the positions in `corpus.passages` of the passages that meet every condition, in order.

    Raises:
        FilterError: a condition's key is one that neither Footnote nor any document knows.
    """
    if any(condition.key not in BUILT_IN for condition in asked):
        known = {*BUILT_IN, *chain.from_iterable(each.metadata for each in outlines(corpus.documents))}
        for condition in asked:
            if condition.key not in known:
                raise FilterError(f"no document has the key {condition.key!r}; known are: {', '.join(sorted(known))}")
    of_documents = [condition for condition in asked if condition.key != SECTION]
    of_sections = [condition for condition in asked if condition.key == SECTION]
    rows: list[int] = []
    start = 0
    for each in outlines(corpus.documents):
        if all(condition.meets(_values(each, condition.key)) for condition in of_documents):
            fit = _sections_that_meet(each, of_sections)
            rows += [row for row, place in enumerate(each.places, start) if fit[place]]
        start += len(each.places)
    return rows


def _sections_that_meet(document: Outline, asked: Sequence[Condition]) -> list[bool]:
    """Tell for each section whether its heading, or one above it, meets every condition."""
    if not asked:
        return [True] * len(document.sections)
    titles: dict[str | None, list[str]] = {None: []}
    for section in document.sections:  # a section stands behind the one that it belongs to
        titles[section.id] = [*titles[section.parent_id], section.title]
    return [all(condition.meets(titles[section.id]) for condition in asked) for section in document.sections]


def _condition(text: object) -> Condition:
    match = _CONDITION.fullmatch(text) if isinstance(text, str) else None
    if not match or not match["key"] or not match["value"]:
        raise FilterError(f"{text!r:.80} is no condition; write KEY=VALUE, with =, !=, <, <=, > or >= between them")
    return Condition(match["key"].lower(), match["relation"], match["value"])


def _values(document: Outline, key: str) -> tuple[str, ...]:
    stated = tuple(document.metadata.get(key, ()))
    match key:
        case "file":
            return tuple(name for path in _paths(document) for name in (path.as_posix(), path.name))
        case "folder":
            return tuple(path.parent.as_posix() for path in _paths(document))
        case "title":
            return (document.title, *stated)
    return stated


def _paths(document: Outline) -> tuple[PurePosixPath, ...]:
    """Return the paths of every file with the document's text."""
    return tuple(map(PurePosixPath, (document.id, *document.also)))


def _like(pattern: str, text: str) -> bool:
    """Tell whether a text is the pattern, in which `*` stands for any characters, in time that grows with both only.

    >>> _like("a*c*", "ABCD"), _like("*b", "abab"), _like("ab*ba", "aba"), _like("*", ""), _like("a", "ab")
    (True, True, False, True, False)
    """
    pattern, text = pattern.casefold(), text.casefold()
    first, *more = pattern.split("*")
    if not more:
        return text == pattern
    *inner, last = more
    if not text.startswith(first):
        return False
    at = len(first)
    for part in inner:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return text.endswith(last) and len(text) - len(last) >= at


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _days(text: str) -> tuple[str, str] | None:
    """Return the first and last day, in ISO form, of a date that may lack its day, or month too.

    >>> _days("2024"), _days("2024-02"), _days("2024-02-03"), _days("2024-02-30")
    (('2024-01-01', '2024-12-31'), ('2024-02-01', '2024-02-29'), ('2024-02-03', '2024-02-03'), None)
    """
    match = _DAYS.fullmatch(text)
    if not match:
        return None
    year, month, day = match.groups()
    if day:
        whole = iso_date(text)
        return (whole, whole) if whole else None
    first, last = iso_date(f"{year}-{month or '01'}-01"), iso_date(f"{year}-{month or '12'}-01")
    if first is None or last is None:
        return None
    return first, f"{last[:8]}{calendar.monthrange(int(last[:4]), int(last[5:7]))[1]:02d}"
