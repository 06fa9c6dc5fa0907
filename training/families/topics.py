"""MedQuAD as a map of topics: which kinds of fact each has, and which other topics are its neighbours."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from training.text import chunks, holds
from training.wording import health_kinds

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from training.encoder import Encoder
    from training.sets import HealthAnswer

BOILERPLATE = re.compile(
    r"These resources address|Human Phenotype Ontology|MedlinePlus Medical Dictionary|when available"
)
SAME = 0.88
"""Cosine of two titles above which they may be one topic."""


class Topics:
    """The training topics, their answers cut into passages, and their neighbours by title."""

    def __init__(self, answers: Sequence[HealthAnswer], encoder: Encoder) -> None:
        self.answers: dict[str, dict[str, list[HealthAnswer]]] = defaultdict(lambda: defaultdict(list))
        for answer in answers:
            if answer.sentences and answer.kind in health_kinds():
                self.answers[answer.topic][answer.kind].append(answer)
        self.names = sorted(self.answers)
        self._number = {name: n for n, name in enumerate(self.names)}
        self._vectors = encoder.encode(self.names)

    def neighbours(self, topic: str, number: int = 12) -> list[str]:
        """Other topics with the closest names, those that may be the same one left out."""
        cosines = self._vectors @ self._vectors[self._number[topic]]
        words = _words(topic)
        found = []
        for n in np.argsort(-cosines)[: 4 * number]:
            other = _words(self.names[n])
            if cosines[n] < SAME and not words <= other and not other <= words:
                found.append(self.names[n])
        return found[:number]

    def passage(self, topic: str, kind: str, rng: random.Random) -> tuple[str, ...] | None:
        """One passage of the topic's section on this kind of fact, nearer to its beginning more often."""
        options = self.answers[topic].get(kind)
        if not options:
            return None
        answer = rng.choice(options)
        if BOILERPLATE.search(" ".join(answer.sentences[:3])) and rng.random() < 0.75:
            return None
        runs = chunks(answer.sentences, rng.choice((50, 80, 110, 140)))
        wanted = [
            run for run in runs if health_kinds()[kind].may_hold(" ".join(answer.sentences[run.start : run.stop]))
        ]
        runs = (wanted or runs)[:3]
        run = runs[0] if rng.random() < 0.7 else rng.choice(runs)
        return answer.sentences[run.start : run.stop]

    def other_kind(self, topic: str, kind: str, rng: random.Random) -> tuple[str, tuple[str, ...]] | None:
        """A passage of the same topic on another kind of fact that shows no trace of this one."""
        others = [one for one in self.answers[topic] if one not in {kind, "information"}]
        if kind != "information":
            others = [*others, "information"] if "information" in self.answers[topic] else others
        rng.shuffle(others)
        asked = health_kinds()[kind]
        for other in others:
            for answer in self.answers[topic][other]:
                runs = chunks(answer.sentences, rng.choice((40, 70, 110)))
                rng.shuffle(runs)
                for run in runs[:4]:
                    text = " ".join(answer.sentences[run.start : run.stop])
                    if (_defines(text) if kind == "information" else asked.may_hold(text)) is False:
                        return other, answer.sentences[run.start : run.stop]
        return None

    def elsewhere(
        self, topic: str, kinds: Sequence[str], rng: random.Random
    ) -> tuple[str, str, tuple[str, ...]] | None:
        """A neighbour topic's passage (topic, kind, sentences) that does not mention this topic."""
        near = self.neighbours(topic)
        rng.shuffle(near)
        for other in near[:6]:
            for kind in kinds:
                sentences = self.passage(other, kind, rng)
                if sentences and not holds(" ".join(sentences), short_name(topic)):
                    return other, kind, sentences
        return None


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower())) - {"disease", "syndrome", "disorder", "type", "of", "the", "and"}


def _defines(text: str) -> bool:
    return re.search(r"\b(?:is|are) (?:an?|the|one)\b|called|known as|refers to", text) is not None


def short_name(topic: str) -> str:
    """The topic without what stands in parentheses."""
    return re.sub(r"\s*\([^)]*\)", "", topic).strip() or topic
