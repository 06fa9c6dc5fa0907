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
from qa.confidence import Confidence, Features, features, load_confidence
from qa.evidence import assess
from qa.judge import Evidence, Judgement, SimilarityJudge
from qa.selection import join_parts, select
from qa.text_vectors import TextVectors

ARTICLE = """# Tea

## Kinds of tea

There are many kinds. All come from one plant.

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
    vectors = TextVectors(tea.encoder)
    found = assess(question, hits, tea.corpus, WordJudge(*words), vectors, Confidence({"answers": 1.0}, 0.0))
    return [scored.text for scored in select(question, found)]


def test_the_best_sentence_brings_what_it_points_back_to(tea):
    assert chosen(tea, "How does black tea taste?", "malt") == ["Black tea is fully oxidised.", "It tastes of malt."]


def test_a_single_bullet_is_enough_for_a_single_thing(tea):
    assert chosen(tea, "What is the sieve for?", "Sieve") == ["Sieve: it holds the leaves back."]


def test_a_list_question_gets_the_list(tea):
    assert len(chosen(tea, "What are the tools?", "Pot")) == 3


def test_headings_answer_where_they_are_what_is_asked(tea):
    assert chosen(tea, "Which kinds of tea are there?", "many kinds") == ["Green tea", "Black tea"]


def test_an_overview_starts_at_the_start(tea):
    assert chosen(tea, "Summarise green tea", "Japan")[0] == "Green tea is not oxidised."


def test_no_sentence_is_chosen_twice(tea):
    hits = tea.search("green tea", 3)
    found = assess("q green", hits, tea.corpus, WordJudge("Green"), TextVectors(tea.encoder), Confidence({}, 0.0))
    assert len(join_parts([list(found.sentences), list(found.sentences)])) == len(found.sentences)


def test_hits_are_reranked_by_the_judge(tea):
    hits = tea.search("tea", 8)
    found = assess("tea", hits, tea.corpus, WordJudge("Pot"), TextVectors(tea.encoder), Confidence({}, 0.0))
    assert tea.corpus.documents[0].section(found.hits[0].passage.section_id).title == "Tools"
    assert {hit.passage.id for hit in found.hits} == {hit.passage.id for hit in hits}


def test_features_by_hand(tea):
    views = [Evidence("Tools", ("Pot: it keeps the tea warm.",)), Evidence("Tea", ("Nothing.",))]
    judged = [Judgement(2.0, (1.0,)), Judgement(-20.0, (-20.0,))]
    hits = tea.search("pot", 2)
    given = features("Does the pot glitter?", hits, views, judged, TextVectors(tea.encoder))
    assert given is not None
    assert (given.answers, given.sentence, given.second) == (2.0, 1.0, -8.0)
    assert given.held == 0.5
    assert given.least < 1.0
    assert given.mean == pytest.approx((1 + given.least) / 2)
    assert features("???", hits, views, judged, TextVectors(tea.encoder)) is None
    assert features("pot", [], [], [], TextVectors(tea.encoder)) is None


def test_confidence_is_the_logistic_of_its_sum():
    given = Features(1.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0)
    assert Confidence({"answers": 2.0, "cosine": -2.0}, -1.0)(given) == 0.5
    assert Confidence({"answers": 1e6}, 0.0)(given) == 1.0
    assert Confidence({"answers": -1e6}, 0.0)(given) == pytest.approx(0.0)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"judges": {}}', '{"judges": {"similarity": {"intercept": 0, "weights": {"colour": 1}}}}']
)
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
