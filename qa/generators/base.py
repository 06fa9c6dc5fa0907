"""What every generator gives: draft sentences, which nobody sees before they are grounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evidence import ScoredSentence


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that a generator proposes.

    `bullet` where it is one item of a list; `markers` counts the citation marks that the generator wrote itself, which
    were taken off.
    """

    text: str
    bullet: bool = False
    markers: int = 0


class Generator(Protocol):
    """Words an answer from chosen evidence."""

    @property
    def name(self) -> str:
        """The spec that made it, as in `--model`."""

    @property
    def rewords(self) -> bool:
        """Whether its drafts are its own words, which need more evidence and a check of their meaning."""

    def generate(self, question: str, evidence: Sequence[ScoredSentence]) -> Iterator[Draft]:
        """Yield the answer's sentences, one at a time.

        Raises:
            ModelError: the model failed; what was yielded before may still be good.
        """
