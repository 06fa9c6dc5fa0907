"""The REST API: the same answers as from Python, and an error for everything that is wrong with a request."""

import json

import pytest
from server_fixtures import QUESTION, Slow, client_of, until

from qa.server.records import AnswerRecord, CorporaRecord, DocumentRecord, SearchRecord, SectionRecord

OTHERS = ("What does an EMG show?", "What is the capital of France?", "What is ALS, and who won the 1998 World Cup?")


def events(text):
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def comparable(answer):
    return {name: value for name, value in answer.items() if name not in ("timings", "id", "corpus")}


@pytest.mark.parametrize("question", [QUESTION, *OTHERS])
def test_answer_is_the_one_that_python_gets(api, article_qa, question):
    reply = api.post("/v1/answer", json={"question": question, "id": "q-1"})
    assert reply.status_code == 200
    told = AnswerRecord.model_validate(reply.json()).model_dump()  # refuses fields that the description does not name
    assert (told["id"], told["corpus"]) == ("q-1", "article")
    assert comparable(told) == comparable(article_qa.answer(question).to_dict())


def test_history_completes_the_question(api, article_qa):
    history = [
        {"role": "user", "content": "Tell me about multiple sclerosis"},
        {"role": "assistant", "content": article_qa.answer("Tell me about multiple sclerosis").text},
    ]
    told = api.post("/v1/answer", json={"question": "Where are its cramps?", "history": history}).json()
    assert "multiple sclerosis" in told["standalone_question"]


def test_stream_tells_each_sentence_and_then_the_whole(api, article_qa):
    with api.stream("POST", "/v1/answer", json={"question": QUESTION, "stream": True}) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        told = list(events(reply.read().decode()))
    *sentences, (name, whole) = told
    assert name == "answer"
    assert [name for name, _ in sentences] == ["sentence"] * len(whole["sentences"])
    assert [data["text"] for _, data in sentences] == [each["text"] for each in whole["sentences"]]
    assert [each for _, data in sentences for each in data["citations"]] == whole["citations"]
    assert comparable(whole) == comparable(article_qa.answer(QUESTION).to_dict())


def test_search_gives_the_words_of_each_passage(api, article_qa):
    told = SearchRecord.model_validate(api.post("/v1/search", json={"query": "cramps at night", "k": 3}).json())
    hits = article_qa.search("cramps at night", 3)
    assert [hit.passage_id for hit in told.hits] == [hit.passage.id for hit in hits]
    document = article_qa.corpus.documents[0]
    assert all(hit.text == document.text[hit.start : hit.end] for hit in told.hits)


def test_conditions_keep_search_and_answers_to_a_part(api, article_qa):
    where = ["section=*diagnos*"]
    found = api.post("/v1/search", json={"query": "cramps", "k": 5, "where": where}).json()["hits"]
    assert [hit["passage_id"] for hit in found] == [hit.passage.id for hit in article_qa.search("cramps", 5, where)]
    assert found and all("Diagnos" in hit["section_title"] for hit in found)
    told = api.post("/v1/answer", json={"question": QUESTION, "where": where}).json()
    assert comparable(told) == comparable(article_qa.answer(QUESTION, where=where).to_dict())
    assert told["text"] != api.post("/v1/answer", json={"question": QUESTION}).json()["text"]
    for wrong, said in (("colour=red", "no document has the key 'colour'"), ("cramps", "is no condition")):
        for path, asked in (("answer", {"question": QUESTION}), ("search", {"query": "x"})):
            reply = api.post(f"/v1/{path}", json={**asked, "where": [wrong]})
            assert (reply.status_code, said in reply.json()["detail"]) == (422, True)
    streamed = api.post("/v1/answer", json={"question": QUESTION, "stream": True, "where": ["colour=red"]})
    assert streamed.status_code == 422


def test_texts_can_be_read_to_the_letter(api, article):
    corpora = CorporaRecord.model_validate(api.get("/v1/corpora").json())
    assert [(each.name, each.content_hash) for each in corpora.corpora] == [("article", article.content_hash)]
    (listed,) = api.get("/v1/documents").json()["documents"]
    document = DocumentRecord.model_validate(api.get(f"/v1/documents/{listed['id']}").json())
    assert document.text == article.documents[0].text
    for section in document.sections:
        read = api.get(f"/v1/documents/{listed['id']}/sections/{section.id}").json()
        assert SectionRecord.model_validate(read).text == document.text[section.start : section.end]


def test_documents_in_folders_keep_their_slashes(toy, tmp_path):
    from corpus import load_corpus  # noqa: PLC0415
    from qa import ArticleQA  # noqa: PLC0415
    from qa.judge import SimilarityJudge  # noqa: PLC0415
    from qa.text_vectors import TextVectors  # noqa: PLC0415

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a note.txt").write_text("Bread\n\nSalt slows the yeast.")
    qa = ArticleQA.from_corpus(load_corpus(tmp_path), toy, SimilarityJudge(TextVectors(toy)))
    with client_of(qa) as client:
        (listed,) = client.get("/v1/documents").json()["documents"]
        assert listed["id"] == "deep/a note.txt"
        document = client.get(f"/v1/documents/{listed['id']}").json()
        section = document["sections"][-1]["id"]
        assert "yeast" in client.get(f"/v1/documents/deep/a%20note.txt/sections/{section}").json()["text"]


def test_description_names_every_door_with_examples(api):
    described = api.get("/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/answer",
        "/search",
        "/corpora",
        "/documents",
        "/documents/{document_id}",
        "/documents/{document_id}/sections/{section_id}",
        "/chat/completions",
        "/models",
        "/models/{name}",
    }
    assert described["servers"] == [{"url": "/v1"}]
    for name in ("AnswerRequest", "SearchRequest", "ChatRequest"):
        for example in described["components"]["schemas"][name]["examples"]:
            path = {"AnswerRequest": "answer", "SearchRequest": "search", "ChatRequest": "chat/completions"}[name]
            assert api.post(f"/v1/{path}", json=example).status_code == 200


DEEP = b"[" * 100_000
BAD = [
    ("wrong JSON", {"content": b"{"}, 400),
    ("nothing", {"content": b""}, 422),
    ("another type", {"content": b"question=x", "headers": {"content-type": "text/plain"}}, 415),
    ("not UTF-8", {"content": b'{"question": "\xff\xfe"}'}, 400),
    ("half a character", {"content": b'{"question": "What is \\ud800 ALS?"}'}, 422),
    ("half a character as the corpus", {"content": b'{"question": "x", "corpus": "\\ud800"}'}, 422),
    ("too deep", {"content": DEEP}, 400),
    ("no question", {"json": {}}, 422),
    ("question of another type", {"json": {"question": 7}}, 422),
    ("empty question", {"json": {"question": ""}}, 422),
    ("blank question", {"json": {"question": " "}}, 200),
    ("long question", {"json": {"question": "a" * 2_001}}, 422),
    ("unknown field", {"json": {"question": "x", "temperature": 1}}, 422),
    ("unknown corpus", {"json": {"question": "x", "corpus": "none"}}, 404),
    ("unknown role", {"json": {"question": "x", "history": [{"role": "system", "content": "x"}]}}, 422),
    ("many turns", {"json": {"question": "x", "history": [{"role": "user", "content": "x"}] * 201}}, 422),
    ("a million turns", {"json": {"question": "x", "history": [{"role": "user", "content": "x"}] * 1_000_000}}, 413),
    ("10 MB", {"content": b'{"question": "' + b"a" * 10_000_000 + b'"}'}, 413),
    ("10 MB in chunks", {"content": (b"a" * 100_000 for _ in range(100))}, 413),
    ("conditions of another type", {"json": {"question": "x", "where": "folder=a"}}, 422),
    ("many conditions", {"json": {"question": "x", "where": ["file=a"] * 21}}, 422),
    ("k of no size", {"json": {"question": "x", "k": -1}}, 422),
    ("id with a newline", {"json": {"question": "x", "id": "a\nb"}}, 422),
]


@pytest.mark.parametrize(("body", "status"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_bad_requests_are_told_what_is_wrong(api, body, status):
    reply = api.post("/v1/answer", **{"headers": {"content-type": "application/json"}, **body})
    assert reply.status_code == status
    assert "Traceback" not in reply.text
    if status != 200:
        problem = reply.json()
        assert reply.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["title"]
        assert len(problem["detail"]) > 10
        assert problem["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/answer", 405),
        ("GET", "/nothing", 404),
        ("GET", "/v1/documents/none", 404),
        ("GET", "/v1/documents/none/sections/s1", 404),
        ("GET", "/v1/documents?corpus=none", 404),
        ("POST", "/metrics", 405),
    ],
)
def test_wrong_paths_are_problems_too(api, method, path, status):
    reply = api.request(method, path)
    assert (reply.status_code, reply.json()["status"]) == (status, status)
    assert reply.headers["content-type"] == "application/problem+json"


def test_what_breaks_inside_stays_inside(article_qa, caplog):
    with client_of(Slow(article_qa)) as client:
        reply = client.post("/v1/answer", json={"question": "break"})
        assert reply.status_code == 500
        assert "secret" not in reply.text and "Traceback" not in reply.text
        assert reply.json()["request_id"] in reply.headers["x-request-id"]
        until(lambda: "the secret inside" in caplog.text)
        streamed = client.post("/v1/answer", json={"question": "break", "stream": True})
        assert streamed.status_code == 500
        assert client.post("/v1/chat/completions", json={"model": "article", "messages": []}).json()["error"]
        assert client.post("/v1/answer", json={"question": QUESTION}).status_code == 200


def test_client_that_goes_away_frees_its_worker(article_qa):
    slow = Slow(article_qa, 0.3)
    with client_of(slow, workers=1, waiting=1) as client:
        with client.stream("POST", "/v1/answer", json={"question": QUESTION, "stream": True}) as reply:
            next(reply.iter_lines())
        until(lambda: not client.service.pool.running)
        assert client.post("/v1/answer", json={"question": QUESTION}).status_code == 200


def test_answer_that_takes_too_long_is_given_up(article_qa):
    with client_of(Slow(article_qa, 1.5), answer_seconds=1.0) as client:
        reply = client.post("/v1/answer", json={"question": QUESTION})
        assert reply.status_code == 504
        assert "longer than 1 seconds" in reply.json()["detail"]
