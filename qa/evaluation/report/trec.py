"""TREC run and qrels files, as `trec_eval` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from qa.evaluation.journal import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evaluation.outcome import Outcome
    from qa.evaluation.records import Qrels


def write_run(outcomes: Sequence[Outcome], file: Path) -> None:
    """Write the rankings of one part as `query Q0 document rank score tag`, scores in full precision."""
    lines = (
        f"{_token(outcome.query_id)} Q0 {_token(document)} {rank} {score!r} {_token(outcome.configuration)}\n"
        for outcome in outcomes
        for rank, (document, score) in enumerate(outcome.ranking, start=1)
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, lines)


def write_qrels(qrels: Qrels, file: Path) -> None:
    """Write judgements as `query 0 document grade`."""
    lines = (
        f"{_token(query)} 0 {_token(document)} {grade}\n"
        for query, judged in qrels.items()
        for document, grade in judged.items()
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, lines)


def file_name(*names: str) -> str:
    """Return a file name for a set and a configuration.

    >>> file_name("mtrag/clapnq (last turn)", "fused+evidence")
    'mtrag-clapnq-last-turn.fused+evidence'
    """
    return ".".join(re.sub(r"[^\w+.@-]+", "-", name).strip("-") for name in names)


def _token(name: str) -> str:
    """Return a name without blanks, which end a column: they are percent-encoded."""
    return re.sub(r"\s", lambda blank: quote(blank[0]), name)
