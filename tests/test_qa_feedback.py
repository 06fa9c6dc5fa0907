"""Verdicts: kept, taken back, and exported as a question set."""

import json

import pytest

from corpus.errors import FeedbackError
from qa.__main__ import main
from qa.feedback import FeedbackStore, questions, verdict_on


@pytest.fixture
def store(tmp_path):
    return FeedbackStore(tmp_path / "deep" / "feedback.sqlite3")


@pytest.fixture(scope="module")
def verdict(article_qa):
    def make(question, good=True, reason="", history=()):
        return verdict_on(article_qa.answer(question, history), list(history), "corpus", good=good, reason=reason)

    return make


def test_store_gives_back_what_it_kept(store, verdict):
    history = [("user", "What is ALS?"), ("assistant", "A disease. [1]")]
    kept = [verdict("Where does it cramp?", history=history), verdict("What is ALS?", good=False, reason="incomplete")]
    for each in kept:
        store.keep(each)
    assert store.verdicts() == kept


def test_press_that_arrives_twice_counts_once(store, verdict):
    pressed = verdict("What is ALS?")
    assert [store.keep(pressed) for _ in range(2)] == [True, False]
    assert len(store.verdicts()) == 1


def test_taking_back_removes_one_verdict(store, verdict):
    good, bad = verdict("What is ALS?"), verdict("What is ALS?", good=False)
    store.keep(good)
    store.keep(bad)
    store.take_back(good)
    assert store.verdicts() == [bad]


def test_no_file_holds_no_verdicts(store):
    assert store.verdicts() == []
    assert not store.path.exists()


def test_good_answers_become_questions_and_the_rest_is_disputed(verdict):
    given = [
        verdict("What is ALS?"),
        verdict("Who painted the Mona Lisa?"),
        verdict("What does an EMG show?"),
        verdict("What does an EMG show?", good=False, reason="incomplete"),
    ]
    agreed = list(questions(given))
    assert [(each["kind"], each["sections"]) for each in agreed] == [
        ("direct", ["Amyotrophic Lateral Sclerosis (ALS)"]),
        ("nearmiss", []),
    ]
    [disputed] = questions(given, disputed=True)
    assert (disputed["question"], disputed["reasons"]) == ("What does an EMG show?", ["incomplete"])


def test_command_prints_json_lines(store, verdict, capsys):
    store.keep(verdict("What is ALS?"))
    assert main(["feedback", "export", "--file", str(store.path)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert set(line) == {"id", "kind", "question", "history", "sections", "facts"}


@pytest.mark.parametrize("broken", ["not a database at all, but long enough to be taken for one" * 20, "folder"])
def test_unusable_file_is_named(tmp_path, broken, verdict):
    path = tmp_path / "feedback.sqlite3"
    path.mkdir() if broken == "folder" else path.write_text(broken, encoding="utf-8")
    with pytest.raises(FeedbackError, match=r"feedback\.sqlite3 cannot be used.*FOOTNOTE_DATA"):
        FeedbackStore(path).keep(verdict("What is ALS?"))
