"""Building: an index is opened where it fits, else made, one process at a time, going on where one was stopped."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from corpus import load_corpus
from corpus.errors import IndexBusyError, IndexStoreError
from index import store
from index.checkpoint import Checkpoint
from index.lock import alone
from index.search import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus import Corpus
    from corpus.places import Given
    from index.encoder import Encoder

_log = logging.getLogger(__name__)


def open_or_build(given: Given, encoder: Encoder, progress: Callable[[int, int], None] | None = None) -> Index:
    """Return the index of a corpus: the one on disk where it fits, else a new one, saved where that is possible.

    While another process builds it, the one before is returned, if there is one. `progress` hears of passages that are
    embedded.

    Raises:
        CorpusError: there is nothing to read.
        SettingsError: the corpus's settings cannot be used.
    """
    folder = store.default_folder(given, encoder)
    corpus = load_corpus(given, known=store.known_documents(folder))
    try:
        return store.load(folder, encoder, corpus)
    except IndexStoreError as reason:
        _log.info("building the index: %s", reason)
    try:
        return _opened(folder, corpus, encoder, renew(folder, corpus, encoder, progress)[0])
    except IndexBusyError as busy:
        return _meanwhile(folder, corpus, encoder, progress, busy)
    except IndexStoreError as error:
        _log.warning("the index stays in memory only: %s", error)
        return Index.build(corpus, encoder, store.earlier(folder, encoder), progress)


def renew(
    folder: Path,
    corpus: Corpus,
    encoder: Encoder,
    progress: Callable[[int, int], None] | None = None,
    waiting: Callable[[], None] | None = None,
) -> tuple[Index, bool]:
    """Return the index of a corpus, and whether it had to be built; then it was saved, too.

    Only what neither the index on disk nor an earlier build that was stopped has embedded is embedded. Where another
    process is building here, `waiting` is called and that one waited for.

    Raises:
        IndexBusyError: another process is building here and `waiting` is None.
        IndexStoreError: the folder cannot be written. What stood there before still stands.
    """
    with alone(folder, waiting):
        try:
            return store.load(folder, encoder, corpus), False
        except IndexStoreError:
            pass
        earlier = store.earlier(folder, encoder)
        checkpoint = Checkpoint(folder / store.CHECKPOINT, encoder)
        with checkpoint:
            index = Index.build(corpus, encoder, earlier, progress, checkpoint.add)
        store.save(index, folder)
        checkpoint.discard()
    return index, True


def _meanwhile(
    folder: Path,
    corpus: Corpus,
    encoder: Encoder,
    progress: Callable[[int, int], None] | None,
    busy: IndexBusyError,
) -> Index:
    """Return the index before the one that another process is building, or wait for that where there is none."""
    try:
        index = store.load(folder, encoder)
    except IndexStoreError:
        _log.warning("%s; waiting for it", busy)
        return _opened(folder, corpus, encoder, renew(folder, corpus, encoder, progress, waiting=lambda: None)[0])
    _log.warning("%s; until it is done, answers come from the index before", busy)
    return index.with_settings(corpus.settings)


def _opened(folder: Path, corpus: Corpus, encoder: Encoder, made: Index) -> Index:
    """Return the index of a corpus from the disk, where it needs less memory than the one just `made`."""
    try:
        return store.load(folder, encoder, corpus)
    except IndexStoreError:  # another process has put a newer one in its place
        return made
