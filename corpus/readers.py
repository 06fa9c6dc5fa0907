"""Readers by file suffix, and the text of a file's bytes."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.docx import read_docx
from corpus.errors import CorpusError
from corpus.html import read_html
from corpus.markdown import read_markdown
from corpus.pdf import read_pdf
from corpus.plaintext import read_plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.blocks import Parsed

MAX_BYTES = 64_000_000
"""What one file may weigh, so that reading it stays within a gigabyte."""
TEXT_READERS: dict[str, Callable[[str], Parsed]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain_text,
    ".text": read_plain_text,
    ".html": read_html,
    ".htm": read_html,
}
BYTE_READERS: dict[str, Callable[[bytes], Parsed]] = {".pdf": read_pdf, ".docx": read_docx}
SUFFIXES = (*TEXT_READERS, *BYTE_READERS)
"""Every suffix that can be read, lower case."""
_LIBRARIES = ("markdown-it-py", "pypdfium2", "pyspellchecker", "python-docx", "PyYAML", "selectolax", "sentencex")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


def read_bytes(raw: bytes, suffix: str) -> Parsed:
    """Return what a file's bytes hold, read as its suffix says.

    Raises:
        CorpusError: no reader takes the suffix, or the bytes are not what it says.
    """
    suffix = suffix.lower()
    if suffix in BYTE_READERS:
        return BYTE_READERS[suffix](raw)
    if suffix not in TEXT_READERS:
        raise CorpusError(f"no reader for {suffix!r} files; there are readers for {', '.join(SUFFIXES)}")
    if b"\0" in raw[:8192] and not raw.startswith(_MARKS):
        raise CorpusError("is not text, whatever its name says")
    return TEXT_READERS[suffix](canonical_newlines(_decode(raw)))


@cache
def reading_version() -> str:
    """Return what differs whenever the same bytes may be read otherwise: a digest of this package and its libraries."""
    digest = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in _LIBRARIES).encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def canonical_newlines(text: str) -> str:
    """Return the text with every line ended by one line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(raw: bytes) -> str:
    """Return a file's text: UTF-8, or UTF-16 by its mark, or as its page declares, else Windows-1252."""
    if raw.startswith(_MARKS):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _DECLARED.search(raw[:2048])
    try:
        return raw.decode(declared[1].decode("ascii") if declared else "cp1252", errors="replace")
    except LookupError:
        return raw.decode("cp1252", errors="replace")
