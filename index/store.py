"""The index on disk: one folder, complete when its manifest is there, refused when anything does not match."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import IndexStoreError
from index.cache import CACHE_VARIABLE, cache_folder
from index.lexical import LexicalIndex
from index.reuse import text_key
from index.search import Index, passage_texts
from index.vectors import DenseIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from corpus import Corpus
    from index.encoder import Encoder

FORMAT = 2
MANIFEST = "manifest.json"
VECTORS = "vectors.faiss"
LEXICAL = "lexical"
KEYS = "texts.sha256"
"""The keys of the passages' texts, in order, each SHA-256's 32 bytes."""

_log = logging.getLogger(__name__)


def default_folder(root: Path, encoder: Encoder) -> Path:
    """Return where the index of the corpus at `root` lies: below $FOOTNOTE_CACHE or the user's cache folder."""
    name = hashlib.sha256(f"{root.resolve()}\n{encoder.fingerprint}".encode()).hexdigest()[:16]
    return cache_folder() / "indexes" / f"{root.stem}-{name}"


def save(index: Index, folder: Path) -> None:
    """Write the index beside its place and move it there whole; the manifest is written last.

    Raises:
        IndexStoreError: the folder cannot be written. What stood there before still stands.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise IndexStoreError(f"cannot write an index at {folder}: {error.strerror}; set {CACHE_VARIABLE}") from error
    try:
        index.dense.save(made / VECTORS)
        index.lexical.save(made / LEXICAL)
        (made / KEYS).write_bytes(b"".join(map(text_key, passage_texts(index.corpus))))
        manifest = {**_identity(index.corpus, index.encoder), "passages": len(index.corpus.passages)}
        manifest["dimension"] = index.dense.dimension
        manifest["checksums"] = _checksums(made)
        (made / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        _replace(made, folder)
    except (OSError, RuntimeError) as error:
        raise IndexStoreError(f"cannot write an index at {folder}: {error}; set {CACHE_VARIABLE}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def load(folder: Path, corpus: Corpus, encoder: Encoder) -> Index:
    """Return the index in a folder.

    Raises:
        IndexStoreError: it is missing, half-written or damaged, or belongs to another encoder, corpus or format.
    """
    rebuild = "run: footnote index PATH"
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IndexStoreError(f"no complete index at {folder}; {rebuild}") from None
    except (OSError, ValueError) as error:
        raise IndexStoreError(f"the manifest of the index at {folder} cannot be read; {rebuild}") from error
    if not isinstance(manifest, dict):
        raise IndexStoreError(f"the manifest of the index at {folder} is not a table; {rebuild}")
    for key, expected in _identity(corpus, encoder).items():
        if manifest.get(key) != expected:
            raise IndexStoreError(
                f"the index at {folder} was built with {key} {manifest.get(key)!r}, not {expected!r}; {rebuild}"
            )
    if manifest.get("checksums") != _checksums(folder):
        raise IndexStoreError(f"the index at {folder} is damaged: its files' checksums differ; {rebuild}")
    return Index(corpus, encoder, DenseIndex.load(folder / VECTORS), LexicalIndex.load(folder / LEXICAL))


def known_vectors(folder: Path, encoder: Encoder) -> dict[bytes, NDArray[np.float32]]:
    """Return the vectors that an index on disk holds, by their texts' keys; none where it is not whole or another's.

    The corpus may have changed since: a text that did not keeps its vector.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if (manifest["format"], manifest["encoder"]) != (FORMAT, encoder.fingerprint):
            return {}
        if manifest["checksums"] != _checksums(folder):
            return {}
        keys = (folder / KEYS).read_bytes()
        rows = DenseIndex.load(folder / VECTORS).rows()
    except (OSError, ValueError, KeyError, TypeError, IndexStoreError):
        return {}
    return {keys[32 * at : 32 * at + 32]: row for at, row in enumerate(rows)}


def fits(folder: Path, corpus: Corpus, encoder: Encoder) -> bool:
    """Tell whether the index in a folder is whole and of this corpus and encoder."""
    try:
        load(folder, corpus, encoder)
    except IndexStoreError:
        return False
    return True


def renewed(
    folder: Path, corpus: Corpus, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> Index:
    """Return a new index of the corpus in memory that keeps what still holds of the one in a folder."""
    return Index.build(corpus, encoder, known_vectors(folder, encoder), progress)


def open_or_build(
    root: Path, corpus: Corpus, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> Index:
    """Return the index of a corpus: the one on disk where it fits, else a new one, saved where that is possible.

    Of what the one on disk holds, each vector whose text is still there is kept; `progress` hears of the others.
    """
    folder = default_folder(root, encoder)
    try:
        return load(folder, corpus, encoder)
    except IndexStoreError as reason:
        _log.info("building the index: %s", reason)
    index = renewed(folder, corpus, encoder, progress)
    try:
        save(index, folder)
    except IndexStoreError as error:
        _log.warning("the index stays in memory only: %s", error)
    return index


def _identity(corpus: Corpus, encoder: Encoder) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "encoder": encoder.fingerprint,
        "corpus": corpus.content_hash,
        "chunking": asdict(corpus.chunking),
    }


def _checksums(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != MANIFEST)
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _replace(made: Path, folder: Path) -> None:
    """Move a finished folder into place; a process that loses a race to another leaves the other's."""
    retired = made.with_name(f"{made.name}-old")
    if folder.exists():
        folder.rename(retired)
    try:
        made.rename(folder)
    except OSError:
        if not (folder / MANIFEST).is_file():
            if retired.exists():
                retired.rename(folder)
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)
