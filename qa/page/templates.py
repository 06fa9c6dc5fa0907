"""The page's templates: Jinja2 with every value escaped."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS = frozenset({"L", "R", "AL"})
ASSETS = Path(__file__).parent / "assets"


def render(template: str, texts: Mapping[str, str], **values: object) -> str:
    """Return a template of `templates/` filled in; `t` holds the page's texts."""
    return _environment().get_template(template).render(t=SimpleNamespace(**texts), **values)


def asset(name: str) -> str:
    """Return the text of a file in `assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def direction(text: str) -> str:
    """Return which way a text runs, by its first letter: "rtl" or "ltr".

    >>> direction("1. Cramps"), direction("12 \u05e9\u05dc\u05d5\u05dd")
    ('ltr', 'rtl')
    """
    kinds = (unicodedata.bidirectional(character) for character in text)
    return "rtl" if next((kind for kind in kinds if kind in _LETTERS), "L") != "L" else "ltr"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("qa.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["direction"] = direction
    return environment
