"""Documents that are read when they are asked for, so that a corpus need not fit into memory."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar, overload

from corpus.records import Document, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from corpus.records import Section

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Summary:
    """What can be known of a document without reading it; `passages` is how many it has.

    `fingerprint` is the same for documents that differ in nothing but their names: see `fingerprint`.
    """

    id: str
    title: str
    also: tuple[str, ...]
    named_by_file: bool
    fingerprint: bytes
    passages: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A document without its words; `places` says for each passage in which section it stands, by position from 0."""

    id: str
    title: str
    also: tuple[str, ...]
    metadata: Mapping[str, tuple[str, ...]]
    characters: int
    sections: tuple[Section, ...]
    places: Sequence[int]


class _Lazy(Sequence[T], ABC):
    """A sequence whose items are made one by one."""

    @abstractmethod
    def _at(self, position: int) -> T:
        """Return the item at a position from 0, which exists."""

    @overload
    def __getitem__(self, position: int) -> T: ...

    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...

    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return tuple(map(self._at, range(*position.indices(len(self)))))
        at = position + len(self) if position < 0 else position
        if not 0 <= at < len(self):
            raise IndexError(f"there are {len(self)}; none has the position {position}")
        return self._at(at)

    def __iter__(self) -> Iterator[T]:
        return map(self._at, range(len(self)))


class LazyDocuments(_Lazy[Document], ABC):
    """The documents of a corpus, each read when it is asked for."""

    @abstractmethod
    def find(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """

    @abstractmethod
    def summaries(self) -> Iterator[Summary]:
        """Yield what can be known of each document without reading it, in order."""

    def outlines(self) -> Iterator[Outline]:
        """Yield each document without its words, in order."""
        return map(outline, self)

    def counts(self) -> Iterable[int]:
        """Return how many passages each document has, in order."""
        return (each.passages for each in self.summaries())


class LazyPassages(_Lazy[Passage]):
    """Every passage of documents, in their order; a passage is there as long as somebody needs it."""

    def __init__(self, documents: LazyDocuments) -> None:
        self._documents = documents
        self._starts = array("q", [0, *accumulate(documents.counts())])

    def __len__(self) -> int:
        return self._starts[-1]

    def _at(self, position: int) -> Passage:
        document = bisect_right(self._starts, position) - 1
        return self._documents[document].passages[position - self._starts[document]]

    def __iter__(self) -> Iterator[Passage]:
        return (passage for document in self._documents for passage in document.passages)


def summaries(documents: Sequence[Document]) -> Iterator[Summary]:
    """Yield the summary of each document, in order."""
    if isinstance(documents, LazyDocuments):
        yield from documents.summaries()
        return
    for document in documents:
        yield summary(document, fingerprint(document))


def outlines(documents: Sequence[Document]) -> Iterator[Outline]:
    """Yield each document without its words, in order."""
    return documents.outlines() if isinstance(documents, LazyDocuments) else map(outline, documents)


def outline(document: Document) -> Outline:
    """Return a document without its words."""
    return Outline(
        document.id,
        document.title,
        document.also,
        document.metadata,
        len(document.text),
        document.sections,
        section_positions(document),
    )


def section_positions(document: Document) -> list[int]:
    """Return for each passage the position, from 0, of the section that it stands in."""
    positions = {section.id: at for at, section in enumerate(document.sections)}
    return [positions[passage.section_id] for passage in document.passages]


def summary(document: Document, known_fingerprint: bytes) -> Summary:
    """Return a document's summary."""
    named = document.named_by_file
    return Summary(document.id, document.title, document.also, named, known_fingerprint, len(document.passages))


def fingerprint(document: Document) -> bytes:
    """Return what two documents share that differ in nothing but their names: 32 bytes, a SHA-256.

    The text, its sections, passages, sentences and pages, what the file says about itself, and its title where it
    states one.
    """
    sections = [
        (s.id, s.title, s.number, s.level, s.parent_id, s.heading_start, s.heading_end, s.start, s.end)
        for s in document.sections
    ]
    passages = [
        (p.id, p.section_id, p.start, p.end, [(s.start, s.end, s.kind.value, s.paragraph) for s in p.sentences])
        for p in document.passages
    ]
    title = None if document.named_by_file else document.title
    about = sorted(document.metadata.items())
    digest = hashlib.sha256(repr((title, about, document.page_starts, sections, passages)).encode())
    digest.update(document.text.encode(errors="surrogatepass"))
    return digest.digest()


def content_hash(documents: Sequence[Document]) -> str:
    """Return the SHA-256 (hex) of everything that an index keeps of documents."""
    digest = hashlib.sha256()
    for each in summaries(documents):
        digest.update(repr((each.id, each.also, each.title, each.named_by_file)).encode())
        digest.update(each.fingerprint)
    return digest.hexdigest()
