"""Two questions in one: two topics compared, two kinds of fact about one; each half's passage is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.families.common import wrong
from training.families.health import phrase
from training.questions import vary
from training.records import Group
from training.wording import pick, table

if TYPE_CHECKING:
    import random

    from training.families.health import HealthFamily
    from training.families.topics import Topics


class CompoundFamily:
    """Comparisons and two-part questions, in equal shares."""

    def __init__(self, topics: Topics, health: HealthFamily) -> None:
        self._topics, self._health = topics, health
        self._names = [name for name in topics.names if "information" in topics.answers[name]]
        self._parts: dict[str, list[str]] = table("compound")["parts"]
        self._rich = [name for name in topics.names if len(self._askable(name)) > 2]

    def _askable(self, topic: str) -> list[str]:
        return [kind for kind in self._topics.answers[topic] if kind in self._parts]

    def __call__(self, rng: random.Random) -> Group | None:
        """None where a half lacks its passage."""
        return self._compare(rng) if rng.random() < 0.5 else self._two_parts(rng)

    def _compare(self, rng: random.Random) -> Group | None:
        one = rng.choice(self._names)
        near = [name for name in self._topics.neighbours(one) if "information" in self._topics.answers[name]]
        if len(near) < 3:
            return None
        two, *others = rng.sample(near, 3)
        candidates = []
        for topic in (one, two):
            passage = self._topics.passage(topic, "information", rng)
            if passage is None:
                return None
            candidates.append(self._health.right(topic, "information", passage, rng))
        for topic in others:
            passage = self._topics.passage(topic, "information", rng)
            if passage is not None:
                candidates.append(wrong(self._health.heading(topic, "information", passage, rng), passage))
        template = pick("compound", "compare", rng).replace("{a}", phrase("{t}", one, rng))
        return Group("compound", vary(template.replace("{b}", phrase("{t}", two, rng)), rng), tuple(candidates))

    def _two_parts(self, rng: random.Random) -> Group | None:
        topic = rng.choice(self._rich)
        kinds = rng.sample(self._askable(topic), 2)
        candidates = []
        for kind in kinds:
            passage = self._topics.passage(topic, kind, rng)
            if passage is None:
                return None
            candidates.append(self._health.right(topic, kind, passage, rng))
        sister = self._topics.elsewhere(topic, kinds, rng)
        if sister is not None:
            candidates.append(wrong(self._health.heading(*sister, rng), sister[2]))
        first, second = (self._parts[kind] for kind in kinds)
        question = phrase(f"{first[0]} and {second[1]}?", topic, rng)
        return Group("compound", vary(question[0].upper() + question[1:], rng), tuple(candidates))
