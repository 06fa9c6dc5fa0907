"""What guards the server: keys, rates, the line that does not grow, slow bodies, other sites, and a clean end."""

import json
import logging
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from page_fixtures import free_port
from server_fixtures import PATIENCE, QUESTION, Slow, client_of, until

from corpus.errors import BusyError, FootnoteError, KeyFileError, SettingsError
from qa.__main__ import main
from qa.server.corpora import Corpora, UnknownNameError
from qa.server.keys import make_key, owner, read_keys
from qa.server.logs import JsonFormatter
from qa.server.pool import Pool
from qa.server.service import PageService, Service
from qa.server.settings import ServerSettings

ASKED = {"question": QUESTION}


def test_keys_are_kept_as_hashes_only(tmp_path):
    file = tmp_path / "keys"
    keys = [make_key(name, file) for name in ("anna", "ben")]
    text = file.read_text()
    assert not any(key in text for key in keys)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    names = read_keys(file)
    assert [owner(key, names) for key in [*keys, "fn_wrong", ""]] == ["anna", "ben", None, None]
    with pytest.raises(KeyFileError, match="already"):
        make_key("anna", file)


@pytest.mark.parametrize("text", ["anna", "anna secret", "a b " + "0" * 64])
def test_damaged_key_files_are_named(tmp_path, text):
    (tmp_path / "keys").write_text(text)
    with pytest.raises(KeyFileError, match="line 1"):
        read_keys(tmp_path / "keys")
    with pytest.raises(KeyFileError, match="footnote keys"):
        read_keys(tmp_path / "none")


def test_keys_command_prints_the_key_once(tmp_path, capsys):
    assert main(["keys", "anna", str(tmp_path / "keys")]) == 0
    key = capsys.readouterr().out.strip()
    assert owner(key, read_keys(tmp_path / "keys")) == "anna"
    assert main(["keys", "an na", str(tmp_path / "keys")]) == 2
    assert "letters" in capsys.readouterr().err


def test_only_known_keys_get_in(article_qa, tmp_path):
    key = make_key("anna", tmp_path / "keys")
    with client_of(article_qa, keys=tmp_path / "keys") as client:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"X-API-Key": key[:-1]},
            {"Authorization": f"Basic {key}"},
        ):
            for path in ("/v1/answer", "/v1/chat/completions", "/mcp", "/metrics"):
                reply = client.post(path, json=ASKED, headers=headers)
                assert reply.status_code == 401
                assert reply.headers["www-authenticate"] == "Bearer"
        assert "a key is needed" in client.post("/v1/answer", json=ASKED).json()["detail"]
        assert client.post("/v1/answer", json=ASKED, headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert client.post("/v1/answer", json=ASKED, headers={"X-API-Key": key}).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_each_key_has_its_own_rate(article_qa, tmp_path):
    keys = [make_key(name, tmp_path / "keys") for name in ("anna", "ben")]
    with client_of(article_qa, keys=tmp_path / "keys", per_minute=3) as client:

        def ask(key):
            return client.get("/v1/corpora", headers={"X-API-Key": key})

        assert [ask(keys[0]).status_code for _ in range(3)] == [200] * 3
        refused = ask(keys[0])
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert "3 requests a minute" in refused.json()["detail"]
        assert ask(keys[1]).status_code == 200


def test_a_full_line_is_refused_at_once_and_empties_again(article_qa):
    slow = Slow(article_qa, 0.5)
    with client_of(slow, workers=1, waiting=2) as client, ThreadPoolExecutor(12) as crowd:
        replies = list(crowd.map(lambda _: client.post("/v1/answer", json=ASKED), range(12)))
        statuses = [reply.status_code for reply in replies]
        assert statuses.count(200) >= 3
        assert statuses.count(429) == 12 - statuses.count(200) > 0
        refused = replies[statuses.index(429)]
        assert refused.headers["retry-after"] == "1"
        assert "wait already" in refused.json()["detail"]
        until(lambda: not client.service.pool.running)
        assert client.post("/v1/answer", json=ASKED).status_code == 200
        metrics = client.get("/metrics").text
        assert "footnote_running 0.0" in metrics and "footnote_waiting 0.0" in metrics


def test_slow_body_is_given_up(article_qa):
    with client_of(article_qa, body_seconds=0.5) as client:
        host, port = client.base_url.host, client.base_url.port
        with socket.create_connection((host, port), timeout=PATIENCE) as drip:
            drip.sendall(
                b"POST /v1/answer HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
            )
            reply = drip.recv(65_536)
        assert reply.startswith(b"HTTP/1.1 408")
        assert client.post("/v1/answer", json=ASKED).status_code == 200


def test_other_sites_are_kept_out_unless_named(article_qa):
    friend, stranger = {"Origin": "https://friend.example"}, {"Origin": "https://stranger.example"}
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    with client_of(article_qa) as client:
        assert "access-control-allow-origin" not in client.post("/v1/answer", json=ASKED, headers=friend).headers
        assert client.options("/v1/answer", headers=friend | preflight).status_code == 400
    with client_of(article_qa, origins=("https://friend.example",)) as client:
        allowed = client.post("/v1/answer", json=ASKED, headers=friend).headers
        assert allowed["access-control-allow-origin"] == "https://friend.example"
        assert client.options("/v1/answer", headers=friend | preflight).status_code == 200
        assert "access-control-allow-origin" not in client.post("/v1/answer", json=ASKED, headers=stranger).headers
        refused = client.post("/v1/answer", content=b"a" * 2_000_000, headers=friend)
        assert refused.status_code == 413
        assert refused.headers["access-control-allow-origin"] == "https://friend.example"


def test_every_reply_has_an_id_and_security_headers(api):
    for reply in (api.get("/healthz"), api.get("/v1/nothing"), api.post("/v1/answer", json=ASKED)):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
        assert len(reply.headers["x-request-id"]) == 32
        assert "server" not in reply.headers
    assert api.get("/healthz", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert api.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"] != "a b"


def test_readiness_follows_what_is_loaded(article_qa):
    with client_of(article_qa) as client:
        client.service.ready = False
        assert client.get("/readyz").status_code == 503
        client.service.warm_up()
        assert client.get("/readyz").json() == {"status": "ready"}
        client.service.stop()
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_metrics_count_answers_and_silence(article_qa):
    with client_of(article_qa) as client:
        for question in (QUESTION, QUESTION, "What is the capital of France?"):
            client.post("/v1/answer", json={"question": question})
        client.post("/v1/answer", json={})
        text = client.get("/metrics").text
    assert 'footnote_answers_total{corpus="article",outcome="answered"} 2.0' in text
    assert 'footnote_answers_total{corpus="article",outcome="abstained"} 1.0' in text
    assert 'footnote_stage_seconds_count{corpus="article",stage="total"} 3.0' in text
    assert 'footnote_request_seconds_count{door="api",status="422"} 1.0' in text


@pytest.mark.parametrize("shown", [False, True])
def test_log_has_the_id_and_the_question_only_if_asked_for(article_qa, caplog, shown):
    caplog.set_level(logging.INFO, "qa.server")
    caplog.handler.setFormatter(JsonFormatter())
    with client_of(article_qa, log_questions=shown) as client:
        client.post("/v1/answer", json=ASKED, headers={"X-Request-ID": "mine-2"})
        until(lambda: '"message": "request"' in caplog.text)
    lines = [json.loads(line) for line in caplog.text.splitlines() if '"mine-2"' in line]
    assert [line["message"] for line in lines] == ["answered", "request"]
    assert lines[1]["status"] == 200 and lines[1]["path"] == "/v1/answer"
    assert lines[0].get("question") == (QUESTION if shown else None)
    assert shown or QUESTION not in caplog.text


def test_server_settings_refuse_what_cannot_work():
    for wrong in ({"workers": 0}, {"waiting": -1}, {"port": 70_000}, {"origins": ("https://a.example/path",)}):
        with pytest.raises(SettingsError):
            ServerSettings(**wrong)
    assert main(["serve", "--workers", "0"]) == 2


def test_a_newer_index_answers_the_next_question(article_qa, toy_corpus, toy):
    from qa import ArticleQA  # noqa: PLC0415
    from qa.judge import SimilarityJudge  # noqa: PLC0415
    from qa.text_vectors import TextVectors  # noqa: PLC0415

    answers = [Slow(article_qa, 0.5)]
    with client_of(lambda: answers[-1]) as client, ThreadPoolExecutor(1) as other:
        running = other.submit(client.post, "/v1/answer", json=ASKED)
        until(lambda: client.service.pool.running)
        answers.append(ArticleQA.from_corpus(toy_corpus, toy, SimilarityJudge(TextVectors(toy))))
        assert client.get("/v1/documents").json()["documents"][0]["title"] == "Baking"
        assert "ALS" in running.result().json()["text"]  # it ends as it began
    with pytest.raises(UnknownNameError):
        Corpora({"a": lambda: article_qa}).get("b")


def test_corpora_are_named_after_their_files_or_as_told(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    for name in ("My Notes.txt", "other.txt"):
        (tmp_path / name).write_text("Bread\n\nSalt slows the yeast.")
    corpora = Corpora.open([str(tmp_path / "My Notes.txt"), f"second={tmp_path / 'other.txt'}"])
    assert list(corpora) == ["my-notes", "second"]
    assert corpora.get().index.encoder is corpora.get("second").index.encoder
    with pytest.raises(FootnoteError, match="two corpora"):
        Corpora.open([f"a={tmp_path / 'other.txt'}", f"a={tmp_path / 'other.txt'}"])


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_told_to_stop_it_finishes_what_runs(tmp_path):
    code = (
        "import time, sys; from pathlib import Path; sys.path.insert(0, 'tests')\n"
        "from server_fixtures import Slow; from qa.server.corpora import Corpora\n"
        "from qa.server.settings import ServerSettings; from app import serve\n"
        "qa = Slow(Corpora.open().get(), 1.5)\n"
        "serve(Corpora({'article': lambda: qa}), ServerSettings(port=int(sys.argv[1]), page=True))\n"
    )
    port = free_port()
    environment = {**os.environ, "FOOTNOTE_CACHE": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            assert "is open for questions" in process.stdout.readline()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                assert "gradio" in client.get("/").text  # a page that stays open must not hold the server back
                beat = client.send(client.build_request("GET", "/gradio_api/heartbeat/abc"), stream=True)
                threading.Timer(0.7, process.send_signal, [signal.SIGTERM]).start()
                began = time.monotonic()
                reply = client.post("/v1/answer", json=ASKED)
                assert reply.status_code == 200
                assert time.monotonic() - began > 1.5
                beat.close()
            assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
            assert time.monotonic() - began < 20
        finally:
            process.kill()
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert not [line for line in log if line["level"] == "error"]


def test_what_may_be_offered_waits_for_what_is_asked(article_qa):
    service = Service(Corpora({"article": lambda: Slow(article_qa, 0.5)}), ServerSettings(workers=1))
    page = PageService(service, "article")
    with ThreadPoolExecutor(2) as visitors:
        asked = [visitors.submit(list, page.stream(QUESTION)) for _ in range(2)]
        until(lambda: service.pool.waiting)
        with pytest.raises(BusyError, match="visitors"):
            page.answer(QUESTION)
        assert all(answers.result()[-1].sentences for answers in asked)
    assert page.answer(QUESTION).sentences
    service.pool.close()


def test_who_reads_slowly_gets_the_newest_step_and_the_end():
    pool, more = Pool(workers=1, waiting=1, seconds=PATIENCE), threading.Event()

    def steps(broken):
        yield 1
        more.wait(PATIENCE)
        yield 2
        yield 3
        if broken:
            raise RuntimeError("broken")

    for broken in (False, True):
        more.clear()
        read = pool.stream_here(lambda broken=broken: steps(broken))
        assert next(read) == 1
        more.set()
        until(lambda: not pool.running)
        assert next(read) == 3
        with pytest.raises(RuntimeError if broken else StopIteration):
            next(read)
    pool.close()
