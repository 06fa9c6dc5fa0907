"""Loading: from files and folders to a corpus of documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.lazy import LazyDocuments, LazyPassages, content_hash
from corpus.places import Given, Places
from corpus.readers import SUFFIXES, TEXT_READERS, canonical_newlines
from corpus.reading import Reading
from corpus.settings import CorpusSettings, read_settings
from corpus.splitting import Chunking, build_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from corpus.reading import Known
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
        if isinstance(self.documents, LazyDocuments):
            return LazyPassages(self.documents)
        return tuple(passage for document in self.documents for passage in document.passages)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of everything that an index keeps: texts, headings, places, metadata and passages."""
        return content_hash(self.documents)

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {each: document for document in self.documents for each in (document.id, *document.also)}

    def document(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        return (
            self.documents.find(document_id) if isinstance(self.documents, LazyDocuments) else self._by_id[document_id]
        )


def load_corpus(
    given: Given = None,
    *,
    chunking: Chunking | None = None,
    known: Known | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Return the documents of files, of every readable file below folders, or of what patterns match.

    `given` None is the default article. A `corpus.toml` beside the file, or in the folder, holds the settings. A file
    that cannot be read is left out and named in `Corpus.problems`; files with the same text make one document.

    Of the `known` documents, which were cut the same way, a file that has not been touched since gives its document
    without being read, and one with the same bytes without being parsed. `progress` is told how many of how many files
    are done.

    Raises:
        CorpusError: a place does not exist, or no document with text came of them.
        SettingsError: the `corpus.toml` cannot be used.
    """
    places = Places.of(given)
    found = places.find()
    reading = Reading(found, chunking or Chunking(), known)
    for done, file in enumerate(found.files, start=1):
        reading.add(file)
        if progress:
            progress(done, len(found.files))
    places.require()  # a folder that vanished meanwhile is no reason to forget what was in it
    documents = reading.documents()
    if not documents:
        detail = "; ".join([*found.problems, *reading.problems][:3]) or f"no file ends in {', '.join(SUFFIXES)}"
        raise CorpusError(f"nothing to read in {', '.join(map(str, places.paths))}: {detail}")
    settings = read_settings(places.settings_file)
    problems = (*found.problems, *reading.problems)
    return Corpus(documents, settings, reading.chunking, problems, found.unread)


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
