"""Where figures come from: the commit, the state of the code, the machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

PACKAGES = ("corpus", "index", "qa")
LIBRARIES = ("faiss-cpu", "bm25s", "torch", "sentence-transformers", "ir-measures", "numpy")
ROOT = Path(__file__).resolve().parents[2]
_STATUS = Path("/proc/self/status")


@cache
def code_digest() -> str:
    """Return a hash of the product's own files, so that results of other code are never taken for this one's."""
    hasher = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "report" not in file.parts:
                hasher.update(file.relative_to(ROOT).as_posix().encode())
                hasher.update(file.read_bytes())
    return hasher.hexdigest()


def commit() -> str:
    """Return the commit that the code stands at, with `+changes` where it differs from it, or the installed version."""
    if not (ROOT / ".git").exists():
        return f"version {importlib.metadata.version('footnote')}"
    try:
        named = _git("rev-parse", "--short=12", "HEAD")
        return f"{named}+changes" if _git("status", "--porcelain", "--", *PACKAGES) else named
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> dict[str, str]:
    """Return what a latency depends on: processor, cores, system, Python, libraries."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
    }


def peak_memory() -> float:
    """Return the most memory that this process has held so far, in MiB; 0 where the system does not tell."""
    if _STATUS.exists():  # `resource` counts what the process that started this one held as well
        held = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(encoding="utf-8"), re.MULTILINE)
        if held:
            return int(held[1]) / 1024
    try:
        import resource  # noqa: PLC0415  (not on every system)
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
