"""Terms explained in passing, as in "weak muscles (myasthenia)": their sentence answers "What is …?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.families.common import Deck, heading_path, right, wrong
from training.questions import vary
from training.records import Group
from training.text import holds, window
from training.wording import pick

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Text = tuple[str, tuple[str, ...]]
_PAIR = re.compile(r"([A-Za-z][\w'-]+(?: [\w'-]+){0,4}) \(((?:(?:also )?(?:called|known as) )?[A-Za-z][^()\d]{2,50})\)")
_ALSO = re.compile(
    r"\b([A-Za-z][\w' -]{3,40}?),? \(?(?:also|sometimes|commonly|often) (?:called|known as|referred to as) "
    r"(?:an? |the )?([\w' -]{3,40})"
)
_NO_GLOSS = ("such", "for", "see", "including", "or ", "and ", "e.g")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]*[A-Z][A-Za-z-]*")


class TermFamily:
    """One term each, with its sentence present, removed, or never there."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = list(texts)
        rows = (
            (title, sentences, n, term)
            for title, sentences in texts
            for n, s in enumerate(sentences)
            for term in terms_in(s)
        )
        self._deck = Deck(rows)

    def __call__(self, rng: random.Random) -> Group | None:
        """None where too little is left without the term."""
        title, sentences, gold, term = self._deck.deal(rng)
        run = window(sentences, rng, (gold,))
        passage = [sentences[n] for n in run]
        candidates = [right(self._heading(title, passage, rng), passage, [float(n == gold) for n in run])]
        rest = [sentence for sentence in sentences if not holds(sentence, term)]
        others = [rng.choice(self._texts) for _ in range(2)]
        for name, rows in ((title, rest), *others):
            if rows and not holds(" ".join(rows) + name, term):
                chosen = [rows[n] for n in window(rows, rng)]
                candidates.append(wrong(self._heading(name, chosen, rng), chosen))
        if len(candidates) < 2:
            return None
        template = pick("terms", "acronyms" if _ACRONYM.fullmatch(term) else "questions", rng)
        return Group("terms", vary(template.replace("{y}", term), rng), tuple(candidates))

    def _heading(self, title: str, sentences: list[str], rng: random.Random) -> str:
        return heading_path(title, "", " ".join(sentences), rng) if title else ""


def terms_in(sentence: str) -> list[str]:
    """Terms that the sentence explains beside another name.

    >>> terms_in("Patients have muscle twitches (fasciculations) and amyotrophic lateral sclerosis (ALS).")
    ['fasciculations', 'ALS']
    """
    found = []
    for outer, enclosed in _PAIR.findall(sentence):
        inner = re.sub(r"^(?:also )?(?:called|known as) ", "", enclosed)
        words = inner.split()
        if _ACRONYM.fullmatch(inner) or (len(words) <= 2 and inner.islower() and len(inner) > 5):
            found.append(inner)
        elif inner.islower() and 3 <= len(words) <= 8 and not inner.startswith(_NO_GLOSS):
            found.append(outer.split()[-1])
    found += [name.strip() for _, name in _ALSO.findall(sentence) if len(name.split()) <= 5]
    return [term for term in found if len(term) > 2]
