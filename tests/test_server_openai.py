"""The OpenAI protocol, spoken by its own client."""

import asyncio

import openai
import pytest
from server_fixtures import QUESTION, Slow, client_of, run_apart

from corpus.errors import ModelError
from qa import ArticleQA
from qa.server.chat import Message, conversation

MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def client(api):
    with openai.OpenAI(base_url=f"{api.base_url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_models_are_the_corpora(client):
    assert [model.id for model in client.models.list()] == ["article"]
    assert client.models.retrieve("article").owned_by == "footnote"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("none")


def test_completion_holds_text_sources_and_annotations(client, article_qa):
    answer = article_qa.answer(QUESTION)
    completion = client.chat.completions.create(model="article", messages=MESSAGES, temperature=0.3, max_tokens=50)
    message = completion.choices[0].message
    assert message.content.startswith(answer.text)
    assert completion.choices[0].finish_reason == "stop"
    for citation in answer.citations:
        assert f"[{citation.marker}] {citation.section_title}: “{citation.quote}”" in message.content
    assert len(message.annotations) == sum(len(sentence.markers) for sentence in answer.sentences) > 0
    document = article_qa.corpus.documents[0]
    for annotation in message.annotations:
        cited = annotation.url_citation
        exact = annotation.model_extra["citation"]
        assert message.content[cited.start_index : cited.end_index] == f"[{exact['marker']}]"
        assert document.text[exact["start"] : exact["end"]] == exact["quote"]
        assert "/v1/documents/" in cited.url  # this server has no page
    usage = completion.usage
    assert usage.prompt_tokens > 5 and usage.completion_tokens > 50
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_annotated_sections_can_be_opened(client, api):
    completion = client.chat.completions.create(model="article", messages=MESSAGES)
    for annotation in completion.choices[0].message.annotations:
        assert annotation.model_extra["citation"]["quote"] in api.get(annotation.url_citation.url).json()["text"]


def test_stream_adds_up_to_the_completion(client):
    whole = client.chat.completions.create(model="article", messages=MESSAGES)
    chunks = list(
        client.chat.completions.create(
            model="article", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage == whole.usage
    assert len([chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]) >= 3
    told = [chunk.choices[0].delta.model_extra.get("annotations") for chunk in chunks if chunk.choices]
    expected = [annotation.model_dump() for annotation in whole.choices[0].message.annotations]
    assert [each for each in told if each] == [expected]


def test_async_client_and_many_at_once(api, article_qa):
    questions = [QUESTION, "What does an EMG show?", "What is the capital of France?", "What is ALS?"] * 3

    async def ask_all():
        async with openai.AsyncOpenAI(base_url=f"{api.base_url}/v1", api_key="none", max_retries=0) as client:
            asked = (
                client.chat.completions.create(model="article", messages=[{"role": "user", "content": question}])
                for question in questions
            )
            return await asyncio.gather(*asked)

    for question, completion in zip(questions, run_apart(ask_all()), strict=True):
        assert completion.choices[0].message.content.startswith(article_qa.answer(question).text)


def test_conversation_is_what_user_and_assistant_said(client):
    messages = [
        {"role": "system", "content": "Answer in French and without sources."},
        {"role": "user", "content": [{"type": "text", "text": "Tell me about multiple sclerosis"}]},
        {"role": "assistant", "content": "Multiple Sclerosis (MS) is a disease of the central nervous system."},
        {"role": "user", "content": "Where are its cramps?"},
    ]
    assert conversation([Message.model_validate(each) for each in messages]) == (
        "Where are its cramps?",
        [("user", "Tell me about multiple sclerosis"), ("assistant", messages[2]["content"])],
    )
    message = client.chat.completions.create(model="article", messages=messages).choices[0].message
    assert "multiple sclerosis" in message.content.lower()
    assert message.annotations


def test_silence_is_an_answer(client, article_qa):
    question = "What is the capital of France?"
    completion = client.chat.completions.create(model="article", messages=[{"role": "user", "content": question}])
    assert completion.choices[0].message.content == article_qa.answer(question).text
    assert completion.choices[0].message.annotations == []


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"model": "gpt-none"}, openai.NotFoundError, "no corpus is named 'gpt-none'"),
        ({"messages": []}, openai.UnprocessableEntityError, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, openai.UnprocessableEntityError, "no question"),
        ({"messages": [{"role": "user", "content": " "}]}, openai.UnprocessableEntityError, "no question"),
        ({"messages": [{"role": "robot", "content": "x"}]}, openai.UnprocessableEntityError, "role"),
        ({"n": 2}, openai.UnprocessableEntityError, "n:"),
    ],
)
def test_errors_have_the_form_that_the_client_reads(client, wrong, error, said):
    with pytest.raises(error) as caught:
        client.chat.completions.create(**{"model": "article", "messages": MESSAGES, **wrong})
    assert said in caught.value.body["message"]
    assert caught.value.body["type"] in ("invalid_request_error", "not_found_error")


class Failing(Slow):
    """Breaks after the first sentence."""

    def stream(self, question, history=(), where=()):
        yield next(iter(self.qa.stream(question, history)))
        raise ModelError("the secret inside")


class Changing(Slow):
    """Says one sentence and then, as when a language model fails, another answer."""

    def stream(self, question, history=(), where=()):
        yield next(iter(self.qa.stream("What does an EMG show?", history)))
        yield from self.qa.stream(question, history)


def test_error_in_mid_stream_reaches_the_client_as_one(article_qa):
    with client_of(Failing(article_qa)) as api:
        with openai.OpenAI(base_url=f"{api.base_url}/v1", api_key="none", max_retries=0) as client:
            stream = client.chat.completions.create(model="article", messages=MESSAGES, stream=True)
            with pytest.raises(openai.APIError) as caught:
                list(stream)
        assert "secret" not in str(caught.value)
        told = api.post("/v1/answer", json={"question": QUESTION, "stream": True}).text
        assert "event: error" in told and "secret" not in told


def test_answer_that_changes_in_mid_stream_is_said_anew(article_qa):
    with client_of(Changing(article_qa)) as api:
        with openai.OpenAI(base_url=f"{api.base_url}/v1", api_key="none", max_retries=0) as client:
            chunks = list(client.chat.completions.create(model="article", messages=MESSAGES, stream=True))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert f"\n\n{article_qa.answer(QUESTION).text}" in text
        (annotations,) = [found for chunk in chunks if (found := chunk.choices[0].delta.model_extra.get("annotations"))]
        for annotation in annotations:
            cited = annotation["url_citation"]
            assert text[cited["start_index"] : cited["end_index"]] == f"[{annotation['citation']['marker']}]"
        told = api.post("/v1/answer", json={"question": QUESTION, "stream": True}).text
        assert "event: restart" in told


def test_key_reaches_the_server(article_qa: ArticleQA, tmp_path):
    from qa.server.keys import make_key  # noqa: PLC0415

    key = make_key("anna", tmp_path / "keys")
    with client_of(article_qa, keys=tmp_path / "keys") as api:
        for given, expected in ((key, None), ("fn_wrong", openai.AuthenticationError)):
            with openai.OpenAI(base_url=f"{api.base_url}/v1", api_key=given, max_retries=0) as client:
                if expected:
                    with pytest.raises(expected):
                        client.models.list()
                else:
                    assert client.models.list().data
