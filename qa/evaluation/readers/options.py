"""What the reader of a benchmark may be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a set.

    `split` is taken where a set has several. `allow_empty` keeps documents without any text; `judged_only` leaves out
    queries without a relevant document; `limit` keeps so many questions. `documents` keeps the questions on the
    documents with these titles, `queries` the questions of a retrieval set with these ids: those that nothing was
    trained on.
    """

    split: str = "test"
    allow_empty: bool = False
    judged_only: bool = False
    limit: int | None = None
    documents: frozenset[str] | None = None
    queries: frozenset[str] | None = None
