"""Citations: is every sentence supported by what it cites, and does every citation support its sentence?

Source: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations" (ALCE), section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Judge = Callable[[str, Sequence[str]], bool]
"""Tells whether a sentence is fully supported by some texts taken together."""


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence of an answer with the texts that it cites."""

    text: str
    cited: tuple[str, ...]


def citation_recall(sentences: Sequence[CitedSentence], judge: Judge) -> float:
    """Return the share of sentences, in [0, 1], that all their citations together support; one without any is not.

    Of the sentences below, "a b" is supported by its two citations together, "c" cites nothing: 1 of 2.

    >>> holds = lambda sentence, texts: set(sentence.split()) <= set(" ".join(texts).split())
    >>> citation_recall([CitedSentence("a b", ("a", "b")), CitedSentence("c", ())], holds)
    0.5
    """
    if not sentences:
        return 0.0
    return sum(_supported(sentence, judge) for sentence in sentences) / len(sentences)


def citation_precision(sentences: Sequence[CitedSentence], judge: Judge) -> float:
    """Return the share of citations, in [0, 1], that their sentence needs.

    A citation counts when its sentence is supported by all its citations, and this one supports it alone or the others
    do not without it. Below, "a b" needs both of its first two citations and not "x": 2 of 3.

    >>> holds = lambda sentence, texts: set(sentence.split()) <= set(" ".join(texts).split())
    >>> round(citation_precision([CitedSentence("a b", ("a", "b", "x"))], holds), 4)
    0.6667
    """
    total = sum(len(sentence.cited) for sentence in sentences)
    if not total:
        return 0.0
    return sum(_needed(sentence, judge) for sentence in sentences) / total


def _supported(sentence: CitedSentence, judge: Judge) -> bool:
    return bool(sentence.cited) and judge(sentence.text, sentence.cited)


def _needed(sentence: CitedSentence, judge: Judge) -> int:
    """Count the citations of a sentence that it needs."""
    if not _supported(sentence, judge):
        return 0
    if len(sentence.cited) == 1:
        return 1
    others = [(*sentence.cited[:at], *sentence.cited[at + 1 :]) for at in range(len(sentence.cited))]
    return sum(
        judge(sentence.text, (cited,)) or not judge(sentence.text, rest)
        for cited, rest in zip(sentence.cited, others, strict=True)
    )
