"""The benchmark of large indexes: what it asks about is real enough, and what it says is what was measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

from corpus import Corpus, load_corpus, read_text
from corpus.errors import EvaluationError
from index.toy import ToyEncoder
from qa.evaluation import index_scale
from qa.evaluation.index_queries import Measured, measure_search
from qa.evaluation.index_renewal import Renewal, measure_renewal
from qa.evaluation.index_scale import Found, bars, write
from qa.evaluation.recombined import COSINE, Recombined, spread


def real():
    made = [
        f"Boats\n\nA boat no {n} sails. It has {n} oars.\n\nTides\n\nTide {n} rises. It falls again." for n in range(9)
    ]
    return [read_text(text, title=f"Harbour {n}", document_id=str(n)) for n, text in enumerate(made)]


def test_a_recombined_corpus_is_the_same_every_time():
    made, again = Recombined(real(), 47), Recombined(real(), 47)
    assert [len(document.passages) for document in made] == list(made.counts()) == [10, 10, 10, 10, 7]
    assert tuple(made) == tuple(again)
    assert Corpus(made).content_hash == Corpus(again).content_hash != Corpus(Recombined(real(), 48)).content_hash
    assert made[0].text != made[1].text
    assert made.find("made-4") == made[4]
    for wrong in ("made-5", "made-x", "4"):
        with pytest.raises(KeyError):
            made.find(wrong)
    sentences = {d.text[s.start : s.end] for d in real() for p in d.passages for s in p.sentences}
    for document in made:
        assert document.text.startswith(document.sections[0].title)
        for passage in document.passages:
            assert {document.text[s.start : s.end] for s in passage.sentences} <= sentences
            assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
    with pytest.raises(EvaluationError, match="nothing to recombine"):
        Recombined([], 5)


def test_vectors_are_moved_aside_by_a_set_cosine():
    vectors = ToyEncoder().encode([f"text {n}" for n in range(7)])
    made = spread(vectors, 20)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, rtol=1e-5)
    cosines = np.sum(made * vectors[np.arange(20) % 7], axis=1)
    np.testing.assert_allclose(cosines, COSINE, rtol=1e-4)
    assert np.abs(made[0] - made[7]).max() > 0.01


def test_a_size_is_measured_in_a_process_of_its_own(encoder, tmp_path):
    questions = ["How many oars has boat no 3?", "Which tide falls?"]
    measured = measure_search(real(), questions, 120, encoder, tmp_path / "index")
    assert (measured.passages, measured.kind, measured.queries, measured.recall_at_10) == (120, "exact", 2, 1.0)
    assert 0 < measured.p50_ms <= measured.p95_ms
    assert 0 < measured.encoding_processor_ms < measured.p95_processor_ms
    assert 50 < measured.memory_before_mib <= measured.memory_mib < 1500
    assert measured.disk_mb > 0.1


def test_one_changed_file_of_many_is_taken_up_soon(encoder, tmp_path):
    measured = measure_renewal(real(), encoder, tmp_path, times=1, passages=3000)
    assert (measured.files, measured.times) == (300, 1)
    assert measured.passages >= 3000
    assert measured.processor_seconds < 4, "the bar is 2 s on an idle machine"
    assert measured.unchanged_processor_seconds < 4
    assert len(load_corpus(tmp_path / "notes").documents) == 300


def size(passages, **figures):
    told = {"p50_ms": 5.0, "p95_ms": 9.0, "recall_at_10": 0.99, "memory_mib": 400.0}
    rest = dict.fromkeys(Measured.__slots__, 1.0) | {"passages": passages, "kind": "exact", "lists": 0, "queries": 3}
    return Measured(**(rest | told | figures))


def test_bars_are_met_missed_or_not_measured():
    def said(found):
        return [line[3] for line in bars(found)]

    renewal = Renewal(1000, 10_000, 5, 1.5, 1.0, 1.0, 0.9)
    assert said(Found([], None, 5)) == ["not measured"] * 5
    assert said(Found([size(10_000), size(1_000_000)], renewal, 5)) == ["met"] * 5
    slow = [size(10_000, p50_ms=8.1), size(1_000_000, p95_ms=41.0, memory_mib=1600.0, recall_at_10=0.97)]
    assert said(Found(slow, Renewal(1000, 10_000, 5, 2.1, 1.0, 1.0, 0.9), 5)) == ["missed"] * 5


def test_the_page_has_table_plot_and_figures(tmp_path):
    found = Found([size(10_000), size(1_000_000, lists=2000, probes=4, kind="lists")], None, 77)
    page = write(found, tmp_path / "scale.md")
    assert (tmp_path / "scale.md").read_text() == page
    assert "| passages | 10,000 | 1,000,000 |" in page
    assert "| lists looked through | – | 4 of 2000 |" in page
    assert "![Milliseconds and memory by passages](scale.svg)" in page
    assert (tmp_path / "scale.svg").read_text().startswith("<svg")
    assert json.loads((tmp_path / "scale.json").read_text())["sizes"][1]["probes"] == 4


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert index_scale.main([str(tmp_path), "--passages", "5"]) == 2
    assert "error:" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        index_scale.main([str(tmp_path), "--passages", "many"])
    assert "no list of sizes" in capsys.readouterr().err
