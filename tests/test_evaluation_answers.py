"""Sets that ask the product itself: what an answer is worth, and that silence and failure count."""

import dataclasses
import json

import pytest
from evaluation_toys import measure, own_cache, write_lines  # noqa: F401  (a fixture)

from corpus.errors import QuestionError
from qa import Answer, AnswerSentence, Citation
from qa.evaluation import answering
from qa.evaluation.article_task import article_metrics
from qa.evaluation.claims_task import joined
from qa.evaluation.journal import read_outcomes
from qa.evaluation.reading_task import reading_metrics
from qa.evaluation.records import ArticleQuestion, ReadingQuestion
from qa.evaluation.support import JudgedSupport, is_supported
from qa.judge import Judgement

ARTICLE = """# Cramps

## Causes

Low potassium makes the calf cramp at night. Tired muscles cramp more often.

## Relief

Stretching the calf slowly ends a cramp within a minute.
"""


def answer(text="", section="Relief", span=(0, 4), abstained=False, confidence=0.9):
    sentences = () if abstained else (AnswerSentence(text, (1,), 1.0, verbatim=True),)
    citations = () if abstained else (Citation(1, "d", "s1", section, text, *span),)
    shown = "The article does not say; stretching is near." if abstained else f"{text} [1]"
    return Answer(shown, sentences, citations, abstained, confidence, (), "q", "q", "quote", ())


def question(sections=("Relief",), facts=(("stretch", "extend"), ("minute",)), kind="direct"):
    return ArticleQuestion("1", kind, "What helps?", (), sections, facts)


def test_a_right_answer_cites_a_right_section_and_says_every_fact():
    found = article_metrics(question(), answer("Stretching ends it in a Minute."), ["Relief"])
    assert found == {
        "section found first": 1.0,
        "section found in 3": 1.0,
        "section cited": 1.0,
        "facts": 1.0,
        "citations in a right section": 1.0,
        "correct": 1.0,
        "correct[answerable]": 1.0,
        "correct[direct]": 1.0,
    }


@pytest.mark.parametrize(
    ("given", "found", "wrong"),
    [
        (answer("Stretching helps."), ["Relief"], {"facts", "correct"}),
        (
            answer("Stretching, a minute.", section="Causes"),
            ["Causes", "Relief"],
            {"section cited", "section found first", "citations in a right section"},
        ),
        (answer(abstained=True), [], {"facts", "section cited", "correct"}),
        (None, [], {"facts", "section cited", "section found in 3", "correct"}),
    ],
)
def test_a_wrong_answer_loses_what_it_lacks(given, found, wrong):
    metrics = article_metrics(question(), given, found)
    assert all(metrics[name] == 0.0 for name in wrong)


def test_silence_is_right_only_where_nothing_answers():
    silent, talking = answer(abstained=True), answer("Stretching.")
    nothing = question(sections=(), facts=(), kind="nearmiss")
    assert article_metrics(nothing, silent, [])["correct"] == 1.0
    assert article_metrics(nothing, talking, ["Relief"])["correct[unanswerable]"] == 0.0
    assert article_metrics(nothing, None, [])["correct[nearmiss]"] == 0.0


PASSAGE = "Cramps hurt. They pass. Stretch the calf."


def test_reading_metrics_by_answerability():
    asked = ReadingQuestion(
        "1",
        "what helps",
        "",
        PASSAGE,
        ("stretch",),
        ("Cramps hurt.", "They pass.", "Stretch the calf."),
        ("Stretch the calf.",),
    )
    found = reading_metrics(asked, answer("Stretch the calf.", span=(24, 41)), spans=True)
    assert found["EM"] == 0.0
    assert found["F1"] == found["F1[answerable]"] == pytest.approx(2 / 3)  # stretch | stretch calf, "the" is dropped
    assert found["answer held"] == found["gold sentence F1"] == 1.0
    nothing = ReadingQuestion("2", "who", "", PASSAGE, ())
    assert reading_metrics(nothing, answer(abstained=True), spans=True)["EM[unanswerable]"] == 1.0
    assert reading_metrics(nothing, answer("They pass."), spans=True)["F1[unanswerable]"] == 0.0
    assert set(reading_metrics(nothing, None, spans=True).values()) == {0.0}


def write_article(folder):
    rows = [
        {
            "id": "1",
            "kind": "direct",
            "question": "What ends a cramp?",
            "history": [],
            "sections": ["Relief"],
            "facts": [["stretching"]],
        },
        {
            "id": "2",
            "kind": "followup",
            "question": "Why do they come?",
            "history": [["user", "What are cramps?"]],
            "sections": ["Causes of Cramps"],
        },
        {"id": "3", "kind": "offtopic", "question": "Who painted the Mona Lisa?", "sections": []},
    ]
    write_lines(folder / "questions.jsonl", rows)
    (folder / "article.md").write_text(ARTICLE)
    return folder


def test_the_product_is_asked_on_the_article_beside_the_questions(tmp_path):
    results, _ = measure(write_article(tmp_path / "set"), tmp_path / "out", names=("fused", "lexical"))
    values = {(f.configuration, f.metric): f for f in results.figures}
    assert values["fused", "section found first"].n == 2
    assert values["fused", "correct[unanswerable]"].n == 1
    assert {name for _, name in values} >= {"balanced accuracy", "AUROC", "AURC", "ECE"}
    outcome = read_outcomes(tmp_path / "out")[0]
    assert outcome.ranking[0][0].startswith("article.md#")
    assert outcome.expected == "Relief: stretching"
    assert (tmp_path / "out" / "report.html").read_text().count("<svg") == 4


def test_exact_offsets_fail_when_a_quote_is_elsewhere(tmp_path, monkeypatch):
    """The measure itself must be able to fail: shift every citation by one character."""
    original = answering.ask

    def shifted(product, asked, history=()):
        found = original(product, asked, history)
        moved = tuple(dataclasses.replace(c, start=c.start + 1) for c in found.answer.citations)
        return dataclasses.replace(found, answer=dataclasses.replace(found.answer, citations=moved))

    folder = write_article(tmp_path / "set")
    good, _ = measure(folder, tmp_path / "good", names=("lexical",))
    monkeypatch.setattr("qa.evaluation.article_task.ask", shifted)
    bad, _ = measure(folder, tmp_path / "bad", names=("lexical",))
    exact = [[f.value for f in r.figures if f.metric == "exact offsets"] for r in (good, bad)]
    assert exact == [[1.0], [0.0]]


def test_a_question_that_fails_is_an_outcome_and_scores_nothing(tmp_path, monkeypatch):
    def failing(self, asked, history=()):
        raise QuestionError("the question is too long")

    folder = write_article(tmp_path / "set")
    monkeypatch.setattr("qa.pipeline.ArticleQA.answer", failing)
    monkeypatch.setattr("qa.evaluation.article_task.ArticleTask._warm_up", lambda *_: None)
    results, _ = measure(folder, tmp_path / "out", names=("lexical",))
    correct = next(f for f in results.figures if f.metric == "correct")
    assert (correct.value, correct.n) == (0.0, 3)
    assert {o.error for o in read_outcomes(tmp_path / "out")} == {"the question is too long"}
    assert "3 questions failed with an error and score 0" in (tmp_path / "out" / "report.html").read_text()


def test_squad_and_gold_sentences_run_on_their_own_passages(tmp_path):
    qas = [
        {
            "id": "1",
            "question": "What hurts?",
            "answers": [{"text": "Cramps", "answer_start": 0}],
            "is_impossible": False,
        },
        {"id": "2", "question": "Who painted it?", "answers": [], "is_impossible": True},
    ]
    data = {"data": [{"title": "Cramps", "paragraphs": [{"context": PASSAGE, "qas": qas}]}]}
    (tmp_path / "dev.json").write_text(json.dumps(data))
    results, _ = measure(tmp_path / "dev.json", tmp_path / "out", names=("fused",))
    sizes = {f.metric: f.n for f in results.figures}
    assert (sizes["EM"], sizes["EM[answerable]"], sizes["EM[unanswerable]"], sizes["answer held"]) == (2, 1, 1, 1)
    assert sizes["answer held if never silent"] == sizes["answer's sentence first"] == 1


def test_the_sentence_judged_best_must_hold_the_answer_at_its_place(tmp_path):
    passage = "Cramps hurt the calf. Stretch the calf slowly."
    place = passage.rindex("calf")
    for name, start, first in (("right", place, 1.0), ("wrong", passage.index("calf"), 0.0)):
        qas = [{"id": "1", "question": "Stretch what slowly?", "answers": [{"text": "calf", "answer_start": start}]}]
        data = {"data": [{"title": "Relief", "paragraphs": [{"context": passage, "qas": qas}]}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
        results, _ = measure(tmp_path / f"{name}.json", tmp_path / name, names=("fused",))
        assert next(f.value for f in results.figures if f.metric == "answer's sentence first") == first


def test_quality_is_that_of_the_answer_kept_back(tmp_path, monkeypatch):
    """Risk at full coverage is about answers, so silence must not stand in for what would have been said."""
    folder = write_article(tmp_path / "set")
    monkeypatch.setattr("qa.pipeline.DEFAULT_THRESHOLD", 1.0)
    measure(folder, tmp_path / "out", names=("lexical",))
    outcome = read_outcomes(tmp_path / "out")[0]
    assert outcome.observed["abstained"] and outcome.metrics["correct"] == 0.0
    assert outcome.observed["quality"] == 1.0
    assert outcome.observed["words"] == 0


def test_claims_are_scored_once_for_each_judge(tmp_path):
    rows = [
        {"claim": "Cramps hurt.", "evidence": ["Cramps hurt."], "label": "supported", "supporting_sentences": [[0]]},
        {"claim": "Bread rises.", "evidence": ["Cramps hurt."], "label": "not_supported", "supporting_sentences": []},
    ]
    results, _ = measure(write_lines(tmp_path / "claims.jsonl", rows), tmp_path / "out", names=("dense", "fused"))
    assert {f.configuration for f in results.figures} == {"dense"}
    assert next(f for f in results.figures if f.metric == "support AUROC").value == 1.0


class HalfJudge:
    name = "half"

    def judge(self, question, passages):
        return [Judgement(0.5 if "helps" in p.sentences[0] else -0.5, (0.0,)) for p in passages]


def test_support_is_word_for_word_or_by_the_scorer():
    support = JudgedSupport(HalfJudge())
    assert is_supported(support, "Cramps  hurt.", ["He said: Cramps hurt. Often."])
    assert is_supported(support, "It is so.", ["no", "it helps"])
    assert not is_supported(support, "It is so.", ["no"])
    assert support.supports("x", []) == 0.0


def test_evidence_is_cut_at_sentences():
    assert joined(["a" * 6, " ", "b" * 3, "c" * 20, "d"], limit=10) == ["aaaaaa bbb", "c" * 20, "d"]
