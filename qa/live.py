"""A live corpus: when its index is built anew, answers come from the new one, from one question to the next."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from corpus.errors import IndexStoreError, SettingsError
from corpus.places import Places
from corpus.settings import read_settings
from index import store
from qa.pipeline import ArticleQA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus import Corpus
    from corpus.filters import Where
    from corpus.places import Given
    from index import Hit
    from qa.question import History
    from qa.records import Answer

_log = logging.getLogger(__name__)


class LiveQA:
    """Hands out the newest question answering of a corpus; `current()` looks at the disk once, for microseconds.

    A newer index is opened in the background while the one before answers, and takes its place when it is ready. What
    cannot be opened is reported and changes nothing. Whoever asks and then looks into the corpus holds on to one
    `current()`, so that both are of one version.
    """

    def __init__(self, qa: ArticleQA, given: Given = None) -> None:
        self._qa = qa
        self._places = Places.of(given)
        self._folder = store.default_folder(self._places, qa.index.encoder)
        self._seen: tuple[int, int, int] | None = None
        self._looking = threading.Lock()
        self.refresh()

    @classmethod
    def open(cls, given: Given = None, model: str | None = None) -> LiveQA:
        """Return the question answering of a corpus, as `ArticleQA.open` does, that follows its index.

        Raises:
            FootnoteError: as in `ArticleQA.open`.
        """
        return cls(ArticleQA.open(given, model), given)

    def current(self) -> ArticleQA:
        """Return what answers now; where a newer index lies on the disk, let it be opened."""
        if self._is_newer() and not self._looking.locked():
            threading.Thread(target=self.refresh, name="renewed index", daemon=True).start()
        return self._qa

    def refresh(self) -> bool:
        """Open the index on the disk if it is newer than what answers; tell whether that has changed."""
        with self._looking:
            if not self._is_newer():
                return False
            self._seen = store.stamp(self._folder)
            try:
                table = store.manifest(self._folder)
                if table.get("corpus") == self._qa.corpus.content_hash:
                    return False
                settings = read_settings(self._places.settings_file)
                self._qa = self._qa.on(store.load(self._folder, self._qa.index.encoder).with_settings(settings))
            except (IndexStoreError, SettingsError) as error:
                _log.warning("answers still come from the index before: %s", error)
                return False
            _log.info("answers come from a new index of %s now", self._qa.corpus.title)
            return True

    @property
    def corpus(self) -> Corpus:
        """The corpus that answers come from now."""
        return self.current().corpus

    def answer(self, question: str, history: History = (), where: Where = ()) -> Answer:
        """Return the whole answer, as `ArticleQA.answer` does."""
        return self.current().answer(question, history, where)

    def stream(self, question: str, history: History = (), where: Where = ()) -> Iterator[Answer]:
        """Yield the answer as it grows, as `ArticleQA.stream` does; it is of one version from beginning to end."""
        return self.current().stream(question, history, where)

    def search(self, query: str, k: int = 10, where: Where = ()) -> list[Hit]:
        """Return the k best passages for a query, best first, as `ArticleQA.search` does."""
        return self.current().search(query, k, where)

    def _is_newer(self) -> bool:
        stamp = store.stamp(self._folder)
        return stamp is not None and stamp != self._seen
