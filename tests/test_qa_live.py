"""A corpus that is indexed anew while it is asked: every question is answered, each from one version."""

from __future__ import annotations

import re
import threading
import time

import pytest

from corpus import load_corpus
from index import store
from index.building import renew
from index.cache import CACHE_VARIABLE
from qa import ArticleQA
from qa.judge import SimilarityJudge
from qa.live import LiveQA
from qa.page.desk import Reception
from qa.page.texts import read_texts
from qa.page.turns import to_stored
from qa.text_vectors import TextVectors

QUESTION = "How warm is the oven?"


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "notes"
    folder.mkdir()
    bake(folder, 100)
    return folder


def bake(folder, degrees):
    """Every version says another temperature, at another offset."""
    before = "Dough rests. " * (degrees % 7)
    (folder / "oven.md").write_text(f"# Baking\n\n## Ovens\n\n{before}The oven is {degrees} degrees warm.")
    (folder / f"only in {degrees}.txt").write_text(f"The cellar is {degrees} degrees cold.")


@pytest.fixture
def live(notes, encoder):
    folder = store.default_folder(notes, encoder)
    index, _ = renew(folder, load_corpus(notes), encoder)
    return LiveQA(ArticleQA(index, judge=SimilarityJudge(TextVectors(encoder))), notes)


def rebuilt(notes, encoder, degrees):
    bake(notes, degrees)
    return renew(store.default_folder(notes, encoder), load_corpus(notes), encoder)[0]


def test_the_next_version_answers_when_it_is_ready(live, notes, encoder):
    first = live.current()
    assert live.current() is first
    assert "100 degrees" in live.answer(QUESTION).text
    rebuilt(notes, encoder, 200)
    assert first.corpus is live.corpus
    wait(lambda: live.current() is not first)
    assert "200 degrees" in live.answer(QUESTION).text
    assert "100 degrees" in first.answer(QUESTION).text
    assert live.current().generator is first.generator
    assert live.refresh() is False


def test_settings_come_along(live, notes, encoder):
    (notes / "corpus.toml").write_text('title = "Second"')
    rebuilt(notes, encoder, 200)
    assert live.refresh()
    assert live.corpus.title == "Second"


def test_changed_settings_alone_are_taken_up(live, notes, encoder):
    first = live.current()
    (notes / "corpus.toml").write_text('title = "Second"\nthreshold = 1.0')
    assert live.current() is not first, "settings alone are taken up at once"
    assert (live.corpus.title, live.current().threshold) == ("Second", 1.0)
    assert live.answer(QUESTION).abstained
    assert live.current().index.dense is first.index.dense
    (notes / "corpus.toml").unlink()
    assert live.refresh()
    assert "100 degrees" in live.answer(QUESTION).text
    (notes / "corpus.toml").write_text("")
    assert not live.refresh(), "settings that say the same are no change"
    assert renew(store.default_folder(notes, encoder), load_corpus(notes), encoder)[1] is False


def test_what_cannot_be_opened_changes_nothing(live, notes, encoder, caplog):
    rebuilt(notes, encoder, 200)
    (notes / "corpus.toml").write_text("title = 7")
    assert not live.refresh()
    assert "answers still come from the index before" in caplog.text
    assert "100 degrees" in live.answer(QUESTION).text
    (notes / "corpus.toml").write_text("")
    folder = store.default_folder(notes, encoder)
    rebuilt(notes, encoder, 300)
    damaged = next(folder.glob("data-*")) / store.VECTORS
    damaged.write_bytes(damaged.read_bytes()[:-1])
    caplog.clear()
    assert not live.refresh()
    assert "is damaged" in caplog.text
    assert not live.refresh()
    (folder / store.MANIFEST).unlink()
    assert "100 degrees" in live.answer(QUESTION).text


def test_no_question_fails_while_the_index_is_built_anew_and_anew(live, notes, encoder):
    done, troubles, versions = threading.Event(), [], []

    def ask() -> None:
        while not done.is_set():
            try:
                qa = live.current()
                answer = qa.answer(QUESTION)
                for citation in answer.citations:
                    document = qa.corpus.document(citation.document_id)
                    assert document.text[citation.start : citation.end] == citation.quote
                    assert citation.quote in answer.text
                (version,) = set(re.findall(r"1\d\d", answer.text))
                versions.append(version)
                assert live.search("cellar", 1)
            except BaseException as error:
                troubles.append(error)

    visitors = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for degrees in range(101, 107):
        made = rebuilt(notes, encoder, degrees).corpus.content_hash
        wait(lambda made=made: live.corpus.content_hash == made)
    done.set()
    for visitor in visitors:
        visitor.join()
    assert not troubles
    assert len(set(versions)) >= 3
    assert "106 degrees" in live.answer(QUESTION).text


def test_the_page_shows_answers_of_both_versions(live, notes, encoder):
    reception = Reception(live, read_texts())
    old = reception.desk()
    *_, view = old.ask(QUESTION, [])
    assert reception.desk() is old
    growing = old.ask("How cold is the cellar?", view.stored)
    next(growing)
    (notes / "only in 100.txt").unlink()
    rebuilt(notes, encoder, 200)
    assert live.refresh()
    desk = reception.desk()
    assert desk is not old
    *_, finished = growing
    assert "100 degrees cold" in finished.turns[1].answer.text
    assert "100 degrees cold" in old.reply_html(finished.turns[1])
    *_, view = desk.ask(QUESTION, finished.stored)
    assert [bool(turn.answer) for turn in view.turns] == [False, False, True]
    assert "The documents have changed since" in desk.reply_html(view.turns[0])
    assert "200 degrees" in desk.reply_html(view.turns[2])
    assert len(to_stored(view.turns)) == 3
    assert desk.article_html("") != old.article_html("")
    assert desk.article_html("only in 100.txt") == ""


def wait(until, seconds=60):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
