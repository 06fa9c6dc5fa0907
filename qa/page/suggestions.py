"""Questions to ask next, each of which the corpus answers."""

from __future__ import annotations

import threading
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from corpus.errors import BusyError, FootnoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from corpus import Document, Section
    from qa.page.talk import Answerer
    from qa.page.turns import Turn
    from qa.records import Answer

WANTED = 3
_TRIED = 8
"""Candidates that are checked at most, so that an answer is never held up for long."""

_TITLE_CHARACTERS = 48
"""Longer section titles make no question that is read at a glance."""


class Suggestions:
    """Finds follow-up questions; what it has once checked it remembers.

    One is checked at a time, so that answers are not held up and many visitors wait for one check of a question. While
    the server is too busy to check, only those that were checked before are offered.
    """

    def __init__(self, qa: Answerer, texts: Mapping[str, str]) -> None:
        self._qa = qa
        self._texts = texts
        self._checking = threading.Lock()
        self._cites: Callable[[str], frozenset[tuple[str, str]]] = lru_cache(maxsize=512)(self._cited)

    def after(self, turns: Sequence[Turn]) -> tuple[str, ...]:
        """Return up to three questions that were not asked yet, whose answers cite sections not shown yet first."""
        asked = {turn.question.casefold() for turn in turns}
        shown = {place for turn in turns if turn.answer for place in _places(turn.answer)}
        last = turns[-1].answer if turns else None
        fresh: list[str] = []
        known: list[str] = []
        for tried, question in enumerate(self._candidates(last)):
            if tried == _TRIED or len(fresh) == WANTED:
                break
            if question.casefold() in asked:
                continue
            try:
                with self._checking:
                    cited = self._cites(question)
            except BusyError:  # nothing is remembered of it; others may have been checked before
                continue
            if cited:
                (known if cited <= shown else fresh).append(question)
        return tuple(dict.fromkeys([*fresh, *known]))[:WANTED]

    def _candidates(self, answer: Answer | None) -> Iterator[str]:
        """Yield the corpus's own examples, in turn with questions about sections: close to the answer, or the first."""
        about = [
            title if title.endswith("?") else self._texts["about"].format(title=title)
            for title in dict.fromkeys(self._close_titles(answer) if answer else self._first_titles())
            if len(title) <= _TITLE_CHARACTERS
        ]
        examples = self._qa.corpus.settings.examples
        for position in range(max(len(about), len(examples))):
            yield from about[position : position + 1]
            yield from examples[position : position + 1]

    def _close_titles(self, answer: Answer) -> Iterator[str]:
        """Yield the sections that a silent answer names, or those after the ones that it cites, then those before."""
        named = dict.fromkeys(hit.passage.document_id for hit in answer.hits)
        headed = set(_headed(map(self._qa.corpus.document, named)))
        yield from (title for title in answer.nearest_sections if title in headed)
        farther: list[str] = []
        for document_id, section_id in _places(answer):
            document = self._qa.corpus.document(document_id)
            parent_id = document.section(section_id).parent_id
            beside = [section for section in document.sections if section.parent_id == parent_id]
            here = [section.id for section in beside].index(section_id)
            titles = [each.title for each in (*beside[here + 1 :], *beside[:here]) if _has_heading(each)]
            yield from titles[:2]
            farther += titles[2:]
        yield from farther

    def _first_titles(self) -> Iterator[str]:
        """Yield the titles of the first sections, as many as may be tried; no more documents are read for them."""
        return islice(_headed(self._qa.corpus.documents), _TRIED)

    def _cited(self, question: str) -> frozenset[tuple[str, str]]:
        """Return the sections that the question's answer cites; none where there is no answer."""
        try:
            return frozenset(_places(self._qa.answer(question)))
        except BusyError:
            raise
        except FootnoteError:
            return frozenset()


def _headed(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the titles of all sections that have a heading."""
    return (section.title for document in documents for section in document.sections if _has_heading(section))


def _has_heading(section: Section) -> bool:
    return section.heading_end > section.heading_start


def _places(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Return document and section of everything that an answer cites."""
    return tuple(dict.fromkeys((citation.document_id, citation.section_id) for citation in answer.citations))
