"""What happened to one question in one configuration: the row from which every figure is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qa.evaluation.metrics.retrieval import Ranking


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of `per_query.jsonl`.

    `metrics` are this question's own values, in [0, 1]. `observed` is what metrics of the whole set are made of.
    `expected` and `answer` are for people. `seconds` is what the question took. `error` is set when it could not be
    answered; it then scores nothing.
    """

    dataset: str
    configuration: str
    query_id: str
    question: str
    metrics: Mapping[str, float]
    observed: Mapping[str, bool | float] = field(default_factory=dict)
    ranking: Ranking = field(default_factory=list)
    expected: str = ""
    answer: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Outcome:
        """Return the outcome of a row.

        Raises:
            TypeError: a required field is missing.
        """
        known = {each.name for each in fields(cls)}
        values = {key: value for key, value in row.items() if key in known}
        values["ranking"] = [(str(document), float(score)) for document, score in values.get("ranking", [])]
        return cls(**values)
