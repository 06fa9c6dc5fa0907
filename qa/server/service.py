"""The service: what every door of the server asks, so that all of them give the same answers."""

from __future__ import annotations

import logging
import time
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import quote

from corpus.errors import BusyError, StoreDownError
from qa.page.address import address
from qa.server.keys import read_keys
from qa.server.metrics import Metrics
from qa.server.pool import RETRY_SECONDS, Pool
from qa.server.rates import Rates
from qa.server.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    from corpus import Corpus
    from corpus.filters import Where
    from index import Hit
    from qa.pipeline import ArticleQA
    from qa.question import History
    from qa.records import Answer, Citation
    from qa.server.corpora import Corpora
    from qa.server.settings import ServerSettings

_LOG = logging.getLogger(__name__)


class Service:
    """Answers and searches in the server's workers, and counts.

    `ready` says that everything is loaded and the server is not about to stop; `on_stop` holds what is to be called
    when it is told to.

    Raises:
        KeyFileError: the file of keys cannot be read.
        SettingsError: the environment asks for OpenTelemetry, which is not installed.
    """

    def __init__(self, corpora: Corpora, settings: ServerSettings) -> None:
        self.corpora = corpora
        self.settings = settings
        self.metrics = Metrics()
        self.keys = read_keys(settings.keys) if settings.keys else None
        self.rates = Rates(settings.per_minute)
        self.pool = Pool(settings.workers, settings.waiting, settings.answer_seconds, self.metrics.waited.observe)
        self.metrics.watch(self.pool)
        self.tracing = Tracing.from_environment()
        self.ready = False
        self.on_stop: list[Callable[[], None]] = []

    def warm_up(self) -> None:
        """Load what the first question to each corpus would wait for; a store that is away is waited for."""
        for name in self.corpora:
            qa = self.corpora.get(name)
            while True:
                try:
                    qa.answer(qa.corpus.title)
                    break
                except StoreDownError as error:
                    _LOG.warning("%s", error)
                    time.sleep(RETRY_SECONDS)
        self.ready = True

    def stop(self) -> None:
        """Take no new visitors; what runs goes on."""
        self.ready = False
        for call in self.on_stop:
            call()

    async def answer(self, name: str | None, question: str, history: History = (), where: Where = ()) -> Answer:
        """Return the whole answer; errors as in `stream`."""
        *_, last = [answer async for answer in self.stream(name, question, history, where)]
        return last

    async def stream(
        self, name: str | None, question: str, history: History = (), where: Where = ()
    ) -> AsyncGenerator[Answer]:
        """Yield the answer as it grows by checked sentences; the last one is whole.

        Raises:
            UnknownNameError: no corpus has the name.
            FilterError: a condition cannot be read, or names a key that no document has.
            QuestionError: the question or the history has the wrong type, shape or length.
            BusyError: too many questions wait.
            StoreDownError: the server that holds the index does not answer.
            TimeLimitError: it took too long.
        """
        qa = self.corpora.get(name)
        async with aclosing(self.pool.stream(lambda: qa.stream(question, history, where))) as answers:
            async for answer in answers:
                yield answer
        self.count(name or self.corpora.default, answer)

    async def begin(
        self, name: str | None, question: str, history: History = (), where: Where = ()
    ) -> AsyncGenerator[Answer]:
        """Return `stream` with its first step taken: what refuses the question is raised here."""
        steps = self.stream(name, question, history, where)
        first = await anext(steps)

        async def all_steps() -> AsyncGenerator[Answer]:
            async with aclosing(steps):
                yield first
                async for answer in steps:
                    yield answer

        return all_steps()

    async def search(self, name: str | None, query: str, k: int, where: Where = ()) -> tuple[ArticleQA, list[Hit]]:
        """Return the corpus that was asked and its k best passages, best first; errors as in `stream`."""
        qa = self.corpora.get(name)
        hits = [found async for found in self.pool.stream(lambda: iter(qa.search(query, k, where)))]
        return qa, hits

    def address_of(self, name: str, citation: Citation) -> str:
        """Return where a citation can be read, from the server's root: on the page, else its section."""
        if not self.settings.page:
            document = quote(citation.document_id, safe="/")
            return f"v1/documents/{document}/sections/{quote(citation.section_id)}?corpus={quote(name)}"
        corpus = self.corpora.get(name).corpus
        span = (citation.start, citation.end)
        return self.page_path(name)[1:] + address(corpus, citation.document_id, citation.section_id, span)

    def page_path(self, name: str) -> str:
        """Return the path of a corpus's page."""
        return "/" if name == self.corpora.default else f"/corpora/{name}/"

    def count(self, name: str, answer: Answer) -> None:
        """Count and log a whole answer of the corpus with that name."""
        self.metrics.count(name, answer)
        fields = {"corpus": name, "abstained": answer.abstained, "seconds": round(answer.timings["total"], 4)}
        if self.settings.log_questions:
            fields["question"] = answer.question
        _LOG.info("answered", extra={"fields": fields})


class PageService:
    """One corpus of the service as the chat page asks it: in the same workers, under the same limits."""

    def __init__(self, service: Service, name: str, version: ArticleQA | None = None) -> None:
        self._service = service
        self._name = name
        self._version = version

    def current(self) -> PageService:
        """Return the same for the version of the corpus that answers now, and for none after it."""
        return PageService(self._service, self._name, self._service.corpora.get(self._name))

    def quoting(self) -> PageService:
        """Return the same without its language model."""
        return PageService(self._service, self._name, self._answering().quoting())

    @property
    def corpus(self) -> Corpus:
        """The corpus that the answers come from."""
        return self._answering().corpus

    def answer(self, question: str, history: History = ()) -> Answer:
        """Return the whole answer; errors as in `Service.stream`.

        It is the page that asks, for what it may offer; only what a visitor asks is counted, and visitors go first.

        Raises:
            BusyError: a visitor's question waits.
        """
        if self._service.pool.waiting:
            raise BusyError("visitors' questions wait; what may be offered to them has to wait as well")
        *_, last = self._steps(question, history)
        return last

    def stream(self, question: str, history: History = ()) -> Iterator[Answer]:
        """Yield the answer as it grows; errors as in `Service.stream`."""
        for answer in self._steps(question, history):
            yield answer
        self._service.count(self._name, answer)

    def _steps(self, question: str, history: History) -> Iterator[Answer]:
        qa = self._answering()
        return self._service.pool.stream_here(lambda: qa.stream(question, history))

    def _answering(self) -> ArticleQA:
        return self._version or self._service.corpora.get(self._name)
