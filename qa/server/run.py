"""Running the server: uvicorn, with an end that lets running answers finish."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from corpus.errors import SettingsError
from qa.server.logs import log_as_json

if TYPE_CHECKING:
    from types import FrameType

    from starlette.types import ASGIApp

    from qa.server.service import Service

KEEP_ALIVE_SECONDS = 30
CONNECTIONS = 1_000
"""Open connections beyond which new ones are refused with 503."""


class Server(uvicorn.Server):
    """A uvicorn server that tells the service when it is about to stop."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that the process was told to stop."""
        self._service.stop()
        super().handle_exit(sig, frame)


def make_server(app: ASGIApp, service: Service) -> Server:
    """Return a server that is ready to run."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(service.settings.shutdown_seconds)),
    )
    return Server(config, service)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: is it in use? Choose another with --port") from error


def run(app: ASGIApp, service: Service, opened: socket.socket | None = None) -> None:
    """Serve until interrupted, on a socket that listens already if there is one; `/readyz` says when all is loaded.

    Raises:
        FootnoteError: the address cannot be listened on.
    """
    settings = service.settings
    with opened or listen(settings.host, settings.port) as listening:
        log_as_json()
        port = listening.getsockname()[1]

        def warm_up() -> None:
            service.warm_up()
            title = service.corpora.get().corpus.title
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            print(f"“{title}” is open for questions on http://{host}:{port}", flush=True)

        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        make_server(app, service).run([listening])
