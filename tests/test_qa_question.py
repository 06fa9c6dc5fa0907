"""What a question means: spelling, parts, follow-ups."""

from __future__ import annotations

import pytest

from qa.followup import standalone
from qa.parts import parts
from qa.question import MAX_TURNS, Role, Turn, clean_history, clean_question
from qa.spelling import Speller


def said(*questions, answer="Something was said. [1]"):
    return tuple(turn for question in questions for turn in (Turn(Role.USER, question), Turn(Role.ASSISTANT, answer)))


def nothing_is_better(_reading):
    return 0.0


@pytest.mark.parametrize(
    ("question", "cleaned"),
    [
        ("  What\n\tis  it? ", "What is it?"),
        ("cafe\u0301", "café"),
        ("a\u200bb\u202ec\x00d", "abc d"),
        ("\ud800x", "x"),
    ],
)
def test_questions_are_cleaned(question, cleaned):
    assert clean_question(question) == cleaned


def test_history_keeps_the_latest_turns():
    turns = clean_history([("user", f"question {n}") for n in range(100)])
    assert len(turns) == MAX_TURNS
    assert turns[-1] == Turn(Role.USER, "question 99")
    assert clean_history(None) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("miotonic distrophy", "myotonic dystrophy"),
        ("Perifpheral neuropthy?", "Peripheral neuropathy?"),
        ("dystonia and baclofen", "dystonia and baclofen"),
        ("MYOTONIX", "MYOTONIX"),
        ("who shouldn't take them", "who shouldn't take them"),
        ("gait of the router", "gait of the router"),
    ],
)
def test_only_the_corpus_own_words_are_corrected(written, meant):
    assert Speller(["Myotonic dystrophy, myotonia, peripheral neuropathy, should"]).correct(written) == meant


def test_another_form_of_a_word_is_no_misspelling():
    assert Speller(["colour"]).correct("Which colours and colourr?") == "Which colours and colour?"


@pytest.mark.parametrize(
    ("question", "asked", "together"),
    [
        ("Compare tea with coffee", ("What is tea?", "What is coffee?"), True),
        ("tea vs. coffee", ("What is tea?", "What is coffee?"), True),
        ("How does tea differ from coffee?", ("What is tea?", "What is coffee?"), True),
        ("What is tea? How is coffee made?", ("What is tea?", "How is coffee made?"), False),
        ("Which pots hold tea and which keep it warm?", ("Which pots hold tea", "which pots keep it warm?"), False),
        ("Is tea black and white?", ("Is tea black and white?",), False),
        ("What and why?", ("What and why?",), False),
    ],
)
def test_parts(question, asked, together):
    found = parts(question)
    assert found.questions == asked
    assert found.together == together


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (["Tell me about green tea"], "How is it made?", "How is green tea made?"),
        (["Tell me about green tea"], "What about its taste?", "What about green tea's taste?"),
        (["Tell me about green tea"], "And in winter?", "In winter? (green tea)"),
        (["Tell me about green tea"], "why?", "Why? (green tea)"),
        (["Tell me about green tea"], "how about coffee?", "Tell me about coffee"),
        (["What is Oolong?", "Where does it grow?"], "When is it picked?", "When is Oolong picked?"),
        (["What is Oolong?", "How about Assam?"], "Where does it grow?", "Where does Assam grow?"),
        (
            ["Tell me about green tea"],
            "Is it true that coffee grows on trees?",
            "Is it true that coffee grows on trees?",
        ),
        (["Tell me about green tea"], "How is green tea made?", "How is green tea made?"),
        (["Tell me about green tea"], "Is Assam black, and how is it made?", "Is Assam black, and how is it made?"),
        (["Tell me about green tea"], "How is it made, and is it dear?", "How is green tea made, and is it dear?"),
        (["What is Oolong?", "Which is the most popular?"], "Where does it grow?", "Where does Oolong grow?"),
        (["When was the fall of Rome?"], "And its cause?", "And Rome's cause?"),
        (["When was the fall of Rome?"], "And why?", "Why? (fall of Rome)"),
        (["Is Assam black?", "Is Oolong a tea and how is it made?"], "Who drinks it?", "Who drinks Oolong?"),
        (["How is green tea dried?"], "Does it keep?", "Does green tea keep?"),
        (["Is Oolong also fermented?"], "Does it keep?", "Does Oolong keep?"),
        (["How are green teas dried?"], "Does it cost much?", "Does it cost much? (green teas)"),
        (["How are green teas dried?"], "Which of them are old?", "Which of them are old? (green teas)"),
        (["Tell me about green tea"], "So does it mean snow?", "Does it mean snow? (green tea)"),
        (["Tell me about green tea"], "Who painted the ceiling of that famous chapel in Rome?", None),
        ([], "How is it made?", "How is it made?"),
    ],
)
def test_follow_ups(before, question, meant):
    found = standalone(question, said(*before), nothing_is_better)
    if meant is None:
        assert question.rstrip("?") in found
    else:
        assert found == meant


def test_the_corpus_decides_between_readings():
    history = said("Tell me about green tea")
    assert standalone("Which cups?", history, nothing_is_better) == "Which cups?"
    better_with_topic = {"Which cups? (green tea)": 0.9}
    assert standalone("Which cups?", history, lambda q: better_with_topic.get(q, 0.1)) == "Which cups? (green tea)"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Is black tea dear?", "Is black tea dear?"),
        ("And is black tea dear?", "And is black tea dear?"),
        ("why does black tea stain cups", "why does black tea stain cups"),
        ("And black tea?", "Black tea? (green tea)"),
        ("Is it dearer than black tea?", "Is green tea dearer than black tea?"),
    ],
)
def test_a_whole_question_that_names_a_section_needs_no_topic(question, meant):
    history = said("Tell me about green tea")
    topic_helps = lambda q: float("green tea" in q)  # noqa: E731
    found = standalone(question, history, topic_helps, names_section=lambda q: "black tea" in q)
    assert found == meant


def test_an_answers_section_can_be_the_topic():
    history = said("Which drink is the oldest?")
    found = standalone("How is it made?", history, lambda q: float("Green tea" in q), section_of=lambda _: "Green tea")
    assert found == "How is Green tea made?"
