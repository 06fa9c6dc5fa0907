"""What makes the page quick, counted: nothing is asked for late or twice, replies are packed, ends are short."""

import json
import uuid
from urllib.parse import urlsplit

import httpx
import pytest
from gradio.components.chatbot import ChatbotDataMessages
from gradio.queueing import Queue
from page_fixtures import Moody, ask_of, messages, serving
from server_fixtures import run_apart

from qa.server.load_page import crowd

EARLY = """[...document.head.querySelectorAll("link[rel=modulepreload], link[rel=preload]")].map((link) => link.href)"""
LOADED = """performance.getEntriesByType("resource").map((file) => file.name)"""


def test_first_visit_asks_for_every_file_at_once_and_only_once(visit):
    page = visit().ask("What does an EMG show?").page
    early, loaded = page.evaluate(EARLY), page.evaluate(LOADED)
    files = [address for address in loaded if "/assets/" in address or "/fonts/" in address or "theme.css" in address]
    assert len(files) > 40
    assert set(files) <= set(early), "the bundle looks otherwise than qa/page/bundle.py reads it"
    assert sorted(files) == sorted(set(files))


def test_page_and_files_are_packed_and_files_are_kept(server):
    page = httpx.get(server, headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < 30_000
    script = f"{server}{page.text.split('modulepreload')[1].split('./')[1].split(chr(34))[0]}"
    for _ in range(2):
        reply = httpx.get(script, headers={"Accept-Encoding": "br"})
        assert reply.headers["content-encoding"] == "br"
        assert "immutable" in reply.headers["cache-control"]
        assert "x-content-type-options" in reply.headers
    assert urlsplit(script).path.startswith("/assets/")


def test_an_answer_sends_nothing_twice(server):
    with httpx.Client(base_url=server, timeout=60) as client:
        heard = list(messages(client, ask_of(client), "What does an EMG show?", uuid.uuid4().hex))
    sent = [len(json.dumps(message["output"]["data"])) for message in heard if "output" in message]
    assert len(sent) > 2
    assert sent[-1] < 200
    assert sum(sent) < 1.5 * max(sent) + 2_000


def test_gradio_does_no_work_that_nobody_sees(server, monkeypatch):
    done = []
    monkeypatch.setattr(Queue, "_get_df", staticmethod(lambda _: done.append("summed up all events")))
    described = classmethod(lambda *_: done.append("described the chat's data") or {})
    monkeypatch.setattr(ChatbotDataMessages, "model_json_schema", described)
    with httpx.Client(base_url=server, timeout=60) as client:
        for _ in range(2):  # events are summed up after their end
            assert len(list(messages(client, ask_of(client), "What does an EMG show?", uuid.uuid4().hex))) > 2
    assert done == []


QUESTIONS = ["What is ALS?", "What does an EMG show?", "Tell me about multiple sclerosis"]


class Mixing(Moody):
    """Gives each question the answer of the one before."""

    last = ""

    def stream(self, question, history=()):
        given, self.last = self.last or question, question
        return self.qa.stream(given, history)


def test_the_bench_asks_as_browsers_do(server):
    result = run_apart(crowd(server, QUESTIONS, visitors=3, each=3))
    assert result.errors == []
    assert len(result.seconds) == 9
    assert result.mixed_up == 0


@pytest.mark.parametrize(("kind", "questions"), [(Mixing, QUESTIONS), (Moody, ["please break"])])
def test_the_bench_notices_mixed_up_answers_and_failures(article_qa, kind, questions):
    served = serving(kind(article_qa))
    result = run_apart(crowd(next(served), questions, visitors=2, each=2))
    next(served, None)
    assert (result.mixed_up > 0) == (kind is Mixing)
    assert bool(result.errors) == (kind is Moody)
