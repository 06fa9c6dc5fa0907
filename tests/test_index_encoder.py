from __future__ import annotations

import numpy as np
import pytest

from corpus.errors import EncoderError
from index.graph_file import graph_path, open_graph
from index.onnx_encoder import OnnxEncoder
from index.precision import Precision
from index.sentence_encoder import SentenceEncoder
from index.weights import check_packaged, packaged_folder

TEXTS = [
    "What is ALS?",
    "",
    "A cramp is a sudden, involuntary contraction of one or more muscles. " * 2,
    "Größe, naïve café – “quotes” and 🙂 in one line",
    "word " * 400,
]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def official():
    return SentenceEncoder.packaged().encode(TEXTS)


@pytest.mark.parametrize(("precision", "least"), [(Precision.FLOAT32, 0.99999), (Precision.INT8, 0.97)])
def test_vectors_are_those_of_sentence_transformers(cache, official, precision, least):
    vectors = OnnxEncoder(precision).encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert (vectors * official).sum(axis=1).min() > least


def test_a_vector_depends_on_its_text_alone(encoder):
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_threads_change_nothing(encoder, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    one = encoder.encode(TEXTS)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    np.testing.assert_array_equal(encoder.encode(TEXTS), one)


def test_only_the_exact_graph_shares_the_official_fingerprint():
    official = SentenceEncoder.packaged().fingerprint
    assert OnnxEncoder(Precision.FLOAT32).fingerprint == official != OnnxEncoder(Precision.INT8).fingerprint


def test_the_graph_is_made_once_and_again_when_damaged(cache, caplog):
    folder = packaged_folder()
    graph = open_graph(folder, Precision.INT8)
    file = graph_path(Precision.INT8)
    assert file.is_relative_to(cache)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    whole = file.read_bytes()
    made = file.stat().st_mtime_ns
    assert open_graph(folder, Precision.INT8) == graph
    assert file.stat().st_mtime_ns == made
    for damaged in (whole[:-1], bytes([whole[0] ^ 1]) + whole[1:], b""):
        file.write_bytes(damaged)
        caplog.clear()
        assert open_graph(folder, Precision.INT8) == graph
        assert "is damaged" in caplog.text
        assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path, monkeypatch, official):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("FOOTNOTE_CACHE", str(blocked))
    assert (OnnxEncoder().encode(TEXTS[:1]) @ official[0])[0] > 0.97


def test_changed_weights_are_refused(cache, monkeypatch):
    monkeypatch.setattr("index.weights.WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="sha256"):
        OnnxEncoder().encode(["text"])
    with pytest.raises(EncoderError, match="force-reinstall"):
        SentenceEncoder.packaged()
    with pytest.raises(EncoderError, match="sha256"):
        check_packaged(packaged_folder())


def test_a_folder_that_holds_another_model_is_named(cache, monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr("index.graph_file.check_packaged", lambda folder: None)
    with pytest.raises(EncoderError, match="no BERT that can be read"):
        open_graph(tmp_path, Precision.FLOAT32)
