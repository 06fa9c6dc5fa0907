"""The corpus in Milvus: documents are fetched when they are looked at, the latest stay in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from corpus import Corpus, Document, Passage
from corpus.errors import IndexStoreError
from corpus.lazy import LazyDocuments, LazyPassages, fingerprint, outline, summary
from index.milvus.rows import document_of, joined, name_key
from index.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from corpus.lazy import Outline, Summary
    from index.milvus.connection import Connection

T = TypeVar("T")
KEPT_CHARACTERS = 50_000_000
"""How many characters of the documents that were looked at last stay in memory."""
_KEPT_NAMES = 100_000
_AT_ONCE = 32
_PIECES = ("document", "part", "parts", "content")


class MilvusDocuments(LazyDocuments):
    """The documents of one version of an index, in their order; threads may share it."""

    def __init__(self, connection: Connection, collection: str, count: int) -> None:
        self._connection = connection
        self._collection = collection
        self._count = count
        self._recent: Recent[Document] = Recent(KEPT_CHARACTERS, lambda document: len(document.text))
        self._numbers: Recent[int] = Recent(_KEPT_NAMES, lambda _: 1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Document]:
        for start in range(0, self._count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, self._count))
            read = self._read(numbers)  # a walk through all must not push out what visitors look at
            yield from (read[number] for number in numbers)

    def fetched(self, numbers: Iterable[int]) -> dict[int, Document]:
        """Return the documents with these numbers; those that are not at hand come in one request."""
        wanted = dict.fromkeys(numbers)
        found = {number: document for number in wanted if (document := self._recent.seen(number))}
        missing = [number for number in wanted if number not in found]
        for start in range(0, len(missing), _AT_ONCE):
            for number, document in self._read(missing[start : start + _AT_ONCE]).items():
                found[number] = self._recent.get(number, _known(document))
                self._numbers.get(document.id, _known(number))
        return found

    def find(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        return self._at(self._numbers.get(document_id, lambda: self._number_of(document_id)))

    def summaries(self) -> Iterator[Summary]:
        """Yield what can be known of each document, in order; each is read for it."""
        return (summary(document, fingerprint(document)) for document in self)

    def outlines(self) -> Iterator[Outline]:
        """Yield each document without its words, in order; in memory once they were asked for."""
        return iter(self._outlines)

    @cached_property
    def _outlines(self) -> tuple[Outline, ...]:
        return tuple(map(outline, self))

    def _at(self, position: int) -> Document:
        return self.fetched([position])[position]

    def _number_of(self, name: str) -> int:
        condition = f"name == {name_key(name)} and part == -1"
        for row in self._connection.rows(self._collection, condition, ("document", "content")):
            if row["content"] == name:
                return int(row["document"])
        raise KeyError(name)

    def _read(self, numbers: Sequence[int]) -> dict[int, Document]:
        condition = f"document in {list(numbers)} and part >= 0"
        values = joined(self._connection.rows(self._collection, condition, _PIECES))
        if missing := [number for number in numbers if number not in values]:
            raise IndexStoreError(f"Milvus lacks the documents {missing}; run: footnote index PATH --store …")
        return {number: document_of(values[number]) for number in numbers}


def _known(value: T) -> Callable[[], T]:
    return lambda: value


class MilvusPassages(LazyPassages):
    """Every passage, in the order in which the index holds them; all documents are read to get at them."""

    def __init__(self, documents: LazyDocuments, count: int) -> None:
        self._documents = documents
        self._count = count

    def __len__(self) -> int:
        return self._count

    def _at(self, position: int) -> Passage:
        return next(islice(self, position, None))


@dataclass(frozen=True)
class StoredCorpus(Corpus):
    """A corpus that Milvus holds; the files that it was made from need not be there."""

    passage_count: int = 0
    known_hash: str = ""

    @property
    def stored(self) -> MilvusDocuments:
        """The documents as what they are."""
        if not isinstance(self.documents, MilvusDocuments):
            raise TypeError("a stored corpus holds stored documents")
        return self.documents

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order in which the index holds them."""
        return MilvusPassages(self.stored, self.passage_count)

    @cached_property
    def content_hash(self) -> str:
        """What `Corpus.content_hash` was when the index was built."""
        return self.known_hash
