"""Metrics against reference scorers, brute force, and cases worked out by hand."""

import numpy as np
import pytest
import pytrec_eval

from corpus.errors import EvaluationError
from qa.evaluation.metrics.citations import CitedSentence, citation_precision, citation_recall
from qa.evaluation.metrics.gold_sentences import cited_sentences, precision_recall_f1, sentence_spans
from qa.evaluation.metrics.intervals import compare_means, compare_pooled, estimate_mean, estimate_pooled
from qa.evaluation.metrics.pooled import (
    POOLED,
    abstention_balanced_accuracy,
    abstention_precision,
    columns,
    confidence_auroc,
)
from qa.evaluation.metrics.reading import contains, exact_match, token_f1
from qa.evaluation.metrics.retrieval import check_measures, ranked, score_rankings
from qa.evaluation.metrics.selective import aurc, expected_calibration_error, risk_coverage

TREC_NAMES = {
    "nDCG@10": "ndcg_cut_10",
    "R@5": "recall_5",
    "R@100": "recall_100",
    "Success@1": "success_1",
    "Success@5": "success_5",
}


def random_benchmark(seed, ties):
    """Return qrels and rankings of 40 queries over 200 documents; with ties, scores are whole numbers."""
    rng = np.random.default_rng(seed)
    documents = [f"doc-{number}" for number in range(200)]
    qrels, rankings = {}, {}
    for number in range(40):
        judged = rng.choice(200, size=8, replace=False)
        qrels[f"q{number}"] = {documents[at]: int(rng.integers(0, 3)) for at in judged}
        scores = rng.integers(0, 30, size=200).astype(float) if ties else rng.random(200)
        rankings[f"q{number}"] = ranked(documents, scores)
    return qrels, rankings


@pytest.mark.parametrize("ties", [False, True])
def test_retrieval_measures_equal_trec_eval(ties):
    qrels, rankings = random_benchmark(7, ties)
    ours = score_rankings(qrels, rankings, [*TREC_NAMES, "RR@10"])
    run = {query: dict(ranking) for query, ranking in rankings.items()}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "recall.5,100", "success.1,5"}).evaluate(run)
    cut = {query: dict(ranking[:10]) for query, ranking in rankings.items()}
    reciprocal = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(cut)
    for query in qrels:
        for name, trec_name in TREC_NAMES.items():
            assert ours[query][name] == pytest.approx(theirs[query][trec_name], abs=1e-9)
        assert ours[query]["RR@10"] == pytest.approx(reciprocal[query]["recip_rank"], abs=1e-9)


def test_the_ranking_is_the_one_that_trec_eval_sees():
    """Scores that differ only beyond single precision are equal for trec_eval, and are equal here."""
    assert [d for d, _ in ranked(["a", "b"], [0.5 + 1e-12, 0.5])] == ["b", "a"]
    qrels, run = {"q": {"a": 1}}, {"q": {"a": 0.5 + 1e-12, "b": 0.5}}
    found = pytrec_eval.RelevanceEvaluator(qrels, {"success.1"}).evaluate(run)["q"]["success_1"]
    ours = score_rankings(qrels, {"q": ranked(["a", "b"], [0.5 + 1e-12, 0.5])}, ["Success@1"])
    assert found == ours["q"]["Success@1"]


def test_a_query_that_found_or_knows_nothing_scores_zero():
    scores = score_rankings({"empty": {"a": 1}, "zero": {"a": 0}}, {"empty": [], "zero": [("a", 1.0)], "unjudged": []})
    assert {query: set(values.values()) for query, values in scores.items()} == {
        "empty": {0.0},
        "zero": {0.0},
        "unjudged": {0.0},
    }


@pytest.mark.parametrize(("wrong", "right"), [("nDGC@10", "nDCG@10"), ("Succes@5", "Success@5"), ("Rr@10", "RR@10")])
def test_a_misspelt_measure_is_told_the_near_one(wrong, right):
    with pytest.raises(EvaluationError, match=f"unknown measure '{wrong}'; did you mean {right}"):
        check_measures(["nDCG@10", wrong])


SQUAD_CASES = [
    # answer, gold, EM, F1
    ("", [], 1.0, 1.0),
    ("anything", [], 0.0, 0.0),
    ("", ["October 1973"], 0.0, 0.0),
    ("October 1973.", ["october 1973"], 1.0, 1.0),
    ("the", ["a"], 1.0, 1.0),  # both are nothing once articles are gone
    ("in October 1973", ["October 1973"], 0.0, 0.8),  # 2 shared: precision 2/3, recall 1
    ("nearly $12", ["$12", "nearly 12 dollars"], 0.0, 0.8),  # against the second: 2 shared of 2 and of 3
    ("x x y", ["x y y"], 0.0, 2 / 3),  # shared tokens count as often as both have them
    ("Göteborg", ["Goteborg"], 0.0, 0.0),
]


@pytest.mark.parametrize(("answer", "gold", "em", "f1"), SQUAD_CASES)
def test_squad_scores_worked_out_by_hand(answer, gold, em, f1):
    assert exact_match(answer, gold) == em
    assert token_f1(answer, gold) == pytest.approx(f1)


def test_an_answer_holds_whole_words_only():
    assert contains("The embargo began in October 1973, it says.", ["October 1973"]) == 1.0
    assert contains("It cost $120.", ["12"]) == 0.0
    assert contains("", []) == 1.0


def holds(sentence, texts):
    return set(sentence.split()) <= set(" ".join(texts).split())


def test_citations_worked_out_by_hand():
    answer = [
        CitedSentence("a b", ("a", "b")),  # both needed
        CitedSentence("c", ("c", "c x")),  # each supports alone
        CitedSentence("d", ("e",)),  # not supported: its citation is wrong
        CitedSentence("f", ()),  # cites nothing
    ]
    assert citation_recall(answer, holds) == 2 / 4
    assert citation_precision(answer, holds) == 4 / 5
    assert citation_precision([], holds) == citation_recall([], holds) == 0.0


def test_gold_sentences_are_found_by_their_place_in_the_passage():
    passage, sentences = "Yes. It is. Yes.", ["Yes.", "It is.", "Yes."]
    spans = sentence_spans(passage, sentences)
    assert [passage[start:end] for start, end in spans] == sentences
    assert cited_sentences(spans, [(12, 16)]) == {2}
    assert precision_recall_f1({2}, {0, 2}) == (1.0, 0.5, pytest.approx(2 / 3))
    assert precision_recall_f1(set(), {0}) == (0.0, 0.0, 0.0)


def test_risk_coverage_with_ties_is_the_mean_over_all_orders():
    """Three questions at one confidence, one of them wrong: the curve is the mean of its three orders."""
    curves = []
    for wrong in range(3):
        loss = np.zeros(3)
        loss[wrong] = 1
        curves.append(np.cumsum(loss) / np.arange(1, 4))
    assert risk_coverage(np.full(3, 0.5), np.array([0.0, 1.0, 0.0])) == pytest.approx(np.mean(curves, axis=0))


def test_area_under_risk_coverage_bounds():
    loss = np.array([0.0, 0.0, 1.0, 1.0])
    best, worst = aurc(np.array([4.0, 3.0, 2.0, 1.0]), loss), aurc(np.array([1.0, 2.0, 3.0, 4.0]), loss)
    assert best == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert worst == pytest.approx((1 + 1 + 2 / 3 + 1 / 2) / 4)


def test_calibration_counts_certainty_and_bin_edges():
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0.0
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([True, False])) == 1.0


def test_pooled_metrics_are_undefined_where_a_side_is_missing():
    seen = columns([{"answerable": True, "abstained": False, "confidence": 0.9, "quality": 1.0}] * 3)
    assert np.isnan(abstention_precision(seen))
    assert np.isnan(abstention_balanced_accuracy(seen))
    assert np.isnan(confidence_auroc(seen))
    assert set(POOLED) == {"answerable", "supported"}


def test_auroc_equals_the_share_of_pairs_in_order():
    rng = np.random.default_rng(3)
    confidence, answerable = rng.integers(0, 6, 60) / 5, rng.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in confidence[answerable] for b in confidence[~answerable]]
    assert confidence_auroc({"confidence": confidence, "answerable": answerable}) == pytest.approx(np.mean(pairs))


def test_the_interval_of_a_mean_is_near_the_normal_one_and_repeats():
    values = np.random.default_rng(1).random(400)
    found = estimate_mean(values, seed=5)
    half = 1.96 * values.std() / np.sqrt(400)
    assert found.low == pytest.approx(found.value - half, abs=0.004)
    assert found.high == pytest.approx(found.value + half, abs=0.004)
    assert found == estimate_mean(values, seed=5)
    assert found != estimate_mean(values, seed=6)


def test_a_pooled_interval_leaves_out_undefined_resamples():
    seen = columns([{"abstained": True, "answerable": False}, *[{"abstained": False, "answerable": True}] * 3])
    found = estimate_pooled(abstention_precision, seen, seed=0)
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 4)


def test_a_paired_test_sees_a_small_steady_difference_and_not_noise():
    rng = np.random.default_rng(2)
    a = rng.random(200)
    steady, noise = compare_means(a, a + 0.02, seed=0), compare_means(a, rng.permutation(a), seed=0)
    assert steady.low == pytest.approx(0.02) and steady.p_value < 0.001
    assert noise.low < 0 < noise.high and noise.p_value > 0.05
    assert compare_means(a, a, seed=0).p_value == 1.0


def test_a_paired_pooled_test_sees_the_better_confidence():
    rng = np.random.default_rng(4)
    answerable = rng.random(120) < 0.5
    blind = {"answerable": answerable, "confidence": rng.random(120)}
    sighted = {"answerable": answerable, "confidence": answerable * 0.5 + rng.random(120) * 0.6}
    found = compare_pooled(confidence_auroc, blind, sighted, seed=0)
    assert found.low > 0 and found.p_value < 0.01
    assert compare_pooled(confidence_auroc, blind, blind, seed=0).p_value == 1.0
