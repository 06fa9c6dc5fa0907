"""The door of the OpenAI protocol: a corpus is a model; POST /v1/chat/completions, GET /v1/models."""

from __future__ import annotations

import json
import logging
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from corpus.errors import FootnoteError, QuestionError
from qa.evidence_input import tokenizer
from qa.phrases import UNANSWERED, place_of
from qa.server.logs import request_id
from qa.server.problems import UNEXPECTED, Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from qa.records import Answer, Citation
    from qa.server.service import Service

MAX_MESSAGES = 1_000
_LOG = logging.getLogger(__name__)


class Part(BaseModel):
    """A part of a message; only texts are read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One message; other fields than these are not looked at."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def words(self) -> str:
        """The message's text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream is to hold besides the answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A question in the OpenAI protocol; what steers a language model's sampling changes nothing here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "article", "messages": [{"role": "user", "content": "What does an EMG do?"}]}]
        }
    )

    model: str = Field(description="Name of a corpus, as GET /v1/models lists them.")
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


def chat_router(service: Service) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["OpenAI protocol"])
    started = int(time.time())

    def model(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": started, "owned_by": "footnote"}

    @router.get("/models", summary="List the corpora as models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [model(name) for name in service.corpora]}

    @router.get("/models/{name}", summary="Name one corpus as a model")
    async def one_model(name: str) -> dict[str, Any]:
        service.corpora.get(name)
        return model(name)

    @router.post("/chat/completions", summary="Ask as OpenAI clients do", response_model=None)
    async def completions(asked: ChatRequest, request: Request) -> Response:
        service.corpora.get(asked.model)
        question, history = conversation(asked.messages)
        reply = _Reply(asked, service, str(request.base_url).removesuffix("v1/"))
        if not asked.stream:
            answer = await service.answer(asked.model, question, history)
            return JSONResponse(await run_in_threadpool(reply.whole, answer))
        steps = await service.begin(asked.model, question, history)
        return StreamingResponse(reply.chunks(steps), media_type="text/event-stream")

    return router


def conversation(messages: list[Message]) -> tuple[str, list[tuple[str, str]]]:
    """Return the last message of the user as the question, and what was said before it.

    Instructions to a language model (`system`, `developer`) and tools' words are no part of the conversation.

    Raises:
        QuestionError: no message is the user's.
    """
    spoken = [(message.role, message.words) for message in messages if message.role in ("user", "assistant")]
    asked = [at for at, (role, _) in enumerate(spoken) if role == "user"]
    if not asked or not spoken[asked[-1]][1].strip():
        raise QuestionError("the messages hold no question: the last one of the role `user` must have a text")
    return spoken[asked[-1]][1], list(spoken[: asked[-1]])


class _Reply:
    """Words one answer as chat completions do."""

    def __init__(self, asked: ChatRequest, service: Service, base: str) -> None:
        self._asked = asked
        self._service = service
        self._base = base
        self._head = {"id": f"chatcmpl-{request_id.get()}", "created": int(time.time()), "model": asked.model}

    def whole(self, answer: Answer) -> dict[str, Any]:
        content = _opening(answer) + answer.text + self._closing(answer)
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "annotations": self._annotations(answer, content),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return self._head | {"object": "chat.completion", "choices": [choice], "usage": self._usage(content)}

    async def chunks(self, steps: AsyncGenerator[Answer]) -> AsyncGenerator[bytes]:
        said, text = "", ""
        try:
            yield self._chunk({"role": "assistant", "content": ""})
            async with aclosing(steps):
                async for answer in steps:
                    if answer.text == text:
                        continue
                    start = f"{said}\n\n" if text and not answer.text.startswith(text) else said
                    start = start or _opening(answer)
                    new = start[len(said) :] + answer.text.removeprefix(text)
                    said, text = said + new, answer.text
                    yield self._chunk({"content": new})
            closing = await run_in_threadpool(self._closing, answer)
            said += closing
            annotations = await run_in_threadpool(self._annotations, answer, said)
            yield self._chunk({"content": closing, "annotations": annotations})
            yield self._chunk({}, "stop")
            if self._asked.stream_options and self._asked.stream_options.include_usage:
                empty: dict[str, Any] = {"object": "chat.completion.chunk", "choices": []}
                yield _data(self._head | empty | {"usage": await run_in_threadpool(self._usage, said)})
            yield b"data: [DONE]\n\n"
        except FootnoteError as error:
            yield _data(problem_of(error).to_openai())
        except Exception:
            _LOG.exception("a stream failed")
            yield _data(Problem(500, UNEXPECTED).to_openai())

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data(self._head | {"object": "chat.completion.chunk", "choices": [choice]})

    def _closing(self, answer: Answer) -> str:
        """Return what follows the text: what was left open, and the sources word for word."""
        lines = [answer.note] if answer.note else []
        lines += [UNANSWERED.format(part=part) for part in answer.unanswered]
        if answer.citations:
            sources = [f"[{c.marker}] {self._place(c)}: “{' '.join(c.quote.split())}”" for c in answer.citations]
            lines.append("Sources:\n" + "\n".join(sources))
        return "".join(f"\n\n{line}" for line in lines)

    def _place(self, citation: Citation) -> str:
        """Return document, section and page of a citation; its section alone where a newer index lacks the document."""
        try:
            return place_of(citation, self._service.corpora.get(self._asked.model).corpus)
        except KeyError:
            return citation.section_title

    def _annotations(self, answer: Answer, content: str) -> list[dict[str, Any]]:
        """Return one annotation for each marker in the text, in OpenAI's form, with the exact words beside it."""
        citations = {citation.marker: citation for citation in answer.citations}
        at = content.rindex(answer.text)
        found = []
        for sentence in answer.sentences:
            at = content.index(sentence.text, at) + len(sentence.text)
            for number in sentence.markers:
                marker, citation = f"[{number}]", citations[number]
                at = content.index(marker, at)
                cited = {
                    "start_index": at,
                    "end_index": at + len(marker),
                    "title": citation.section_title,
                    "url": self._base + self._service.address_of(self._asked.model, citation),
                }
                exact = {name: getattr(citation, name) for name in citation.__dataclass_fields__}
                found.append({"type": "url_citation", "url_citation": cited, "citation": exact})
                at += len(marker)
        return found

    def _usage(self, content: str) -> dict[str, int]:
        """Return how many tokens came and went, as the packaged encoder's tokenizer counts them."""
        encoded = tokenizer().encode_batch([message.words for message in self._asked.messages] + [content])
        counts = [len(each.ids) for each in encoded]
        read, written = sum(counts[:-1]), counts[-1]
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _opening(answer: Answer) -> str:
    return f"{answer.notice}\n\n" if answer.notice else ""


def _data(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()
