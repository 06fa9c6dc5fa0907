"""The web application: every door but the page, which `app.py` mounts."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import JSONResponse, Response

from corpus.errors import FootnoteError
from qa.server.answers import answers_router
from qa.server.chat import chat_router
from qa.server.documents import documents_router
from qa.server.embed import embed_script
from qa.server.guard import Guard
from qa.server.problems import UNEXPECTED, Problem, problem_of
from qa.server.records import ProblemRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qa.server.service import Service
    from qa.server.tools import McpDoor

_DESCRIPTION = "Ask articles; every sentence of an answer carries the exact words of the article that it came from."
_PACKING = 5
"""How hard replies are packed, from 1 to 9."""
_NOT_PACKED = tuple(kind for kind in DEFAULT_EXCLUDED_CONTENT_TYPES if kind != "text/event-stream")
"""Answers that stream are packed as well, event by event: on the page each repeats the conversation before it."""
_PROBLEMS = {
    400: "The body is not JSON.",
    401: "A key is needed, or not known.",
    404: "No corpus, document or section has that name.",
    408: "The body did not arrive in time.",
    413: "The body is too long.",
    415: "The body is not declared as JSON.",
    422: "A field is missing, unknown or cannot be used.",
    429: "Too many requests or too many waiting questions; `Retry-After` says when to come back.",
    503: "The server that holds the index does not answer; `Retry-After` says when to come back.",
    504: "The answer took too long.",
}


def create_app(service: Service) -> FastAPI:
    """Return the application; `/v1` holds the API, described by `/v1/openapi.json`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if mcp is not None:
                await stack.enter_async_context(mcp.running())
            yield
        service.pool.close()
        service.tracing.stop()

    app = FastAPI(title="Footnote", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(GZipMiddleware, compresslevel=_PACKING, exclude_content_types=_NOT_PACKED)
    app.add_middleware(Guard, service=service)
    app.add_middleware(  # around the guard: a page that may ask may also read why it was refused
        CORSMiddleware,
        allow_origins=service.settings.origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
    )
    app.mount("/v1", _api(service))
    mcp = _mcp_door(service)
    if mcp is not None:
        app.router.routes.extend(mcp.routes)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz() -> Response:
        ready = service.ready
        return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.get("/embed.js")
    async def embed() -> Response:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
        return Response(embed_script(), media_type="text/javascript; charset=utf-8", headers=headers)

    _explain_errors(app)
    return app


def _api(service: Service) -> FastAPI:
    api = FastAPI(
        title="Footnote",
        version=_version(),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses={
            status: {"description": text, "content": {"application/problem+json": {"schema": _PROBLEM_SCHEMA}}}
            for status, text in _PROBLEMS.items()
        },
    )
    api.include_router(answers_router(service))
    api.include_router(documents_router(service))
    api.include_router(chat_router(service))
    _explain_errors(api)
    return api


_PROBLEM_SCHEMA = ProblemRecord.model_json_schema()


def _explain_errors(app: FastAPI) -> None:
    """Let every error leave as a problem."""

    @app.exception_handler(FootnoteError)
    async def known(request: Request, error: FootnoteError) -> Response:
        problem = problem_of(error)
        if problem.status == 500:
            raise error
        return problem.response(request.scope["path"])

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [{"at": list(each["loc"]), "problem": each["msg"]} for each in error.errors()[:20]]
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return Problem(400, "the body is not JSON", errors).response(request.scope["path"])
        kind = request.headers.get("content-type", "")
        if "json" not in kind and errors[0]["at"] == ["body"]:
            detail = "send the body as JSON, with the header Content-Type: application/json"
            return Problem(415, detail).response(request.scope["path"])
        first = errors[0]
        where = ".".join(map(str, first["at"][1:])) or "the body"
        return Problem(422, f"{where}: {first['problem']}", errors).response(request.scope["path"])

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        details = {404: "there is nothing at this path", 405: "this path does not take that method"}
        detail = details.get(error.status_code, str(error.detail))
        return Problem(error.status_code, detail, headers=error.headers or {}).response(request.scope["path"])

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> Response:
        return Problem(500, UNEXPECTED).response(request.scope["path"])


def _mcp_door(service: Service) -> McpDoor | None:
    """Return the door of MCP, where its SDK is installed."""
    if find_spec("mcp") is None:
        return None
    from qa.server.tools import McpDoor  # noqa: PLC0415  (an extra)

    return McpDoor(service)


def _version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "0"
