"""What the families share: dealing without repeats, headings as the product has them, labelled passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from training.records import Candidate, Group
from training.text import holds
from training.wording import pick_root

if TYPE_CHECKING:
    import random
    from collections.abc import Collection, Iterable, Sequence

    from training.records import Span

T = TypeVar("T")


class Family(Protocol):
    """Makes one group at a time; None when this draw led nowhere."""

    def __call__(self, rng: random.Random) -> Group | None: ...  # noqa: D102


class Deck(Generic[T]):
    """Deals every card once before any is dealt again."""

    def __init__(self, cards: Iterable[T]) -> None:
        self._cards = list(cards)
        self._left: list[T] = []

    def __bool__(self) -> bool:
        return bool(self._cards)

    def deal(self, rng: random.Random) -> T:
        """The next card."""
        if not self._left:
            self._left = list(self._cards)
            rng.shuffle(self._left)
        return self._left.pop()


def heading_path(title: str, section: str, text: str, rng: random.Random) -> str:
    """A heading path in one of the forms a product has; empty only where the text itself names the title."""
    draw = rng.random()
    if draw < 0.15 and holds(text, title):
        return ""
    joint = rng.choice((" > ", " > ", " > ", ": ", " - "))
    parts = [title, section] if section and draw > 0.45 else [title]
    if rng.random() < 0.3:
        parts.insert(0, pick_root(rng))
    if len(parts) > 1 and title.lower() in parts[-1].lower():
        parts = parts[-1:]
    return joint.join(parts)


def marked(
    sentences: Sequence[str], rows: Iterable[int], gold: Collection[int]
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The chosen sentences and, for each, whether it is gold."""
    chosen = list(rows)
    return tuple(sentences[n] for n in chosen), tuple(float(n in gold) for n in chosen)


def wrong(heading: str, sentences: Sequence[str]) -> Candidate:
    """A passage that does not answer; none of its sentences does."""
    return Candidate(heading, tuple(sentences), answers=0.0, marks=(0.0,) * len(sentences))


def right(
    heading: str, sentences: Sequence[str], marks: Sequence[float] | None = None, span: Span | None = None
) -> Candidate:
    """A passage that answers; which sentences do may be unknown."""
    return Candidate(heading, tuple(sentences), answers=1.0, marks=None if marks is None else tuple(marks), span=span)


def lower_first(text: str, rng: random.Random, share: float = 0.5) -> str:
    """The text with a small first letter, sometimes, unless it starts like a name or an acronym."""
    if len(text) > 1 and text[0].isupper() and text[1].islower() and rng.random() < share:
        return text[0].lower() + text[1:]
    return text
