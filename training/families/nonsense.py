"""What no passage answers: other subjects, rows of letters, commands, claims put in the text's mouth."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from training.families.common import Deck, heading_path, wrong
from training.families.topics import short_name
from training.questions import vary
from training.records import Group
from training.text import window
from training.wording import pick

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Text = tuple[str, tuple[str, ...]]


class NonsenseFamily:
    """Every broken kind of question over passages of every set; `asked` are real ones, put where they do not belong."""

    def __init__(self, texts: Sequence[Text], asked: Sequence[str]) -> None:
        self._texts = Deck(texts)
        self._asked = Deck(asked)
        self._claims = [sentence for _, sentences in texts for sentence in sentences[:2] if 30 < len(sentence) < 120]

    def __call__(self, rng: random.Random) -> Group | None:
        """Always two or three passages, none of which answers."""
        title, sentences = self._texts.deal(rng)
        topic = short_name(title) if title else "this"
        texts = [(title, sentences), *(self._texts.deal(rng) for _ in range(rng.choice((1, 1, 2))))]
        draw = rng.random()
        if draw < 0.34:
            question = self._asked.deal(rng)
            texts = [one for one in texts if not _shares_words(question, one)]
            question = vary(question, rng)
        elif draw < 0.52:
            question = pick("nonsense", "commands", rng).replace("{t}", topic)
        elif draw < 0.68:
            claim = rng.choice(self._claims)
            texts = [one for one in texts if claim not in one[1]]
            question = pick("nonsense", "mouth", rng).replace("{t}", topic).replace("{s}", claim[0].lower() + claim[1:])
        elif draw < 0.82:
            question = vary(pick("nonsense", "small_talk", rng), rng)
        else:
            question = _letters(topic, sentences, rng)
        candidates = []
        for name, rows in texts:
            chosen = [rows[n] for n in window(rows, rng)]
            candidates.append(wrong(heading_path(name, "", " ".join(chosen), rng) if name else "", chosen))
        return Group("nonsense", question, tuple(candidates)) if candidates else None


def _letters(topic: str, sentences: Sequence[str], rng: random.Random) -> str:
    """Random letters, shuffled words, marks only; sometimes beside a word of the topic."""
    word = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 12)))
    name = "".join(rng.choice("aeiou") + rng.choice("bdfgklmnprstvz") for _ in range(rng.randint(2, 5)))
    words = " ".join(sentences).split()
    rng.shuffle(words)
    options = (
        word,
        f"{word} {word[::-1]}",
        " ".join("".join(rng.choices(string.ascii_lowercase, k=5)) for _ in range(4)),
        " ".join(words[: rng.randint(3, 8)]),
        "".join(rng.choices("?!.,;-", k=rng.randint(1, 6))),
        str(rng.randint(1, 10**8)),
        word[0] * rng.randint(3, 15),
        f"What is {name}?",
        f"symptoms of {name} disease",
        f"{topic} {word}",
        f"Why {word} the {word[:3]} of?",
        f"How does {name} help against {topic}?",
        f"What did {name.title()} say about {topic}?",
    )
    return rng.choice(options)


def _shares_words(question: str, text: Text) -> bool:
    """Whether the title, or two long words of the question, occur on the other side."""
    body = f"{text[0]} {' '.join(text[1])}".lower()
    return sum(len(word) > 5 and word in body for word in question.lower().strip("?").split()) > 1
