"""The settings that a corpus brings along in its `corpus.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS_FILE = "corpus.toml"


@dataclass(frozen=True, slots=True)
class UrgentAdvice:
    """Advice that stands above any answer when a visitor's words hold one of the phrases."""

    phrases: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """What the owner of a corpus decides about it; every value has a default that suits any corpus.

    `threshold` is the confidence in [0, 1] below which this corpus stays silent; None leaves it to the product.
    """

    title: str = ""
    disclaimer: str = ""
    examples: tuple[str, ...] = ()
    urgent: tuple[UrgentAdvice, ...] = ()
    threshold: float | None = None


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


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"must be a number from 0 to 1, not {value!r}")
    return float(value)
