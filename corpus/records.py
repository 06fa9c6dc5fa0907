"""What is read: a document, its sections, their passages and sentences, all as spans of one canonical text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INTRODUCTION = "Introduction"
"""Title of the section that holds the text before a document's first heading."""


class SentenceKind(StrEnum):
    """How a sentence stands in its section."""

    PROSE = "prose"
    BULLET = "bullet"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or one bullet: `document.text[start:end]`, without list marker or surrounding blanks.

    `paragraph` counts the blocks of the document from 0, so that the bullets of one list and the sentences of one
    paragraph can be told from their neighbours; the bullets of one list share their number.
    """

    start: int
    end: int
    kind: SentenceKind
    paragraph: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text under it, up to the next heading of any level.

    `title` is the heading without its number; `number` is that number ("6", "2.1") or empty. `heading_start` and
    `heading_end` span the title in the text; both equal `start` where there is no heading. `start` and `end` span the
    section's own body. `parent_id` is None at the top level.
    """

    id: str
    title: str
    number: str
    level: int
    parent_id: str | None
    heading_start: int
    heading_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole consecutive sentences of one section, the unit that is embedded and found."""

    id: str
    document_id: str
    section_id: str
    start: int
    end: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One article: its canonical text and everything that spans it.

    `page_starts` are the offsets at which pages 1, 2, ... begin; empty where the format has no pages. `metadata` is
    what the file says about itself (front matter, `<meta>`, properties), one value or more a key; `date` is ISO. `also`
    holds the ids of further files with the same text. `named_by_file` says that the file states no title, so that its
    name is the title.
    """

    id: str
    title: str
    text: str
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    source: str
    page_starts: tuple[int, ...] = ()
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    also: tuple[str, ...] = ()
    named_by_file: bool = False

    def page(self, offset: int) -> int | None:
        """Return the number, from 1, of the page that holds an offset; None where the document has no pages."""
        return max(1, bisect_right(self.page_starts, offset)) if self.page_starts else None

    def section(self, section_id: str) -> Section:
        """Return the section with this id.

        Raises:
            KeyError: no section has it.
        """
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def section_path(self, section_id: str) -> tuple[Section, ...]:
        """Return the section and its ancestors, outermost first."""
        path = [self.section(section_id)]
        while path[0].parent_id is not None:
            path.insert(0, self.section(path[0].parent_id))
        return tuple(path)

    def children(self, section_id: str) -> tuple[Section, ...]:
        """Return the sections directly below this one, in reading order."""
        return tuple(section for section in self.sections if section.parent_id == section_id)

    def sentences(self, section_id: str) -> tuple[Sentence, ...]:
        """Return every sentence of a section's own body, in reading order."""
        return tuple(
            sentence for passage in self.passages if passage.section_id == section_id for sentence in passage.sentences
        )
