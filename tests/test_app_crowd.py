"""Many visitors at once, as their browsers would ask: nobody waits in vain and nobody gets another's answer."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
from page_fixtures import ask_of, messages

VISITORS = 20
ASKED_EACH = 10
QUESTIONS = {
    "What is ALS?": "s7.1",
    "Tell me about multiple sclerosis": "s7.2",
    "Tell me about peripheral neuropathy": "s7.3",
    "What is myotonic dystrophy?": "s7.4",
    "What does an EMG show?": "s9",
}


def ask(client: httpx.Client, fn_index: int, question: str) -> str:
    """Return all that came over the wire for a question, to the end."""
    heard = messages(client, fn_index, question, uuid.uuid4().hex)
    return "".join(json.dumps(message.get("output", {})) for message in heard)


def test_twenty_visitors_get_their_own_answers(server, record_property):
    with httpx.Client(base_url=server) as client:
        fn_index = ask_of(client)
    waited = []

    def visit(number: int) -> None:
        with httpx.Client(base_url=server, timeout=120) as client:
            for turn in range(ASKED_EACH):
                question = list(QUESTIONS)[(number + turn) % len(QUESTIONS)]
                started = time.perf_counter()
                answer = ask(client, fn_index, question)
                waited.append(time.perf_counter() - started)
                assert f"#{QUESTIONS[question]}:" in answer
                assert not any(other in answer for other in QUESTIONS if other != question)

    with ThreadPoolExecutor(VISITORS) as crowd:
        list(crowd.map(visit, range(VISITORS)))
    assert len(waited) == VISITORS * ASKED_EACH
    p95 = sorted(waited)[int(0.95 * len(waited))]
    record_property("p95_seconds", round(p95, 2))
    print(f"{len(waited)} questions of {VISITORS} visitors at once: answered within {p95:.2f} s (95th percentile)")
