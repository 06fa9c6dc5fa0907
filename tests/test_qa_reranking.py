"""Reranking: the evidence model takes part in the order of what search finds."""

from __future__ import annotations

import json

import numpy as np
import pytest

from corpus import make_corpus, read_text
from corpus.errors import ModelError
from index import Index
from index.toy import ToyEncoder
from qa import ArticleQA, reranking
from qa.evidence_input import Evidence
from qa.judge import Judgement, SimilarityJudge
from qa.reranking import Reranker, is_statement, load_share
from qa.text_vectors import TextVectors


class Reader:
    """Thinks that texts with one word answer."""

    def __init__(self, answers="slowly"):
        self.answers = answers
        self.read = []

    def judge(self, question, passages):
        self.read.append(len(passages))
        return [Judgement(9.0 if self.answers in " ".join(p.sentences) else -9.0, ()) for p in passages]


TEXTS = [Evidence("", (text,)) for text in ("at night", "slowly", "never")]
FUSED = np.asarray([0.9, 0.6, 0.5, 0.4], dtype=np.float32)


def test_what_answers_comes_first():
    scores = Reranker(Reader(), 0.5).scores("How do you stretch?", FUSED, TEXTS)
    assert scores == pytest.approx([0.45, 0.8, 0.25, 0.2], abs=1e-3)


def test_what_is_not_read_stays_behind_what_stood_before_it():
    scores = Reranker(Reader(answers="nothing"), 0.9).scores("Why?", FUSED, TEXTS)
    assert list(np.argsort(-scores, kind="stable")) == [0, 1, 2, 3]


@pytest.mark.parametrize(("share", "query"), [(0.0, "How do you stretch?"), (0.5, "Cramps mostly come at night.")])
def test_without_a_share_or_a_question_the_model_reads_nothing(share, query):
    reader = Reader()
    assert Reranker(reader, share).scores(query, FUSED, TEXTS) == pytest.approx(FUSED)
    assert reader.read == []


def qa_of(reader, monkeypatch):
    text = "# Cramps\n\n" + "\n\n".join(f"## Part {n}\n\nThe calf cramps in case {n}." for n in range(40))
    corpus = make_corpus([read_text(f"{text}\n\n## Relief\n\nStretch the calf slowly.", suffix=".md")])
    monkeypatch.setattr("qa.pipeline.evidence_model", lambda: reader)
    monkeypatch.setattr("qa.pipeline.load_share", lambda: 0.9)
    return ArticleQA(Index.build(corpus, ToyEncoder()))


def test_search_is_reranked_and_reads_the_first_alone(monkeypatch):
    reader = Reader()
    product = qa_of(reader, monkeypatch)
    found = product.search("Which calf cramps, and who will stretch?", k=5)
    assert len(found) == 5
    assert product.corpus.document(found[0].passage.document_id).section(found[0].passage.section_id).title == "Relief"
    assert reader.read == [reranking.RERANKED]
    scores = [hit.score for hit in product.search("Which calf cramps?", k=40)]
    assert len(scores) == 40 and scores == sorted(scores, reverse=True)


def test_another_judge_leaves_the_fused_order(monkeypatch):
    product = qa_of(Reader(), monkeypatch)
    index = product.index
    plain = ArticleQA(index, judge=SimilarityJudge(TextVectors(index.encoder)))
    query = "Which calf cramps, and who will stretch?"
    assert plain.search(query, 5) == index.search(query, 5)


@pytest.mark.parametrize(
    ("query", "stated"),
    [
        ("Aspirin lowers the risk of stroke.", True),
        ("aspirin does not lower the risk of stroke", True),
        ("Does aspirin lower the risk of stroke", False),
        ("and what about aspirin and stroke.", False),
        ("Name drugs that lower the risk of stroke.", False),
        ("aspirin stroke", False),
        ("aspirin and the risk of stroke in men", False),
        ("Aspirin lowers it, right?", False),
        ("", False),
    ],
)
def test_statements_are_told_from_questions_and_topics(query, stated):
    assert is_statement(query) is stated


def test_the_shipped_share_is_there_and_a_damaged_one_is_named(tmp_path, monkeypatch):
    load_share.cache_clear()
    assert 0 <= load_share() <= 1
    for text in (None, "{", json.dumps({"mix": 0.5})):
        load_share.cache_clear()
        file = tmp_path / "reranking.json"
        if text is not None:
            file.write_text(text)
        monkeypatch.setattr(reranking, "COEFFICIENTS", file)
        with pytest.raises(ModelError, match=r"python -m training\.reranking"):
            load_share()
    load_share.cache_clear()
