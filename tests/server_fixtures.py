"""The real server on a real port, in a thread of this process."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from qa.server.corpora import Corpora
from qa.server.run import listen, make_server
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

QUESTION = "Which muscles does ALS cramp?"
PATIENCE = 60


def apart(function, *arguments):
    """Call a function in a thread of its own: in the tests' thread the browser's driver holds an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *arguments).result()


def run_apart(coroutine):
    """Run a coroutine in an event loop of its own."""
    return apart(asyncio.run, coroutine)


def mount_page(server, service):
    """Put the page into a server, in a running event loop: where none runs, Gradio makes some and leaves them open."""
    from app import mount  # noqa: PLC0415  (gradio, only where a page is tested)

    async def put() -> None:
        mount(server, service)

    run_apart(put())


class Slow:
    """The real thing, but each step of an answer takes a moment, and a question may break it."""

    def __init__(self, qa, seconds=0.0):
        self.qa = qa
        self.seconds = seconds
        self.steps = 0

    def __getattr__(self, name):
        return getattr(self.qa, name)

    def stream(self, question, history=(), where=()):
        if "break" in question:
            raise RuntimeError("the secret inside")
        for answer in self.qa.stream(question, history):
            time.sleep(self.seconds)
            self.steps += 1
            yield answer


def until(happened, patience=PATIENCE):
    """Wait until something has happened in another thread."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def serving(app: ASGIApp, service: Service, port: int = 0) -> Iterator[str]:
    """Serve an application until the block ends; give its address."""
    with listen("127.0.0.1", port) as opened:
        server = make_server(app, service)
        thread = threading.Thread(target=server.run, args=([opened],), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{opened.getsockname()[1]}"
        until(lambda: server.started)
        try:
            yield address
        finally:
            service.stop()
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server did not stop"


@contextmanager
def client_of(qa, **settings) -> Iterator[httpx.Client]:
    """Give a client of a server that answers from one corpus, `article`."""
    service = Service(
        Corpora({"article": qa if callable(qa) else lambda: qa}), ServerSettings(**{"page": False, **settings})
    )
    service.ready = True
    with serving(create_app(service), service) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        client.service = service
        yield client


@pytest.fixture(scope="session")
def api(article_qa) -> Iterator[httpx.Client]:
    """The API of the article, without limits."""
    with client_of(article_qa) as client:
        yield client
