"""The default generator: the corpus's own sentences, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.records import SentenceKind
from qa.generators.base import Draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evidence import ScoredSentence


class QuoteGenerator:
    """Says each chosen sentence as it stands."""

    name = "quote"
    rewords = False

    def generate(self, question: str, evidence: Sequence[ScoredSentence]) -> Iterator[Draft]:
        """Yield the evidence's own words; line breaks inside a sentence become blanks."""
        for scored in evidence:
            yield Draft(" ".join(scored.text.split()), scored.sentence.kind is SentenceKind.BULLET)
