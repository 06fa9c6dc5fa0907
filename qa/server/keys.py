"""API keys: made once, shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from typing import TYPE_CHECKING

from corpus.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[\w.@-]{1,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PREFIX = "fn_"


def make_key(name: str, file: Path) -> str:
    """Return a new key of 256 random bits, and add its name and SHA-256 to the file, which only its owner may read.

    Raises:
        KeyFileError: the name is taken or cannot be used, or the file cannot be read or written.
    """
    if not _NAME.fullmatch(name):
        raise KeyFileError(f"a key's name has up to 64 letters, digits and ._@-, which {name!r:.80} has not")
    if file.exists() and name in read_keys(file).values():
        raise KeyFileError(f"{file} has a key named {name} already; delete its line or choose another name")
    key = _PREFIX + secrets.token_urlsafe(32)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as lines:
            lines.write(f"{name} {_hashed(key)}\n")
    except OSError as error:
        raise KeyFileError(f"{file} cannot be written: {error.strerror}") from error
    return key


def read_keys(file: Path) -> dict[str, str]:
    """Return the names of a file's keys by their hashes; each line holds a name, a blank and the hash.

    Raises:
        KeyFileError: the file cannot be read or a line of it has another form.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{file} cannot be read: {error}; make a key with: footnote keys NAME {file}") from error
    names: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, hashed = line.strip().partition(" ")
        if not _NAME.fullmatch(name) or not _HASH.fullmatch(hashed):
            raise KeyFileError(f"line {number} of {file} is not `NAME SHA256`; make keys with: footnote keys NAME FILE")
        names[hashed] = name
    return names


def owner(key: str, names: Mapping[str, str]) -> str | None:
    """Return the name of a key, None for one that is not known.

    Only hashes are compared: how long that takes tells nothing about a key.
    """
    return names.get(_hashed(key))


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
