"""The settings that a corpus brings along in its `corpus.toml`."""

from __future__ import annotations

import base64
import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from corpus.colours import LEAST_CONTRAST, PAPER, PAPER_DARK, contrast
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS_FILE = "corpus.toml"
MAX_LOGO_BYTES = 200_000
"""What a logo may weigh; it is part of the page."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PICTURES = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}


@dataclass(frozen=True, slots=True)
class UrgentAdvice:
    """Advice that stands above any answer when a visitor's words hold one of the phrases."""

    phrases: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of the page, `#rrggbb`, empty for the product's: of links, marks and buttons, by day and in the dark."""

    accent: str = ""
    accent_dark: str = ""


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """What the owner of a corpus decides about it; every value has a default that suits any corpus.

    `threshold` is the confidence in [0, 1] below which this corpus stays silent; None leaves it to the product. `logo`
    is a picture as a `data:` address.
    """

    title: str = ""
    disclaimer: str = ""
    examples: tuple[str, ...] = ()
    urgent: tuple[UrgentAdvice, ...] = ()
    threshold: float | None = None
    theme: Theme = field(default_factory=Theme)
    logo: str = ""


def read_settings(path: Path) -> CorpusSettings:
    """Return the settings in a `corpus.toml`, or the defaults where the file does not exist.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    """
    if not path.is_file():
        return CorpusSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error
    known = {field.name for field in fields(CorpusSettings)}
    if unknown := sorted(set(table) - known):
        raise SettingsError(f"{path} has unknown keys {unknown}; known are {sorted(known)}")
    checks: dict[str, Callable[[Any], Any]] = {
        "title": _text,
        "disclaimer": _text,
        "examples": _texts,
        "urgent": _urgent,
        "threshold": _share,
        "theme": _theme,
        "logo": partial(_picture, path.parent),
    }
    values = {}
    for key, value in table.items():
        try:
            values[key] = checks[key](value)
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{path}: `{key}` {error}") from error
    return CorpusSettings(**values)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a text, not {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"must be a list of texts, not {value!r}")
    return tuple(_text(item) for item in value)


def _urgent(value: object) -> tuple[UrgentAdvice, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("must be tables: [[urgent]] with `phrases` and `advice`")
    if any(set(item) != {"phrases", "advice"} for item in value):
        raise ValueError("needs exactly the keys `phrases` and `advice` in each table")
    return tuple(UrgentAdvice(_texts(item["phrases"]), _text(item["advice"])) for item in value)


def _theme(value: object) -> Theme:
    known = [field.name for field in fields(Theme)]
    if not isinstance(value, dict) or set(value) - set(known):
        raise ValueError(f"must be a table [theme] with {' and '.join(known)}, not {value!r:.80}")
    for name, colour in value.items():
        if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
            raise ValueError(f"has `{name}` {colour!r:.80}; write a colour as #rrggbb")
        paper = PAPER_DARK if name == "accent_dark" else PAPER
        if (ratio := contrast(colour, paper)) < LEAST_CONTRAST:
            better = "lighter" if paper == PAPER_DARK else "darker"
            raise ValueError(
                f"has `{name}` {colour!r}, which stands out from the page's {paper} by {ratio:.1f} to 1 only; words in "
                f"it need {LEAST_CONTRAST} to 1 to be read: choose a {better} one"
            )
    return Theme(**value)


def _picture(folder: Path, value: object) -> str:
    file = (folder / _text(value)).resolve()
    kind = _PICTURES.get(file.suffix.lower())
    if kind is None:
        raise ValueError(f"must be a picture that ends in {', '.join(_PICTURES)}, not {value!r:.80}")
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise ValueError(f"names {value!r:.80}, which is no file below {folder}")
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ValueError(f"names {value!r:.80}, which cannot be read: {error.strerror}") from error
    if len(raw) > MAX_LOGO_BYTES:
        raise ValueError(f"has {len(raw) / 1e3:.0f} kB, more than the {MAX_LOGO_BYTES / 1e3:.0f} kB of a logo")
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"must be a number from 0 to 1, not {value!r}")
    return float(value)
