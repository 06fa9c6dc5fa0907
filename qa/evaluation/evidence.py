"""The evidence model, where the product has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import Encoder
    from qa.judge import Judge


def evidence_loader() -> Callable[[Encoder], Judge | None] | None:
    """Return what loads the evidence model, or None where the product has none."""
    return None
