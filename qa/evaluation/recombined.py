"""A corpus of any size out of a real one: passages of real sentences, recombined, and vectors moved aside."""

from __future__ import annotations

import hashlib
import random
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import EvaluationError
from corpus.lazy import LazyDocuments, Summary
from corpus.records import Document, Passage, Section, Sentence, SentenceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

PASSAGES = 10
"""Passages a document."""
COSINE = 0.7
"""How near a vector lies to the real one that it was made from."""


class Recombined(LazyDocuments):
    """Documents with as many passages as asked for, made when they are asked for, the same ones every time.

    Each has the title and section of a real one; a passage has as many sentences as a real one, drawn from all.
    """

    def __init__(self, real: Sequence[Document], passages: int, seed: int = 0) -> None:
        """Take real documents as the source.

        Raises:
            EvaluationError: they hold no passage.
        """
        self._passages = passages
        self._seed = seed
        self._headings = [(document.title, section.title) for document in real for section in document.sections]
        self._lengths = [len(passage.sentences) for document in real for passage in document.passages]
        self._sentences = [
            document.text[sentence.start : sentence.end]
            for document in real
            for passage in document.passages
            for sentence in passage.sentences
        ]
        if not self._sentences:
            raise EvaluationError("there is nothing to recombine: the documents hold no passage")

    def __len__(self) -> int:
        return (self._passages + PASSAGES - 1) // PASSAGES

    def counts(self) -> list[int]:
        """Return how many passages each document has, in order."""
        return [min(PASSAGES, self._passages - at * PASSAGES) for at in range(len(self))]

    def summaries(self) -> Iterator[Summary]:
        """Yield what can be known of each document without making it, in order."""
        for at, count in enumerate(self.counts()):
            fingerprint = hashlib.sha256(f"{self._identity} {at}".encode()).digest()
            yield Summary(f"made-{at}", self._heading(at)[0], (), False, fingerprint, count)

    def find(self, document_id: str) -> Document:
        """Return the document with this id.

        Raises:
            KeyError: no document has it.
        """
        prefix, _, number = document_id.partition("-")
        if prefix != "made" or not number.isdecimal() or int(number) >= len(self):
            raise KeyError(document_id)
        return self._at(int(number))

    def _at(self, position: int) -> Document:
        chance = random.Random(self._seed * 1_000_003 + position)  # noqa: S311  (nothing secret)
        document_id, (title, heading) = f"made-{position}", self._heading(position)
        text, start = f"{heading}\n", len(heading) + 1
        passages: list[Passage] = []
        for number in range(min(PASSAGES, self._passages - position * PASSAGES)):
            sentences: list[Sentence] = []
            for words in chance.choices(self._sentences, k=chance.choice(self._lengths)):
                text += "\n" if not sentences else " "
                sentences.append(Sentence(len(text), len(text) + len(words), SentenceKind.PROSE, number))
                text += words
            begin, end = sentences[0].start, sentences[-1].end
            passages.append(Passage(f"s1#p{number:02d}", document_id, "s1", begin, end, tuple(sentences)))
        section = Section("s1", heading, "", 1, None, 0, len(heading), min(start, len(text)), len(text))
        return Document(document_id, title, text, (section,), tuple(passages), "")

    def _heading(self, position: int) -> tuple[str, str]:
        return self._headings[position % len(self._headings)]

    @cached_property
    def _identity(self) -> str:
        digest = hashlib.sha256(f"{self._seed} {self._passages} {self._lengths}".encode())
        for words in self._sentences:
            digest.update(words.encode(errors="surrogatepass"))
        return digest.hexdigest()


def spread(vectors: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Return so many unit rows, each at a set cosine from one of the vectors, (n_texts, dimension), taken in turn."""
    chance = np.random.default_rng(3)
    made = np.empty((rows, vectors.shape[1]), dtype=np.float32)
    for start in range(0, rows, len(vectors)):
        part = vectors[: rows - start]
        aside = chance.standard_normal(part.shape, dtype=np.float32)
        aside -= (aside * part).sum(axis=1, keepdims=True) * part
        aside /= np.linalg.norm(aside, axis=1, keepdims=True)
        made[start : start + len(part)] = COSINE * part + (1 - COSINE**2) ** 0.5 * aside
    return made
