"""Suites: the sets of a run, their names and how each is read, in a TOML file."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.errors import EvaluationError
from qa.evaluation.readers.files import read_lines
from qa.evaluation.readers.recognise import unique_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions

_KINDS = {
    "path": str,
    "name": str,
    "split": str,
    "corpus": str,
    "documents": str,
    "allow_empty": bool,
    "judged_only": bool,
    "limit": int,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of a run: where it is, its name, how it is read, and the corpus that its questions are put to."""

    path: Path
    name: str
    options: ReadOptions
    corpus: Path | None = None


def entries_of(
    paths: Sequence[Path], options: ReadOptions, corpus: Path | None, data: Path | None = None
) -> list[Entry]:
    """Return the sets that the paths name; a path that ends in `.toml` is a suite.

    The paths in a suite start at the folder `data`, or else at the suite's own.

    Raises:
        EvaluationError: a suite is not to be understood, or two sets have the same path or name.
    """
    plain = [path for path in paths if path.suffix != ".toml"]
    entries = [Entry(path, name, options, corpus) for path, name in zip(plain, unique_names(plain), strict=True)]
    for path in paths:
        if path.suffix == ".toml":
            entries += read_suite(path, options, corpus, data or path.parent)
    names = [entry.name for entry in entries]
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise EvaluationError(f"two sets are called {doubled[0]!r}; give them names of their own in the suite")
    return entries


def read_suite(path: Path, options: ReadOptions, corpus: Path | None, data: Path) -> list[Entry]:
    """Return the sets of a suite file: `[[set]]` tables with a `path`, from the folder `data` on, and settings.

    Raises:
        EvaluationError: the file is missing, no TOML, or holds something unknown.
    """
    try:
        suite = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: the suite cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        where = f":{place[1]}:{place[2]}" if place else ""
        raise EvaluationError(f"{path}{where}: not TOML: {error}") from None
    sets = suite.get("set")
    if set(suite) != {"set"} or not isinstance(sets, list) or not all(isinstance(table, dict) for table in sets):
        raise EvaluationError(
            f"{path}: a suite holds [[set]] tables and nothing else; found {', '.join(suite) or 'nothing'}"
        )
    entries = []
    for number, table in enumerate(sets, start=1):
        entry = _entry(f"{path}: set {number}", table, options, corpus, data)
        if "documents" in table:
            titles = frozenset(line.text.strip() for line in read_lines(path.parent / table["documents"]))
            entry = dataclasses.replace(entry, options=dataclasses.replace(entry.options, documents=titles))
        entries.append(entry)
    return entries


def _entry(where: str, table: dict[str, Any], options: ReadOptions, corpus: Path | None, data: Path) -> Entry:
    if "path" not in table:
        raise EvaluationError(f"{where}: `path` is missing")
    for key, value in table.items():
        if key not in _KINDS:
            near = difflib.get_close_matches(key, _KINDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_KINDS)}"
            raise EvaluationError(f"{where}: unknown setting {key!r}; {hint}")
        if type(value) is not _KINDS[key]:
            raise EvaluationError(f"{where}: {key!r} must be of type {_KINDS[key].__name__}, found {value!r}")
    path = data / table["path"]
    own = {key: table[key] for key in ("split", "allow_empty", "judged_only", "limit") if key in table}
    return Entry(
        path,
        table.get("name") or unique_names([path])[0],
        dataclasses.replace(options, **own),
        data / table["corpus"] if "corpus" in table else corpus,
    )
