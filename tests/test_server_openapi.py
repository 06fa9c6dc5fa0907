"""Schemathesis asks the API everything that its description allows, and much that it does not: nothing breaks it."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from server_fixtures import client_of

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = 15
"""Requests of each path; more of them found nothing more."""


@pytest.fixture(scope="module")
def schema(article_qa):
    with client_of(article_qa, waiting=1_000) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/v1/openapi.json")


lazy = schemathesis.pytest.from_fixture("schema")


@lazy.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api(case):
    reply = case.call(timeout=120)
    assert reply.status_code < 500, case.as_curl_command()
    case.validate_response(reply, checks=[schemathesis.checks.not_a_server_error])
    assert "Traceback" not in reply.text
    if reply.status_code >= 400 and not case.path.startswith(("/chat", "/models")):
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["detail"]
