"""An index in Milvus as it changes: answers come from the version that is served, from one question to the next."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from corpus.errors import IndexStoreError

if TYPE_CHECKING:
    from index.milvus.versions import MilvusStore
    from qa.pipeline import ArticleQA

LOOKED_AFTER = 2.0
"""Seconds between two looks at which version is served."""
_LOG = logging.getLogger(__name__)


class StoredQA:
    """Hands out the question answering of the version that is served; whoever asks never waits for a newer one."""

    def __init__(self, qa: ArticleQA, store: MilvusStore, version: str) -> None:
        self._qa = qa
        self._store = store
        self._version = version
        self._looked = time.monotonic()
        self._looking = threading.Lock()

    def current(self) -> ArticleQA:
        """Return what answers now; a newer version is looked for and opened in the background."""
        if time.monotonic() - self._looked > LOOKED_AFTER and not self._looking.locked():
            self._looked = time.monotonic()
            threading.Thread(target=self.refresh, name="renewed index", daemon=True).start()
        return self._qa

    def refresh(self) -> bool:
        """Open the version that is served if it is not the one that answers; tell whether that has changed."""
        with self._looking:
            try:
                served = self._store.stamp()
                if served in (None, self._version):
                    return False
                index = self._store.open()
                self._qa, self._version = self._qa.on(index), index.collection
            except IndexStoreError as error:
                _LOG.warning("answers still come from the index before: %s", error)
                return False
            _LOG.info("answers come from a new index of %s now", self._qa.corpus.title)
            return True
