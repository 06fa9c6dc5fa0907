"""Questions asked of one passage (SQuAD2, CLAPnq): the passage, parts of it, it without the answer, its neighbours."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from training.changes import near_miss
from training.families.common import Deck, heading_path, marked, right, wrong
from training.questions import vary
from training.records import Group, Span
from training.retriever import Retriever
from training.text import holds, window

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from training.encoder import Encoder
    from training.records import Candidate
    from training.sets import Reading


class ReadingFamily:
    """Groups around one reading question each."""

    def __init__(self, name: str, readings: Sequence[Reading], encoder: Encoder) -> None:
        self._name = name
        self._answerable = Deck([one for one in readings if one.gold])
        self._unanswerable = Deck([one for one in readings if not one.gold])
        self._passages = list(dict.fromkeys((one.title, one.sentences) for one in readings))
        retriever = Retriever([f"{title}. {' '.join(sentences)}" for title, sentences in self._passages], encoder)
        questions = list(dict.fromkeys(one.question for one in readings))
        found = retriever.search(questions, 12)
        self._near = {question: [n for n, _ in hits] for question, hits in zip(questions, found, strict=True)}
        self._asked: dict[tuple[str, ...], set[str]] = defaultdict(set)

    def __call__(self, rng: random.Random) -> Group | None:
        """Half the groups have an answer: they bring their own negatives."""
        draw = rng.random()
        if draw < 0.52:
            return self._group(self._answerable.deal(rng), rng)
        if draw < 0.66:
            return self._near_miss(self._answerable.deal(rng), rng)
        reading = self._unanswerable.deal(rng)
        rows = range(len(reading.sentences)) if rng.random() < 0.5 else window(reading.sentences, rng)
        candidates = [
            self._wrong(reading, [reading.sentences[n] for n in rows], rng),
            *self._neighbours(reading, rng, 1),
        ]
        return Group(self._name, vary(reading.question, rng), tuple(candidates))

    def _group(self, reading: Reading, rng: random.Random) -> Group:
        candidates = [self._right(reading, rng)]
        if rng.random() < 0.35:
            candidates.append(self._right(reading, rng))
        rest = [sentence for n, sentence in enumerate(reading.sentences) if n not in reading.gold]
        if rest and not _gives_away(rest, reading):
            rows = range(len(rest)) if rng.random() < 0.6 else window(rest, rng)
            candidates.append(self._wrong(reading, [rest[n] for n in rows], rng))
        candidates += self._neighbours(reading, rng, 2)
        return Group(self._name, vary(reading.question, rng), tuple(candidates))

    def _near_miss(self, reading: Reading, rng: random.Random) -> Group | None:
        """The question changed so that its passage, whole or in part, does not answer it."""
        others = [sentences for title, sentences in self._passages if title == reading.title] or [reading.sentences]
        question = near_miss(reading.question, " ".join(reading.sentences), " ".join(rng.choice(others)), rng)
        if question is None:
            return None
        rows = window(reading.sentences, rng, reading.gold)
        candidate = self._wrong(reading, [reading.sentences[n] for n in rows], rng)
        return Group(self._name, vary(question, rng), (candidate,))

    def _right(self, reading: Reading, rng: random.Random) -> Candidate:
        whole = rng.random() < 0.35
        rows = range(len(reading.sentences)) if whole else window(reading.sentences, rng, reading.gold)
        sentences, marks = marked(reading.sentences, rows, reading.gold)
        span = reading.span and Span(reading.span.sentence - rows.start, reading.span.start, reading.span.end)
        return right(heading_path(reading.title, "", " ".join(sentences), rng), sentences, marks, span)

    def _wrong(self, reading: Reading, sentences: Sequence[str], rng: random.Random) -> Candidate:
        return wrong(heading_path(reading.title, "", " ".join(sentences), rng), sentences)

    def _neighbours(self, reading: Reading, rng: random.Random, number: int) -> list[Candidate]:
        """Passages that our retriever finds for the question although they do not hold its answer."""
        found = []
        for n in self._near[reading.question]:
            title, sentences = self._passages[n]
            if sentences == reading.sentences or _gives_away(sentences, reading):
                continue
            if not reading.answers and title == reading.title:
                continue  # an unanswerable (or unspanned) question may be answered by another passage of its document
            rows = window(sentences, rng)
            found.append(wrong(heading_path(title, "", " ".join(sentences), rng), [sentences[n] for n in rows]))
        return rng.sample(found[: 3 * number], min(number, len(found)))


def _gives_away(sentences: Sequence[str], reading: Reading) -> bool:
    text = " ".join(sentences)
    return any(holds(text, answer) for answer in reading.answers)
