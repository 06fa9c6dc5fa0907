"""Versions: an index in Milvus is made beside the one that is served, and takes its place in one step.

Who asks looks up once which version the index's name stands for, and stays with it. A build that is stopped leaves the
name where it was. The version before is kept for those who still ask it, older ones and what stopped builds left are
dropped after the next build.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import IndexStoreError
from corpus.readers import reading_version
from index.cache import cache_folder
from index.checkpoint import Checkpoint
from index.lock import alone
from index.milvus.naming import checked, documents_of, index_of, names, passages_of
from index.milvus.reading import earlier_vectors, open_version
from index.milvus.rows import FORMAT, settings_table
from index.milvus.writing import write_version
from index.reuse import encode_new
from index.search import embedded_texts
from index.store import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus import Corpus
    from index.encoder import Encoder
    from index.milvus.connection import Connection
    from index.milvus.search import MilvusIndex


class MilvusStore:
    """The index of one corpus in Milvus."""

    def __init__(self, connection: Connection, uri: str, name: str, encoder: Encoder) -> None:
        """Say where it stands; nothing is asked yet.

        Raises:
            SettingsError: the name is none that Milvus takes.
        """
        self.name = checked(name)
        self.place = f"milvus:{uri.rpartition('@')[2]}#{name}"
        self._encoder = encoder
        self._connection = connection
        own = hashlib.sha256(f"{self.place}\n{encoder.fingerprint}".encode()).hexdigest()[:16]
        self._folder = cache_folder() / "indexes" / f"milvus-{name}-{own}"

    def stamp(self) -> str | None:
        """Return what differs between versions; None where there is no index.

        Raises:
            StoreDownError: Milvus does not answer.
        """
        return self._connection.served(self.name)

    def open(self) -> MilvusIndex:
        """Return the index that is served; the files that it was made from need not be there.

        Raises:
            IndexStoreError: there is none, or it is of another format or encoder.
            StoreDownError: Milvus does not answer.
        """
        collection = self._connection.served(self.name)
        if collection is None:
            there = ", ".join(names(self._connection)) or "none"
            raise IndexStoreError(
                f"no index at {self.place} (there: {there}); run: footnote index PATH --store {self.place}"
            )
        return open_version(self._connection, collection, self._encoder, self.place)

    def fits(self, corpus: Corpus) -> bool:
        """Tell whether what is served is the index of this corpus, with its settings, and of this encoder.

        Raises:
            StoreDownError: Milvus does not answer.
        """
        return self._connection.served(self.name) == self._version(corpus)

    def known_documents(self) -> None:
        """Return None: files are read anew, and only what is new in them embedded."""

    def renew(
        self,
        corpus: Corpus,
        progress: Callable[[int, int], None] | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> tuple[MilvusIndex, bool]:
        """Return the index of a corpus, and whether it had to be built; then it is served from now on.

        Only texts are embedded that neither the index that is served nor a build that was stopped here has embedded;
        the others' vectors are read from Milvus, and every row is written anew, since passages move when documents come
        and go. Where another process of this machine builds it, `waiting` is called and that one waited for.

        Raises:
            IndexBusyError: another process is building it and `waiting` is None.
            IndexStoreError: Milvus refused, or another machine built at the same time. What was served still is.
            StoreDownError: Milvus does not answer. What was served still is.
        """
        with alone(self._folder, waiting):
            if self.fits(corpus):
                return self.open(), False
            checkpoint = Checkpoint(self._folder / CHECKPOINT, self._encoder)
            texts = list(embedded_texts(corpus.documents))
            new = np.full(len(texts), -1, dtype=np.int64)
            with checkpoint:
                served = self._connection.served(self.name)
                earlier = replace(earlier_vectors(self._connection, served, self._encoder), kept=checkpoint.read())
                vectors, keys, _ = encode_new(texts, new, self._encoder, earlier, progress, checkpoint.add)
            del texts, earlier
            before, made = self._connection.served(self.name), self._version(corpus)
            write_version(self._connection, made, corpus, self._encoder.fingerprint, keys, vectors)
            self._connection.serve(made, self.name)
            checkpoint.discard()
            self._drop_all_but({made, *([before] if before else [])})
            return open_version(self._connection, made, self._encoder, self.place), True

    def _version(self, corpus: Corpus) -> str:
        """Return the collection that holds the passages of a corpus: the same one for the same things."""
        made_of = [
            FORMAT,
            self._encoder.fingerprint,
            corpus.content_hash,
            asdict(corpus.chunking),
            reading_version(),
            settings_table(corpus.settings),
        ]
        return passages_of(self.name, made_of)

    def _drop_all_but(self, kept: set[str]) -> None:
        """Drop this corpus's versions but those whose passages stand in these collections."""
        kept |= {documents_of(collection) for collection in kept}
        for collection in self._connection.collections():
            if index_of(collection) == self.name and collection not in kept:
                self._connection.drop(collection)
