"""Large indexes keep their lists when they are renewed; a low limit makes an index large."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import faiss
import numpy as np
import pytest
from clusters import clustered, recall

from corpus import load_corpus
from index import Index, store
from index.building import renew
from index.cache import CACHE_VARIABLE
from index.lists import made_lists, same_lists
from index.means import Means
from index.search import embedded_texts
from index.toy import ToyEncoder
from index.vectors import DenseIndex
from qa.__main__ import main

LIMIT = 1000
VECTORS, NEW, QUERIES = np.split(clustered(7200), [6000, 6900])


def opened(dense, folder):
    """Return an index as it is opened from the disk."""
    folder.mkdir(exist_ok=True)
    dense.save(folder / "vectors.faiss")
    return DenseIndex.load(folder / "vectors.faiss", dense.means.to_dict())


def under(means, dense):
    """Return the same index, as if these means had been saved with it."""
    other = DenseIndex.__new__(DenseIndex)
    other._index, other._rows, other.means = dense._index, dense._rows, means
    return other


def entries(lists):
    """Return each list's row numbers and codes, as they lie there."""
    found = []
    for number in range(lists.nlist):
        size = lists.invlists.list_size(number)
        rows = faiss.rev_swig_ptr(lists.invlists.get_ids(number), size).tolist() if size else []
        codes = faiss.rev_swig_ptr(lists.invlists.get_codes(number), size * lists.code_size) if size else b""
        found.append((rows, bytes(codes)))
    return found


def held(dense):
    """Return the row numbers that an index's lists hold, in order."""
    return sorted(row for rows, _ in entries(dense._index) for row in rows)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return opened(DenseIndex(VECTORS, LIMIT), tmp_path_factory.mktemp("before") / "index")


@pytest.fixture
def trainings(monkeypatch):
    """The numbers of rows that lists were made anew for."""
    made: list[int] = []

    def counted(vectors):
        made.append(len(vectors))
        return made_lists(vectors)

    monkeypatch.setattr("index.vectors.made_lists", counted)
    return made


def changed(dropped, added):
    """Return rows in another order, some gone, some new, one there twice; and which earlier row each is."""
    chance = np.random.default_rng(3)
    rows = np.concatenate([chance.permutation(len(VECTORS))[dropped:], [5], np.full(added, -1)])
    rows = rows[chance.permutation(len(rows))]
    vectors = VECTORS[rows]
    vectors[rows < 0] = NEW[:added]
    return vectors, rows


def test_renewed_lists_are_what_filling_them_anew_would_give(before, tmp_path, trainings):
    vectors, rows = changed(dropped=700, added=900)
    there = entries(before._index)
    renewed = DenseIndex(vectors, LIMIT, before, rows)
    assert trainings == []
    assert (len(renewed), renewed.means.lists, renewed.means.made_for, renewed.means.newer) == (6201, 155, 6000, 900)
    assert held(renewed) == list(range(6201))
    assert entries(renewed._index) == entries(same_lists(before._index, vectors, np.full(len(rows), -1)))
    assert entries(before._index) == there
    loaded = opened(renewed, tmp_path / "renewed")
    assert entries(loaded._index) == entries(renewed._index)
    np.testing.assert_array_equal(loaded.rows(), vectors)
    np.testing.assert_array_equal(loaded.search(QUERIES, 10)[1], renewed.search(QUERIES, 10)[1])


def test_a_renewed_index_finds_what_one_from_nothing_finds(before):
    vectors, rows = changed(dropped=700, added=900)
    expected_scores, expected = DenseIndex(vectors).search(QUERIES, 10)
    for index in (DenseIndex(vectors, LIMIT, before, rows), DenseIndex(vectors, LIMIT)):
        scores, found = index.search(QUERIES, 10)
        assert index.means.recall_at_10 >= 0.99
        assert recall(found, expected) >= 0.95
        np.testing.assert_allclose(scores[found == expected], expected_scores[found == expected], rtol=1e-5)


def test_vectors_that_are_gone_are_not_found(before):
    gone = np.arange(0, 6000, 3)
    rows = np.setdiff1d(np.arange(6000), gone)
    renewed = DenseIndex(VECTORS[rows], LIMIT, before, rows)
    scores, found = renewed.search(VECTORS[:300], 1)
    np.testing.assert_array_equal(scores[:, 0] > 0.9999, ~np.isin(np.arange(300), gone))
    staying = np.isin(np.arange(300), rows)
    np.testing.assert_array_equal(rows[found[staying, 0]], np.arange(300)[staying])


@pytest.mark.parametrize(
    ("count", "newer", "probes", "served"),
    [
        (1000, 0, 8, True),
        (1000, 500, 16, True),
        (1000, 501, 8, False),
        (2000, 1000, 8, True),
        (2001, 1001, 8, False),
        (250, 0, 8, True),
        (249, 0, 8, False),
        (1000, 0, 17, False),
    ],
)
def test_lists_serve_until_a_measure_says_otherwise(count, newer, probes, served):
    means = Means("lists", 63, 8, 0.99, 1, 1).with_new_lists(1000)
    assert replace(means, probes=probes).lists_serve(count, newer) is served


def test_means_of_an_older_index_and_of_an_exact_one_serve_nothing():
    assert not Means("lists", 63, 8, 0.99, 1, 1).lists_serve(1000, 0)
    assert not Means("exact", 0, 0, 1.0, 1, 0).lists_serve(1000, 0)


def test_what_came_since_is_counted_over_renewals_until_lists_are_made_anew(before, trainings):
    index, newer = before, []
    for turn in range(8):
        rows = np.arange(6000)
        rows[1000 * (turn % 6) :][:800] = -1
        index = DenseIndex(VECTORS, LIMIT, index, rows)
        newer.append(index.means.newer)
    assert newer == [800, 1600, 2400, 0, 800, 1600, 2400, 0]
    assert trainings == [6000, 6000]


def test_lists_that_need_too_many_probes_are_made_anew(before, trainings):
    index = under(replace(before.means, probes=1, made_probes=1), before)
    renewed = DenseIndex(VECTORS, LIMIT, index, np.arange(6000))
    assert trainings == [6000]
    assert renewed.means == before.means


def test_across_the_limit_an_index_is_made_anew(before, trainings):
    few = np.arange(900)
    shrunk = DenseIndex(VECTORS[few], LIMIT, before, few)
    assert (shrunk.means.kind, trainings) == ("exact", [])
    rows = np.concatenate([few, np.full(5100, -1)])
    grown = DenseIndex(VECTORS, LIMIT, shrunk, rows)
    assert (grown.means.made_for, trainings) == (6000, [6000])


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr("index.search.DenseIndex", partial(DenseIndex, exact_rows=100))
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(f"Boats\n\nBoat number {number} sails to harbour {number % 7}.")
    return folder


class Counting(ToyEncoder):
    """Remembers what it encodes; fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []
        self.fails = False

    def encode(self, texts):
        if self.fails:
            raise KeyboardInterrupt
        self.encoded += texts
        return super().encode(texts)


def change(notes):
    for number in range(40):
        (notes / f"{number:03}.txt").unlink()
    for number in range(40, 60):
        (notes / f"{number:03}.txt").write_text(f"Ships\n\nShip number {number} sinks off cape {number % 5}.")
    for number in range(60, 80):
        (notes / f"{number:03}.txt").rename(notes / f"boat {number}.txt")
    for number in range(30):
        (notes / f"new {number}.txt").write_text(f"Rafts\n\nRaft number {number} drifts past island {number}.")


def test_documents_that_change_keep_the_lists(notes, trainings):
    encoder, folder = Counting(), store.default_folder(notes, ToyEncoder())
    renew(folder, load_corpus(notes), encoder)
    assert (trainings, len(encoder.encoded)) == ([300], 300)
    change(notes)
    encoder.encoded.clear()
    renewed, built = renew(folder, load_corpus(notes, known=store.known_documents(folder)), encoder)
    assert (built, trainings, len(encoder.encoded)) == (True, [300], 50)
    assert (renewed.dense.means.made_for, renewed.dense.means.newer) == (300, 50)
    loaded, fresh = store.load(folder, encoder, load_corpus(notes)), Index.build(load_corpus(notes), encoder)
    assert held(loaded.dense) == list(range(290))
    np.testing.assert_array_equal(loaded.dense.rows(), fresh.dense.rows())
    texts = list(embedded_texts(fresh.corpus.documents))
    vectors = encoder.encode(texts)
    np.testing.assert_array_equal(loaded.dense.rows(), vectors)
    best = np.sort(vectors @ vectors.T, axis=1)[:, ::-1][:, :5]
    for index in (loaded, fresh):
        scores = index.dense.search(vectors, 5)[0]
        assert np.mean(scores > best - 1e-5) >= 0.95
    for text in texts:
        assert loaded.search(text, 1)[0].passage == fresh.search(text, 1)[0].passage


def test_until_the_renewed_index_is_whole_the_one_before_serves(notes, trainings):
    encoder, folder = Counting(), store.default_folder(notes, ToyEncoder())
    before = renew(folder, load_corpus(notes), encoder)[0].corpus.content_hash
    held_open = store.load(folder, encoder)
    found = held_open.search("boat number 5 sails", 3)
    change(notes)
    encoder.fails = True
    with pytest.raises(KeyboardInterrupt):
        renew(folder, load_corpus(notes), encoder)
    encoder.fails = False
    assert store.load(folder, encoder).corpus.content_hash == before
    assert store.load(folder, encoder).search("boat number 5 sails", 3) == found
    renew(folder, load_corpus(notes), encoder)
    assert held_open.search("boat number 5 sails", 3) == found  # the files that it has mapped are gone from the folder
    assert store.load(folder, encoder).corpus.content_hash != before
    assert trainings == [300]


def test_an_index_of_a_program_that_did_not_count_gets_new_lists(notes, trainings):
    encoder, folder = ToyEncoder(), store.default_folder(notes, ToyEncoder())
    renew(folder, load_corpus(notes), encoder)
    table = store.manifest(folder)
    for name in ("made_for", "made_probes", "newer"):
        del table["vectors"][name]
    (folder / store.MANIFEST).write_text(json.dumps({**table, "seal": store._seal(table)}))
    assert store.load(folder, encoder).search("boat", 1)
    (notes / "000.txt").write_text("Rafts\n\nA raft drifts.")
    assert renew(folder, load_corpus(notes), encoder)[0].dense.means.made_for == 300
    assert trainings == [300, 300]


def test_stats_tell_what_came_since_the_lists_were_made(notes, capsys, monkeypatch):
    monkeypatch.setattr("index.commands.load_encoder", ToyEncoder)
    assert main(["index", str(notes)]) == 0
    (notes / "000.txt").write_text("Rafts\n\nA raft drifts.")
    assert main(["index", str(notes)]) == 0
    capsys.readouterr()
    assert main(["corpus", "stats", "--corpus", str(notes)]) == 0
    assert "of 35 lists of one byte a dimension, made for 300 vectors, at most 1 newer, " in capsys.readouterr().out
    assert main(["corpus", "stats", "--corpus", str(notes), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["search"]
    assert (told["made_for"], told["newer"]) == (300, 1)
