"""Tasks: what can be measured in one go, as the runner sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from corpus.errors import ModelError
from index.encoder import EXACT_ENCODER
from qa.evaluation.defaults import MEASURES
from qa.evaluation.embeddings import CachedEncoder, cache_file
from qa.evaluation.support import JudgedSupport, Support
from qa.judge import CombinedJudge, Judge, SimilarityJudge
from qa.reranking import Reranker, load_share
from qa.text_vectors import TextVectors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from index import Encoder
    from qa.evaluation.configuration import Configuration
    from qa.evaluation.evidence import ModelJudge
    from qa.evaluation.outcome import Outcome


class Task(Protocol):
    """Questions of one set and how to put them to the product.

    `primary` is the metric by which a question is right or wrong (from 0.5); `queries` are the ids in order.
    """

    dataset: str
    digest: str
    primary: str
    queries: tuple[str, ...]
    notices: tuple[str, ...]

    def applies(self, configuration: Configuration) -> bool:
        """Tell whether the configuration makes a difference to this task."""

    def run(self, configuration: Configuration, wanted: Collection[str]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of the wanted queries, some at a time."""

    def latencies(self, configuration: Configuration, outcomes: Sequence[Outcome]) -> list[float]:
        """Return the seconds that single questions took, from the question's text to the result."""


@dataclass
class Parts:
    """The parts of the product that tasks share, each made when first asked for.

    `make` loads an encoder by its spec; `load_evidence` the evidence model, where there is one. `progress` is called
    with the texts of a call that are encoded and with all of them.
    """

    make: Callable[[str | None], Encoder]
    load_evidence: Callable[[], ModelJudge] | None = None
    measures: tuple[str, ...] = MEASURES
    progress: Callable[[int, int], None] = lambda _done, _total: None
    _encoders: dict[str | None, CachedEncoder] = field(default_factory=dict)
    _judges: dict[tuple[str | None, bool, bool], Judge] = field(default_factory=dict)

    def encoder(self, configuration: Configuration, *, exact: bool = False) -> CachedEncoder:
        """Return a configuration's encoder, wrapped in the cache; `exact` is the packaged one in full precision."""
        spec = configuration.encoder or (EXACT_ENCODER if exact else None)
        if spec not in self._encoders:
            made = self.make(spec)
            self._encoders[spec] = CachedEncoder(made, cache_file(made), self._encoded)
        return self._encoders[spec]

    def _encoded(self, done: int, total: int) -> None:
        self.progress(done, total)

    @property
    def encoded(self) -> tuple[int, float]:
        """Texts that had to be encoded so far, and the seconds that took."""
        made = self._encoders.values()
        return sum(encoder.encoded for encoder in made), sum(encoder.seconds for encoder in made)

    def judge(self, configuration: Configuration, *, cached: bool = False) -> Judge:
        """Return what judges passages: the evidence model, or likeness; `cached` keeps what it has to encode."""
        key = (configuration.encoder, configuration.evidence, cached)
        if key not in self._judges:
            wrapped = self.encoder(configuration)
            likeness = SimilarityJudge(TextVectors(wrapped if cached else wrapped.encoder))
            self._judges[key] = CombinedJudge(self._evidence, likeness) if configuration.evidence else likeness
        return self._judges[key]

    @cached_property
    def _evidence(self) -> ModelJudge:
        if self.load_evidence is None:
            raise ModelError("there is no evidence model here; leave out the configurations with +evidence or +rerank")
        return self.load_evidence()

    def reranker(self) -> Reranker:
        """Return what gives found documents their final scores."""
        return Reranker(self._evidence.reader, load_share())

    def support(self, configuration: Configuration) -> Support:
        """Return what scores support."""
        if configuration.evidence:
            return self._evidence
        return JudgedSupport(self.judge(configuration, cached=True))

    @property
    def models(self) -> Mapping[str, str]:
        """Names and fingerprints of the models that took part."""
        encoders = {f"encoder {made.fingerprint}": made.fingerprint for made in self._encoders.values()}
        judges = {f"judge {judge.name}": judge.name for judge in self._judges.values()}
        evidence = self.__dict__.get("_evidence")
        return encoders | judges | ({"evidence model": evidence.fingerprint} if evidence else {})
