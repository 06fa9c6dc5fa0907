"""A live corpus: when its index is built anew, answers come from the new one, from one question to the next."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from corpus.errors import IndexStoreError, SettingsError
from corpus.files import stamp
from corpus.places import Places
from corpus.settings import read_settings
from index import Index, store
from qa.pipeline import ArticleQA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus import Corpus
    from corpus.filters import Where
    from corpus.places import Given
    from index import Hit
    from qa.question import History
    from qa.records import Answer

_UNSEEN: object = object()
_log = logging.getLogger(__name__)


class LiveQA:
    """Hands out the newest question answering of a corpus; `current()` looks at the disk for microseconds.

    A newer index is opened in the background while the one before answers, and takes its place when it is ready; a
    newer `corpus.toml` alone is read at once. What cannot be opened is reported and changes nothing. Whoever asks and
    then looks into the corpus holds on to one `current()`, so that both are of one version.
    """

    def __init__(self, qa: ArticleQA, given: Given = None) -> None:
        self._qa = qa
        self._places = Places.of(given)
        self._folder = store.default_folder(self._places, qa.index.encoder)
        self._seen = self._seen_settings = _UNSEEN
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
        qa = self._qa
        index, settings = self._stamps()
        if index != self._seen:
            if not self._looking.locked():
                threading.Thread(target=self.refresh, name="renewed index", daemon=True).start()
        elif settings != self._seen_settings and self._looking.acquire(blocking=False):
            try:
                self._renewed()
            finally:
                self._looking.release()
            qa = self._qa
        return qa

    def refresh(self) -> bool:
        """Open the index and the settings on the disk if they are newer than what answers; tell whether they were."""
        with self._looking:
            return self._renewed()

    def _renewed(self) -> bool:
        """Do what `refresh` does; the lock is held."""
        stamps = self._stamps()
        if stamps == (self._seen, self._seen_settings):
            return False
        self._seen, self._seen_settings = stamps
        try:
            index = self._newest()
        except (IndexStoreError, SettingsError) as error:
            _log.warning("answers still come from the index before: %s", error)
            return False
        if index is self._qa.index:
            return False
        self._qa = self._qa.on(index)
        _log.info("answers come from the newest index and settings of %s now", self._qa.corpus.title)
        return True

    def _newest(self) -> Index:
        """Return the index on the disk with the settings of now; the one that answers where nothing in it differs."""
        index, encoder = self._qa.index, self._qa.index.encoder
        if not isinstance(index, Index):
            raise TypeError("an index that does not lie on this machine's disk is followed by StoredQA")
        settings = read_settings(self._places.settings_file)
        if self._seen is not None and store.manifest(self._folder).get("corpus") != index.corpus.content_hash:
            return store.load(self._folder, encoder).with_settings(settings)
        return index if settings == index.corpus.settings else index.with_settings(settings)

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

    def _stamps(self) -> tuple[object, object]:
        """Return what differs whenever the index, and whenever the settings, do; None where there are none."""
        try:
            settings: object = stamp(self._places.settings_file)
        except OSError:
            settings = None
        return store.stamp(self._folder), settings
