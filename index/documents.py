"""The documents of an index on disk: one SQLite file, so that an index is whole without the files it was made from."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

from corpus import Document, Passage, Section
from corpus.errors import IndexStoreError
from corpus.files import Stamp
from corpus.lazy import LazyDocuments, Outline, Summary, fingerprint, section_positions
from corpus.reading import FileRead, ReadDocuments
from corpus.records import Sentence, SentenceKind
from index.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Row: TypeAlias = tuple[bytes, str, bytes, int, int, str, str, bytes, str]
"""A document as it is kept: id, head, fingerprint, numbers of passages and characters, the sections that the passages
stand in, sections, text, passages."""

_TABLES = """
CREATE TABLE documents (
    position INTEGER PRIMARY KEY, id BLOB, head TEXT, fingerprint BLOB, count INTEGER, characters INTEGER, places TEXT,
    sections TEXT, text BLOB, passages TEXT);
CREATE TABLE names (name BLOB PRIMARY KEY, position INTEGER) WITHOUT ROWID;
CREATE TABLE files (
    name BLOB PRIMARY KEY, position INTEGER, digest TEXT, device INTEGER, inode INTEGER, size INTEGER,
    modified INTEGER, changed INTEGER) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX fingerprints ON documents (fingerprint);
CREATE INDEX digests ON files (digest);
"""
_SUMMARY = "SELECT id, head, fingerprint, count FROM documents WHERE position = ?"
_OUTLINE = "SELECT id, head, characters, sections, places FROM documents WHERE position = ?"
_ROW = (
    "SELECT id, head, fingerprint, count, characters, places, sections, text, passages FROM documents "
    "WHERE position = ?"
)
_FILE = "SELECT position, digest, device, inode, size, modified, changed FROM files WHERE name = ?"
_KINDS = tuple(SentenceKind)
_APART = frozenset({"id", "text", "sections", "passages"})
"""Fields of a document with a column of their own; the others stand in `head`."""
_REMEMBERED = 8_000_000
"""Characters of the documents that were asked for last, which are kept at hand."""


class StoredDocuments(LazyDocuments):
    """Documents in a file, which nobody changes; several threads may ask at once.

    The file stays open, so that the documents can be read even when a newer index has taken its place.
    """

    def __init__(self, file: Path) -> None:
        """Open a file.

        Raises:
            IndexStoreError: it holds no documents that can be read.
        """
        self._file = file
        self._lock = threading.Lock()
        self._recent: Recent[Document] = Recent(_REMEMBERED, lambda document: len(document.text))
        try:
            address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
            self._base = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
        weakref.finalize(self, self._base.close)
        self._count = int(self._one("SELECT COUNT(*) FROM documents")[0])

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Document]:
        return (self._recent.seen(at) or self._read(at) for at in range(self._count))  # needed once, not kept

    def _at(self, position: int) -> Document:
        return self._recent.get(position, lambda: self._read(position))

    def find(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        found = self._all("SELECT position FROM names WHERE name = ?", _named(document_id))
        if not found:
            raise KeyError(document_id)
        return self._at(found[0][0])

    def summaries(self) -> Iterator[Summary]:
        """Yield what can be known of each document without reading it, in order."""
        return (self.summary(position) for position in range(self._count))

    def summary(self, position: int) -> Summary:
        """Return what can be known of a document without reading it."""
        return _summary(self._one(_SUMMARY, position))

    def outlines(self) -> Iterator[Outline]:
        """Yield each document without its words, in order."""
        return (_outline(*self._one(_OUTLINE, position)) for position in range(self._count))

    def counts(self) -> list[int]:
        """Return how many passages each document has, in order."""
        return [count for (count,) in self._all("SELECT count FROM documents ORDER BY position")]

    def file(self, name: str) -> tuple[FileRead, int] | None:
        """Return what was read under a file's name, and the position of the document that it gave."""
        found = self._all(_FILE, _named(name))
        if not found:
            return None
        position, digest, *seen = found[0]
        return FileRead(digest, None if seen[0] is None else Stamp(*seen)), position

    def of_bytes(self, digest: str) -> int | None:
        """Return the position of the document that a file with these bytes gave; None if there was none."""
        found = self._all("SELECT position FROM files WHERE digest = ? LIMIT 1", digest)
        return found[0][0] if found else None

    def same(self, wanted: Summary) -> int | None:
        """Return the position of the document with this text and this title; None if there is none."""
        for position, head in self._all(
            "SELECT position, head FROM documents WHERE fingerprint = ?", wanted.fingerprint
        ):
            if json.loads(head)["title"] == wanted.title:
                return int(position)
        return None

    def row(self, position: int) -> Row:
        """Return a document as it is kept."""
        row: Row = self._one(_ROW, position)
        return row

    def _read(self, position: int) -> Document:
        try:
            return _document(self.row(position))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self._unreadable(error) from error

    def _one(self, statement: str, *values: object) -> Any:  # noqa: ANN401  (a row of the table that is asked)
        found = self._all(statement, *values)
        if not found:
            raise self._unreadable("a row is missing")
        return found[0]

    def _all(self, statement: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._base.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: object) -> IndexStoreError:
        return IndexStoreError(f"{self._file} holds no documents that can be read: {error}")


def save_documents(documents: Sequence[Document], file: Path) -> None:
    """Write documents to a new file, in their order, and with them the files that they were read from.

    Raises:
        OSError: it cannot be written.
    """
    try:
        with closing(sqlite3.connect(file)) as base, base:
            base.execute("PRAGMA journal_mode = OFF")  # a file that was not finished is never opened
            base.execute("PRAGMA synchronous = OFF")
            base.executescript(_TABLES)
            names: dict[str, int] = {}
            for position, (row, known_as) in enumerate(_rows(documents)):
                base.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (position, *row))
                names |= dict.fromkeys(known_as, position)
            base.executemany("INSERT INTO names VALUES (?, ?)", ((_named(name), at) for name, at in names.items()))
            if isinstance(documents, ReadDocuments):
                base.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _files(documents, names))
            base.executescript(_INDEXES)
    except sqlite3.Error as error:
        raise OSError(f"{file}: {error}") from error


def _rows(documents: Sequence[Document]) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """Yield each document as it is kept, and every id that it is known by.

    One that an index holds already is taken over as it stands there, but for its names.
    """
    if not isinstance(documents, ReadDocuments):
        for document in documents:
            yield _row(document, fingerprint(document)), (document.id, *document.also)
        return
    for at, entry in enumerate(documents.entries):
        known_as = (entry.id, *entry.also)
        if entry.document is None and isinstance(documents.known, StoredDocuments):
            row = documents.known.row(entry.position)
            names = {"title": entry.title, "also": entry.also, "source": entry.source}
            yield (_named(entry.id), json.dumps(json.loads(row[1]) | names), *row[2:]), known_as
        else:
            yield _row(documents[at], entry.fingerprint), known_as


def _files(documents: ReadDocuments, positions: dict[str, int]) -> Iterator[tuple[object, ...]]:
    for name, file in documents.files.items():
        seen = file.stamp
        values = (seen.device, seen.inode, seen.size, seen.modified, seen.changed) if seen else (None,) * 5
        yield _named(name), positions[name], file.digest, *values


def _named(name: str) -> bytes:
    return name.encode(errors="surrogatepass")


def _row(document: Document, known_fingerprint: bytes) -> Row:
    head = {field.name: getattr(document, field.name) for field in fields(Document) if field.name not in _APART}
    sections = [
        [s.id, s.title, s.number, s.level, s.parent_id, s.heading_start, s.heading_end, s.start, s.end]
        for s in document.sections
    ]
    passages = [
        [p.id, p.section_id, p.start, p.end, [[s.start, s.end, _KINDS.index(s.kind), s.paragraph] for s in p.sentences]]
        for p in document.passages
    ]
    return (
        _named(document.id),
        json.dumps(head),
        known_fingerprint,
        len(passages),
        len(document.text),
        json.dumps(section_positions(document)),
        json.dumps(sections),
        document.text.encode(errors="surrogatepass"),
        json.dumps(passages),
    )


def to_json(document: Document) -> list[Any]:
    """Return a document as JSON can hold it."""
    return [
        {"bytes": value.decode(errors="surrogatepass")} if isinstance(value, bytes) else value
        for value in _row(document, b"")
    ]


def from_json(values: list[Any]) -> Document:
    """Return the document that `to_json` made this of.

    Raises:
        ValueError, KeyError, TypeError, IndexError: it is none.
    """
    row: Any = tuple(
        value["bytes"].encode(errors="surrogatepass") if isinstance(value, dict) else value for value in values
    )
    return _document(row)


def _summary(row: tuple[bytes, str, bytes, int]) -> Summary:
    head = json.loads(row[1])
    return Summary(
        row[0].decode(errors="surrogatepass"), head["title"], tuple(head["also"]), head["named_by_file"], row[2], row[3]
    )


def _outline(named: bytes, head: str, characters: int, sections: str, places: str) -> Outline:
    about = json.loads(head)
    return Outline(
        named.decode(errors="surrogatepass"),
        about["title"],
        tuple(about["also"]),
        _fixed(about["metadata"]),
        characters,
        tuple(Section(*section) for section in json.loads(sections)),
        json.loads(places),
    )


def _document(row: Row) -> Document:
    document_id = row[0].decode(errors="surrogatepass")
    return Document(
        id=document_id,
        text=row[7].decode(errors="surrogatepass"),
        sections=tuple(Section(*section) for section in json.loads(row[6])),
        passages=tuple(_passage(document_id, *passage) for passage in json.loads(row[8])),
        **{name: _fixed(value) for name, value in json.loads(row[1]).items()},
    )


def _fixed(value: Any) -> Any:  # noqa: ANN401  (what JSON holds)
    """Return a value as it was before JSON made lists of its tuples."""
    if isinstance(value, dict):
        return {name: _fixed(each) for name, each in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


def _passage(
    document_id: str, passage_id: str, section_id: str, start: int, end: int, sentences: Iterable[list[int]]
) -> Passage:
    spans = tuple(Sentence(start, end, _KINDS[kind], paragraph) for start, end, kind, paragraph in sentences)
    return Passage(passage_id, document_id, section_id, start, end, spans)
