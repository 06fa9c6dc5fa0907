"""Facts that a text lacks: the passage with the fact put in answers; without it, or with another fact, it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.families.common import Deck, heading_path, lower_first, right, wrong
from training.families.topics import short_name
from training.questions import vary
from training.records import Group
from training.text import window
from training.wording import Kind, fact_kinds, pick

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from training.records import Candidate


class FactFamily:
    """Passages of `field` topics with one statement put in, several kinds of it."""

    def __init__(self, field: str, passages: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._kinds = [kind for kind in fact_kinds().values() if kind.field in {field, "any"}]
        self._passages = {topic: rows for topic, rows in passages.items() if rows and short_name(topic)}
        self._topics = Deck(self._passages)
        self._names = list(self._passages)
        self._field = field

    def __call__(self, rng: random.Random) -> Group | None:
        """None where every passage of the topic may hold the fact by itself."""
        topic, kind = self._topics.deal(rng), rng.choice(self._kinds)
        name = lower_first(short_name(topic), rng, 0.4 if self._field == "health" else 0.0)
        clean = [rows for rows in self._passages[topic] if not kind.may_hold(" ".join(rows))]
        if not clean or len(name) > 60:
            return None
        row = rng.randrange(len(kind.facts))
        questions, statements = kind.facts[row]
        candidates = [self._plain(topic, self._cut(clean, rng), rng)]
        true = _filled(rng.choice(statements), name, rng)
        candidates.append(self._with(topic, self._cut(clean, rng), true, True, rng))
        false = _filled(self._unlike(kind, row, rng), name, rng)
        candidates.append(self._with(topic, self._cut(clean, rng), false, False, rng))
        about_others = [one for one in statements if "{t}" in one.lower()]
        stranger = short_name(rng.choice(self._names))
        if about_others and stranger.lower() not in topic.lower() and topic.lower() not in stranger.lower():
            foreign = _filled(rng.choice(about_others), stranger, rng)
            candidates.append(self._with(topic, self._cut(clean, rng), foreign, False, rng))
        question = vary(_filled(rng.choice(questions), name, rng), rng)
        return Group(f"facts-{self._field}", question, tuple(candidates))

    def _unlike(self, kind: Kind, row: int, rng: random.Random) -> str:
        """A statement of the same kind for other questions, or of another kind without a trace of this one."""
        siblings = [statements for n, (_, statements) in enumerate(kind.facts) if n != row]
        if siblings and rng.random() < 0.6:
            return rng.choice(rng.choice(siblings))
        others = [
            one for other in self._kinds if other is not kind for _, statements in other.facts for one in statements
        ]
        return rng.choice([one for one in others if not kind.may_hold(one)])

    def _plain(self, topic: str, sentences: list[str], rng: random.Random) -> Candidate:
        return wrong(heading_path(topic, "", " ".join(sentences), rng), sentences)

    def _cut(self, options: Sequence[Sequence[str]], rng: random.Random) -> list[str]:
        rows = rng.choice(options)
        return [rows[n] for n in window(rows, rng)]

    def _with(self, topic: str, base: list[str], statement: str, answers: bool, rng: random.Random) -> Candidate:
        at = rng.randint(0 if rng.random() < 0.1 else 1, len(base))
        sentences = [*base[:at], statement, *base[at:]]
        if not answers:
            return self._plain(topic, sentences, rng)
        return right(
            heading_path(topic, "", " ".join(sentences), rng),
            sentences,
            [float(n == at) for n in range(len(sentences))],
        )


def _filled(template: str, topic: str, rng: random.Random) -> str:
    """The template with its topic and every other slot filled."""
    amount, hundreds = rng.randint(2, 90), rng.randint(100, 900)
    slots = {
        "t": topic,
        "T": topic[0].upper() + topic[1:],
        "name": f"{pick('slots', 'given', rng)} {pick('slots', 'family', rng)}",
        "year": str(rng.randint(1790, 2021)),
        "country": pick("slots", "countries", rng),
        "gene": pick("slots", "genes", rng),
        "number": str(rng.randint(2, 58)),
        "big": rng.choice((f"{amount},000", f"{amount} million", f"{amount % 9 + 1},{hundreds}")),
        "percent": rng.choice((f"{amount} percent", f"{amount}%", "one in five", "half")),
        "money": rng.choice((f"${hundreds}", f"${amount},000", f"{hundreds} euros", f"{amount} million dollars")),
        "dose": rng.choice((f"{amount * 5} mg", f"{amount % 5 + 2} tablets of {hundreds} mg", f"{amount} milligrams")),
        "duration": rng.choice((f"{amount} minutes", f"{amount % 9 + 2} weeks", "half an hour", "a few days")),
    }
    return template.format(**slots)
