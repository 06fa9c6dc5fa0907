"""The API's requests and replies; the OpenAPI description is made of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qa.question import MAX_CHARACTERS

MAX_HISTORY = 200
"""Longest conversation that is taken; the latest turns of it are looked at."""
MAX_HITS = 100

MAX_CONDITIONS = 20

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Question = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CHARACTERS)]

Conditions = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=500)]],
    Field(
        max_length=MAX_CONDITIONS,
        description="Look only where all of these hold: `folder=guides`, `date>=2024-01-01`, `section=…`, `file=…`, or "
        "a key that the documents state, with `=`, `!=`, `<`, `<=`, `>` or `>=`; `*` stands for any characters.",
    ),
]


class Strict(BaseModel):
    """A body whose every field is known."""

    model_config = ConfigDict(extra="forbid")


class TurnRecord(Strict):
    """One message of the conversation before the question."""

    role: Literal["user", "assistant"]
    content: str


class AnswerRequest(Strict):
    """A question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "Which muscles does ALS cramp?"},
                {
                    "question": "Where are its cramps?",
                    "history": [
                        {"role": "user", "content": "What is multiple sclerosis?"},
                        {"role": "assistant", "content": "A disease of the central nervous system."},
                    ],
                    "id": "q-17",
                },
            ]
        },
    )

    question: Question
    history: list[TurnRecord] = Field(default=[], max_length=MAX_HISTORY, description="The conversation, oldest first.")
    corpus: Name | None = Field(default=None, description="As in GET /v1/corpora; the first one if left out.")
    where: Conditions = []
    k: int = Field(default=MAX_HITS, ge=0, le=MAX_HITS, description="At most so many of the passages that were judged.")
    stream: bool = Field(default=False, description="Server-sent events: sentences as they are checked.")
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = Field(
        default=None, description="Your own name for the question; it comes back with the answer."
    )


class SentenceRecord(Strict):
    """One sentence of an answer."""

    text: str
    markers: list[int]
    support: float = Field(description="How well its citations support it, in [0, 1].")
    verbatim: bool
    bullet: bool


class CitationRecord(Strict):
    """The exact words a sentence came from; offsets are characters of the document's text."""

    marker: int
    document_id: str
    section_id: str
    section_title: str
    quote: str
    start: int
    end: int
    also: list[str]
    page: int | None


class HitRecord(Strict):
    """A passage that was found."""

    document_id: str
    section_id: str
    passage_id: str
    start: int
    end: int
    score: float
    dense: float
    lexical: float


class DroppedRecord(Strict):
    """A sentence that a language model wrote and nobody was shown."""

    text: str
    reason: str
    missing: list[str]


class AnswerRecord(Strict):
    """What the corpus says to a question, or, `abstained`, that it says nothing; the fields of `Answer.to_dict()`."""

    id: str
    corpus: str
    text: str
    sentences: list[SentenceRecord]
    citations: list[CitationRecord]
    abstained: bool
    confidence: float = Field(description="Probability that the corpus answers the question, in [0, 1].")
    nearest_sections: list[str]
    question: str
    standalone_question: str
    generator: str
    hits: list[HitRecord]
    timings: dict[str, float] = Field(description="Seconds by stage.")
    notice: str
    note: str
    dropped: list[DroppedRecord]
    ignored_markers: int
    unanswered: list[str]


class SearchRequest(Strict):
    """A query."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"query": "cramps at night", "k": 3, "where": ["section=*treatment*"]}]},
    )

    query: Question
    corpus: Name | None = None
    where: Conditions = []
    k: int = Field(default=10, ge=1, le=MAX_HITS)


class FoundRecord(HitRecord):
    """A passage that was found, with its words."""

    section_title: str
    text: str


class SearchRecord(Strict):
    """The passages for a query, best first."""

    corpus: str
    hits: list[FoundRecord]


class CorpusRecord(Strict):
    """A corpus that can be asked."""

    name: str
    title: str
    documents: int
    passages: int
    content_hash: str
    examples: list[str]
    disclaimer: str


class CorporaRecord(Strict):
    """Every corpus; `default` is asked where none is named."""

    default: str
    corpora: list[CorpusRecord]


class SectionHead(Strict):
    """A section without its words; `parent_id` is null at the top level."""

    id: str
    title: str
    number: str
    level: int
    parent_id: str | None
    start: int
    end: int


class DocumentHead(Strict):
    """A document without its words."""

    id: str
    title: str
    characters: int
    sections: int


class DocumentsRecord(Strict):
    """The documents of a corpus."""

    corpus: str
    documents: list[DocumentHead]


class DocumentRecord(Strict):
    """A document: every offset of a citation counts characters of `text`."""

    corpus: str
    id: str
    title: str
    text: str
    sections: list[SectionHead]


class SectionRecord(SectionHead):
    """A section with its own words, which stand at `start` to `end` of the document."""

    corpus: str
    document_id: str
    text: str


class ProblemRecord(BaseModel):
    """An error, as RFC 9457 wants it; `request_id` names the request in the server's log."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, object]] | None = None
