"""Turns: what was asked and what came back, and how a browser keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from index import Hit
from qa.records import Answer, AnswerSentence, Citation, DroppedSentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus, Document


class State(StrEnum):
    """How far a reply has come."""

    GROWING = "growing"
    WHOLE = "whole"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its answer, or with an error in plain words; with neither until something has come.

    `verdict` is what the visitor thought of the answer, "" for nothing.
    """

    question: str
    answer: Answer | None = None
    error: str = ""
    state: State = State.GROWING
    verdict: str = ""


def history(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return the conversation as `ArticleQA.answer` takes it; turns that failed are left out."""
    pairs = [(turn.question, turn.answer.text) for turn in turns if turn.answer]
    return [message for asked, told in pairs for message in (("user", asked), ("assistant", told))]


def to_stored(turns: Sequence[Turn]) -> list[str]:
    """Return turns for the browser to keep, each as JSON; with each question it sends all of them back.

    Gradio goes through every value in what it is given, several times a step: a text is one value.
    """
    return [
        json.dumps(
            {
                "question": turn.question,
                "answer": turn.answer and _kept(turn.answer),
                "error": turn.error,
                "state": turn.state.value,
                "verdict": turn.verdict,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for turn in turns
    ]


def _kept(answer: Answer) -> dict[str, Any]:
    """Return an answer without what the page does not show: times, and more of a hit than its passage and score."""
    kept = answer.to_dict()
    del kept["timings"]
    kept["hits"] = [[hit.passage.document_id, hit.passage.id, round(hit.score, 6)] for hit in answer.hits]
    return kept


class _GoneError(ValueError):
    """The corpus does not hold what an answer came from."""


def from_stored(stored: object, corpus: Corpus, renewed: str = "") -> list[Turn]:
    """Return the turns that a browser kept; none where they are damaged.

    A reply that was growing when it was kept has stopped; times and the parts of scores come back empty. An answer that
    quotes what the corpus does not hold gives way to the words `renewed`; without them it counts as damage. Earlier
    versions kept a turn as a mapping instead of as JSON.
    """
    try:
        turns = [json.loads(item) if isinstance(item, str) else item for item in _list(stored)]
        return [_turn(item, corpus, renewed) for item in turns]
    except (KeyError, TypeError, ValueError, RecursionError):
        return []


def _turn(item: Mapping[str, Any], corpus: Corpus, renewed: str) -> Turn:
    answer, error = None, _text(item["error"])
    try:
        answer = None if item["answer"] is None else _answer(item["answer"], corpus)
    except _GoneError:
        if not renewed:
            raise
        error = renewed
    return Turn(
        question=_text(item["question"]),
        answer=answer,
        error=error,
        state=State.STOPPED if (state := State(item["state"])) is State.GROWING else state,
        verdict=_text(item["verdict"]),
    )


def _answer(item: Mapping[str, Any], corpus: Corpus) -> Answer:
    return Answer(
        text=_text(item["text"]),
        sentences=tuple(
            AnswerSentence(
                text=_text(sentence["text"]),
                markers=tuple(int(marker) for marker in _list(sentence["markers"])),
                support=float(sentence["support"]),
                verbatim=bool(sentence["verbatim"]),
                bullet=bool(sentence["bullet"]),
            )
            for sentence in _list(item["sentences"])
        ),
        citations=tuple(_citation(citation, corpus) for citation in _list(item["citations"])),
        abstained=bool(item["abstained"]),
        confidence=float(item["confidence"]),
        nearest_sections=tuple(_text(title) for title in _list(item["nearest_sections"])),
        question=_text(item["question"]),
        standalone_question=_text(item["standalone_question"]),
        generator=_text(item["generator"]),
        hits=tuple(_hit(hit, corpus) for hit in _list(item["hits"])),
        timings={},
        notice=_text(item["notice"]),
        unanswered=tuple(_text(part) for part in _list(item["unanswered"])),
        note=_text(item["note"]),
        dropped=tuple(_dropped(sentence) for sentence in _list(item["dropped"])),
        ignored_markers=int(item["ignored_markers"]),
    )


def _dropped(item: Mapping[str, Any]) -> DroppedSentence:
    missing = tuple(_text(word) for word in _list(item["missing"]))
    return DroppedSentence(_text(item["text"]), _text(item["reason"]), missing)


def _citation(item: Mapping[str, Any], corpus: Corpus) -> Citation:
    document = _document(item["document_id"], corpus)
    citation = Citation(
        marker=int(item["marker"]),
        document_id=document.id,
        section_id=_text(item["section_id"]),
        section_title=_text(item["section_title"]),
        quote=_text(item["quote"]),
        start=int(item["start"]),
        end=int(item["end"]),
        page=document.page(int(item["start"])),
        also=document.also,
    )
    if document.text[citation.start : citation.end] != citation.quote:
        raise _GoneError("the quote is not what stands there")
    if not any(section.id == citation.section_id for section in document.sections):
        raise _GoneError("the document has no such section")
    return citation


def _hit(item: object, corpus: Corpus) -> Hit:
    document_id, passage_id, score = _list(item)
    passages = _document(document_id, corpus).passages
    passage = next((passage for passage in passages if passage.id == passage_id), None)
    if passage is None:
        raise _GoneError("the passage is not in the corpus")
    return Hit(passage, float(score), dense=0.0, lexical=0.0)


def _document(document_id: object, corpus: Corpus) -> Document:
    try:
        return corpus.document(_text(document_id))
    except KeyError:
        raise _GoneError("the document is not in the corpus") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r:.40}")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r:.40}")
    return value
