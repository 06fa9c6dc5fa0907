"""Vectors remembered: the same as fresh ones, never more than asked to keep, shared by threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from qa.text_vectors import TextVectors


def test_threads_share_a_small_memory(toy):
    vectors = TextVectors(toy, capacity=5)
    texts = [f"text {number}" for number in range(20)]
    expected = dict(zip(texts, toy.encode(texts), strict=True))

    def ask(number):
        asked = [texts[(number * 7 + step) % len(texts)] for step in range(4)]
        return all(np.array_equal(row, expected[text]) for text, row in zip(asked, vectors(asked), strict=True))

    with ThreadPoolExecutor(8) as crowd:
        assert all(crowd.map(ask, range(2_000)))
    assert len(vectors._rows) <= 5
