"""The words of the page, one file a language."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_texts(language: str = "en") -> Mapping[str, str]:
    """Return the page's texts in a language, by name; what is not translated yet stays English.

    Raises:
        SettingsError: there is no such language, or its file names a text that the page does not have.
    """
    english = _read("en")
    texts = english | _read(language)
    if unknown := sorted(set(texts) - set(english)):
        raise SettingsError(f"texts/{language}.toml names {unknown}, which the page does not have")
    return texts


def _read(language: str) -> dict[str, str]:
    file = Path(__file__).parent / "texts" / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        raise SettingsError(f"the page has no texts in {language!r}; add qa/page/texts/{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
