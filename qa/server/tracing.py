"""OpenTelemetry, the only file that imports it: a span a request, one a stage of its answer, where it is asked for."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from corpus.errors import SettingsError
from qa import stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

ENDPOINT_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Tracing:
    """Spans of one server, or none: without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is imported and nothing sent."""

    def __init__(self) -> None:
        self._tracer: Any = None
        self._provider: Any = None

    @classmethod
    def from_environment(cls) -> Tracing:
        """Return what the environment asks for; the SDK reads its other variables itself.

        Raises:
            SettingsError: it asks for spans, but the SDK is not installed.
        """
        tracing = cls()
        if os.environ.get(ENDPOINT_VARIABLE):
            tracing.start()
        return tracing

    def start(self) -> None:
        """Send spans from now on.

        Raises:
            SettingsError: the SDK is not installed.
        """
        if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
            raise SettingsError(f"{ENDPOINT_VARIABLE} is set; run: pip install 'footnote[otel]', or unset it")
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (an extra)
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        name = os.environ.get("OTEL_SERVICE_NAME", "footnote")
        self._provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("footnote")
        stopwatch.trace(self._stage)

    def request(self, method: str, door: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
        """Return a span of a request, continuing the sender's trace; what is said in it is no part of it."""
        if self._tracer is None or door in ("health", "metrics"):  # these are asked for every few seconds
            return nullcontext()
        return self._request(method, door, headers)

    def stop(self) -> None:
        """Send what is left."""
        if self._provider:
            stopwatch.trace(None)
            self._provider.shutdown()

    @contextmanager
    def _request(self, method: str, door: str, headers: Mapping[str, str]) -> Iterator[Any]:
        from opentelemetry import propagate  # noqa: PLC0415  (an extra)
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        sender = propagate.extract(headers)
        with self._tracer.start_as_current_span(f"{method} {door}", context=sender, kind=SpanKind.SERVER) as span:
            span.set_attribute("http.request.method", method)
            yield span

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        """A stage is told of, but not made current: it may begin and end in different steps of an answer."""
        span = self._tracer.start_span(name)
        try:
            yield
        finally:
            span.end()
