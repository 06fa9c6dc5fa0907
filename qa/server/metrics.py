"""What a server counts, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from qa.records import Answer
    from qa.server.pool import Pool

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """Counters of one server; two servers in one process do not meet."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "footnote_request_seconds",
            "Seconds from a request's first byte to its reply's last, by door and status.",
            ("door", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.waited = Histogram(
            "footnote_wait_seconds",
            "Seconds that questions waited for a worker.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "footnote_stage_seconds",
            "Seconds of an answer by stage.",
            ("corpus", "stage"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "footnote_answers", "Answers given, by what became of them.", ("corpus", "outcome"), registry=self._registry
        )
        self._dropped = Counter(
            "footnote_dropped_sentences",
            "Sentences of language models that were not shown, by reason.",
            ("corpus", "reason"),
            registry=self._registry,
        )
        self.refused = Counter(
            "footnote_refused", "Requests that were refused, by reason.", ("reason",), registry=self._registry
        )

    def watch(self, pool: Pool) -> None:
        """Show how many questions are being answered and how many wait."""
        gauges = {
            "footnote_running": ("Questions that are being answered.", lambda: pool.running),
            "footnote_waiting": ("Questions that wait for a worker.", lambda: pool.waiting),
        }
        for name, (text, value) in gauges.items():
            Gauge(name, text, registry=self._registry).set_function(value)

    def count(self, corpus: str, answer: Answer) -> None:
        """Count a whole answer."""
        self._answers.labels(corpus, "abstained" if answer.abstained else "answered").inc()
        for stage, seconds in answer.timings.items():
            self._stages.labels(corpus, stage).observe(seconds)
        for sentence in answer.dropped:
            self._dropped.labels(corpus, str(sentence.reason)).inc()

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
