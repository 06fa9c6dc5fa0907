"""The door of questions: POST /v1/answer and POST /v1/search."""

from __future__ import annotations

import json
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from corpus.errors import FootnoteError
from qa.server.logs import request_id
from qa.server.problems import UNEXPECTED, Problem, problem_of
from qa.server.records import AnswerRecord, AnswerRequest, SearchRecord, SearchRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from index import Hit
    from qa.pipeline import ArticleQA
    from qa.records import Answer, AnswerSentence
    from qa.server.service import Service

_LOG = logging.getLogger(__name__)
_EVENTS = (
    "The whole answer; with `stream` server-sent events: `sentence` for each checked sentence with its new citations, "
    "`restart` where what came so far no longer counts, `answer` with the whole, or `error` with a problem."
)


def answers_router(service: Service) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["answers"])

    @router.post("/answer", summary="Ask a question", response_model=AnswerRecord, response_description=_EVENTS)
    async def answer(asked: AnswerRequest) -> Response:
        history = [(turn.role, turn.content) for turn in asked.history]
        if asked.stream:
            steps = await service.begin(asked.corpus, asked.question, history, asked.where)
            return StreamingResponse(_events(asked, service, steps), media_type="text/event-stream")
        answered = await service.answer(asked.corpus, asked.question, history, asked.where)
        return JSONResponse(_whole(asked, service, answered))

    @router.post("/search", summary="Find passages", response_model=SearchRecord)
    async def search(asked: SearchRequest) -> Response:
        qa, hits = await service.search(asked.corpus, asked.query, asked.k, asked.where)
        name = asked.corpus or service.corpora.default
        return JSONResponse({"corpus": name, "hits": await run_in_threadpool(found_records, qa, hits)})

    return router


def found_records(qa: ArticleQA, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return passages with their words, JSON-ready."""
    records = []
    for hit in hits:
        document = qa.corpus.document(hit.passage.document_id)
        title = document.section(hit.passage.section_id).title
        words = document.text[hit.passage.start : hit.passage.end]
        records.append(hit.to_dict() | {"section_title": title, "text": words})
    return records


def _whole(asked: AnswerRequest, service: Service, answer: Answer) -> dict[str, Any]:
    whole = answer.to_dict()
    whole["hits"] = whole["hits"][: asked.k]
    return {"id": asked.id or request_id.get(), "corpus": asked.corpus or service.corpora.default} | whole


async def _events(asked: AnswerRequest, service: Service, steps: AsyncGenerator[Answer]) -> AsyncGenerator[bytes]:
    """Yield the events; a client that goes away ends the answering."""
    said: tuple[AnswerSentence, ...] = ()
    try:
        async with aclosing(steps):
            async for answer in steps:
                if answer.sentences[: len(said)] != said:
                    said = ()
                    yield _event("restart", {})
                told = answer.to_dict()
                for number in range(len(said), len(answer.sentences)):
                    sentence = told["sentences"][number]
                    cited = [each for each in told["citations"] if each["marker"] in sentence["markers"]]
                    yield _event("sentence", sentence | {"number": number, "citations": cited})
                said = answer.sentences
        yield _event("answer", _whole(asked, service, answer))
    except FootnoteError as error:
        yield _event("error", problem_of(error).to_dict())
    except Exception:
        _LOG.exception("a stream failed")
        yield _event("error", Problem(500, UNEXPECTED).to_dict())


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
