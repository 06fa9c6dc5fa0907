"""The folder for what can be made again: indexes and the encoder's graph."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

CACHE_VARIABLE = "FOOTNOTE_CACHE"


def cache_folder() -> Path:
    """Return $FOOTNOTE_CACHE, or the user's cache folder; it need not exist yet."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("footnote")
