"""DOCX reader: paragraphs, headings, lists and tables of a Word document, by python-docx."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.blocks import BlockKind
from corpus.errors import CorpusError
from corpus.layout import Layout
from corpus.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

    from corpus.blocks import Parsed

MAX_UNPACKED_BYTES = 200_000_000
"""What a document may unpack to; a small file that holds more is taken for an attack."""
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read_docx(raw: bytes) -> Parsed:
    """Return the canonical text of a Word document and its blocks; a table's row is a bullet of its cells.

    Raises:
        CorpusError: it is encrypted, no Word document, damaged, or unpacks to more than `MAX_UNPACKED_BYTES`.
    """
    if raw.startswith(_OLE_MAGIC):
        raise CorpusError("is protected by a password, or an old .doc; save it as .docx without a password")
    _check_size(raw)
    from docx import Document  # noqa: PLC0415  (only where there is one to read)
    from docx.table import Table  # noqa: PLC0415

    try:
        document = Document(io.BytesIO(raw))
        layout = Layout()
        for item in document.iter_inner_content():
            if isinstance(item, Table):
                for row in item.rows:
                    merged = {cell._tc: cell for cell in row.cells}
                    words = [" ".join(cell.text.split()) for cell in merged.values()]
                    layout.add(BlockKind.BULLET, " | ".join(word for word in words if word))
            else:
                _add(layout, item)
        return replace(layout.parsed(), metadata=metadata(_about(document)))
    except Exception as error:  # what a damaged document raises is up to its parts
        raise CorpusError(f"is no Word document that can be read: {error}") from error


def _about(document: WordDocument) -> Iterator[tuple[str, object]]:
    """Yield what a document's properties say about it."""
    properties = document.core_properties
    for name in ("title", "author", "subject", "category", "language", "created", "modified"):
        yield name, getattr(properties, name)
    yield "keywords", re.split(r"\s*[,;]\s*", properties.keywords or "")


def _check_size(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise CorpusError(f"is no Word document that can be read: {error}") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise CorpusError(
            f"unpacks to {unpacked / 1e6:.0f} MB, more than the {MAX_UNPACKED_BYTES / 1e6:.0f} MB that are read"
        )


def _add(layout: Layout, paragraph: Paragraph) -> None:
    style = (paragraph.style.name if paragraph.style is not None else "") or ""
    text = " ".join(paragraph.text.split())
    properties = paragraph._p.pPr
    listed = properties is not None and properties.numPr is not None
    if style == "Title":
        layout.add(BlockKind.HEADING, text, 1)
    elif heading := _HEADING.match(style):
        layout.add(BlockKind.HEADING, text, int(heading[1]) + 1)
    elif style.startswith("List") or listed:
        layout.add(BlockKind.BULLET, text)
    else:
        layout.add(BlockKind.PARAGRAPH, text)
