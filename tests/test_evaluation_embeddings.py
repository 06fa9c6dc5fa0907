"""The embedding cache: every text is encoded once, by content and encoder."""

import numpy as np
import pytest
from evaluation_toys import ToyEncoder

from corpus.errors import EvaluationError
from qa.evaluation.embeddings import CachedEncoder, cache_file

TEXTS = ["cramps hurt", "bread rises", "cramps hurt", "ships"]


def test_vectors_are_those_of_the_encoder_in_the_order_asked_for(tmp_path):
    cached = CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite")
    assert np.array_equal(cached.encode(TEXTS), ToyEncoder().encode(TEXTS))
    assert cached.encoded == 3


def test_a_second_encoder_finds_what_the_first_one_left(tmp_path):
    CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite").encode(TEXTS)
    again = CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite")
    assert np.array_equal(again.encode([*TEXTS, "new"]), ToyEncoder().encode([*TEXTS, "new"]))
    assert (again.encoded, again.encoder.calls) == (1, [1])


def test_what_was_encoded_before_a_failure_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("qa.evaluation.embeddings.CHUNK", 2)

    class Failing(ToyEncoder):
        def encode(self, texts):
            if len(self.calls) == 2:
                raise KeyboardInterrupt
            return super().encode(texts)

    texts = [f"text number {number}" for number in range(6)]
    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Failing(), tmp_path / "v.sqlite").encode(texts)
    resumed = CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite")
    resumed.encode(texts)
    assert resumed.encoded == 2


def test_another_encoder_has_another_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path))
    one, other = cache_file(ToyEncoder("toy-1")), cache_file(ToyEncoder("toy-2"))
    assert one != other
    assert one.parent == tmp_path / "embeddings"


def test_progress_counts_up_to_all_texts(tmp_path, monkeypatch):
    monkeypatch.setattr("qa.evaluation.embeddings.CHUNK", 2)
    seen = []
    CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite", lambda done, total: seen.append((done, total))).encode(TEXTS)
    assert seen == [(0, 3), (2, 3), (3, 3)]


def test_a_damaged_cache_says_what_to_do(tmp_path):
    (tmp_path / "v.sqlite").write_bytes(b"not a database, but long enough to look at" * 20)
    with pytest.raises(EvaluationError, match=r"cannot be used: .*; delete it, or set FOOTNOTE_CACHE"):
        CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite").encode(TEXTS)


def test_no_texts_are_no_rows(tmp_path):
    assert CachedEncoder(ToyEncoder(), tmp_path / "v.sqlite").encode([]).shape == (0, 64)
