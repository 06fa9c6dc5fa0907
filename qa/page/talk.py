"""The conversation: a question goes in, turns come out as they grow, whatever happens on the way."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from corpus.errors import FootnoteError
from qa.page.turns import State, Turn, history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corpus import Corpus
    from qa.question import History
    from qa.records import Answer

logger = logging.getLogger(__name__)

SHOWN_CHARACTERS = 500
"""Of a question that is too long to be asked, so many characters are shown."""


class Answerer(Protocol):
    """What the page asks: `ArticleQA`, or a stand-in for it."""

    @property
    def corpus(self) -> Corpus:
        """The corpus that the answers come from."""

    def current(self) -> Answerer:
        """Return what answers from one version of the corpus, the newest: itself where there is only one."""

    def quoting(self) -> Answerer:
        """Return what answers in the corpus's own words, quickly."""

    def answer(self, question: str, history: History = ()) -> Answer:
        """Return the whole answer."""

    def stream(self, question: str, history: History = ()) -> Iterator[Answer]:
        """Yield the answer as it grows."""


class Talk:
    """Answers questions; every call gets the turns before it."""

    def __init__(self, qa: Answerer, texts: Mapping[str, str]) -> None:
        self._qa = qa
        self._texts = texts

    def ask(self, question: str, before: Sequence[Turn], *, alone: bool = False) -> Iterator[list[Turn]]:
        """Yield the conversation with the question at its end, as its answer grows; a failure is a turn as well.

        A question that stands `alone` is asked as if nothing had been asked before.
        """
        turn = Turn(question.strip())
        yield [*before, turn]
        try:
            for answer in self._qa.stream(question, () if alone else history(before)):
                turn = replace(turn, answer=answer, state=State.WHOLE if answer.whole else State.GROWING)
                yield [*before, turn]
        except FootnoteError as error:
            turn = Turn(_shortened(question), error=_sentence(str(error)))
        except Exception:
            logger.exception("a question failed")
            turn = replace(turn, error=self._texts["failed"], answer=None)
        if turn.state is State.GROWING:
            yield [*before, replace(turn, state=State.WHOLE)]


def _shortened(question: str) -> str:
    return question if len(question) <= SHOWN_CHARACTERS else question[:SHOWN_CHARACTERS].rstrip() + "…"


def _sentence(message: str) -> str:
    """Return an error's message as a sentence.

    >>> _sentence("the question is too long")
    'The question is too long.'
    """
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "?", "!")) else ".")
