"""Stores: where an index is kept, on this machine's disk or in Milvus; `--store` chooses."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol, Self

from corpus import load_corpus
from corpus.errors import IndexStoreError, SettingsError
from corpus.places import Places
from index import store
from index.building import open_or_build, renew

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus import Corpus
    from corpus.places import Given
    from corpus.reading import Known
    from index.encoder import Encoder
    from index.milvus.connection import Connection
    from index.milvus.versions import MilvusStore
    from index.search import Searchable

STORE_VARIABLE = "FOOTNOTE_STORE"
_MILVUS = "milvus:"


class Store(Protocol):
    """Keeps the index of one corpus."""

    @property
    def place(self) -> str:
        """Where it lies, for people."""

    def fits(self, corpus: Corpus) -> bool:
        """Tell whether it holds the index of this corpus."""

    def known_documents(self) -> Known | None:
        """Return the documents that it holds, so that unchanged files are not read again; None if it cannot tell."""

    def renew(
        self,
        corpus: Corpus,
        progress: Callable[[int, int], None] | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> tuple[Searchable, bool]:
        """Return the index of a corpus, and whether it had to be built; see `index.building.renew`."""


class FolderStore:
    """Keeps an index in a folder of this machine, for FAISS."""

    def __init__(self, given: Given, encoder: Encoder) -> None:
        self._folder = store.default_folder(given, encoder)
        self._encoder = encoder
        self.place = str(self._folder)

    def fits(self, corpus: Corpus) -> bool:
        """Tell whether the index in the folder is whole and of this corpus."""
        return store.fits(self._folder, corpus, self._encoder)

    def known_documents(self) -> Known | None:
        """Return the documents of the index in the folder."""
        return store.known_documents(self._folder)

    def renew(
        self,
        corpus: Corpus,
        progress: Callable[[int, int], None] | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> tuple[Searchable, bool]:
        """Return the index of a corpus, and whether it had to be built."""
        return renew(self._folder, corpus, self._encoder, progress, waiting)


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """The address of a Milvus server and the name of an index there; no name where none was given."""

    uri: str
    name: str = ""

    @classmethod
    def parse(cls, spec: str) -> Self:
        """Return what `--store` says.

        >>> StoreAddress.parse("milvus:http://milvus:19530#notes")
        StoreAddress(uri='http://milvus:19530', name='notes')

        Raises:
            SettingsError: it is no such address.
        """
        uri, _, name = spec.removeprefix(_MILVUS).partition("#")
        if not spec.startswith(_MILVUS) or not uri:
            raise SettingsError(
                f"--store takes milvus:URI#NAME, as in milvus:http://localhost:19530#notes, not {spec!r:.80}"
            )
        return cls(uri, name)

    @property
    def connection(self) -> Connection:
        """The connection to the server, one a process.

        Raises:
            SettingsError: pymilvus is not installed.
            StoreDownError: it does not answer.
        """
        return _connection(self.uri)

    def names(self) -> list[str]:
        """Return the names of the indexes that are meant: the one that was named, or all that the server has.

        Raises:
            IndexStoreError: it has none.
            StoreDownError: it does not answer.
        """
        from index.milvus.naming import names  # noqa: PLC0415  (an extra)

        if self.name:
            return [self.name]
        found = names(self.connection)
        if not found:
            raise IndexStoreError(
                f"Milvus at {self.uri.rpartition('@')[2]} has no index yet; run: footnote index PATH --store milvus:URI"
            )
        return found

    def only_name(self) -> str:
        """Return the name that was given, or that of the only index there is.

        Raises:
            IndexStoreError: there is none, or there are several.
        """
        found = self.names()
        if len(found) > 1:
            raise IndexStoreError(
                f"there are several indexes: name one of {', '.join(found)} as in --store milvus:URI#NAME"
            )
        return found[0]


def store_address(spec: str | None) -> StoreAddress | None:
    """Return the store that is named by an option, or by FOOTNOTE_STORE; None for this machine's disk.

    Raises:
        SettingsError: it cannot be read.
    """
    chosen = spec or os.environ.get(STORE_VARIABLE)
    return StoreAddress.parse(chosen) if chosen else None


def milvus_store(address: StoreAddress, name: str, encoder: Encoder) -> MilvusStore:
    """Return the store of an index of that name.

    Raises:
        SettingsError: the name cannot be used, or pymilvus is not installed.
        StoreDownError: the server does not answer.
    """
    from index.milvus.versions import MilvusStore  # noqa: PLC0415  (an extra)

    return MilvusStore(address.connection, address.uri, name, encoder)


def opened(
    given: Given, encoder: Encoder, address: StoreAddress | None, progress: Callable[[int, int], None] | None = None
) -> Searchable:
    """Return an index: that of a corpus, built where what is kept does not fit, or one that Milvus has.

    Without `given`, Milvus alone is asked, and no file is looked at.

    Raises:
        CorpusError: there is nothing to read.
        SettingsError: the corpus's settings or the address cannot be used.
        IndexStoreError: Milvus has no such index, or refused to take it.
        StoreDownError: Milvus does not answer.
    """
    if address is None:
        return open_or_build(given, encoder, progress)
    if given is None:
        return milvus_store(address, address.only_name(), encoder).open()
    kept = store_for(given, encoder, address)
    corpus = load_corpus(given, known=kept.known_documents())
    return kept.renew(corpus, progress, waiting=lambda: None)[0]


def store_for(given: Given, encoder: Encoder, address: StoreAddress | None, name: str = "") -> Store:
    """Return where the index of a corpus is kept.

    In Milvus its name is the one in the address, else `name`, else that of its first file or folder.

    Raises:
        SettingsError: the name cannot be used, or pymilvus is not installed.
        StoreDownError: the server does not answer.
    """
    if address is None:
        return FolderStore(given, encoder)
    return milvus_store(address, address.name or plain_name(name or Places.of(given).name), encoder)


def plain_name(name: str) -> str:
    """Return a name that Milvus takes, made of another.

    >>> plain_name("my-notes"), plain_name("2024 papers")
    ('my_notes', '_2024_papers')
    """
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name)
    return plain if plain[:1].isalpha() or plain.startswith("_") else f"_{plain}"


@cache
def _connection(uri: str) -> Connection:
    from index.milvus.connection import Connection  # noqa: PLC0415  (an extra)

    return Connection(uri)
