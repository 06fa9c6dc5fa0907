"""Loading: from files and folders to a corpus of documents."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.files import read_steadily
from corpus.places import Given, Places
from corpus.readers import SUFFIXES, TEXT_READERS, canonical_newlines, read_bytes
from corpus.settings import CorpusSettings, read_settings
from corpus.splitting import Chunking, build_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from corpus.places import Found
    from corpus.records import Document, Passage


@dataclass(frozen=True)
class Corpus:
    """Documents that are asked together.

    `problems` names each file that was left out, and why; `unread` counts files of kinds that are not read, by suffix.
    """

    documents: Sequence[Document]
    settings: CorpusSettings = field(default_factory=CorpusSettings)
    chunking: Chunking = field(default_factory=Chunking)
    problems: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The corpus's name for people: from its settings, or from its first document."""
        return self.settings.title or self.documents[0].title

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order in which an index holds them."""
        return tuple(passage for document in self.documents for passage in document.passages)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of everything that an index keeps: texts, headings, places, metadata and passages."""
        digest = hashlib.sha256()
        for document in self.documents:
            headings = [(s.id, s.heading_start, s.heading_end, s.parent_id) for s in document.sections]
            spans = [
                (p.id, p.start, p.end, [(s.start, s.end, s.kind.value) for s in p.sentences]) for p in document.passages
            ]
            known_as = (document.id, *document.also, document.title, document.named_by_file)
            about = sorted(document.metadata.items())
            digest.update(repr((known_as, about, document.text, headings, spans)).encode())
        return digest.hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {each: document for document in self.documents for each in (document.id, *document.also)}

    def document(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        return self._by_id[document_id]


def load_corpus(
    given: Given = None,
    *,
    chunking: Chunking | None = None,
    known: Iterable[Document] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Return the documents of files, of every readable file below folders, or of what patterns match.

    `given` None is the default article. A `corpus.toml` beside the file, or in the folder, holds the settings. A file
    that cannot be read is left out and named in `Corpus.problems`; files with the same text make one document. A file
    whose bytes one of the `known` documents came from, cut the same way, is not parsed again. `progress` is told how
    many of how many files are read.

    Raises:
        CorpusError: a place does not exist, or no document with text came of them.
        SettingsError: the `corpus.toml` cannot be used.
    """
    places = Places.of(given)
    found = places.find()
    reading = _Reading(found, chunking or Chunking(), known)
    for done, file in enumerate(found.files, start=1):
        reading.add(file)
        if progress:
            progress(done, len(found.files))
    places.require()  # a folder that vanished meanwhile is no reason to forget what was in it
    if not reading.documents:
        detail = "; ".join([*found.problems, *reading.problems][:3]) or f"no file ends in {', '.join(SUFFIXES)}"
        raise CorpusError(f"nothing to read in {', '.join(map(str, places.paths))}: {detail}")
    settings = read_settings(places.settings_file)
    problems = (*found.problems, *reading.problems)
    return Corpus(tuple(reading.documents.values()), settings, reading.chunking, problems, found.unread)


def read_text(
    text: str,
    *,
    title: str = "Untitled",
    suffix: str = ".txt",
    document_id: str = "text",
    chunking: Chunking | None = None,
) -> Document:
    """Return a document made of a text in memory, read as a file with that suffix would be.

    Raises:
        CorpusError: no reader of texts takes the suffix.
    """
    if suffix not in TEXT_READERS:
        raise CorpusError(f"no reader for {suffix!r} files; there are readers for {', '.join(TEXT_READERS)}")
    parsed = TEXT_READERS[suffix](canonical_newlines(text))
    return build_document(document_id, parsed, title=title, source="", chunking=chunking or Chunking())


def make_corpus(documents: Sequence[Document], settings: CorpusSettings | None = None) -> Corpus:
    """Return a corpus of documents in memory.

    Raises:
        CorpusError: there is none, or two share an id.
    """
    if not documents:
        raise CorpusError("a corpus needs at least one document")
    if len({document.id for document in documents}) < len(documents):
        raise CorpusError("two documents share an id; ids must differ")
    return Corpus(tuple(documents), settings or CorpusSettings())


class _Reading:
    """Reads files one by one; those with the same text are joined to one document."""

    def __init__(self, found: Found, chunking: Chunking, known: Iterable[Document]) -> None:
        self.chunking = chunking
        self.documents: dict[bytes, Document] = {}
        """By what makes two files the same: text, sections and stated title."""
        self.problems: list[str] = []
        self._found = found
        self._known = {document.digest: document for document in known if document.digest}

    def add(self, file: Path) -> None:
        """Read a file, or note why not."""
        try:
            document = self._read(file)
        except (OSError, CorpusError) as error:
            self.problems.append(f"{file}: {error.strerror if isinstance(error, OSError) else error}")
            return
        if not document.passages:
            self.problems.append(f"{file}: holds no text")
            return
        key = _sameness(document)
        if first := self.documents.get(key):
            document = replace(first, also=(*first.also, document.id))
        self.documents[key] = document

    def _read(self, file: Path) -> Document:
        raw = read_steadily(file)
        suffix = file.suffix.lower()
        digest = hashlib.sha256(suffix.encode() + b"\n" + raw).hexdigest()
        document_id, title = self._found.document_id(file), _title(file)
        if known := self._known.get(digest):
            passages = tuple(replace(passage, document_id=document_id) for passage in known.passages)
            title = title if known.named_by_file else known.title
            return replace(known, id=document_id, title=title, source=str(file), passages=passages, also=())
        parsed = read_bytes(raw, suffix)
        document = build_document(document_id, parsed, title=title, source=str(file), chunking=self.chunking)
        self._known[digest] = replace(document, named_by_file=not parsed.title, digest=digest)
        return self._known[digest]


def _title(file: Path) -> str:
    """Return a title made of a file's name."""
    title = re.sub(r"[-_\s]+", " ", file.stem).strip() or file.name
    return title[:1].upper() + title[1:]


def _sameness(document: Document) -> bytes:
    """Return what two files share whose documents differ in nothing but their names."""
    title = "" if document.named_by_file else document.title
    passages = tuple(replace(passage, document_id="") for passage in document.passages)
    bare = replace(document, id="", title=title, source="", passages=passages, also=(), digest="")
    return hashlib.sha256(repr(bare).encode()).digest()
