"""Configurations: which parts of the product take part in a measurement."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from index import SearchMode
from qa.evaluation.defaults import CONFIGURATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

EVIDENCE, RERANK = "+evidence", "+rerank"


@dataclass(frozen=True, slots=True)
class Configuration:
    """How passages are found, by which encoder (None is the packaged one), and what the evidence model does.

    `evidence`: it judges the passages that answers are made of. `rerank`: it takes part in the order of what is found.
    """

    mode: SearchMode
    evidence: bool = False
    rerank: bool = False
    encoder: str | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """Its name in tables: `fused+evidence`, with `@encoder` behind it where several are compared."""
        model = f"{EVIDENCE if self.evidence else ''}{RERANK if self.rerank else ''}"
        return f"{self.mode}{model}{f'@{self.label}' if self.label else ''}"


def parse_configurations(
    names: Sequence[str] = CONFIGURATIONS, encoders: Sequence[str] = ()
) -> tuple[Configuration, ...]:
    """Return one configuration for each name and encoder; lexical search, which has none, stands once.

    >>> [c.name for c in parse_configurations(["lexical", "fused+evidence"], ["models/bge", "models/e5"])]
    ['lexical', 'fused+evidence@bge', 'fused+evidence@e5']

    Raises:
        SettingsError: a name is unknown; the message suggests the nearest one.
    """
    known = [f"{mode}{suffix}" for mode in SearchMode for suffix in ("", EVIDENCE, RERANK)]
    found: dict[str, Configuration] = {}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise SettingsError(f"unknown configuration {name!r}; {hint}")
        mode, evidence, rerank = SearchMode(name.partition("+")[0]), name.endswith(EVIDENCE), name.endswith(RERANK)
        for encoder in encoders or (None,):
            labelled = len(encoders) > 1 and (mode is not SearchMode.LEXICAL or evidence or rerank)
            label = (encoder or "").rstrip("/").rpartition("/")[2] if labelled else ""
            made = Configuration(mode, evidence, rerank, encoder, label)
            found.setdefault(made.name, made)
    return tuple(found.values())
