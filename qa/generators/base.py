"""What every generator gives: draft sentences, which nobody sees before they are grounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evidence import ScoredSentence


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that a generator proposes; `bullet` where it is one item of a list."""

    text: str
    bullet: bool = False


class Generator(Protocol):
    """Words an answer from chosen evidence."""

    @property
    def name(self) -> str:
        """The spec that made it, as in `--model`."""

    def generate(self, question: str, evidence: Sequence[ScoredSentence]) -> Iterator[Draft]:
        """Yield the answer's sentences, one at a time."""
