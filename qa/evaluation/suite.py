"""Suites: the sets of a run, how each is read and measured, and the bars that are to be reached, in a TOML file."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.errors import EvaluationError
from qa.evaluation.bars import SuiteBar
from qa.evaluation.gates import Bar
from qa.evaluation.glossary import COSTS
from qa.evaluation.readers.files import read_lines
from qa.evaluation.readers.recognise import unique_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from qa.evaluation.readers.options import ReadOptions

_KINDS = {
    "path": str,
    "name": str,
    "split": str,
    "corpus": str,
    "documents": str,
    "queries": str,
    "allow_empty": bool,
    "judged_only": bool,
    "limit": int,
    "configurations": list,
}
_BAR_KINDS = {"set": str, "configuration": str, "metric": str, "value": float, "means": str}


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of a run: where it is, its name, how it is read, and the corpus that its questions are put to.

    `configurations` are names, in place of the run's where there are any.
    """

    path: Path
    name: str
    options: ReadOptions
    corpus: Path | None = None
    configurations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run measures, the bars for it, and what suites say of themselves."""

    entries: list[Entry]
    bars: list[SuiteBar]
    about: str = ""


def plan_of(paths: Sequence[Path], options: ReadOptions, corpus: Path | None, data: Path | None = None) -> Plan:
    """Return the sets that the paths name, with the bars of suites; a path that ends in `.toml` is a suite.

    The paths in a suite start at the folder `data`, or else at the suite's own.

    Raises:
        EvaluationError: a suite is not to be understood, or two sets have the same path or name.
    """
    plain = [path for path in paths if path.suffix != ".toml"]
    named = zip(plain, unique_names(plain), strict=True)
    found = Plan([Entry(path, name, options, corpus) for path, name in named], [])
    for path in paths:
        if path.suffix == ".toml":
            suite = read_suite(path, options, corpus, data or path.parent)
            found = Plan(found.entries + suite.entries, found.bars + suite.bars, found.about + suite.about)
    names = [entry.name for entry in found.entries]
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise EvaluationError(f"two sets are called {doubled[0]!r}; give them names of their own in the suite")
    return found


def read_suite(path: Path, options: ReadOptions, corpus: Path | None, data: Path) -> Plan:
    """Return what a suite file holds: `[[set]]` tables with a `path`, from the folder `data` on, `[[bar]]`, `about`.

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
    sets, bars = suite.get("set", ()), suite.get("bar", [])
    about = suite.get("about", "")
    if not isinstance(about, str):
        raise EvaluationError(f"{path}: `about` is a text, found {about!r}")
    if not set(suite) <= {"set", "bar", "about"} or not _are_tables(sets) or not _are_tables(bars):
        raise EvaluationError(
            f"{path}: a suite holds [[set]] and [[bar]] tables, `about`, and nothing else; "
            f"found {', '.join(suite) or 'nothing'}"
        )
    entries = []
    for number, table in enumerate(sets, start=1):
        entry = _entry(f"{path}: set {number}", table, options, corpus, data)
        for key in ("documents", "queries"):
            if key in table:
                chosen = frozenset(line.text.strip() for line in read_lines(path.parent / table[key]))
                narrowed: dict[str, Any] = {key: chosen}
                entry = dataclasses.replace(entry, options=dataclasses.replace(entry.options, **narrowed))
        entries.append(entry)
    names = [entry.name for entry in entries]
    stated = [_bar(f"{path}: bar {number}", table, names) for number, table in enumerate(bars, start=1)]
    return Plan(entries, stated, about)


def _are_tables(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(table, dict) for table in found)


def _check(where: str, table: dict[str, Any], kinds: Mapping[str, type], required: Iterable[str]) -> None:
    for key in required:
        if key not in table:
            raise EvaluationError(f"{where}: `{key}` is missing")
    for key, value in table.items():
        if key not in kinds:
            near = difflib.get_close_matches(key, kinds, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(kinds)}"
            raise EvaluationError(f"{where}: unknown setting {key!r}; {hint}")
        if type(value) is not kinds[key]:
            raise EvaluationError(f"{where}: {key!r} must be of type {kinds[key].__name__}, found {value!r}")


def _bar(where: str, table: dict[str, Any], names: Sequence[str]) -> SuiteBar:
    """Return a bar; its set is one of the suite's, perhaps with a wording behind it, as `mtrag (last turn)`."""
    if type(table.get("value")) is int:
        table = {**table, "value": float(table["value"])}
    _check(where, table, _BAR_KINDS, _BAR_KINDS)
    dataset, metric, value = table["set"], table["metric"], table["value"]
    if dataset.partition(" (")[0] not in names:
        raise EvaluationError(f"{where}: no set of the suite is called {dataset!r}; it has {', '.join(names)}")
    if value < 0 or (value > 1 and metric not in COSTS):
        raise EvaluationError(f"{where}: the value of {metric} is from 0 to 1, found {value}")
    return SuiteBar(Bar(metric, value), dataset, table["configuration"], table["means"])


def _entry(where: str, table: dict[str, Any], options: ReadOptions, corpus: Path | None, data: Path) -> Entry:
    _check(where, table, _KINDS, ["path"])
    path = data / table["path"]
    own = {key: table[key] for key in ("split", "allow_empty", "judged_only", "limit") if key in table}
    return Entry(
        path,
        table.get("name") or unique_names([path])[0],
        dataclasses.replace(options, **own),
        data / table["corpus"] if "corpus" in table else corpus,
        tuple(str(name) for name in table.get("configurations", ())),
    )
