"""Reading: files one by one into the documents of a corpus; what was read before is not read again."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from corpus.errors import CorpusError
from corpus.files import Stamp, read_steadily, stamp
from corpus.lazy import LazyDocuments, Summary, fingerprint
from corpus.readers import read_bytes
from corpus.splitting import build_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corpus.places import Found
    from corpus.records import Document
    from corpus.splitting import Chunking


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that gave a document: what tells its bytes, and its stamp, None where that may not tell later changes."""

    digest: str
    stamp: Stamp | None


class Known(Protocol):
    """Documents that were read before from files: those of an index."""

    def file(self, name: str) -> tuple[FileRead, int] | None:
        """Return what was read under a file's name, and the position of the document that it gave."""

    def of_bytes(self, digest: str) -> int | None:
        """Return the position of the document that a file with these bytes gave; None if there was none."""

    def summary(self, position: int) -> Summary:
        """Return what can be known of a document without reading it."""

    def __getitem__(self, position: int) -> Document:
        """Return a document."""


@dataclass(slots=True)
class Entry:
    """One document of those read: itself, or where among the known ones it is."""

    id: str
    title: str
    also: tuple[str, ...]
    source: str
    named_by_file: bool
    fingerprint: bytes
    passages: int
    document: Document | None = None
    position: int = -1
    """Where it is among the known documents, if it was not read."""

    def under_its_name(self, document: Document) -> Document:
        """Return a document as this one, whose text it has."""
        names = (self.id, self.title, self.also, self.source)
        if names == (document.id, document.title, document.also, document.source):
            return document
        passages = document.passages
        if document.id != self.id:
            passages = tuple(replace(passage, document_id=self.id) for passage in passages)
        return replace(document, id=self.id, title=self.title, also=self.also, source=self.source, passages=passages)


class ReadDocuments(LazyDocuments):
    """Documents read from files; those that were known before are only looked up when they are asked for."""

    def __init__(self, entries: tuple[Entry, ...], files: Mapping[str, FileRead], known: Known | None) -> None:
        self.entries = entries
        self.files = files
        """Every file that gave a document, by its id."""
        self.known = known

    def __len__(self) -> int:
        return len(self.entries)

    def _at(self, position: int) -> Document:
        entry = self.entries[position]
        if entry.document is not None:
            return entry.document
        if self.known is None:
            raise IndexError(f"document {entry.id} was neither read nor known")
        return entry.under_its_name(self.known[entry.position])

    def find(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        return self._at(self._positions[document_id])

    def summaries(self) -> Iterator[Summary]:
        """Yield what can be known of each document without reading it, in order."""
        for e in self.entries:
            yield Summary(e.id, e.title, e.also, e.named_by_file, e.fingerprint, e.passages)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: at for at, entry in enumerate(self.entries) for name in (entry.id, *entry.also)}


class Reading:
    """Reads files one by one; those with the same text are joined to one document."""

    def __init__(self, found: Found, chunking: Chunking, known: Known | None) -> None:
        self.chunking = chunking
        self.problems: list[str] = []
        self._entries: dict[bytes, Entry] = {}
        """By their fingerprints."""
        self._files: dict[str, FileRead] = {}
        self._parsed: dict[str, Entry] = {}
        """By their files' digests."""
        self._found = found
        self._known = known

    def add(self, file: Path) -> None:
        """Read a file, or note why not."""
        try:
            entry = self._read(file)
        except (OSError, CorpusError) as error:
            self.problems.append(f"{file}: {error.strerror if isinstance(error, OSError) else error}")
            return
        if not entry.passages:
            self.problems.append(f"{file}: holds no text")
        elif (first := self._entries.setdefault(entry.fingerprint, entry)) is not entry:
            first.also = (*first.also, entry.id)

    def documents(self) -> ReadDocuments:
        """Return the documents of the files read so far."""
        for entry in self._entries.values():
            if entry.document:
                entry.document = entry.under_its_name(entry.document)
        known_as = {name for entry in self._entries.values() for name in (entry.id, *entry.also)}
        files = {name: file for name, file in self._files.items() if name in known_as}
        return ReadDocuments(tuple(self._entries.values()), files, self._known)

    def _read(self, file: Path) -> Entry:
        name, now = self._found.document_id(file), time.time_ns()
        known = self._known
        before = known.file(name) if known else None
        if known and before and before[0].stamp is not None and before[0].stamp == stamp(file):
            self._files[name] = before[0]
            return _remembered(name, file, known.summary(before[1]), before[1])
        raw, seen = read_steadily(file)
        suffix = file.suffix.lower()
        digest = hashlib.sha256(suffix.encode() + b"\n" + raw).hexdigest()
        self._files[name] = FileRead(digest, seen if seen.rested(now) else None)
        if parsed := self._parsed.get(digest):
            title = _title(file) if parsed.named_by_file else parsed.title
            return replace(parsed, id=name, title=title, also=(), source=str(file))
        if known and (position := known.of_bytes(digest)) is not None:
            return _remembered(name, file, known.summary(position), position)
        self._parsed[digest] = self._parse(name, file, raw)
        return self._parsed[digest]

    def _parse(self, name: str, file: Path, raw: bytes) -> Entry:
        parsed = read_bytes(raw, file.suffix)
        document = build_document(name, parsed, title=_title(file), source=str(file), chunking=self.chunking)
        document = replace(document, named_by_file=not parsed.title)
        passages = len(document.passages)
        return Entry(name, document.title, (), str(file), not parsed.title, fingerprint(document), passages, document)


def _remembered(name: str, file: Path, known: Summary, position: int) -> Entry:
    title = _title(file) if known.named_by_file else known.title
    return Entry(name, title, (), str(file), known.named_by_file, known.fingerprint, known.passages, position=position)


def _title(file: Path) -> str:
    """Return a title made of a file's name."""
    title = re.sub(r"[-_\s]+", " ", file.stem).strip() or file.name
    return title[:1].upper() + title[1:]
