"""Examples written by hand: questions in everyday words, near misses, claims that are true or not quite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.families.claims import judged
from training.families.common import Deck, heading_path, marked, right, wrong
from training.questions import vary
from training.records import Group
from training.retriever import Retriever
from training.text import window
from training.wording import pick

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from training.encoder import Encoder
    from training.records import Candidate
    from training.written import Pointed, Written

ASSERTED = 0.2
"""Share of the claims that are put in the text's mouth: answered only where they stand."""
VARIED = 0.3
"""Share of the questions that are varied further: most were written as people ask."""


class WrittenFamily:
    """Groups around one question or claim; neighbours are what our retriever finds in other sections."""

    def __init__(self, written: Sequence[Written], encoder: Encoder) -> None:
        self._written = written
        self._questions = Deck([(one, asked) for one in written for asked in one.questions])
        self._misses = Deck([(one, miss) for one in written for miss in one.misses])
        self._true = Deck([(one, claim) for one in written for claim in one.true])
        self._false = Deck([(one, claim) for one in written for claim in one.false])
        retriever = Retriever([f"{one.title}. {' '.join(one.sentences)}" for one in written], encoder)
        texts = [text for one in written for text in (*(asked for asked, _ in one.questions), *one.misses)]
        found = retriever.search(texts, 10)
        self._near = {text: [n for n, _ in hits] for text, hits in zip(texts, found, strict=True)}

    def __call__(self, rng: random.Random) -> Group:
        """Questions, near misses and claims in turn."""
        draw = rng.random()
        if draw < 0.4:
            return self._question(*self._questions.deal(rng), rng)
        if draw < 0.68:
            return self._miss(*self._misses.deal(rng), rng)
        if draw < 0.84:
            return self._supported(*self._true.deal(rng), rng)
        return self._unsupported(*self._false.deal(rng), rng)

    def _question(self, one: Written, asked: Pointed, rng: random.Random) -> Group:
        """The passage, the passage without what answers, and a neighbour."""
        text, gold = asked
        sentences, marks = marked(one.sentences, self._run(one, rng, gold), gold)
        candidates = [right(self._heading(one, sentences, rng), sentences, marks)]
        rest = self._rest(one, gold)
        if rest and rng.random() < 0.4:
            candidates.append(wrong(self._heading(one, rest, rng), rest))
        return Group("written", self._vary(text, rng), (*candidates, *self._neighbours(one, text, rng)))

    def _miss(self, one: Written, text: str, rng: random.Random) -> Group:
        """The passage, whole or in part, and a neighbour: none of them answers."""
        sentences = [one.sentences[n] for n in self._run(one, rng)]
        candidates = [wrong(self._heading(one, sentences, rng), sentences)]
        if rng.random() < 0.5:
            candidates += self._neighbours(one, text, rng)
        return Group("written", self._vary(text, rng), tuple(candidates))

    def _supported(self, one: Written, claim: Pointed, rng: random.Random) -> Group:
        """The claim over the passage, and over what is left without its support."""
        text, gold = claim
        sentences, marks = marked(one.sentences, self._run(one, rng, gold), gold)
        if rng.random() < ASSERTED:
            found = right(self._heading(one, sentences, rng), sentences, marks)
            return Group("written", _asserted(text, rng), (found,))
        candidates = [judged(self._heading(one, sentences, rng), sentences, 1.0, marks, 1.0)]
        rest = self._rest(one, gold)
        if rest and rng.random() < 0.4:
            candidates.append(judged(self._heading(one, rest, rng), rest, 0.0, None, None))
        return Group("written", text, tuple(candidates))

    def _unsupported(self, one: Written, text: str, rng: random.Random) -> Group:
        """The claim over the whole passage that it was changed away from."""
        heading = self._heading(one, one.sentences, rng)
        if rng.random() < ASSERTED:
            return Group("written", _asserted(text, rng), (wrong(heading, one.sentences),))
        return Group("written", text, (judged(heading, one.sentences, 0.0, None, None),))

    def _run(self, one: Written, rng: random.Random, keep: Sequence[int] = ()) -> range:
        return range(len(one.sentences)) if rng.random() < 0.6 else window(one.sentences, rng, keep)

    @staticmethod
    def _rest(one: Written, gold: Sequence[int]) -> list[str]:
        return [sentence for n, sentence in enumerate(one.sentences) if n not in gold]

    def _heading(self, one: Written, sentences: Sequence[str], rng: random.Random) -> str:
        return heading_path(one.title, one.section, " ".join(sentences), rng)

    def _vary(self, text: str, rng: random.Random) -> str:
        return vary(text, rng) if rng.random() < VARIED else text

    def _neighbours(self, one: Written, text: str, rng: random.Random) -> list[Candidate]:
        found = [self._written[n] for n in self._near[text]]
        others = [other for other in found if other.title != one.title or other.section != one.section]
        if not others:
            return []
        other = rng.choice(others[:4])
        sentences = [other.sentences[n] for n in self._run(other, rng)]
        return [wrong(self._heading(other, sentences, rng), sentences)]


def _asserted(claim: str, rng: random.Random) -> str:
    return pick("nonsense", "asserted", rng).replace("{s}", claim[0].lower() + claim[1:])
