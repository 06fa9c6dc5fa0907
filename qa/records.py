"""What comes back: an answer, its sentences and their citations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words a sentence came from: `document.text[start:end] == quote`, offsets in characters.

    `page` counts from 1; it is None where the document has no pages. `also` holds further files with the same text.
    """

    marker: int
    document_id: str
    section_id: str
    section_title: str
    quote: str
    start: int
    end: int
    page: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the markers of its citations and how well they support it, in [0, 1]."""

    text: str
    markers: tuple[int, ...]
    support: float
    verbatim: bool
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class DroppedSentence:
    """A sentence that a generator wrote and nobody was shown: `reason` says why, `missing` the words not found."""

    text: str
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the corpus says to a question, or that it says nothing.

    `confidence` is the probability in [0, 1] that the corpus answers the question. `nearest_sections` names what is
    close, best first, when `abstained`. `unanswered` holds the parts of a question of several parts that the corpus
    does not answer. `notice` is the corpus owner's advice for urgent words, shown above the answer. `timings` are
    seconds by stage. `dropped` holds what a language model wrote and grounding held back, `ignored_markers` counts the
    citation marks that it wrote itself, and `note` tells a visitor what became of its words.
    """

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    nearest_sections: tuple[str, ...]
    question: str
    standalone_question: str
    generator: str
    hits: tuple[Hit, ...]
    timings: Mapping[str, float] = field(default_factory=dict)
    notice: str = ""
    note: str = ""
    dropped: tuple[DroppedSentence, ...] = ()
    ignored_markers: int = 0
    unanswered: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether this is the last step of a stream; one without timings, as out of a file, does not say so."""
        return "total" in self.timings

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready values; a hit is named by its document, section and span."""
        return {
            "text": self.text,
            "sentences": [
                {
                    "text": sentence.text,
                    "markers": list(sentence.markers),
                    "support": sentence.support,
                    "verbatim": sentence.verbatim,
                    "bullet": sentence.bullet,
                }
                for sentence in self.sentences
            ],
            "citations": [
                {name: getattr(citation, name) for name in Citation.__dataclass_fields__}
                | {"also": list(citation.also)}
                for citation in self.citations
            ],
            "abstained": self.abstained,
            "confidence": self.confidence,
            "nearest_sections": list(self.nearest_sections),
            "question": self.question,
            "standalone_question": self.standalone_question,
            "generator": self.generator,
            "hits": [hit.to_dict() for hit in self.hits],
            "timings": dict(self.timings),
            "notice": self.notice,
            "note": self.note,
            "dropped": [
                {"text": sentence.text, "reason": str(sentence.reason), "missing": list(sentence.missing)}
                for sentence in self.dropped
            ],
            "ignored_markers": self.ignored_markers,
            "unanswered": list(self.unanswered),
        }


def worded(sentences: Sequence[AnswerSentence]) -> str:
    """Return an answer's text: prose runs on, bullets stand one a line, each sentence with its markers."""
    text = ""
    for position, sentence in enumerate(sentences):
        marked = " ".join([sentence.text, *(f"[{marker}]" for marker in sentence.markers)])
        after_bullet = position > 0 and sentences[position - 1].bullet
        gap = "" if not position else "\n" if sentence.bullet or after_bullet else " "
        text += gap + ("- " if sentence.bullet else "") + marked
    return text
