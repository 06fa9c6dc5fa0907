"""The guard before every door: request ids, limits, keys, security headers, and no traceback that leaves."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from qa.server import keys
from qa.server.logs import request_id
from qa.server.problems import UNEXPECTED, Problem, too_many

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from qa.server.service import Service

PAGE_BODIES = 8
"""How many times as long as the API's a body of the page may be."""
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'; object-src 'none'; base-uri 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_DISCARDED, _DISCARD_SECONDS = 16_000_000, 2.0
"""Bytes and seconds for which a refused body is still taken in."""
_UPLOADS = "/gradio_api/upload"
"""Where Gradio would write what anybody sends to the disk; nothing on the page needs it."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG = logging.getLogger(__name__)


class Guard:
    """Lets a request through to the app behind, or refuses it."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; what is not HTTP passes as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        current = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Request-ID"] = current
                for name, value in SECURITY_HEADERS.items():
                    out.setdefault(name, value)
            await send(message)

        try:
            with self._service.tracing.request(scope["method"], door_of(scope["path"]), headers) as span:
                await self._pass(scope, headers, receive, sending)
                if span:
                    span.set_attribute("http.response.status_code", status)
        except Exception:
            _LOG.exception("a request failed")
            if not status:
                await Problem(500, UNEXPECTED).response(scope["path"])(scope, receive, sending)
        finally:
            door = door_of(scope["path"])
            seconds = time.perf_counter() - began
            self._service.metrics.requests.labels(door, str(status or "gone")).observe(seconds)
            if door not in ("page", "health", "metrics"):
                fields = {"method": scope["method"], "path": scope["path"], "status": status or "gone"}
                _LOG.info("request", extra={"fields": fields | {"seconds": round(seconds, 4)}})
            request_id.reset(token)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        problem, name = self._identified(scope, headers)
        if scope["path"].endswith(_UPLOADS):
            problem = Problem(403, "this server takes no files")
        problem = problem or self._rated(scope, name)
        if problem is None:
            body, problem = await self._body(scope, headers, receive)
        if problem is not None:
            self._service.metrics.refused.labels(problem.title).inc()
            await problem.response(scope["path"])(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receiving() -> Message:
            return pending.pop() if pending else await receive()

        await self._app(scope, receiving, send)

    def _identified(self, scope: Scope, headers: Headers) -> tuple[Problem | None, str]:
        """Return who asks: the name of a key, or an address; or why they may not."""
        address = str((scope.get("client") or ("unknown",))[0])
        if self._service.keys is None or door_of(scope["path"]) not in ("api", "mcp", "metrics"):
            return None, address
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        key = bearer.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "")
        if name := keys.owner(key, self._service.keys):
            return None, f"key {name}"
        said = "the key is not known here" if key else "a key is needed"
        detail = f"{said}; send it as `Authorization: Bearer KEY`"
        return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"}), address

    def _rated(self, scope: Scope, name: str) -> Problem | None:
        if not (door_of(scope["path"]) in ("api", "mcp") or scope["path"].endswith("/queue/join")):
            return None
        if wait := self._service.rates.wait(name):
            per_minute = self._service.settings.per_minute
            return too_many(f"more than {per_minute} requests a minute; wait {wait:.0f} seconds", wait)
        return None

    async def _body(self, scope: Scope, headers: Headers, receive: Receive) -> tuple[bytes, Problem | None]:
        """Return the whole body, or why it is not read to its end."""
        settings = self._service.settings
        limit = settings.body_bytes * (PAGE_BODIES if door_of(scope["path"]) == "page" else 1)
        too_long = Problem(413, f"the body is longer than {limit:,} bytes; send less", headers={"Connection": "close"})
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            await _discard(receive)
            return b"", too_long
        body = bytearray()
        try:
            async with asyncio.timeout(settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return b"", Problem(400, "the body ended early")
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > limit:
                        if more:
                            await _discard(receive)
                        return b"", too_long
        except TimeoutError:
            detail = f"the body did not arrive within {settings.body_seconds:g} seconds"
            return b"", Problem(408, detail, headers={"Connection": "close"})
        return bytes(body), None


async def _discard(receive: Receive) -> None:
    """Take in a part of a body that is refused: a connection closed over unread bytes would hide the reason."""
    left = _DISCARDED
    with suppress(TimeoutError):
        async with asyncio.timeout(_DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def door_of(path: str) -> str:
    """Return which door a path belongs to.

    >>> [door_of(path) for path in ("/v1/answer", "/mcp", "/metrics", "/readyz", "/embed.js", "/", "/v10")]
    ['api', 'mcp', 'metrics', 'health', 'embed', 'page', 'page']
    """
    first = path.split("/")[1] if path.startswith("/") else ""
    doors = {"v1": "api", "mcp": "mcp", "metrics": "metrics", "healthz": "health", "readyz": "health"}
    return doors.get(first, "embed" if path == "/embed.js" else "page")
