"""The index on disk: a manifest that names one folder of data, both refused when anything does not match."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus import Corpus
from corpus.errors import IndexStoreError
from corpus.places import Given, Places
from corpus.readers import reading_version
from corpus.splitting import Chunking
from index.cache import CACHE_VARIABLE, cache_folder
from index.checkpoint import Checkpoint
from index.documents import StoredDocuments, save_documents
from index.lexical import LexicalIndex
from index.reuse import KEY_BYTES, Earlier, nothing_earlier
from index.search import Index
from index.vectors import DenseIndex

if TYPE_CHECKING:
    from index.encoder import Encoder

FORMAT = 5
MANIFEST = "manifest.json"
DOCUMENTS = "documents.sqlite"
VECTORS = "vectors.faiss"
ROWS = "vectors.npy"
"""The exact vectors, where `VECTORS` holds them in fewer bytes."""
LEXICAL = "lexical"
KEYS = "texts.sha256"
"""The keys of the passages' texts, in order, each SHA-256's 32 bytes."""
LOCK = "lock"
CHECKPOINT = "checkpoint"

_DATA = "data-"
_VECTORS_KNOWN_FROM = 2
"""The oldest format whose vectors are taken over."""
_READ_TRIES = 5
_REBUILD = "run: footnote index PATH"
_log = logging.getLogger(__name__)


def default_folder(given: Given, encoder: Encoder) -> Path:
    """Return where a corpus's index lies: below $FOOTNOTE_CACHE or the user's cache folder."""
    places = Places.of(given)
    name = hashlib.sha256(f"{places.identity}\n{encoder.fingerprint}".encode()).hexdigest()[:16]
    return cache_folder() / "indexes" / f"{places.name}-{name}"


def save(index: Index, folder: Path) -> None:
    """Write an index; it takes the place of the one before when it is whole on the disk, and not earlier.

    The data gets a folder of its own, then the manifest names that: the one step that counts. Whoever kills the process
    before leaves the index before, after it this one. One process at a time may do this in a folder: see `alone`.

    Raises:
        IndexStoreError: the folder cannot be written. What stood there before still stands.
    """
    data = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        data = Path(tempfile.mkdtemp(prefix=_DATA, dir=folder))
        save_documents(index.corpus.documents, data / DOCUMENTS)
        index.dense.save(data / VECTORS)
        index.lexical.save(data / LEXICAL)
        (data / KEYS).write_bytes(index.keys().tobytes())
        table = _described(index, data)
        _sync(*(file for file in data.rglob("*") if file.is_file()), data / LEXICAL, data, folder)
        _switch(folder / MANIFEST, json.dumps({**table, "seal": _seal(table)}, indent=2))
    except (OSError, RuntimeError) as error:
        if data:
            shutil.rmtree(data, ignore_errors=True)
        raise unwritable(folder, error) from error
    for rest in folder.iterdir():
        if rest.name not in {MANIFEST, LOCK, CHECKPOINT, data.name}:
            shutil.rmtree(rest, ignore_errors=True) if rest.is_dir() else rest.unlink(missing_ok=True)


def load(folder: Path, encoder: Encoder, corpus: Corpus | None = None) -> Index:
    """Return the index in a folder: that of `corpus`, or of whatever documents it holds.

    Raises:
        IndexStoreError: it is missing or damaged, or belongs to another encoder, corpus or format.
    """
    for _ in range(_READ_TRIES):
        seen = stamp(folder)
        try:
            return _load(folder, encoder, corpus)
        except IndexStoreError:
            if seen == stamp(folder):
                raise
    raise IndexStoreError(f"the index at {folder} is renewed again and again; wait for `footnote index` to end")


def fits(folder: Path, corpus: Corpus, encoder: Encoder) -> bool:
    """Tell whether the index in a folder is whole and of this corpus and encoder."""
    try:
        load(folder, encoder, corpus)
    except IndexStoreError:
        return False
    return True


def stamp(folder: Path) -> tuple[int, int, int] | None:
    """Return what differs after every save to a folder, at the price of one look at the disk; None without an index."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def manifest(folder: Path) -> dict[str, Any]:
    """Return an index's manifest, its seal checked.

    Raises:
        IndexStoreError: there is none, or it is damaged.
    """
    try:
        table = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IndexStoreError(f"no complete index at {folder}; {_REBUILD}") from None
    except (OSError, ValueError) as error:
        raise IndexStoreError(f"the manifest of the index at {folder} cannot be read; {_REBUILD}") from error
    if not isinstance(table, dict):
        raise IndexStoreError(f"the manifest of the index at {folder} is not a table; {_REBUILD}")
    if table.get("format") == FORMAT and table.pop("seal", None) != _seal(table):
        raise IndexStoreError(f"the manifest of the index at {folder} is damaged; {_REBUILD}")
    return table


def known_documents(folder: Path) -> StoredDocuments | None:
    """Return the documents that an index on disk holds as they would be read today; None where it is not whole."""
    try:
        table = manifest(folder)
        data = folder / str(table["data"])
        as_today = table["format"] == FORMAT and table["reading"] == reading_version()
        if not as_today or table["chunking"] != asdict(Chunking()):
            return None
        if table["checksums"][DOCUMENTS] != _checksum(data / DOCUMENTS):
            return None
        return StoredDocuments(data / DOCUMENTS)
    except (OSError, KeyError, TypeError, IndexStoreError):
        return None


def earlier(folder: Path, encoder: Encoder) -> Earlier:
    """Return what an index on disk and a build that was stopped give to the next one.

    It is nothing where either is not whole or another encoder's. The corpus may have changed since.
    """
    found = _saved(folder, encoder) or nothing_earlier(encoder)
    return replace(found, kept=Checkpoint(folder / CHECKPOINT, encoder).read())


def _saved(folder: Path, encoder: Encoder) -> Earlier | None:
    try:
        table = manifest(folder)
        if not _VECTORS_KNOWN_FROM <= table["format"] <= FORMAT or table["encoder"] != encoder.fingerprint:
            return None
        data = folder / table.get("data", "")
        whole = table["format"] == FORMAT
        files = [name for name in table["checksums"] if whole or name in {KEYS, VECTORS, ROWS}]
        if any(table["checksums"][name] != _checksum(data / name) for name in files):
            return None
        keys = np.fromfile(data / KEYS, dtype=np.uint8).reshape(-1, KEY_BYTES)
        dense = DenseIndex.load(data / VECTORS, table["vectors"] if whole else None)
        if not whole:
            return Earlier(keys, dense.rows())
        documents, lexical = StoredDocuments(data / DOCUMENTS), LexicalIndex.load(data / LEXICAL)
        return Earlier(keys, dense.rows(), documents, lexical, dense)
    except (OSError, ValueError, KeyError, TypeError, IndexStoreError):
        return None


def _load(folder: Path, encoder: Encoder, corpus: Corpus | None) -> Index:
    table = manifest(folder)
    expected = {"format": FORMAT, "encoder": encoder.fingerprint}
    if corpus is not None:
        expected |= {"corpus": corpus.content_hash, "chunking": asdict(corpus.chunking)}
    for key, value in expected.items():
        if table.get(key) != value:
            raise IndexStoreError(
                f"the index at {folder} was built with {key} {table.get(key)!r}, not {value!r}; {_REBUILD}"
            )
    data = folder / table["data"]
    damaged = IndexStoreError(f"the index at {folder} is damaged: its files' checksums differ; {_REBUILD}")
    if table["checksums"] != _checksums(data):
        raise damaged
    documents = StoredDocuments(data / DOCUMENTS)
    if corpus is None:
        corpus = Corpus(documents, chunking=Chunking(**table["chunking"]))
    else:
        corpus = replace(corpus, documents=documents)  # what was read can be let go
    dense = DenseIndex.load(data / VECTORS, table["vectors"])
    return Index(corpus, encoder, dense, LexicalIndex.load(data / LEXICAL))


def _described(index: Index, data: Path) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "encoder": index.encoder.fingerprint,
        "corpus": index.corpus.content_hash,
        "chunking": asdict(index.corpus.chunking),
        "reading": reading_version(),
        "documents": len(index.corpus.documents),
        "passages": len(index.corpus.passages),
        "dimension": index.dense.dimension,
        "vectors": index.dense.means.to_dict(),
        "data": data.name,
        "checksums": _checksums(data),
    }


def _switch(file: Path, content: str) -> None:
    """Put a file in the place of another in one step."""
    made = file.with_name(f".{file.name}")
    made.write_text(content, encoding="utf-8")
    _sync(made)
    made.replace(file)
    with suppress(OSError):  # the step is done; that it may not outlast a power cut is no reason to take it back
        _sync(file.parent)


def _sync(*paths: Path) -> None:
    """Bring files and folders to the disk, so that not even a power cut parts them."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _seal(table: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _checksums(data: Path) -> dict[str, str]:
    try:
        files = sorted(file for file in data.rglob("*") if file.is_file())
        return {file.relative_to(data).as_posix(): _checksum(file) for file in files}
    except OSError:  # a build that has just ended takes the data before away
        return {}


def unwritable(folder: Path, error: Exception) -> IndexStoreError:
    """Return the error that says that a folder cannot be written, and what helps."""
    detail = error.strerror if isinstance(error, OSError) and error.strerror else error
    return IndexStoreError(f"cannot write an index at {folder}: {detail}; free some space or set {CACHE_VARIABLE}")
