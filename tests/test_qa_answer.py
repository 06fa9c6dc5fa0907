"""The contract, on the real article with the real encoder."""

from __future__ import annotations

import json

import pytest

from corpus.errors import FootnoteError, QuestionError, SettingsError
from qa import Answer, ArticleQA
from qa.phrases import CANNOT_ANSWER
from qa.question import MAX_CHARACTERS


def sections(answer):
    return {citation.section_title for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "section", "words"),
    [
        ("What is ALS?", "Amyotrophic Lateral Sclerosis (ALS)", "motor neurons"),
        ("Which muscles does ALS cramp?", "Amyotrophic Lateral Sclerosis (ALS)", "legs and arms"),
        ("What does an EMG do?", "Common Diagnostic Tools", "electrical activity"),
        ("miotonic distrophy face", "Myotonic Dystrophy", "face, neck, and hands"),
    ],
)
def test_a_question_is_answered_from_its_section(article_qa, question, section, words):
    answer = article_qa.answer(question)
    assert not answer.abstained
    assert section in sections(answer)
    assert words in answer.text
    assert answer.generator == "quote"


def test_every_citation_holds_its_exact_words(article_qa, article):
    for question in (
        "What is ALS?",
        "What are the symptoms of muscle cramps?",
        "What is the difference between EMG and NCS?",
    ):
        answer = article_qa.answer(question)
        assert answer.citations
        assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
        for citation in answer.citations:
            document = article.document(citation.document_id)
            assert document.text[citation.start : citation.end] == citation.quote
            assert document.section(citation.section_id).title == citation.section_title
        marked = {marker for sentence in answer.sentences for marker in sentence.markers}
        assert marked == {citation.marker for citation in answer.citations}
        for sentence in answer.sentences:
            assert sentence.verbatim
            assert sentence.support == 1.0
            assert all(f"[{marker}]" in answer.text for marker in sentence.markers)


def test_a_list_question_gets_the_whole_list(article_qa):
    answer = article_qa.answer("What are the symptoms of muscle cramps?")
    assert answer.text.splitlines() == [
        "- Sharp, intense pain [1]",
        "- Temporary muscle hardening or tightening [2]",
        "- Visible muscle twitching or bulging [3]",
        "- Limited movement or difficulty stretching the affected area [4]",
    ]


def test_a_question_for_the_disorders_gets_them_all(article_qa):
    answer = article_qa.answer("Which disorders are associated with muscle cramps?")
    assert len(answer.sentences) == 6
    assert "Peripheral Neuropathy [3]" in answer.text


def test_a_narrower_question_for_disorders_gets_those_that_fit(article_qa):
    answer = article_qa.answer("Which disorders affect the legs?")
    assert len(answer.sentences) > 2
    assert all(any(word in s.text for word in ("legs", "feet")) for s in answer.sentences)
    assert len(sections(answer)) == len(answer.sentences)


@pytest.mark.parametrize(
    "question", ["Who painted the Mona Lisa?", "How do I reset my router?", "sdkjfh wqpoeiru zmxnv"]
)
def test_silence_names_the_nearest_sections(article_qa, question):
    answer = article_qa.answer(question)
    assert answer.abstained
    assert CANNOT_ANSWER in answer.text
    assert answer.citations == answer.sentences == ()
    assert 1 <= len(answer.nearest_sections) <= 3
    assert answer.confidence < article_qa.threshold


def test_a_follow_up_is_completed(article_qa):
    history = [("user", "Tell me about multiple sclerosis"), ("assistant", "An autoimmune disorder. [1]")]
    answer = article_qa.answer("Where are its cramps?", history)
    assert "multiple sclerosis" in answer.standalone_question.lower()
    assert "legs" in answer.text
    assert sections(answer) == {"Multiple Sclerosis (MS)"}
    mappings = [{"role": role, "content": text} for role, text in history]
    assert article_qa.answer("Where are its cramps?", mappings).text == answer.text


def test_a_question_that_names_a_section_is_not_completed(article_qa):
    history = [("user", "How are neuromuscular disorders diagnosed?"), ("assistant", "By EMG. [1]")]
    for question in ("Is myotonic dystrophy contagious?", "And is myotonic dystrophy inherited?"):
        assert article_qa.answer(question, history).standalone_question == question


def counted(article_qa, monkeypatch):
    """The same question answering with nothing in memory, and the questions that its judge is asked from now on."""
    fresh, judged = article_qa.on(article_qa.index), []
    judge = fresh.judge.judge
    monkeypatch.setattr(fresh.judge, "judge", lambda asked, found: judged.append(asked) or judge(asked, found))
    return fresh, judged


def test_a_question_asked_again_is_not_judged_again(article_qa, monkeypatch):
    fresh, judged = counted(article_qa, monkeypatch)
    first, again = fresh.answer("What is ALS?"), fresh.answer("What is ALS?")
    assert judged == ["What is ALS?"]
    assert (again.text, again.citations, again.confidence) == (first.text, first.citations, first.confidence)
    assert fresh.answer("What is ALS?", where=["section=Symptoms*"]).text != first.text
    assert fresh.answer("What is ALS?").text == first.text
    assert len(judged) == 2


def test_no_reading_of_a_follow_up_is_judged_twice(article_qa, monkeypatch):
    fresh, judged = counted(article_qa, monkeypatch)
    history = [("user", "Tell me about multiple sclerosis"), ("assistant", "An autoimmune disorder. [1]")]
    answer = fresh.answer("What is myotonia?", history)
    assert len(judged) > 1
    assert answer.standalone_question in judged
    assert len(set(judged)) == len(judged)


def test_streaming_grows_to_the_same_answer(article_qa):
    grown = list(article_qa.stream("What is ALS?"))
    whole = article_qa.answer("What is ALS?")
    assert len(grown) > 1
    assert [len(a.sentences) for a in grown[:-1]] == list(range(1, len(grown)))
    assert grown[-1].text == whole.text
    assert all(whole.text.startswith(a.text) for a in grown)


def test_an_answer_is_json(article_qa):
    answer = article_qa.answer("What is ALS?")
    data = json.loads(json.dumps(answer.to_dict()))
    assert set(data) == set(Answer.__dataclass_fields__)
    assert data["citations"][0]["quote"] == answer.citations[0].quote
    assert data["timings"]["total"] > 0


def test_an_overview_of_the_article_is_one_of_its_subject(article_qa):
    answer = article_qa.answer("Summarise the article")
    assert not answer.abstained
    assert answer.standalone_question == f"Summarise {article_qa.corpus.documents[0].title}"


def test_urgent_words_bring_the_owners_advice(article_qa):
    assert "emergency" in article_qa.answer("I can’t breathe and my legs cramp").notice
    assert article_qa.answer("What is ALS?").notice == ""


def test_a_cry_for_help_beside_a_question_is_left_to_the_owners_advice(article_qa):
    alone, beside = (article_qa.answer(text) for text in ("What is ALS?", "I can’t breathe. What is ALS?"))
    assert beside.notice
    assert (beside.text, beside.unanswered) == (alone.text, ())


def test_urgent_words_are_not_called_unanswered(article_qa):
    answer = article_qa.answer("What if I can’t breathe? What is ALS? How much is a bus?")
    assert answer.notice
    assert answer.unanswered == ("How much is a bus?",)


def test_a_section_without_a_heading_is_no_topic(article_qa):
    document = article_qa.corpus.documents[0]
    said = " ".join(document.text[s.start : s.end] for s in document.sentences(document.sections[0].id)[:2])
    asked = article_qa.answer("why is it painful?", history=[("user", "What is ALS?"), ("assistant", said)])
    assert asked.standalone_question == "why is ALS painful?"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "\x00\x07\x1b[31m",
        "🙂🙂",
        "?",
        "Was sind Muskelkrämpfe in der Nacht bei Kindern?",
        "什么是肌肉痉挛",
        "a" * MAX_CHARACTERS,
    ],
)
def test_odd_questions_are_answered_with_silence(article_qa, question):
    answer = article_qa.answer(question)
    assert answer.abstained
    assert CANNOT_ANSWER in answer.text


@pytest.mark.parametrize(
    ("question", "history", "complaint"),
    [
        (None, (), "a question is a text, not NoneType"),
        (b"What", (), "not bytes"),
        (["What"], (), "not list"),
        ("a" * 100_000, (), "100,000 characters"),
        ("What?", "user: hello", "a history is a list"),
        ("What?", 7, "a history is a list"),
        ("What?", [("user",)], "turn 0 .* is no"),
        ("What?", [("user", "a"), ("wizard", "b")], "turn 1 .* role 'wizard'"),
        ("What?", [("user", 3)], "holds int, not a text"),
        ("What?", [{"role": "user"}], "holds NoneType"),
        ("What?", [{"content": "x"}], "role None"),
        ("What?", [None], "turn 0"),
    ],
)
def test_wrong_input_is_a_typed_error(article_qa, question, history, complaint):
    with pytest.raises(QuestionError, match=complaint):
        article_qa.answer(question, history)


def test_an_unknown_model_is_refused():
    with pytest.raises(SettingsError, match="unknown model 'gpt'"):
        ArticleQA.open(model="gpt")


def test_every_error_has_one_root():
    assert issubclass(QuestionError, FootnoteError)
    assert issubclass(SettingsError, FootnoteError)
