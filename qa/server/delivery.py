"""How the page reaches a browser: what it will need is named at once, what never changes is packed once and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_GOOD = "public, max-age=31536000, immutable"
"""A file that says so is not asked for again: another content comes under another name."""
_BEFORE = re.compile(rb"<script[^>]*\bsrc=")


@dataclass(frozen=True, slots=True)
class PageFiles:
    """What a page needs: elements that go early into its head, and the paths below its own that never change."""

    links: str
    lasting: frozenset[str]


@dataclass
class _Reply:
    """A whole reply."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Take in what an application sends."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def give(self, send: Send) -> None:
        """Send it on; it may be given again."""
        await send({**self.start, "headers": list(self.start["headers"])})
        await send({"type": "http.response.body", "body": self.body})


class Delivery:
    """Stands before the pages; `pages` has what each needs, by its path, which ends with a slash."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, PageFiles]) -> None:
        self._app = app
        self._pages = pages
        self._kept: dict[tuple[str, str], _Reply] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with what is kept; see through to the pages for all else."""
        if scope["type"] != "http" or scope["method"] != "GET" or "range" in (headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif page := self._pages.get(scope["path"]):
            await self._page(page, scope, receive, send)
        elif name := self._lasting(scope["path"]):
            await self._file(name, headers, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _lasting(self, path: str) -> str:
        """Return the path below its page of a file that never changes; "" for every other path."""
        below = ((page, path.removeprefix(at)) for at, page in self._pages.items() if path.startswith(at))
        return next((name for page, name in below if name in page.lasting), "")

    async def _page(self, page: PageFiles, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page with its links before its first script; where there is none, as it is."""
        reply = _Reply()
        await self._app(scope, receive, reply.take)
        script = _BEFORE.search(reply.body)
        if script and "content-encoding" not in (headers := MutableHeaders(scope=reply.start)):
            reply.body = reply.body[: script.start()] + page.links.encode() + reply.body[script.start() :]
            headers["Content-Length"] = str(len(reply.body))
        await reply.give(send)

    async def _file(self, name: str, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = headers.get("accept-encoding", "")
        key = (name, next((packing for packing in ("br", "gzip") if packing in accepted), ""))
        if key not in self._kept:
            reply = _Reply()
            await self._app(scope, receive, reply.take)
            if reply.start["status"] != 200:
                await reply.give(send)
                return
            MutableHeaders(scope=reply.start)["Cache-Control"] = FOR_GOOD
            self._kept[key] = reply
        await self._kept[key].give(send)
