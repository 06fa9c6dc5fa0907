"""Spans reach a collector of OpenTelemetry where its environment asks for them, and nothing is imported where not."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from server_fixtures import QUESTION, client_of

from corpus.errors import SettingsError
from qa.server import tracing

ROOT = Path(__file__).parents[1]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector(monkeypatch):
    """An endpoint that keeps the spans it is sent."""
    trace_service = pytest.importorskip(
        "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="run: pip install 'footnote[otel]'"
    )
    spans = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                import gzip  # noqa: PLC0415

                body = gzip.decompress(body)
            sent = trace_service.ExportTraceServiceRequest.FromString(body)
            spans.extend(span for each in sent.resource_spans for scope in each.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv(tracing.ENDPOINT_VARIABLE, f"http://127.0.0.1:{server.server_port}")
        yield spans
        server.shutdown()
        thread.join()


def test_a_request_and_its_stages_are_one_trace(collector, article_qa):
    fresh = article_qa.on(article_qa.index)  # what was asked before is neither searched nor judged again
    with client_of(fresh) as client:
        reply = client.post("/v1/answer", json={"question": QUESTION}, headers={"traceparent": PARENT})
        assert reply.status_code == 200
        client.get("/v1/nothing")
    (asked,) = [span for span in collector if span.name == "POST api" and span.parent_span_id.hex() == PARENT[36:52]]
    assert asked.trace_id.hex() == PARENT[3:35]
    stages = [span for span in collector if span.parent_span_id == asked.span_id]
    assert {"search", "evidence", "selection", "generation"} <= {span.name for span in stages}
    assert all(asked.start_time_unix_nano <= s.start_time_unix_nano <= s.end_time_unix_nano for s in stages)
    said = {attribute.key: attribute.value for attribute in asked.attributes}
    assert said["http.response.status_code"].int_value == 200
    assert QUESTION not in str(collector)
    assert [span.name for span in collector if span.trace_id != asked.trace_id] == ["GET api"]


def test_what_is_asked_for_but_not_installed_is_told(monkeypatch):
    monkeypatch.setenv(tracing.ENDPOINT_VARIABLE, "http://127.0.0.1:1")
    monkeypatch.setattr(tracing, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'footnote\[otel\]'"):
        tracing.Tracing.from_environment()


def test_nothing_is_imported_unless_asked_for():
    code = (
        "import sys; from qa.server.tracing import Tracing; import qa.server.web\n"
        "Tracing.from_environment(); print('opentelemetry.sdk' in sys.modules, 'pymilvus' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == ["False", "False"]
