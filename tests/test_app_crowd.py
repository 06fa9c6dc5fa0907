"""Many visitors at once, as their browsers would ask: nobody waits in vain and nobody gets another's answer."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx

VISITORS = 20
QUESTIONS = {
    "What is ALS?": "s7.1",
    "Tell me about multiple sclerosis": "s7.2",
    "Tell me about peripheral neuropathy": "s7.3",
    "What is myotonic dystrophy?": "s7.4",
    "What does an EMG show?": "s9",
}


def ask(server: str, fn_index: int, question: str) -> str:
    """Return the conversation that a browser would keep after the question, as it came over the wire."""
    session = uuid.uuid4().hex
    with httpx.Client(base_url=server, timeout=60) as client:
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


def test_twenty_visitors_get_their_own_answers(server):
    config = httpx.get(f"{server}config").json()
    fn_index = next(each["id"] for each in config["dependencies"] if ["submit"] in [t[1:] for t in each["targets"]])
    asked = [list(QUESTIONS)[number % len(QUESTIONS)] for number in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as crowd:
        heard = list(crowd.map(lambda question: ask(server, fn_index, question), asked))
    for question, answer in zip(asked, heard, strict=True):
        assert f"#{QUESTIONS[question]}:" in answer
        others = [other for other in QUESTIONS if other != question]
        assert not any(other in answer for other in others)
