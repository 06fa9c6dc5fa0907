"""Claims made from texts: a sentence and its changed twin, a question and answer put as a statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.changes import altered
from training.families.claims import judged
from training.families.common import Deck, heading_path
from training.records import Group
from training.text import n_words, window

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from training.sets import Reading

Text = tuple[str, tuple[str, ...]]
_AUXILIARY = r"(?:is|was|are|were|does|did|do|has|have|had|can|could|will|would|should|may)"


class SentenceFamily:
    """A sentence over its passage, over the passage without it, and changed in one number, word or polarity."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = Deck([text for text in texts if len(text[1]) > 2])

    def __call__(self, rng: random.Random) -> Group | None:
        """None where the drawn sentence cannot be changed."""
        title, sentences = self._texts.deal(rng)
        gold = rng.randrange(len(sentences))
        claim = sentences[gold]
        if not 5 < n_words(claim) < 45:
            return None
        run = window(sentences, rng, (gold,))
        passage = [sentences[n] for n in run]
        marks = [float(n == gold) for n in run]
        heading = heading_path(title, "", " ".join(passage), rng) if title else ""
        changed = altered(claim, " ".join(sentences), rng)
        if changed is not None and rng.random() < 0.6:
            twin = [changed if n == gold else sentences[n] for n in run]
            asked, other = (claim, twin) if rng.random() < 0.5 else (changed, passage)
            truth = twin if asked is changed else passage
            candidates = [judged(heading, truth, 1.0, marks, 1.0), judged(heading, other, 0.0, marks, 1.0)]
            return Group("sentences", asked, tuple(candidates))
        rest = [sentence for sentence in sentences if sentence != claim]
        candidates = [judged(heading, passage, 1.0, marks, 1.0)]
        cut = [rest[n] for n in window(rest, rng)]
        candidates.append(judged(heading, cut, 0.0, [0.0] * len(cut), None))
        return Group("sentences", shortened(claim, rng), tuple(candidates))


def shortened(claim: str, rng: random.Random) -> str:
    """The claim without what stands in parentheses or after its last comma, sometimes."""
    if rng.random() < 0.5:
        claim = re.sub(r"\s*\([^)]*\)", "", claim)
    head, comma, _ = claim.rpartition(", ")
    return f"{head}." if comma and n_words(head) > 6 and rng.random() < 0.3 else claim


class StatementFamily:
    """SQuAD2 questions with their answers as statements; the same question with another answer is not supported."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = [
            (one, as_statement(one.question, min(one.answers, key=len))) for one in readings if one.answers and one.gold
        ]
        self._deck = Deck([(one, text) for one, text in self._readings if text])
        self._others = [one.answers[0] for one, text in self._readings]

    def __call__(self, rng: random.Random) -> Group | None:
        """The true statement over its passage and over the rest of it, or a false one over the passage."""
        reading, statement = self._deck.deal(rng)
        run = window(reading.sentences, rng, reading.gold)
        passage, marks = [reading.sentences[n] for n in run], [float(n in reading.gold) for n in run]
        heading = heading_path(reading.title, "", " ".join(passage), rng)
        if rng.random() < 0.5:
            false = as_statement(reading.question, rng.choice(self._others))
            return Group("statements", false, (judged(heading, passage, 0.0, marks, 1.0),)) if false else None
        rest = [sentence for n, sentence in enumerate(reading.sentences) if n not in reading.gold]
        candidates = [judged(heading, passage, 1.0, marks, 1.0)]
        if rest:
            candidates.append(judged(heading, rest, 0.0, [0.0] * len(rest), 0.0))
        return Group("statements", statement, tuple(candidates))


def as_statement(question: str, answer: str) -> str:
    """A question about its subject with the answer in the place of the question word; empty where that is not safe.

    >>> as_statement("Who proclaimed the oil embargo?", "members of OAPEC")
    'Members of OAPEC proclaimed the oil embargo.'
    >>> as_statement("When did it end?", "1974")
    ''
    """
    plain = question.strip().rstrip("?")
    found = re.fullmatch(r"(?:Who|What|Which \w+) (?!" + _AUXILIARY + r"\b)(\w+ .+)", plain)
    if found is None:
        found = re.fullmatch(r"(?:Who|What) ((?:is|was|are|were) .+)", plain)
        if found is None:
            return ""
        verb, _, rest = found[1].partition(" ")
        return f"{rest[0].upper()}{rest[1:]} {verb} {answer}."
    return f"{answer[0].upper()}{answer[1:]} {found[1]}."
