"""A server whose index stands in Milvus: it waits for it, outlives it, and takes up what is indexed anew."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import httpx
import pytest
from milvus_fixtures import Milvus, need_milvus
from page_fixtures import free_port
from server_fixtures import PATIENCE, client_of, until

from corpus import load_corpus
from corpus.errors import SettingsError
from index.cache import CACHE_VARIABLE
from index.stores import StoreAddress, milvus_store
from qa import ArticleQA
from qa.__main__ import main
from qa.judge import SimilarityJudge
from qa.server.corpora import Corpora
from qa.stored import StoredQA
from qa.text_vectors import TextVectors

need_milvus()

ASKED = {"question": "How warm is the oven?"}
STARTS = 5 * PATIENCE


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "notes"
    folder.mkdir()
    bake(folder, 100)
    return folder


def bake(folder, degrees):
    (folder / "oven.md").write_text(f"# Baking\n\n## Ovens\n\nThe oven is {degrees} degrees warm.")


def answered(client, status, asked=ASKED):
    """Tell whether a question gets a reply with this status; nobody may be listening yet."""
    try:
        reply = client.post("/v1/answer", json=asked)
    except httpx.TransportError:
        return False
    assert "Traceback" not in reply.text
    if reply.status_code == 503:
        assert reply.headers["retry-after"]
        assert reply.headers["content-type"] == "application/problem+json"
        assert "does not answer; see that it runs" in reply.json()["detail"]
    return reply.status_code == status


def test_it_is_down_at_the_start_and_dies_in_between(tmp_path, notes):
    milvus = Milvus(tmp_path / "data").start()
    port, store = free_port(), f"milvus:{milvus.uri}#notes"
    try:
        assert main(["index", str(notes), "--store", store]) == 0
        milvus.kill()
        command = [sys.executable, "-m", "qa", "serve", "--no-page", "--port", str(port), "--store", store]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client,
        ):
            try:
                until(partial(answered, client, 503), STARTS)
                assert client.get("/healthz").json() == {"status": "alive"}
                assert client.get("/readyz").status_code == 503
                milvus.start()
                until(partial(answered, client, 200), STARTS)
                assert f"http://127.0.0.1:{port}" in server.stdout.readline()
                assert "100 degrees" in client.post("/v1/answer", json=ASKED).json()["text"]
                milvus.kill()
                another = {"question": "Is the oven 100 degrees warm?"}  # the first may be answered from memory
                until(partial(answered, client, 503, another), STARTS)
                milvus.start()
                until(partial(answered, client, 200, another), STARTS)
            finally:
                server.terminate()
                server.wait(PATIENCE)
    finally:
        milvus.kill()


def test_the_version_that_is_served_is_taken_up(tmp_path, notes, encoder, monkeypatch):
    monkeypatch.setattr("qa.stored.LOOKED_AFTER", 0.1)
    store = milvus_store(StoreAddress(str(tmp_path / "lite.db")), "notes", encoder)
    index, _ = store.renew(load_corpus(notes))
    qa = ArticleQA(index, judge=SimilarityJudge(TextVectors(encoder)))
    live = StoredQA(qa, store, index.collection)
    with client_of(live.current) as client:
        assert "100 degrees" in client.post("/v1/answer", json=ASKED).json()["text"]
        bake(notes, 200)
        store.renew(load_corpus(notes))
        until(lambda: "200 degrees" in client.post("/v1/answer", json=ASKED).json()["text"])
        (listed,) = client.get("/v1/documents").json()["documents"]
        assert "200 degrees" in client.get(f"/v1/documents/{listed['id']}").json()["text"]
        assert client.get("/v1/corpora").json()["corpora"][0]["passages"] == 1
    assert "100 degrees" in qa.answer(ASKED["question"]).text
    assert live.refresh() is False


def test_corpora_of_a_server_stand_in_one_milvus(tmp_path, notes):
    store = f"milvus:{tmp_path / 'many.db'}"
    (tmp_path / "my law.txt").write_text("Law\n\nA contract binds.")
    made = Corpora.open([str(notes), str(tmp_path / "my law.txt")], store=store)
    assert list(made) == ["notes", "my-law"]
    again = Corpora.open(store=store)
    assert list(again) == ["my_law", "notes"]
    assert again.get("notes").corpus.documents[0].text == made.get("notes").corpus.documents[0].text
    assert again.get("notes").generator is again.get("my_law").generator
    assert list(Corpora.open(store=f"{store}#notes")) == ["notes"]
    with pytest.raises(SettingsError, match="leave #NAME out"):
        Corpora.open([str(notes), str(tmp_path / "my law.txt")], store=f"{store}#notes")


def test_environment_names_the_store(tmp_path, notes, capsys, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_STORE", f"milvus:{tmp_path / 'env.db'}#notes")
    assert main(["index", str(notes)]) == 0
    assert "env.db#notes" in capsys.readouterr().out
    assert main(["search", "oven", "--mode", "lexical"]) == 0
    assert "oven.md#s1  Ovens" in capsys.readouterr().out
