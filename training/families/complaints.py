"""People say what they feel instead of asking: passages that list these complaints answer, other illnesses' do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.families.common import Deck, heading_path, right, wrong
from training.questions import vary
from training.records import Group
from training.text import holds, n_words, window
from training.wording import health_kinds, pick

if TYPE_CHECKING:
    import random

    from training.families.topics import Topics

_ENUMERATION = re.compile(
    r"(?:symptoms|signs|features|problems)[^.:;]{0,60}?\b(?:include|are|including)s?:? ([^.;]{5,160})[.;]",
    re.IGNORECASE,
)
_FILLER = frozenset(
    {"other", "others", "more", "many", "some", "these", "those", "symptom", "symptoms", "sign", "signs"}
    | {"usually", "often", "also", "etc", "not", "may", "can"}
)


class ComplaintFamily:
    """One or two complaints of a topic's symptom list, in a statement or a question."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        pairs = (
            (topic, answer.sentences) for topic in topics.names for answer in topics.answers[topic].get("symptoms", ())
        )
        pairs2 = ((topic, a.sentences) for topic in topics.names for a in topics.answers[topic].get("information", ()))
        self._deck = Deck([(t, s) for t, s in (*pairs, *pairs2) if any(complaints_in(row) for row in s)])

    def __call__(self, rng: random.Random) -> Group | None:
        """None where no neighbour is free of the complaints."""
        topic, sentences = self._deck.deal(rng)
        rows = [(n, item) for n, sentence in enumerate(sentences) for item in complaints_in(sentence)]
        near = [row for row in rows if abs(row[0] - rows[0][0]) < 8]
        chosen = rng.sample(near, min(len(near), rng.choice((1, 2, 2))))
        items = [item for _, item in chosen]
        gold = {n for n, sentence in enumerate(sentences) if any(holds(sentence, item) for item in items)}
        gold = {n for n in gold if abs(n - chosen[0][0]) < 8} | {n for n, _ in chosen}
        run = window(sentences, rng, gold)
        passage = [sentences[n] for n in run]
        marks = [float(n in gold) for n in run]
        section = rng.choice(health_kinds()["symptoms"].headings).format(t=topic)
        candidates = [right(heading_path(topic, section, " ".join(passage), rng), passage, marks)]
        for kind in ("symptoms", "information", "treatment"):
            other = self._topics.elsewhere(topic, (kind,), rng)
            if other is not None and not any(_overlaps(item, other[2]) for item in items):
                heading = rng.choice(health_kinds()[kind].headings).format(t=other[0])
                candidates.append(wrong(heading_path(other[0], heading, " ".join(other[2]), rng), other[2]))
        if len(candidates) < 2:
            return None
        template = pick("complaints", "many" if len(items) > 1 else "one", rng)
        question = template.replace("{a}", items[0]).replace("{b}", items[-1])
        return Group("complaints", vary(question, rng), tuple(candidates))


def complaints_in(sentence: str) -> list[str]:
    """The complaints that a list item is, or that a sentence enumerates, lower case.

    >>> complaints_in("Symptoms include fever, a stiff neck and loss of appetite.")
    ['fever', 'a stiff neck', 'loss of appetite']
    """
    found = _ENUMERATION.search(sentence)
    if found is None:
        item = sentence.strip(" .;:").lower()
        return [item] if _is_complaint(item) and n_words(item) <= 5 and sentence[-1:] != ":" else []
    parts = [re.sub(r"^(?:and|or)\s+", "", part.strip().lower()) for part in re.split(r",|\band\b|\bor\b", found[1])]
    return [part for part in parts if _is_complaint(part)]


def _is_complaint(item: str) -> bool:
    words = item.split()
    return (
        4 < len(item) < 45
        and 0 < len(words) <= 6
        and not _FILLER & set(words)
        and re.fullmatch(r"[a-z' -]+", item) is not None
    )


def _overlaps(item: str, sentences: tuple[str, ...]) -> bool:
    text = " ".join(sentences).lower()
    return any(word in text for word in item.split() if len(word) > 4)
