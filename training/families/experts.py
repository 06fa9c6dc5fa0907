"""BioASQ: snippets that answer among snippets that our retriever confuses with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.families.common import Deck, right, wrong
from training.questions import vary
from training.records import Group
from training.retriever import Retriever
from training.text import holds, sentences_of
from training.wording import pick_root

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from training.encoder import Encoder
    from training.records import Candidate
    from training.sets import ExpertQuestion

ALIKE = 0.72
"""Cosine above which two questions are taken to ask the same; their snippets are not held against each other."""
POOLED = 4
"""Snippets of each question among which the others' confusions are looked for."""


class ExpertFamily:
    """Groups of single snippets (as a reranker meets them) or of passages made of several."""

    def __init__(self, questions: Sequence[ExpertQuestion], snippets: Mapping[str, str], encoder: Encoder) -> None:
        self._snippets = snippets
        self._deck = Deck([one for one in questions if one.snippets])
        pool = sorted({key for one in questions for key in one.snippets[:POOLED]})
        retriever = Retriever([snippets[key] for key in pool], encoder)
        texts = [one.question for one in questions]
        found = retriever.search(texts, 40)
        vectors = retriever.encode(texts)
        alike = vectors @ vectors.T > ALIKE
        self.confusing: dict[str, list[str]] = {}
        for number, (question, hits) in enumerate(zip(questions, found, strict=True)):
            ours = {key for n in np.flatnonzero(alike[number]).tolist() for key in questions[n].snippets} | set(
                question.snippets
            )
            documents = {key.split("-")[0] for key in ours}
            keys = [pool[n] for n, _ in hits]
            self.confusing[question.identifier] = [
                key for key in keys if key.split("-")[0] not in documents and not self._tells(key, question)
            ]

    def _tells(self, key: str, question: ExpertQuestion) -> bool:
        return question.kind in {"factoid", "list"} and any(holds(self._snippets[key], one) for one in question.exact)

    def __call__(self, rng: random.Random) -> Group | None:
        """None where the retriever found too little that is wrong."""
        question = self._deck.deal(rng)
        near = self.confusing[question.identifier]
        if len(near) < 6:
            return None
        heading = pick_root(rng) if rng.random() < 0.3 else ""
        single = rng.random() < 0.5
        candidates = [self._right(question, near, heading, rng, single)]
        if rng.random() < 0.4:
            candidates.append(self._right(question, near, heading, rng, single))
        for _ in range(2):
            keys = rng.sample(near[:12], 1 if single else rng.randint(2, 4))
            candidates.append(wrong(heading, [sentence for key in keys for sentence in self._sentences(key)]))
        return Group("experts", vary(question.question, rng), tuple(candidates))

    def _right(
        self, question: ExpertQuestion, near: Sequence[str], heading: str, rng: random.Random, single: bool
    ) -> Candidate:
        ours = rng.sample(question.snippets, 1 if single else min(len(question.snippets), rng.choice((1, 1, 2))))
        keys = [*ours, *([] if single else rng.sample(near, rng.randint(1, 3)))]
        rng.shuffle(keys)
        rows = [(sentence, float(key in ours)) for key in keys for sentence in self._sentences(key)]
        return right(heading, [sentence for sentence, _ in rows], [mark for _, mark in rows])

    def _sentences(self, key: str) -> tuple[str, ...]:
        return sentences_of(self._snippets[key])[:5] or (self._snippets[key],)
