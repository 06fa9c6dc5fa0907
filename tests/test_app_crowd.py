"""Many visitors at once, as their browsers would ask: nobody waits in vain and nobody gets another's answer."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx

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
    """Return the conversation that a browser would keep after the question, as it came over the wire."""
    session = uuid.uuid4().hex
    body = {"data": [question, []], "fn_index": fn_index, "session_hash": session}
    client.post("gradio_api/queue/join", json=body).raise_for_status()
    heard = ""
    with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            heard += json.dumps(message.get("output", {}))
            if message["msg"] == "process_completed":
                assert message["success"]
                return heard
    raise AssertionError("the stream ended early")


def test_twenty_visitors_get_their_own_answers(server, record_property):
    config = httpx.get(f"{server}config").json()
    fn_index = next(each["id"] for each in config["dependencies"] if ["submit"] in [t[1:] for t in each["targets"]])
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
