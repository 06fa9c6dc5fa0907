"""The evidence model, as the product uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.pipeline import make_judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import Encoder
    from qa.judge import Judge


def evidence_loader() -> Callable[[Encoder], Judge | None]:
    """Return what loads the judge of the product."""
    return make_judge
