"""Names: what the collections of an index in Milvus are called, and which index a collection belongs to.

A version of an index is two collections, of passages and of documents, named after the index and what the version is
made of. The index's own name is an alias of the passages' collection of the version that is served.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.milvus.connection import Connection

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_PASSAGES, _DOCUMENTS = "__passages_", "__documents_"
_VERSION = re.compile(rf"(?P<name>.+)(?:{_PASSAGES}|{_DOCUMENTS})(?P<version>[0-9a-f]{{16}})")


def checked(name: str) -> str:
    """Return the name of an index.

    Raises:
        SettingsError: it is none that Milvus takes.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r:.80} cannot name an index in Milvus, which takes letters, digits and _, and no digit first; "
            "give another: --store milvus:URI#NAME"
        )
    return name


def passages_of(name: str, made_of: Sequence[object]) -> str:
    """Return the collection for the passages of a version of an index: the same one for the same things.

    >>> passages_of("notes", ["what it is made of"])
    'notes__passages_5c7b1622c93ef4c6'
    """
    return f"{name}{_PASSAGES}{hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]}"


def documents_of(passages: str) -> str:
    """Return the collection of documents beside one of passages.

    >>> documents_of("notes__passages_5c7b1622c93ef4c6")
    'notes__documents_5c7b1622c93ef4c6'
    """
    name, _, version = passages.rpartition(_PASSAGES)
    return f"{name}{_DOCUMENTS}{version}"


def index_of(collection: str) -> str | None:
    """Return the name of the index that a collection belongs to; None for a collection that is none of ours.

    >>> index_of("notes__documents_5c7b1622c93ef4c6"), index_of("somebody_elses")
    ('notes', None)
    """
    match = _VERSION.fullmatch(collection)
    return match["name"] if match else None


def names(connection: Connection) -> list[str]:
    """Return the names of the indexes that a server has, in order.

    Raises:
        StoreDownError: it does not answer.
    """
    found = {name for each in connection.collections() if (name := index_of(each))}
    return sorted(name for name in found if connection.served(name))
