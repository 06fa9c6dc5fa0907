"""Errors on the wire: RFC 9457 problem details, and the OpenAI protocol's own form behind its door."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from corpus.errors import BusyError, FilterError, FootnoteError, QuestionError, StoreDownError, TimeLimitError
from qa.server.corpora import UnknownNameError
from qa.server.logs import request_id
from qa.server.pool import RETRY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPENAI_PATHS = ("/v1/chat/completions", "/v1/models")
UNEXPECTED = "something went wrong in the server; its log has the details under this request's id"
_STATUS: tuple[tuple[type[FootnoteError], int], ...] = (
    (QuestionError, 422),
    (FilterError, 422),
    (UnknownNameError, 404),
    (BusyError, 429),
    (StoreDownError, 503),
    (TimeLimitError, 504),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: an HTTP status, a sentence that helps, and where it is several things, each of them."""

    status: int
    detail: str
    errors: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def to_dict(self) -> dict[str, Any]:
        """Return RFC 9457's members; `request_id` names the request in the server's log."""
        members: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status}
        members |= {"detail": self.detail, "request_id": request_id.get()}
        return members | ({"errors": list(self.errors)} if self.errors else {})

    def to_openai(self) -> dict[str, Any]:
        """Return the same as OpenAI clients expect it."""
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
        kind = kinds.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        code = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}.get(self.status)
        param = ".".join(map(str, self.errors[0]["at"][1:])) if self.errors else None
        return {"error": {"message": self.detail, "type": kind, "param": param, "code": code}}

    def response(self, path: str) -> Response:
        """Return the reply to a request for `path`."""
        openai = path in OPENAI_PATHS
        kind = "application/json" if openai else "application/problem+json"
        content = json.dumps(self.to_openai() if openai else self.to_dict())
        return Response(content, self.status, dict(self.headers), kind)


def problem_of(error: FootnoteError) -> Problem:
    """Return what a visitor is told of an error; what is the server's own trouble stays in its log."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            later = {"Retry-After": str(RETRY_SECONDS)} if status in (429, 503) else {}
            return Problem(status, str(error), headers=later)
    return Problem(500, UNEXPECTED)


def too_many(detail: str, seconds: float) -> Problem:
    """Return a refusal that says when to come back."""
    return Problem(429, detail, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
