"""Follow-ups reworded by a language model, and refused where the rewording says more, or less, than was said."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from corpus.errors import ModelError
from index.words import terms
from qa.grounding.claim import is_cue
from qa.grounding.quantities import quantities
from qa.question import MAX_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.question import Turn

_LOG = logging.getLogger(__name__)
_NO_NEWS = frozenset(
    terms(
        "mean say tell explain describe give list name question ask answer about regarding concerning case context "
        "happen work do does can could would should may might will people person kind type way example"
    )
)
"""Words that a rewording may bring: they add no fact to a question."""


@runtime_checkable
class Rewriter(Protocol):
    """Rewords a question so that it stands alone."""

    @property
    def rewrites(self) -> bool:
        """Whether it is able to."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question reworded, unchecked.

        Raises:
            ModelError: the model failed.
        """


def rewritten(question: str, history: Sequence[Turn], rewriter: object) -> str:
    """Return the question as a language model rewords it, or an empty text where none may or its words do not hold."""
    if not isinstance(rewriter, Rewriter) or not rewriter.rewrites:
        return ""
    try:
        reworded = rewriter.rewrite(question, history)
    except ModelError as error:
        _LOG.warning("the language model did not reword the question: %s", error)
        return ""
    if not holds(reworded, question, history):
        _LOG.info("a rewording was refused: it said more, or less, than the question")
        return ""
    return reworded


def holds(reworded: str, question: str, history: Sequence[Turn]) -> bool:
    """Tell whether a rewording brings no new word, number or denial, and keeps those of the question.

    >>> from qa.question import Role, Turn
    >>> history = [Turn(Role.USER, "What is ALS?")]
    >>> holds("Is ALS painful?", "Is it painful?", history), holds("Is ALS fatal?", "Is it painful?", history)
    (True, False)
    """
    if (
        not reworded
        or len(reworded) > MAX_CHARACTERS
        or "\n" in reworded
        or reworded.count("?") > max(1, question.count("?"))
    ):
        return False
    said = " ".join([question, *(turn.text for turn in history)])
    new, asked = set(terms(reworded)), set(terms(question))
    if new - set(terms(said)) - _NO_NEWS or asked - new - _NO_NEWS:
        return False
    known = quantities(said)
    if not all(any(one.fits(other) for other in known) for one in quantities(reworded)):
        return False
    return _denials(reworded) == _denials(question)


def _denials(text: str) -> int:
    return sum(is_cue(word.strip(".,;:!?\"'()")) for word in text.lower().replace("’", "'").split())
