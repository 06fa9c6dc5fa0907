"""Retrieval measures, all computed by `ir_measures` over `pytrec_eval`; the only file that imports it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import EvaluationError
from qa.evaluation.defaults import MEASURES
from qa.evaluation.extra import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qa.evaluation.records import Qrels

RANKING_DEPTH = 100
"""Documents kept of every ranking."""

Ranking = list[tuple[str, float]]
"""(document id, score) pairs, best first."""


def ranked(document_ids: Sequence[str], scores: Iterable[float], depth: int = RANKING_DEPTH) -> Ranking:
    """Return the ranking that `trec_eval` sees: single-precision scores, falling; ties by document id, falling.

    >>> ranked(["a", "b", "c"], [0.5, 0.5, 0.75])
    [('c', 0.75), ('b', 0.5), ('a', 0.5)]
    """
    rounded = [float(str(np.float32(score))) for score in scores]  # its shortest spelling, so that files stay small
    pairs = list(zip(document_ids, rounded, strict=True))
    return sorted(pairs, key=lambda pair: (pair[1], pair[0].encode()), reverse=True)[:depth]


def check_measures(names: Sequence[str]) -> None:
    """Check that every name is a retrieval measure, such as `nDCG@10`.

    Raises:
        EvaluationError: one is not; the message suggests the nearest one that is.
    """
    for name in names:
        _parse(name)


def score_rankings(
    qrels: Qrels, rankings: Mapping[str, Ranking], measures: Sequence[str] = MEASURES
) -> dict[str, dict[str, float]]:
    """Return every measure in [0, 1] of every ranked query: `{query id: {measure: value}}`.

    A query that the qrels do not know, or that found nothing, scores 0. `RR@k` is the reciprocal rank over the first k
    documents in the order of `trec_eval`.

    >>> scores = score_rankings({"q": {"a": 1}}, {"q": [("b", 2.0), ("a", 1.0)], "unjudged": []}, ["RR@10", "nDCG@10"])
    >>> scores["q"]["RR@10"], round(scores["q"]["nDCG@10"], 4), scores["unjudged"]["nDCG@10"]
    (0.5, 0.6309, 0.0)

    Source: MacAvaney, Macdonald and Ounis 2022, "Streamlining Evaluation with ir-measures".
    """
    scores = {query: dict.fromkeys(measures, 0.0) for query in rankings}
    judged = {query: {d: int(g) for d, g in qrels[query].items()} for query in rankings if qrels.get(query)}
    if not judged:
        return scores
    ir_measures = require("ir_measures")
    for depth, named in _by_depth(measures).items():
        run = {query: dict(rankings[query][:depth]) for query in judged}
        for found in ir_measures.iter_calc(list(named), judged, run):
            for name in named[found.measure]:
                scores[found.query_id][name] = float(found.value)
    return scores


def _by_depth(measures: Sequence[str]) -> dict[int | None, dict[Any, list[str]]]:
    """Group the parsed measures by the depth to which rankings are cut first.

    `RR@k` is computed as `RR` over a cut ranking: the provider that knows `RR@k` itself breaks ties the other way
    round than `trec_eval`.
    """
    groups: dict[int | None, dict[Any, list[str]]] = {}
    for name in measures:
        measure, depth = _parse(name), None
        if measure.NAME == "RR" and "cutoff" in measure.params:
            depth, measure = int(measure["cutoff"]), require("ir_measures").RR
        groups.setdefault(depth, {}).setdefault(measure, []).append(name)
    return groups


def _parse(name: str) -> Any:  # noqa: ANN401  (a measure of an untyped library)
    ir_measures = require("ir_measures")
    try:
        measure = ir_measures.parse_measure(name)
    except (NameError, ValueError, SyntaxError):
        measure = None
    provider = ir_measures.DefaultPipeline
    if measure is None or not provider.supports(measure):
        base, at, cutoff = name.partition("@")
        names = [*ir_measures.measures.registry, *(default.partition("@")[0] for default in MEASURES)]
        known = {known.lower(): known for known in names}
        near = difflib.get_close_matches(base.lower(), known, n=1)
        suggestion = f"; did you mean {known[near[0]]}{at}{cutoff}?" if near else ""
        raise EvaluationError(f"unknown measure {name!r}{suggestion} (default: {', '.join(MEASURES)})")
    return measure
