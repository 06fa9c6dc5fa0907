"""Places: the files, folders and patterns that make up one corpus, and the files found there."""

from __future__ import annotations

import glob
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from corpus.errors import CorpusError
from corpus.readers import SUFFIXES
from corpus.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Given: TypeAlias = "str | Path | Sequence[str | Path] | Places | None"
"""How a corpus is named: a file, a folder, a pattern, several of them, or None for the article that ships."""


def default_corpus_path() -> Path:
    """Return the folder of the article that Footnote ships with."""
    return Path(__file__).parent / "articles"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a corpus lies: files, folders and patterns such as `notes/**/*.md`, as they were given."""

    paths: tuple[Path, ...]

    @classmethod
    def of(cls, given: Given) -> Places:
        """Return the places that are named; a text may hold several, parted as in PATH (`notes:papers/*.pdf`)."""
        if isinstance(given, Places):
            return given
        if given is None:
            return cls((default_corpus_path(),))
        if isinstance(given, str | Path):
            whole = Path(given).expanduser()
            parted = isinstance(given, str) and os.pathsep in given and not whole.exists()
            names = [name for name in str(given).split(os.pathsep) if name] if parted else [given]
            return cls(tuple(Path(name).expanduser() for name in names))
        return cls(tuple(path for each in given for path in cls.of(each).paths))

    @property
    def name(self) -> str:
        """Short name for people and for files: that of the first place."""
        return _fixed(self.paths[0]).stem if self.paths else ""

    @property
    def identity(self) -> str:
        """The same text for the same places, wherever they are named from."""
        return "\n".join(str(path.resolve()) for path in self.paths)

    @property
    def base(self) -> Path:
        """The folder that document ids are relative to: the innermost that holds every place."""
        return Path(os.path.commonpath([_absolute(_folder(path)) for path in self.paths]))

    @property
    def settings_file(self) -> Path:
        """The first place's `corpus.toml`, or another's where the first has none; it need not exist."""
        files = [_folder(path) / SETTINGS_FILE for path in self.paths]
        return next((file for file in files if file.is_file()), files[0])

    def require(self) -> None:
        """Raise where a place is not there.

        Raises:
            CorpusError: no place was given, or one does not exist or matches nothing.
        """
        if not self.paths:
            raise CorpusError(f"no corpus is named: give a file ({', '.join(SUFFIXES)}) or a folder that holds some")
        for path in self.paths:
            if not path.exists() and not _matches(path):
                raise CorpusError(
                    f"no corpus at {path}: give a file ({', '.join(SUFFIXES)}) or a folder that holds some"
                )

    def find(self) -> Found:
        """Return the files of every place, in the order of the places and within each of their names.

        Raises:
            CorpusError: a place does not exist or matches nothing.
        """
        self.require()
        search = _Search()
        for path in self.paths:
            for match in [path] if path.exists() else _matches(path):
                if match.is_dir():
                    search.walk(match)
                else:
                    search.take(match)
        return Found(
            self.base, tuple(search.files.values()), tuple(search.problems), dict(sorted(search.unread.items()))
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Files to read. `problems` names what cannot be read; `unread` counts files of other kinds by their suffix."""

    base: Path
    files: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)

    def document_id(self, file: Path) -> str:
        """Return a file's path below the base, which is its document's id."""
        return _absolute(file).relative_to(self.base).as_posix()


class _Search:
    """Gathers files; a file or folder that is reached by several ways counts once."""

    def __init__(self) -> None:
        self.files: dict[Path, Path] = {}
        self.problems: list[str] = []
        self.unread: Counter[str] = Counter()
        self._folders: set[tuple[int, int]] = set()

    def take(self, file: Path) -> None:
        """Add a file that was named, whatever its suffix."""
        try:
            str(file).encode()
        except UnicodeEncodeError:
            self.problems.append(f"{os.fsencode(file)!r}: has a name that is not UTF-8; rename it")
            return
        self.files.setdefault(_absolute(file), file)

    def walk(self, folder: Path) -> None:
        """Add every readable file below a folder; links to folders are followed after all else, each folder once."""
        found: list[Path] = []
        waiting, links = [folder], list[Path]()
        while waiting or links:
            current = waiting.pop() if waiting else links.pop(0)
            try:
                status = current.stat()
                if (status.st_dev, status.st_ino) in self._folders:
                    continue
                self._folders.add((status.st_dev, status.st_ino))
                with os.scandir(current) as entries:
                    shown = sorted((e for e in entries if not e.name.startswith(".")), key=lambda entry: entry.name)
            except OSError as error:
                self.problems.append(f"{current}: cannot be listed: {error.strerror}")
                continue
            for entry in shown:
                path = current / entry.name
                match _kind(entry):
                    case "folder":
                        waiting.append(path)
                    case "link":
                        links.append(path)
                    case "file" if path.suffix.lower() in SUFFIXES:
                        found.append(path)
                    case "file" if path.name != SETTINGS_FILE:
                        self.unread[path.suffix.lower() or path.name] += 1
                    case "nowhere" if path.suffix.lower() in SUFFIXES:
                        self.problems.append(f"{path}: is a link that leads nowhere")
        for file in sorted(found):
            self.take(file)


def _kind(entry: os.DirEntry[str]) -> str:
    """Tell what an entry of a folder is: "folder", "link" to one, "file", link to "nowhere", or "other"."""
    try:
        if entry.is_dir():
            return "link" if entry.is_symlink() else "folder"
        if entry.is_file():
            return "file"
        return "nowhere" if entry.is_symlink() else "other"
    except OSError:  # a link to itself
        return "nowhere"


def _matches(pattern: Path) -> list[Path]:
    """Return what a pattern matches, in order; nothing for a path that is no pattern."""
    text = str(pattern)
    if not glob.has_magic(text):
        return []
    return [Path(match) for match in sorted(glob.glob(text, recursive=True))]  # noqa: PTH207  (skips hidden names)


def _fixed(path: Path) -> Path:
    """Return a path, or the part of a pattern before its first wildcard."""
    if path.exists() or not glob.has_magic(str(path)):
        return path
    fixed = Path(path.anchor)
    for part in path.parts[1 if path.anchor else 0 :]:
        if glob.has_magic(part):
            break
        fixed /= part
    return fixed.absolute()


def _folder(path: Path) -> Path:
    """Return the folder that a place's files are named from."""
    fixed = _fixed(path)
    return fixed if fixed.is_dir() else fixed.parent


def _absolute(path: Path) -> Path:
    """Return a path from the root, without `..`; links stay what they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  (`resolve` would follow links)
