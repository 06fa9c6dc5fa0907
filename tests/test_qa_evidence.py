"""Judging, confidence and choosing, with a judge whose verdicts are known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from corpus import make_corpus, read_text
from corpus.errors import ModelError
from index import Index
from index.toy import ToyEncoder
from qa import confidence as confidence_module
from qa.confidence import Confidence, load_confidence
from qa.evidence import assess
from qa.evidence_input import Evidence
from qa.judge import CombinedJudge, Judgement, SimilarityJudge
from qa.selection import join_parts, select
from qa.text_vectors import TextVectors

ARTICLE = """# Tea

## Kinds of tea

This guide explains which tea keeps you awake. There are many kinds. All come from one plant.

### 1. Green tea

Green tea is not oxidised. It tastes of grass. Japan grows much of it.

### 2. Black tea

Black tea is fully oxidised. It tastes of malt.

## Tools

- Pot: it keeps the tea warm.
- Sieve: it holds the leaves back.
- Cup: it is drunk from.
"""


class WordJudge:
    """Likes the sentences that hold a word."""

    name = "similarity"

    def __init__(self, *words):
        self.words = words

    def judge(self, question, passages):
        judged = []
        for passage in passages:
            logits = tuple(3.0 if any(word in s for word in self.words) else -3.0 for s in passage.sentences)
            judged.append(Judgement(max(logits), logits))
        return judged


@pytest.fixture(scope="module")
def tea():
    corpus = make_corpus([read_text(ARTICLE, suffix=".md")])
    return Index.build(corpus, ToyEncoder())


def chosen(tea, question, *words):
    hits = tea.search(question, 8)
    found = assess(question, hits, tea.corpus, WordJudge(*words), Confidence(1.0, 0.0))
    return [scored.text for scored in select(question, found)]


def test_the_best_sentence_brings_what_it_points_back_to(tea):
    assert chosen(tea, "How does black tea taste?", "malt") == ["Black tea is fully oxidised.", "It tastes of malt."]


def test_what_the_text_says_of_itself_answers_only_questions_about_the_text(tea):
    assert chosen(tea, "Which tea keeps one awake?", "awake", "malt") == [
        "Black tea is fully oxidised.",
        "It tastes of malt.",
    ]
    assert chosen(tea, "What is this guide about?", "awake") == ["This guide explains which tea keeps you awake."]


def test_a_passage_that_only_speaks_of_itself_is_no_evidence():
    corpus = make_corpus([read_text("# Tea\n\nThis guide explains how tea is made.", suffix=".md")])
    index = Index.build(corpus, ToyEncoder())
    found = assess("How is tea made?", index.search("tea", 3), corpus, WordJudge("made"), Confidence(1.0, 0.0))
    assert found.confidence < 0.01


def test_a_single_bullet_is_enough_for_a_single_thing(tea):
    assert chosen(tea, "What is the sieve for?", "Sieve") == ["Sieve: it holds the leaves back."]


def test_a_list_question_gets_the_list(tea):
    assert len(chosen(tea, "What are the tools?", "Pot")) == 3


def test_a_question_for_many_gets_the_list_whose_bullets_answer_alike(tea):
    assert len(chosen(tea, "Which things keep or hold something?", "keeps", "holds")) == 3
    assert len(chosen(tea, "Which things keep the tea warm?", "keeps")) == 1


def test_headings_answer_where_they_are_what_is_asked(tea):
    assert chosen(tea, "Which kinds of tea are there?", "many kinds") == ["Green tea", "Black tea"]


def test_an_overview_starts_at_the_start(tea):
    assert chosen(tea, "Summarise green tea", "Japan")[0] == "Green tea is not oxidised."


def test_no_sentence_is_chosen_twice(tea):
    hits = tea.search("green tea", 3)
    found = assess("q green", hits, tea.corpus, WordJudge("Green"), Confidence(1.0, 0.0))
    assert len(join_parts([list(found.sentences), list(found.sentences)])) == len(found.sentences)


def test_hits_are_reranked_by_the_judge(tea):
    hits = tea.search("tea", 8)
    found = assess("tea", hits, tea.corpus, WordJudge("Pot"), Confidence(1.0, 0.0))
    assert tea.corpus.documents[0].section(found.hits[0].passage.section_id).title == "Tools"
    assert {hit.passage.id for hit in found.hits} == {hit.passage.id for hit in hits}


def test_confidence_is_a_scaled_logistic():
    assert Confidence(slope=2.0, intercept=-1.0)(0.5) == 0.5
    assert Confidence(slope=1.0, intercept=0.0)(1e6) == 1.0
    assert Confidence(slope=1.0, intercept=0.0)(-1e6) == 0.0


def test_the_best_passage_decides_the_confidence(tea):
    hits = tea.search("black tea", 8)
    found = assess("black tea", hits, tea.corpus, WordJudge("malt"), Confidence(1.0, 0.0))
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-3.0)))
    assert assess("the of", hits, tea.corpus, WordJudge("malt"), Confidence(1.0, 0.0)).confidence == 0.0
    assert assess("black tea", [], tea.corpus, WordJudge("malt"), Confidence(1.0, 0.0)).confidence == 0.0


@pytest.mark.parametrize("text", ["", "[]", '{"judges": {}}', '{"judges": {"similarity": {"intercept": 0}}}'])
def test_damaged_coefficients_are_a_typed_error(monkeypatch, tmp_path, text):
    file = tmp_path / "confidence.json"
    file.write_text(text)
    monkeypatch.setattr(confidence_module, "COEFFICIENTS", file)
    load_confidence.cache_clear()
    with pytest.raises(ModelError, match="no confidence is fitted for the judge 'similarity'"):
        load_confidence("similarity")
    load_confidence.cache_clear()


def test_the_shipped_coefficients_are_complete():
    fitted = json.loads(confidence_module.COEFFICIENTS.read_text(encoding="utf-8"))["judges"]
    for judge in fitted:
        load_confidence(judge)


def test_text_vectors_remember_and_forget(monkeypatch):
    encoder = ToyEncoder()
    encoded = []
    monkeypatch.setattr(encoder, "encode", lambda texts, encode=encoder.encode: encoded.extend(texts) or encode(texts))
    vectors = TextVectors(encoder, capacity=2)
    np.testing.assert_array_equal(vectors(["a b", "c", "a b"])[0], vectors(["a b"])[0])
    assert encoded == ["a b", "c"]
    vectors(["d"])
    vectors(["a b"])
    assert encoded == ["a b", "c", "d"]
    assert vectors([]).shape == (0, encoder.dimension)


def test_likeness_prefers_the_sentence_that_shares_words():
    judge = SimilarityJudge(TextVectors(ToyEncoder()))
    [judged] = judge.judge("How hot is the oven?", [Evidence("Ovens", ("The oven is hot.", "Bread is food."))])
    assert judged.sentences[0] > judged.sentences[1]
    assert judged.answers == judged.sentences[0]


def test_likeness_corrects_the_models_sentences_but_not_its_verdict():
    passages = [Evidence("Ovens", ("The oven is hot.", "Bread is food."))]
    combined = CombinedJudge(WordJudge("Bread"), WordJudge("oven"))
    [judged] = combined.judge("How hot is the oven?", passages)
    assert judged.answers == 3.0
    assert judged.sentences == (-3.0 + 0.5 * 3.0 + 1.5 * 3.0, 3.0 + 0.5 * 3.0 - 1.5 * 3.0)
