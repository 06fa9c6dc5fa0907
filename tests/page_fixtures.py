"""The real page in a real browser: one server and one Chromium for all tests of a session."""

from __future__ import annotations

import json
import os
import socket
import time
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import server_fixtures
from PIL import Image

from qa.feedback import FeedbackStore
from qa.server.corpora import Corpora
from qa.server.load_page import BOX, CHROMIUM, FLAGS
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from playwright.sync_api import Browser, BrowserContext, Page

    from corpus import Corpus
    from qa import Answer, ArticleQA
    from qa.question import History

PATIENCE = 120_000
"""Milliseconds that a browser on a busy machine may take for anything."""


class Moody:
    """The real thing, but a question that says `slowly` takes its time and one that says `break` breaks."""

    def __init__(self, qa: ArticleQA) -> None:
        self.qa = qa

    @property
    def corpus(self) -> Corpus:
        return self.qa.corpus

    def current(self) -> Moody:
        return self

    def quoting(self) -> Moody:
        return self

    def answer(self, question: str, history: History = ()) -> Answer:
        return self.qa.answer(question, history)

    def stream(self, question: str, history: History = ()) -> Iterator[Answer]:
        if "break" in question:
            raise RuntimeError("the secret inside")
        for answer in self.qa.stream(question.replace("slowly", ""), history):
            yield answer
            if "slowly" in question:
                time.sleep(1.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serving(qa: object, feedback: FeedbackStore | None = None, port: int = 0, **settings: float) -> Iterator[str]:
    """Serve the page of what answers, as `footnote serve` does."""
    from app import mount  # noqa: PLC0415  (gradio, only where a page is tested)

    service = Service(Corpora({"article": qa.current}), ServerSettings(workers=4, shutdown_seconds=1, **settings))
    app = create_app(service)

    async def mounted() -> None:  # where no event loop runs, Gradio makes some and leaves them open
        mount(app, service, feedback)

    server_fixtures.run_apart(mounted())
    service.ready = True
    with server_fixtures.serving(app, service, port) as address:
        yield f"{address}/"


@pytest.fixture(scope="session")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    return FeedbackStore(tmp_path_factory.mktemp("feedback") / "feedback.sqlite3")


@pytest.fixture(scope="session")
def server(article_qa: ArticleQA, feedback: FeedbackStore) -> Iterator[str]:
    article_qa.answer("What does an EMG show?")
    yield from serving(Moody(article_qa), feedback)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it (Debian: apt-get install chromium) to test the page")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """Someone at the page, who notices every error and every request to another host."""

    def __init__(self, browser: Browser, server: str | tuple[str, ...], **settings: object) -> None:
        self.context: BrowserContext = browser.new_context(**{"viewport": {"width": 1360, "height": 850}, **settings})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.server = server
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", self._watch)

    def _watch(self, request: object) -> None:
        known = (self.server,) if isinstance(self.server, str) else self.server
        if not request.url.startswith((*known, "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def open(self, fragment: str = "") -> Visitor:
        self.page.goto(self.server + fragment)
        self.page.wait_for_selector(BOX)
        self.page.wait_for_selector(".article", state="attached")
        return self

    def ask(self, question: str) -> Visitor:
        asked = self.page.locator("#chat .user-row").count()
        self.page.fill(BOX, question)
        self.page.press(BOX, "Enter")
        return self.answered(asked + 1)

    def answered(self, turns: int = 1) -> Visitor:
        """Wait until so many questions have their whole reply and the question box is free again."""
        whole = "#chat .bot-row:has(.foot, .failure, .cut-short)"
        self.page.wait_for_function(f"document.querySelectorAll('{whole}').length === {turns}")
        self.page.wait_for_selector("#question .submit-button")
        return self

    def reload(self) -> Visitor:
        """Load the page anew; what the old page says of requests that were cut off does not count."""
        said = len(self.complaints)
        self.page.reload()
        del self.complaints[said:]
        return self

    def marked(self) -> str:
        """Return what is highlighted in the article."""
        self.page.wait_for_selector(".sheet mark")
        return "".join(self.page.locator(".sheet mark").all_text_contents())


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[object]:
    """Return a function that opens the page as a new visitor; none of them may have had to complain."""
    visitors: list[Visitor] = []

    def visitor(fragment: str = "", at: str = server, **settings: object) -> Visitor:
        visitors.append(Visitor(browser, at, **settings))
        return visitors[-1].open(fragment)

    yield visitor
    for each in visitors:
        each.context.close()
    complaints = [complaint for each in visitors for complaint in each.complaints]
    assert not complaints, complaints


def screenshot(visitor: Visitor, name: str) -> None:
    """Write a picture for the README where `SCREENSHOTS` names a folder, in few enough colours to be small."""
    if folder := os.environ.get("SCREENSHOTS"):
        visitor.page.wait_for_timeout(1200)
        taken = Image.open(BytesIO(visitor.page.screenshot()))
        taken.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(f"{folder}/{name}.png", optimize=True)


def ask_of(client: httpx.Client) -> int:
    """Return the number of the event that a question from the box sets off."""
    dependencies = client.get("config").json()["dependencies"]
    return next(each["id"] for each in dependencies if ["submit"] in [target[1:] for target in each["targets"]])


def messages(client: httpx.Client, fn_index: int, question: str, session: str) -> Iterator[dict]:
    """Ask a question; give the messages that answer it, to the last."""
    body = {"data": [question, []], "fn_index": fn_index, "session_hash": session}
    client.post("gradio_api/queue/join", json=body).raise_for_status()
    with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            yield message
            if message["msg"] == "process_completed":
                assert message["success"]
                return
    raise AssertionError("the stream ended early")
