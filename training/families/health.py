"""Kinds of fact about health topics: the right section answers, the topic's other sections and sister topics do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.families.common import heading_path, lower_first, right, wrong
from training.families.topics import short_name
from training.questions import vary
from training.records import Group
from training.wording import health_kinds, table

if TYPE_CHECKING:
    import random

    from training.families.topics import Topics
    from training.records import Candidate

Draw = tuple[str, str, tuple[str, ...]]


class HealthFamily:
    """One topic, one kind of fact."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._pairs = [(kind, [t for t in topics.names if kind in topics.answers[t]]) for kind in health_kinds()]
        self._pairs = [(kind, names) for kind, names in self._pairs if names]
        self._weights = [len(names) ** 0.5 for _, names in self._pairs]

    def draw(self, rng: random.Random) -> Draw | None:
        """A topic, a kind of fact and a passage that holds it."""
        kind, names = rng.choices(self._pairs, self._weights)[0]
        topic = rng.choice(names)
        passage = self._topics.passage(topic, kind, rng)
        return None if passage is None else (topic, kind, passage)

    def __call__(self, rng: random.Random) -> Group | None:
        """One right passage, up to three wrong ones."""
        drawn = self.draw(rng)
        if drawn is None:
            return None
        topic, kind, passage = drawn
        candidates = [self.right(topic, kind, passage, rng)]
        other = self._topics.other_kind(topic, kind, rng)
        if other is not None:
            candidates.append(wrong(self.heading(topic, other[0], other[1], rng), other[1]))
        sister = self._topics.elsewhere(topic, (kind, "information"), rng)
        if sister is not None:
            candidates.append(wrong(self.heading(*sister, rng), sister[2]))
        if rng.random() < 0.4:
            far = self._topics.elsewhere(topic, rng.sample(list(health_kinds()), 4), rng)
            if far is not None:
                candidates.append(wrong(self.heading(*far, rng), far[2]))
        return Group("health", vary(self.question(topic, kind, rng), rng), tuple(candidates))

    def question(self, topic: str, kind: str, rng: random.Random) -> str:
        """The set's own wording in one of three draws, else one of ours."""
        if rng.random() < 0.3:
            return rng.choice(self._topics.answers[topic][kind]).question
        if kind == "information" and rng.random() < 0.15:
            return phrase(str(rng.choice(table("kinds")["broad"]["questions"])), topic, rng)
        return phrase(rng.choice(health_kinds()[kind].questions), topic, rng)

    def heading(self, topic: str, kind: str, sentences: tuple[str, ...], rng: random.Random) -> str:
        """A heading path that may name the kind of fact."""
        section = rng.choice(health_kinds()[kind].headings).format(t=topic)
        return heading_path(topic, section, " ".join(sentences), rng)

    def right(self, topic: str, kind: str, passage: tuple[str, ...], rng: random.Random) -> Candidate:
        """The passage alone, or its first sentences among others of the topic: then which sentences answer is known."""
        other = self._topics.other_kind(topic, kind, rng) if rng.random() < 0.45 else None
        if other is None:
            marks = [float(not one.endswith("?")) for one in passage] if len(passage) <= 2 else None
            return right(self.heading(topic, kind, passage, rng), passage, marks)
        first, rest = passage[: rng.randint(1, 3)], other[1][: rng.randint(1, 4)]
        rows = [(sentence, float(not sentence.endswith("?"))) for sentence in first]  # a heading inside the text
        beside = [(sentence, 0.0) for sentence in rest]
        rows = beside + rows if rng.random() < 0.5 else rows + beside
        sentences = tuple(sentence for sentence, _ in rows)
        return right(heading_path(topic, "", " ".join(sentences), rng), sentences, [mark for _, mark in rows])


def phrase(template: str, topic: str, rng: random.Random) -> str:
    """The template with the topic in it, as people write names."""
    name = short_name(topic) if rng.random() < 0.7 else topic
    return template.replace("{t}", lower_first(name, rng))
