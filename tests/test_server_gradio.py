"""The page's own protocol, spoken by Gradio's client: one public endpoint, the same answers."""

import gradio_client
import pytest
from gradio_client.exceptions import AppError
from server_fixtures import QUESTION, apart, mount_page, serving
from test_server_api import comparable

from qa.server.corpora import Corpora
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app


@pytest.fixture(scope="module")
def client(article_qa, tmp_path_factory):
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path_factory.mktemp("data")))
    service = Service(Corpora({"article": lambda: article_qa}), ServerSettings())
    server = create_app(service)
    mount_page(server, service)
    with serving(server, service) as address:
        client = apart(lambda: gradio_client.Client(address, verbose=False, analytics_enabled=False))
        yield client
        client.close()
    monkeypatch.undo()


def test_the_client_gets_the_answer_that_python_gets(client, article_qa):
    for question in (QUESTION, "What is the capital of France?"):
        told = apart(lambda question=question: client.predict(question, api_name="/answer"))
        assert comparable(told) == comparable(article_qa.answer(question).to_dict())


def test_nothing_else_of_the_page_can_be_called(client):
    named = client.view_api(print_info=False, return_format="dict")
    assert list(named["named_endpoints"]) == ["/answer"]
    assert not named["unnamed_endpoints"]


def test_what_is_wrong_with_a_question_is_said(client):
    with pytest.raises(AppError, match="2,001 characters; ask in at most 2,000"):
        apart(lambda: client.predict("a" * 2_001, api_name="/answer"))
