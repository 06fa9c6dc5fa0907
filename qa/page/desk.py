"""The desk: what each thing that a visitor does makes of their conversation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.errors import FeedbackError
from qa.feedback import FeedbackStore, Verdict, verdict_on
from qa.page.answer import turn_html
from qa.page.article import article_html, documents_html
from qa.page.export import markdown
from qa.page.suggestions import Suggestions
from qa.page.talk import Answerer, Talk
from qa.page.turns import State, Turn, from_stored, history, to_stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

logger = logging.getLogger(__name__)

GOOD, BAD = "Like", "Dislike"
"""Gradio's names for the two thumbs."""


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen: the turns, whether the last is being answered, what the question box is to hold, if new."""

    turns: tuple[Turn, ...]
    asking: bool = False
    box: str | None = None

    @property
    def stored(self) -> list[str]:
        """What the browser keeps of it."""
        return to_stored(self.turns)


def page_title(title: str) -> str:
    """Return what the browser calls the page of a corpus with this title."""
    return f"{title} · Footnote"


class Reception:
    """Leads to the desk of the newest version of a corpus; each thing a visitor does is done at one desk."""

    def __init__(self, qa: Answerer, texts: Mapping[str, str], feedback: FeedbackStore | None = None) -> None:
        self._qa = qa
        self._texts = texts
        self._feedback = feedback
        self._desk = Desk(qa.current(), texts, feedback)

    def desk(self) -> Desk:
        """Return the desk to go to now."""
        qa = self._qa.current()
        desk = self._desk
        if qa.corpus is not desk.corpus:
            desk = self._desk = Desk(qa, self._texts, self._feedback)
        return desk


class Desk:
    """Works on the conversation that the visitor's browser sends along, and holds none itself: visitors cannot meet.

    `stored` is always what the browser kept; a turn is named by its position from 0.
    """

    def __init__(self, qa: Answerer, texts: Mapping[str, str], feedback: FeedbackStore | None = None) -> None:
        self.corpus = qa.corpus
        self.texts = texts
        self.reasons = {GOOD: "", BAD: ""} | {
            text: name.removeprefix("feedback_") for name, text in texts.items() if name.startswith("feedback_")
        }
        self._talk = Talk(qa, texts)
        self._suggestions = Suggestions(qa.quoting(), texts)
        self._feedback = feedback

    def restore(self, stored: object) -> View:
        """Return the conversation as the browser kept it."""
        return View(tuple(from_stored(stored, self.corpus, self.texts["renewed"])))

    def ask(self, question: str, stored: object, *, alone: bool = False) -> Iterator[View]:
        """Yield the conversation as the answer to a question grows; nothing for a blank one.

        A question that stands `alone`, as one out of a link, is not completed from the conversation.
        """
        yield from self._ask(question, self.restore(stored).turns, alone=alone)

    def ask_again(self, stored: object, at: int, question: str | None = None) -> Iterator[View]:
        """Ask a turn's question, or another in its place, without what followed it."""
        turns = self.restore(stored).turns
        if at < len(turns):
            yield from self._ask(turns[at].question if question is None else question, turns[:at])

    def suggest(self, stored: object) -> tuple[str, ...]:
        """Return questions to ask next, or to begin with where there are no examples; none after a failure."""
        turns = self.restore(stored).turns
        wanted = turns[-1].answer if turns else not self.corpus.settings.examples
        return self._suggestions.after(turns) if wanted else ()

    def undo(self, stored: object) -> View:
        """Take the last question back into the question box."""
        turns = self.restore(stored).turns
        return View(turns[:-1], box=turns[-1].question if turns else "")

    def delete(self, stored: object, at: int) -> View:
        """Take one question and its answer out of the conversation."""
        turns = self.restore(stored).turns
        return View(tuple(turn for position, turn in enumerate(turns) if position != at))

    def judge(self, stored: object, at: int, said: str) -> View:
        """Keep what the visitor thinks of an answer, in place of what they thought before."""
        turns = list(self.restore(stored).turns)
        if at < len(turns):
            before, turns[at] = turns[at], replace(turns[at], verdict=said)
            if self._feedback:
                self._file(self._feedback, before, turns[at], turns[:at])
        return View(tuple(turns))

    def export(self, stored: object) -> str:
        """Return the conversation as Markdown."""
        return markdown(self.restore(stored).turns, self.corpus, self.texts)

    def article_html(self, document_id: str) -> str:
        """Return a document for the reading pane, the corpus's first for ""; nothing for one that is not there."""
        try:
            document = self.corpus.document(document_id) if document_id else self.corpus.documents[0]
        except KeyError:
            return ""
        return article_html(document, self.corpus, self.texts)

    def documents_html(self, shown: str) -> str:
        """Return the list of the corpus's documents for the reading pane, which shows the one with the id `shown`."""
        return documents_html(self.corpus, self.texts, shown)

    def now(self) -> dict[str, str]:
        """Return what an open page compares with itself: version, titles, and which document is the first."""
        title = self.corpus.title
        return {
            "version": self.corpus.content_hash[:16],
            "title": title,
            "page_title": page_title(title),
            "first": self.corpus.documents[0].id,
        }

    def reply_html(self, turn: Turn) -> str:
        """Return a turn's reply for the page."""
        return turn_html(turn, self.corpus, self.texts)

    def _ask(self, question: str, before: Sequence[Turn], *, alone: bool = False) -> Iterator[View]:
        if not question.strip():
            return
        for turns in self._talk.ask(question, before, alone=alone):
            growing = turns[-1].state is State.GROWING
            yield View(tuple(turns), asking=growing, box=question if turns[-1].error else None)

    def _file(self, feedback: FeedbackStore, before: Turn, now: Turn, earlier: Sequence[Turn]) -> None:
        """File the verdict on a turn and take back the one before."""
        verdict, replaced = self._verdict(now, earlier), self._verdict(before, earlier)
        try:
            if verdict and feedback.keep(verdict) and replaced:
                feedback.take_back(replaced)
        except FeedbackError as error:
            logger.warning("%s", error)

    def _verdict(self, turn: Turn, earlier: Sequence[Turn]) -> Verdict | None:
        if turn.answer is None or turn.verdict not in self.reasons:
            return None
        good, reason = turn.verdict == GOOD, self.reasons[turn.verdict]
        return verdict_on(turn.answer, history(earlier), self.corpus.content_hash, good=good, reason=reason)
