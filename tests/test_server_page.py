"""The whole server in a browser: the chat page at its root, and the two lines in somebody else's page."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from page_fixtures import Visitor, free_port
from server_fixtures import QUESTION, serving

from qa import ArticleQA
from qa.judge import SimilarityJudge
from qa.server.corpora import Corpora
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app
from qa.text_vectors import TextVectors

SITE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>My site</title>
<link rel="icon" href="data:,"><h1>An article</h1>
<script src="{server}/embed.js" defer></script>
<ask-article></ask-article>
"""


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def site(folder, port):
    handler = functools.partial(Silent, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def site_port():
    return free_port()


@pytest.fixture(scope="module")
def whole(article_qa, toy_corpus_qa, site_port, tmp_path_factory):
    """The server with every door, as `footnote serve` starts it; a site on `site_port` may use it."""
    from app import mount  # noqa: PLC0415  (gradio, only where a page is tested)

    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path_factory.mktemp("data")))
    settings = ServerSettings(origins=(f"http://127.0.0.1:{site_port}",))
    service = Service(Corpora({"article": lambda: article_qa, "baking": lambda: toy_corpus_qa}), settings)
    app = create_app(service)
    mount(app, service)
    service.warm_up()
    with serving(app, service) as address:
        yield address
    monkeypatch.undo()


@pytest.fixture(scope="module")
def toy_corpus_qa():
    from corpus import make_corpus, read_text  # noqa: PLC0415
    from index.toy import ToyEncoder  # noqa: PLC0415

    toy = ToyEncoder()
    text = "Bread\n\nFlour gives the dough its strength. Salt slows the yeast."
    return ArticleQA.from_corpus(make_corpus([read_text(text, title="Baking")]), toy, SimilarityJudge(TextVectors(toy)))


def test_page_and_api_answer_alike(visit, whole, article_qa):
    visitor = visit(at=f"{whole}/").ask(QUESTION)
    quotes = visitor.page.locator(".words .marker").evaluate_all("all => all.map(marker => marker.dataset.quote)")
    told = httpx.post(f"{whole}/v1/answer", json={"question": QUESTION}, timeout=60).json()
    assert quotes == [citation["quote"] for citation in told["citations"]]
    assert quotes == [citation.quote for citation in article_qa.answer(QUESTION).citations]
    assert 'door="page"' in httpx.get(f"{whole}/metrics").text


def test_each_corpus_has_its_own_page(visit, whole):
    visitor = visit(at=f"{whole}/corpora/baking/")
    assert "Baking" in visitor.page.title()
    assert "strength" in visitor.page.locator(".article").inner_text()


def test_annotation_opens_the_page_at_the_words(visit, whole):
    asked = {"model": "article", "messages": [{"role": "user", "content": QUESTION}]}
    (message,) = [
        choice["message"]
        for choice in httpx.post(f"{whole}/v1/chat/completions", json=asked, timeout=60).json()["choices"]
    ]
    annotation = message["annotations"][-1]
    visitor = visit(annotation["url_citation"]["url"].removeprefix(f"{whole}/"), at=f"{whole}/")
    assert visitor.marked() == annotation["citation"]["quote"]


def test_page_keeps_to_itself_and_the_api_keeps_its_errors(whole):
    reply = httpx.get(f"{whole}/", headers={"Origin": "https://stranger.example"})
    assert reply.status_code == 200
    assert "access-control-allow-origin" not in reply.headers
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    assert httpx.get(f"{whole}/v1/answer").status_code == 405
    for path in ("/gradio_api/upload", "/corpora/baking/gradio_api/upload"):
        assert httpx.post(f"{whole}{path}", files={"files": b"x"}).status_code == 403
    assert httpx.get(f"{whole}/v1/nothing").json()["title"] == "Not Found"


@pytest.fixture
def embedded(browser, whole, site_port, tmp_path):
    """Somebody else's page on another port; it may ask Footnote, and nobody else."""
    (tmp_path / "index.html").write_text(SITE.format(server=whole))
    with site(tmp_path, site_port) as address:
        visitor = Visitor(browser, (address, whole))
        visitor.page.goto(address)
        visitor.page.wait_for_selector("ask-article input")
        yield visitor
        visitor.context.close()
    assert not visitor.complaints


def ask(visitor, question):
    visitor.page.fill("ask-article input", question)
    visitor.page.press("ask-article input", "Enter")
    visitor.page.wait_for_selector("ask-article .reply[aria-busy=false]")
    return visitor.page.locator("ask-article .reply")


def test_two_lines_put_the_question_box_into_another_site(embedded, article_qa):
    expected = article_qa.answer(QUESTION)
    reply = ask(embedded, QUESTION)
    for sentence in expected.sentences:
        assert sentence.text in reply.inner_text()
    marker = reply.locator(".marker").nth(1)
    marker.click()
    assert reply.locator("blockquote").inner_text().startswith(expected.citations[1].quote)
    assert marker.get_attribute("aria-expanded") == "true"
    marker.click()
    assert reply.locator("blockquote").count() == 0


def test_embedded_box_says_what_is_not_there(embedded, article_qa):
    assert ask(embedded, "What is the capital of France?").inner_text() == (
        article_qa.answer("What is the capital of France?").text
    )


def test_embedded_box_takes_nothing_for_markup(browser, whole, site_port, tmp_path):
    (tmp_path / "index.html").write_text(
        SITE.format(server=whole).replace("<ask-article>", '<ask-article corpus="<img src=x onerror=alert(1)>">')
    )
    with site(tmp_path, site_port) as address:
        visitor = Visitor(browser, (address, whole))
        visitor.page.goto(address)
        reply = ask(visitor, "<img src=x onerror=alert(1)>")
        assert "no corpus is named" in reply.locator(".failure").inner_text()
        assert reply.locator("img").count() == 0
        visitor.context.close()
    assert not [said for said in visitor.complaints if "dialog" in said]


def test_site_that_was_not_named_gets_no_answer(browser, whole, tmp_path):
    (tmp_path / "index.html").write_text(SITE.format(server=whole))
    with site(tmp_path, free_port()) as address:
        visitor = Visitor(browser, (address, whole))
        visitor.page.goto(address)
        assert "No answer could be had" in ask(visitor, QUESTION).inner_text()
        visitor.context.close()
