"""What the owner of a server decides about it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Limits and permissions of a server; every value has a default that suits one machine.

    Attributes:
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        workers: questions that are answered at the same time, each in a thread.
        waiting: questions that may wait for a worker; the next one is refused with 429.
        answer_seconds: longest time from a question's arrival to its whole answer.
        body_seconds: longest time that a request's body may take to arrive.
        body_bytes: longest body of a request to the API; the page's hold whole conversations and may be eight times
            as long.
        shutdown_seconds: how long running answers may take after the server was told to stop.
        per_minute: requests a minute of one key, or of one address where there are no keys; 0 is no limit.
        keys: file of API keys; None lets everybody in.
        origins: other sites whose pages may use the API from a browser, as `https://example.org`.
        log_questions: write questions into the log.
        page: mount the chat page.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    workers: int = max(1, len(os.sched_getaffinity(0)))
    waiting: int = 64
    answer_seconds: float = 60.0
    body_seconds: float = 10.0
    body_bytes: int = MEGABYTE
    shutdown_seconds: float = 30.0
    per_minute: int = 0
    keys: Path | None = None
    origins: tuple[str, ...] = ()
    log_questions: bool = False
    page: bool = True

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            SettingsError: one of them cannot be used.
        """
        for name in ("workers", "answer_seconds", "body_seconds", "body_bytes"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} must be more than 0, not {getattr(self, name)}")
        for name in ("waiting", "shutdown_seconds", "per_minute"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not 0 <= self.port <= 65_535:
            raise SettingsError(f"a port is a number from 0 to 65535, not {self.port}")
        for origin in self.origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query or parts.fragment:
                raise SettingsError(f"an origin looks like https://example.org, without a path, not {origin!r}")
