"""Text lines out of plain and gzipped files, with the exact place of whatever cannot be read."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from corpus.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file without its line end; `number` counts from 1."""

    path: Path
    number: int
    text: str

    def fail(self, message: str, column: int = 1) -> NoReturn:
        """Raise an error that names file, line and column (characters, from 1).

        Raises:
            EvaluationError: always.
        """
        raise EvaluationError(f"{self.path}:{self.number}:{column}: {message}")


def read_lines(path: Path) -> Iterator[Line]:
    """Yield every line that holds more than blanks, in file order; `.gz` files are decompressed on the way.

    Raises:
        EvaluationError: the file is missing, is cut off, is not gzip though named so, or is not UTF-8; the message
            gives line and column (bytes for broken UTF-8).
    """
    number = 0
    try:
        with _open(path) as handle:
            for number, raw in enumerate(handle, start=1):
                text = _decode(path, number, raw).rstrip("\r\n")
                if number == 1:
                    text = text.removeprefix(BYTE_ORDER_MARK)
                if text.strip():
                    yield Line(path, number, text)
    except EOFError:
        raise EvaluationError(
            f"{path}:{number + 1}:1: the gzip file ends in the middle of its data ({number} whole lines were readable)"
            "; fetch it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise EvaluationError(f"{path}:{number + 1}:1: not a sound gzip file ({error}); compress it again") from None
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read: {error.strerror or error}") from None


def read_text(path: Path) -> str:
    r"""Return the whole file as one text with `\n` line ends, blank lines kept.

    Raises:
        EvaluationError: as `read_lines`.
    """
    lines: list[str] = []
    for line in read_lines(path):
        lines.extend([""] * (line.number - 1 - len(lines)))
        lines.append(line.text)
    return "\n".join(lines)


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _decode(path: Path, number: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path}:{number}:{error.start + 1}: not UTF-8 (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        ) from None
