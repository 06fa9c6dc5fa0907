"""Finding a benchmark's files, plain or gzipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DATA_SUFFIXES = (".jsonl", ".json", ".jsonl.gz", ".json.gz")


def find(folder: Path, filename: str) -> Path | None:
    """Return the file of that name in the folder, or its gzipped form, or None."""
    return next((path for path in (folder / filename, folder / f"{filename}.gz") if path.is_file()), None)


def stem(path: Path) -> str:
    """Return a file's name without its data suffix.

    >>> from pathlib import Path
    >>> stem(Path("wice/dev.jsonl.gz"))
    'dev'
    """
    name = path.name
    for suffix in sorted(DATA_SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def data_files(folder: Path) -> list[Path]:
    """Return the JSON files directly in a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name.endswith(DATA_SUFFIXES))
