"""Answer texts against gold answers: exact match, token F1, and whether the answer holds a gold answer.

Source: Rajpurkar et al. 2018, the official evaluation script of SQuAD 2.0 (`normalize_answer`, `compute_exact`,
`compute_f1`), https://rajpurkar.github.io/SQuAD-explorer/
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Return the text in lower case without punctuation, articles and extra blanks.

    >>> normalise("The  Quick, brown fox!")
    'quick brown fox'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """Return 1 where the normalised answer equals a gold answer, else 0; without gold answers only silence is right.

    >>> exact_match("The Seine.", ["the Rhine", "Seine"]), exact_match("Seine river", ["Seine"])
    (1.0, 0.0)
    >>> exact_match("", []), exact_match("Seine", [])
    (1.0, 0.0)
    """
    return max(float(normalise(answer) == normalise(one)) for one in gold or ("",))


def token_f1(answer: str, gold: Sequence[str]) -> float:
    """Return the best token F1 in [0, 1] over the gold answers; without gold answers only silence scores 1.

    "deep blue sea" and "blue sea bed" share 2 tokens: precision 2/3, recall 2/3, F1 2/3.

    >>> round(token_f1("deep blue sea", ["blue sea bed"]), 4)
    0.6667
    >>> token_f1("", []), token_f1("sea", []), token_f1("", ["sea"])
    (1.0, 0.0, 0.0)
    """
    return max(_f1(normalise(answer).split(), normalise(one).split()) for one in gold or ("",))


def contains(answer: str, gold: Sequence[str]) -> float:
    """Return 1 where the normalised answer holds a gold answer as whole words, else 0; as `exact_match` without gold.

    >>> contains("It flows into the Seine.", ["Seine"]), contains("It flows into the Seine.", ["sein"])
    (1.0, 0.0)
    """
    if not gold:
        return exact_match(answer, gold)
    return max(float(f" {normalise(one)} " in f" {normalise(answer)} ") for one in gold)


def _f1(answer: list[str], gold: list[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    shared = sum((Counter(answer) & Counter(gold)).values())
    return 2 * shared / (len(answer) + len(gold))
