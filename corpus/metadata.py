"""Metadata: what a file says about itself beside its text, under one spelling for every format."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATE = "date"
_MAX_CHARACTERS = 500
"""A longer value describes nothing that is filtered by, and is left out."""
_NAMESPACE = re.compile(r"^(?:dc|dcterms|article|og|citation)[.:_]")
_DATE_KEYS = (
    "published_time",
    "publication_date",
    "pubdate",
    "created",
    "issued",
    "modified_time",
    "modified",
    "updated",
)
"""What else a date is called; where several are given, the first of these counts."""
_DATE = re.compile(r"(?:D:)?(\d{4})([-/.]?)(\d{2})\2(\d{2})")


def metadata(pairs: Iterable[tuple[str, object]]) -> dict[str, tuple[str, ...]]:
    """Return metadata by key, each with one value or more; keys are lower case, values single lines.

    Lists and repeated keys give several values; blank and overlong values and nested tables give none. `date` is an ISO
    date; where it is not given, the date of publication or of the last change stands in.

    >>> metadata([("Author", "Ann  Lee"), ("Tags", ["a", "b"]), ("dc.date", "2024/05/01"), ("draft", None)])
    {'author': ('Ann Lee',), 'tags': ('a', 'b'), 'date': ('2024-05-01',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        key = _NAMESPACE.sub("", "_".join(name.lower().split()))
        values = value if isinstance(value, list | tuple) else [value]
        texts = [" ".join(str(each).split()) for each in values if isinstance(each, str | int | float | date)]
        texts = [text for text in texts if 0 < len(text) <= _MAX_CHARACTERS]
        if key and texts:
            found[key] = tuple(dict.fromkeys([*found.get(key, ()), *texts]))
    return _with_date(found)


def iso_date(text: str) -> str | None:
    """Return the date at the beginning of a text in ISO form: of "2024-05-01T10:00", "2024/05/01", "D:20240501093000Z".

    >>> iso_date("2024-05-01T10:00"), iso_date("D:20240501093000Z"), iso_date("2024-13-01"), iso_date("May")
    ('2024-05-01', '2024-05-01', None, None)
    """
    match = _DATE.match(text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return None


def _with_date(found: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    dates = (iso_date(value) for key in (DATE, *_DATE_KEYS) for value in found.get(key, ()))
    first = next((each for each in dates if each), None)
    rest = {key: values for key, values in found.items() if key != DATE}
    return rest | {DATE: (first,)} if first else rest
