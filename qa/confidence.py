"""Confidence: the calibrated probability that a corpus answers a question.

A logistic regression over a handful of features, one for every corpus, fitted by `training/decision.py` on questions
whose documents the evidence model was not trained on. Its coefficients stand in `qa/weights/confidence.json`, one set
for each judge.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import ModelError
from index.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index import Hit
    from qa.judge import Evidence, Judgement
    from qa.text_vectors import TextVectors

COEFFICIENTS = Path(__file__).parent / "weights" / "confidence.json"
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_LOGIT_BOUND = 8.0
_COVERING = 3
"""Passages in which a question's words are looked for."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is made of.

    `answers` and `sentence` are the judge's best logits, for a passage and for a sentence; `second` is the best
    passage logit of another passage; `cosine` is the best one of question and passage, in [-1, 1]; `held` is the share
    in [0, 1] of the question's terms that the best passages hold; `least` is the cosine of its worst-covered word with
    the nearest word there, and `mean` the average one; `length` is the logarithm of the number of terms.
    """

    answers: float
    sentence: float
    second: float
    cosine: float
    held: float
    least: float
    mean: float
    length: float


def features(
    question: str,
    hits: Sequence[Hit],
    views: Sequence[Evidence],
    judgements: Sequence[Judgement],
    vectors: TextVectors,
) -> Features | None:
    """Return the features of a question and its judged hits; None where there is no hit or no word to go by."""
    wanted = {match[0].lower(): set(terms(match[0])) for match in _WORD.finditer(question)}
    wanted = {word: stems for word, stems in wanted.items() if stems}
    if not hits or not wanted:
        return None
    order = sorted(range(len(hits)), key=lambda at: -judgements[at].answers)
    best = [f"{views[at].heading} {' '.join(views[at].sentences)}" for at in order[:_COVERING]]
    stems = {term for text in best for term in terms(text)}
    held = [bool(own & stems) for own in wanted.values()]
    words = sorted({match[0].lower() for text in best for match in _WORD.finditer(text)})
    nearest = np.max(vectors(list(wanted)) @ vectors(words).T, axis=1)
    covered = [1.0 if own else float(cosine) for own, cosine in zip(held, nearest, strict=True)]
    answers = [_bounded(judgements[at].answers) for at in order]
    return Features(
        answers=answers[0],
        sentence=_bounded(max((max(j.sentences, default=-_LOGIT_BOUND) for j in judgements), default=-_LOGIT_BOUND)),
        second=answers[1] if len(answers) > 1 else -_LOGIT_BOUND,
        cosine=max(hit.dense for hit in hits),
        held=sum(held) / len(held),
        least=min(covered),
        mean=sum(covered) / len(covered),
        length=math.log(len(wanted)),
    )


@dataclass(frozen=True, slots=True)
class Confidence:
    """A fitted regression: `weights` by feature name, `intercept`, both for features as they are."""

    weights: Mapping[str, float]
    intercept: float

    def __call__(self, given: Features) -> float:
        """Return the probability in [0, 1] that the corpus answers."""
        logit = self.intercept + sum(weight * getattr(given, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-700.0, logit)))


@cache
def load_confidence(judge: str) -> Confidence:
    """Return the regression fitted for a judge, by the judge's name.

    Raises:
        ModelError: the file of coefficients is missing or damaged, or knows no such judge.
    """
    try:
        fitted = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["judges"][judge]
        weights = {name: float(value) for name, value in fitted["weights"].items()}
        if unknown := set(weights) - set(Features.__dataclass_fields__):
            raise KeyError(sorted(unknown))
        return Confidence(weights, float(fitted["intercept"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"no confidence is fitted for the judge {judge!r} in {COEFFICIENTS} ({error!r}); reinstall Footnote, "
            "or run: python -m training.decision"
        ) from error


def _bounded(logit: float) -> float:
    return max(-_LOGIT_BOUND, min(_LOGIT_BOUND, logit))
