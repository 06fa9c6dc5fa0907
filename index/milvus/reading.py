"""Reading: a version of an index in Milvus is opened, or gives its vectors to the next one."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import IndexStoreError, StoreDownError
from corpus.splitting import Chunking
from index.milvus.connection import DENSE, AbsentError
from index.milvus.corpus import MilvusDocuments, StoredCorpus
from index.milvus.naming import documents_of
from index.milvus.rows import ABOUT, FORMAT, VOCABULARY, joined, settings_of
from index.milvus.search import MilvusIndex
from index.reuse import KEY_BYTES, Earlier, nothing_earlier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from index.encoder import Encoder
    from index.milvus.connection import Connection

_LOG = logging.getLogger(__name__)


def open_version(connection: Connection, collection: str, encoder: Encoder, place: str) -> MilvusIndex:
    """Return the index whose passages stand in a collection; `place` is what `--store` takes for it.

    Raises:
        IndexStoreError: it is not whole, or of another format or encoder.
        StoreDownError: Milvus does not answer.
    """
    values = _values(connection, collection, ABOUT, VOCABULARY)
    about, words = values[ABOUT], values[VOCABULARY]
    for key, expected in {"format": FORMAT, "encoder": encoder.fingerprint}.items():
        if about.get(key) != expected:
            raise IndexStoreError(
                f"the index at {place} was built with {key} {about.get(key)!r}, not {expected!r}; "
                f"run: footnote index PATH --store {place}"
            )
    corpus = StoredCorpus(
        MilvusDocuments(connection, documents_of(collection), about["documents"]),
        settings_of(about["settings"]),
        Chunking(**about["chunking"]),
        passage_count=about["passages"],
        known_hash=about["corpus"],
    )
    known = (tuple(words["words"]), frozenset(words["headings"]))
    return MilvusIndex(connection, collection, corpus, encoder, *known)


def earlier_vectors(connection: Connection, collection: str | None, encoder: Encoder) -> Earlier:
    """Return the vectors of the version whose passages stand in a collection, by the keys of their texts.

    There are none without a collection, nor from one of another encoder or format, or one that cannot be read.

    Raises:
        StoreDownError: Milvus does not answer.
    """
    keys: list[bytes] = []
    vectors: list[NDArray[np.float32]] = []
    with _unless_damaged():
        about = _values(connection, collection, ABOUT)[ABOUT] if collection else {}
        if collection and (about.get("format"), about.get("encoder")) == (FORMAT, encoder.fingerprint):
            for page in connection.all_rows(collection, ("text_key", DENSE)):
                keys += [bytes.fromhex(row["text_key"]) for row in page]
                vectors.append(np.array([row[DENSE] for row in page], dtype=np.float32))
    nothing = nothing_earlier(encoder)
    if len(keys) != sum(map(len, vectors)) or not keys:
        return nothing
    found = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
    return replace(nothing, keys=found, vectors=np.concatenate(vectors))


def _values(connection: Connection, collection: str, *numbers: int) -> dict[int, Any]:
    documents, condition = documents_of(collection), f"document in {list(numbers)} and part >= 0"
    values = joined(connection.rows(documents, condition, ("document", "part", "parts", "content")))
    if missing := set(numbers) - set(values):
        raise IndexStoreError(f"{documents} in Milvus lacks {missing}; run: footnote index PATH --store …")
    return values


@contextmanager
def _unless_damaged() -> Iterator[None]:
    """Go on without what cannot be read, since it is made again; a server that is away is another matter."""
    try:
        yield
    except AbsentError:
        return
    except StoreDownError:
        raise
    except (IndexStoreError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("what was indexed before cannot be taken over: %s", error)
