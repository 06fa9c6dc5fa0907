"""A Milvus Lite server in a process of its own, that can be killed and started again on the same data."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from page_fixtures import free_port

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120


class Milvus:
    """One server; `uri` stays the same from start to start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Milvus:
        """Start it and wait until it takes connections."""
        command = [
            sys.executable,
            "-m",
            "milvus_lite",
            "server",
            "--data-dir",
            str(self.folder),
            "--port",
            str(self.port),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < deadline, "Milvus Lite did not start"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def need_milvus() -> None:
    """Skip the tests of a module where the extra is missing."""
    for name in ("pymilvus", "milvus_lite"):
        pytest.importorskip(name, reason="the extra is not installed; run: pip install 'footnote[milvus]'")
