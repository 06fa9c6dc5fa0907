"""The script that puts "ask this article" into somebody's own page."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def embed_script() -> str:
    """Return the script's text."""
    return (Path(__file__).parent / "assets" / "embed.js").read_text(encoding="utf-8")
