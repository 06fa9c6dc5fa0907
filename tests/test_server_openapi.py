"""Schemathesis asks the API everything that its description allows, and much that it does not: nothing breaks it."""

import json
from contextlib import suppress

import hypothesis
import pytest
from hypothesis.errors import Unsatisfiable
from server_fixtures import client_of

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = 8
"""Requests of each path that the description allows, and as many that it does not."""
OPENAI = ("/chat/completions", "/models")


@pytest.fixture(scope="module")
def operations(article_qa):
    with client_of(article_qa, waiting=1_000) as client:
        schema = schemathesis.openapi.from_url(f"{client.base_url}/v1/openapi.json")
        yield [found.ok() for found in schema.get_all_operations()]


def ask(case):
    reply = case.call(timeout=120)
    text = reply.content.decode()
    assert reply.status_code < 500, f"{text}\n{case.as_curl_command()}"
    assert "Traceback" not in text
    if reply.status_code >= 400 and not case.path.startswith(OPENAI):
        assert reply.headers["content-type"] == ["application/problem+json"]
        assert json.loads(text)["detail"]
    return reply.status_code


def driven(operation, mode, statuses):
    """Return what asks one path, and notes the replies' statuses."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        statuses.add(ask(case))

    return run


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_request_breaks_the_api(operations, mode):
    asked = {}
    for operation in operations:
        statuses = asked.setdefault(operation.label, set())
        with suppress(Unsatisfiable):  # nothing can be wrong with a path that takes nothing
            driven(operation, mode, statuses)()
    for label in ("POST /answer", "POST /search", "POST /chat/completions"):
        assert asked[label], label
    wanted = {200} if mode is schemathesis.GenerationMode.POSITIVE else {400, 422}
    assert wanted & asked["POST /answer"]
