"""What an evaluator brings: five kinds of benchmark set, each with its questions and with what is right."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Qrels: TypeAlias = "Mapping[str, Mapping[str, int]]"
"""Relevance (0 and more) by document id by query id."""


@dataclass(frozen=True, slots=True)
class BenchmarkDocument:
    """One unit that a retrieval benchmark ranks."""

    id: str
    title: str
    text: str

    @property
    def passage(self) -> str:
        """The text that is embedded and indexed: title and text, one blank between them (the BEIR convention)."""
        return f"{self.title} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Documents, queries, and which documents are right.

    `queries` maps a query's id to its wordings by variant. A plain set has one variant, named "". A conversation has
    three: "last turn", "with history" (every turn so far, oldest first, one a line) and "gold rewrite". Every query is
    scored, also one that `qrels` does not know. `notices` are sentences for the reader of the report.
    """

    name: str
    documents: tuple[BenchmarkDocument, ...]
    queries: Mapping[str, Mapping[str, str]]
    qrels: Qrels
    notices: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the wordings that every query has."""
        return tuple(next(iter(self.queries.values())))

    @property
    def digest(self) -> str:
        """Hash of everything that a result depends on."""
        return digest(
            [[d.id, d.title, d.text] for d in self.documents] + [[k, dict(v)] for k, v in self.queries.items()],
            [[query, dict(documents)] for query, documents in self.qrels.items()],
        )


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question about one passage. No gold answers: the passage does not answer it.

    `gold_sentences` are those of the passage's `sentences` that people marked as the answer; `places` are (first
    character, end) of the answers in the passage. All three may be unknown.
    """

    id: str
    question: str
    title: str
    passage: str
    answers: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    gold_sentences: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the passage answers the question."""
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """Questions that come with their own passage. `spans`: the gold answers are stretches of the passage."""

    name: str
    questions: tuple[ReadingQuestion, ...]
    spans: bool
    notices: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of everything that a result depends on."""
        return digest(
            [q.id, q.question, q.title, q.passage, q.answers, q.sentences, q.gold_sentences, q.places]
            for q in self.questions
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, the sentences of a source, and whether the source supports it.

    `label` is "supported", "partially_supported" or "not_supported". Each member of `supporting` is one sufficient
    group of positions in `evidence`. `title` names the article that makes the claim, where that is known.
    """

    id: str
    claim: str
    evidence: tuple[str, ...]
    label: str
    supporting: tuple[tuple[int, ...], ...]
    title: str = ""

    @property
    def supported(self) -> bool:
        """Whether the whole claim is supported."""
        return self.label == "supported"


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """Claims to be checked against their sources."""

    name: str
    claims: tuple[Claim, ...]
    notices: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of everything that a result depends on."""
        return digest([c.id, c.claim, c.evidence, c.label, c.supporting] for c in self.claims)


@dataclass(frozen=True, slots=True)
class ArticleQuestion:
    """A question on the corpus at hand.

    One of `sections` must be cited; none means that the corpus has no answer. Of each list in `facts` one wording must
    be in the answer, in any case. `history` holds (role, text) pairs, oldest first.
    """

    id: str
    kind: str
    question: str
    history: tuple[tuple[str, str], ...]
    sections: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers the question."""
        return bool(self.sections)


@dataclass(frozen=True, slots=True)
class ArticleSet:
    """Questions on the corpus at hand: the product itself is measured.

    `corpus` is the folder of the articles that lie beside the questions, or None where there are none.
    """

    name: str
    questions: tuple[ArticleQuestion, ...]
    corpus: Path | None = None
    notices: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of everything that a result depends on."""
        return digest([q.id, q.kind, q.question, q.history, q.sections, q.facts] for q in self.questions)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in a conversation, and a person's rewrite of it that stands alone."""

    id: str
    question: str
    history: tuple[tuple[str, str], ...]
    rewrite: str


@dataclass(frozen=True, slots=True)
class FollowUpSet:
    """Follow-up questions with their stand-alone rewrites."""

    name: str
    questions: tuple[FollowUp, ...]
    notices: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of everything that a result depends on."""
        return digest([q.id, q.question, q.history, q.rewrite] for q in self.questions)


BenchmarkSet: TypeAlias = RetrievalSet | ReadingSet | ClaimSet | ArticleSet | FollowUpSet


def digest(*parts: Iterable[object]) -> str:
    """Return the SHA-256 of JSON-ready rows, in order, as 64 hexadecimal digits.

    >>> digest([["a", 1]])[:8]
    'd51e7565'
    """
    hasher = hashlib.sha256()
    for part in parts:
        for row in part:
            hasher.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode())
            hasher.update(b"\n")
    return hasher.hexdigest()
