"""The corpus in Milvus: documents are fetched when they are looked at, the latest stay in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, overload

from corpus import Corpus, Document, Passage
from corpus.errors import IndexStoreError
from index.milvus.rows import document_of, joined, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.milvus.connection import Connection

KEPT_CHARACTERS = 50_000_000
"""How many characters of the documents that were looked at last stay in memory."""
_AT_ONCE = 32
_PIECES = ("document", "part", "parts", "content")


class StoredDocuments(Sequence[Document]):
    """The documents of one version of an index, in their order; threads may share it."""

    def __init__(self, connection: Connection, collection: str, count: int) -> None:
        self._connection = connection
        self._collection = collection
        self._count = count
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Document] = OrderedDict()
        self._characters = 0
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Document, ...]: ...
    def __getitem__(self, at: int | slice) -> Document | tuple[Document, ...]:
        numbers = range(self._count)[at]
        if isinstance(numbers, int):
            return self.fetched([numbers])[numbers]
        found = self.fetched(numbers)
        return tuple(found[number] for number in numbers)

    def __iter__(self) -> Iterator[Document]:
        for start in range(0, self._count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, self._count))
            read = self._read(numbers)  # a walk through all must not push out what visitors look at
            yield from (read[number] for number in numbers)

    def fetched(self, numbers: Iterable[int]) -> dict[int, Document]:
        """Return the documents with these numbers; those that are not at hand come in one request."""
        wanted = list(dict.fromkeys(numbers))
        with self._lock:
            found = {number: self._kept[number] for number in wanted if number in self._kept}
            for number in found:
                self._kept.move_to_end(number)
        missing = [number for number in wanted if number not in found]
        for start in range(0, len(missing), _AT_ONCE):
            found |= self._read(missing[start : start + _AT_ONCE])
        if missing:
            with self._lock:
                for number in missing:
                    self._keep(number, found[number])
        return found

    def number_of(self, name: str) -> int:
        """Return the number of the document with this id, or with a further file of this id.

        Raises:
            KeyError: there is none.
        """
        with self._lock:
            if name in self._numbers:
                return self._numbers[name]
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

    def _keep(self, number: int, document: Document) -> None:
        if number not in self._kept:
            self._characters += len(document.text)
        self._kept[number] = document
        self._numbers |= dict.fromkeys((document.id, *document.also), number)
        while self._characters > KEPT_CHARACTERS and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._characters -= len(gone.text)
            for name in (gone.id, *gone.also):
                self._numbers.pop(name, None)


class StoredPassages(Sequence[Passage]):
    """Every passage, in the order in which the index holds them; whoever wants them all reads every document."""

    def __init__(self, documents: Sequence[Document], count: int) -> None:
        self._documents = documents
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Passage]:
        return (passage for document in self._documents for passage in document.passages)

    @overload
    def __getitem__(self, at: int) -> Passage: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, at: int | slice) -> Passage | tuple[Passage, ...]:
        return tuple(self)[at]


@dataclass(frozen=True)
class StoredCorpus(Corpus):
    """A corpus that Milvus holds; the files that it was made from need not be there."""

    passage_count: int = 0
    known_hash: str = ""

    @property
    def stored(self) -> StoredDocuments:
        """The documents as what they are."""
        if not isinstance(self.documents, StoredDocuments):
            raise TypeError("a stored corpus holds stored documents")
        return self.documents

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order in which the index holds them."""
        return StoredPassages(self.documents, self.passage_count)

    @cached_property
    def content_hash(self) -> str:
        """What `Corpus.content_hash` was when the index was built."""
        return self.known_hash

    def document(self, document_id: str) -> Document:
        """Return the document with this id, or that has its text from a file with this id as well.

        Raises:
            KeyError: no document has it.
        """
        return self.stored[self.stored.number_of(document_id)]

    @cached_property
    def outline(self) -> Corpus:
        """The same corpus without its words, which is what filters look at: in memory once it was asked for."""
        bare = [
            replace(document, text="", passages=tuple(replace(p, sentences=()) for p in document.passages))
            for document in self.documents
        ]
        return Corpus(bare, self.settings)
