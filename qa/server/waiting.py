"""Waiting for what a server needs from another machine: until it is there, every request is told to come back."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeVar

import uvicorn
from starlette.responses import JSONResponse

from corpus.errors import StoreDownError
from qa.server.logs import log_as_json
from qa.server.problems import problem_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

TRIED_AFTER = 2.0
"""Seconds between two tries."""
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


def when_there(opening: Callable[[], T], opened: socket.socket) -> T:
    """Return what `opening` returns, tried again until Milvus answers; meanwhile the socket is answered with 503.

    Raises:
        FootnoteError: `opening` raised another one than `StoreDownError`.
    """
    try:
        return opening()
    except StoreDownError as error:
        log_as_json()
        down = error
    _LOG.warning("%s; until then every request gets 503", down)
    config = uvicorn.Config(_refusing(down), log_config=None, access_log=False, server_header=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([opened.dup()],), name="waiting", daemon=True)
    thread.start()
    try:
        while True:
            time.sleep(TRIED_AFTER)
            try:
                return opening()
            except StoreDownError as error:
                _LOG.info("%s", error)
    finally:
        server.should_exit = True
        thread.join()


def _refusing(error: StoreDownError) -> ASGIApp:
    """Return an application that refuses everything but the question whether it is alive."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/healthz":
            await JSONResponse({"status": "alive"})(scope, receive, send)
            return
        await problem_of(error).response(scope["path"])(scope, receive, send)

    return app
