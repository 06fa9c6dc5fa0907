"""`python -m qa.server.load_page`: how fast the chat page is, in one visitor's browser and under many visitors."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx

from qa.server.load import PATIENCE, Result, cpu_seconds, questions_of, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import Browser, CDPSession, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BOX = "#question textarea"
LOAD_BAR, FIRST_BAR, CROWD_BAR = 1.5, 0.3, 2.0
"""Seconds until the page can be used (median), until the first sentence (median), until a crowd's answers (p95)."""
_A_TALK = 10
"""Questions that a visitor asks one after the other."""
_SETTLED = 1000
"""Milliseconds after an answer in which what follows it is fetched."""

_USABLE = f"""
new MutationObserver((_, watch) => {{
  if (!document.querySelector({BOX!r}) || !document.querySelector(".article")) return;
  watch.disconnect();
  window.usable = performance.now();
}}).observe(document, {{ childList: true, subtree: true }});
"""
_ASK = f"""(before) => new Promise((done) => {{
  const began = performance.now();
  new MutationObserver((_, watch) => {{
    if (document.querySelectorAll("#chat .bot-row .reply").length <= before) return;
    watch.disconnect();
    done(performance.now() - began);
  }}).observe(document.body, {{ childList: true, subtree: true }});
  const enter = new KeyboardEvent("keypress", {{ key: "Enter", bubbles: true, cancelable: true }});
  document.querySelector({BOX!r}).dispatchEvent(enter);
}})"""


@dataclass
class Traffic:
    """What a page has asked for: requests, bytes of their bodies, bytes that came back over the wire."""

    requests: int = 0
    sent: int = 0
    received: int = 0

    def watch(self, devtools: CDPSession) -> None:
        """Count from now on."""
        devtools.on("Network.requestWillBeSent", self._request)
        devtools.on("Network.dataReceived", self._data)
        devtools.send("Network.enable")

    def _request(self, event: Mapping[str, Any]) -> None:
        self.requests += 1
        self.sent += len((event["request"].get("postData") or "").encode())

    def _data(self, event: Mapping[str, Any]) -> None:
        self.received += event["encodedDataLength"]


@dataclass(frozen=True)
class Measured:
    """One thing that a browser did: seconds, its main thread's seconds of CPU, and the traffic."""

    seconds: float
    busy: float
    traffic: Traffic


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser.

    Raises:
        SystemExit: there is none.
    """
    if CHROMIUM is None:
        raise SystemExit("no Chromium here; install it (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (for development only)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def first_load(browser: Browser, address: str) -> Measured:
    """Open the page as a new visitor with nothing kept; measure until question box and article stand there."""
    with _new_page(browser) as (page, devtools):
        traffic = Traffic()
        traffic.watch(devtools)
        page.add_init_script(_USABLE)
        page.goto(address)
        page.wait_for_function("window.usable > 0")
        page.wait_for_load_state("networkidle")
        return Measured(page.evaluate("window.usable") / 1000, _busy(devtools), traffic)


def conversation(browser: Browser, address: str, questions: Sequence[str]) -> list[Measured]:
    """Ask one question after the other; measure each to its first sentence, and the traffic until it is whole."""
    measured = []
    with _new_page(browser) as (page, devtools):
        page.goto(address)
        page.wait_for_selector(BOX)
        page.wait_for_load_state("networkidle")
        traffic = Traffic()
        traffic.watch(devtools)
        for number, question in enumerate(questions):
            traffic.requests = traffic.sent = traffic.received = 0
            before = _busy(devtools)
            page.fill(BOX, question)
            seconds = page.evaluate(_ASK, number) / 1000
            page.wait_for_function(f"document.querySelectorAll('#chat .bot-row .foot').length === {number + 1}")
            page.wait_for_selector("#question .submit-button")
            page.wait_for_timeout(_SETTLED)
            counted = Traffic(traffic.requests, traffic.sent, traffic.received)
            measured.append(Measured(seconds, _busy(devtools) - before, counted))
    return measured


@contextmanager
def _new_page(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(viewport={"width": 1360, "height": 850})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    yield page, devtools
    context.close()


def _busy(devtools: CDPSession) -> float:
    """Return the seconds of CPU that the page's main thread has used."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def crowd(address: str, questions: Sequence[str], visitors: int, each: int) -> Result:
    """Let visitors ask side by side, as their browsers would: each sends its conversation along, and waits."""
    result = Result()
    limits = httpx.Limits(max_connections=visitors, max_keepalive_connections=visitors)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        events = (await client.get("config")).json()["dependencies"]
        ask = next(event["id"] for event in events if "submit" in [target[1] for target in event["targets"]])
        after = [event["id"] for event in events if event["trigger_after"] == ask and event["backend_fn"]]
        began = time.perf_counter()
        own = [[questions[(number + turn) % len(questions)] for turn in range(each)] for number in range(visitors)]
        await asyncio.gather(*(_visitor(client, result, ask, after, mine) for mine in own))
        result.took = time.perf_counter() - began
    return result


async def _visitor(
    client: httpx.AsyncClient, result: Result, ask: int, after: Sequence[int], questions: Sequence[str]
) -> None:
    session = uuid.uuid4().hex
    kept: list[str] = []
    asked: list[str] = []
    for question in questions:
        began = time.perf_counter()
        try:
            kept = await _answered(client, ask, question, kept, session)
            took = time.perf_counter() - began
            asked.append(question)
            for event in after:  # what the page looks up once an answer is whole: questions to ask next
                body = {"data": [kept], "fn_index": event, "session_hash": session}
                (await client.post("gradio_api/run/predict", json=body)).raise_for_status()
        except (httpx.HTTPError, LookupError, ValueError) as error:
            result.errors.append(f"{question!r}: {type(error).__name__}: {error}")
            continue
        result.seconds.append(took)
        turns = [json.loads(turn) for turn in kept]
        answered = [turn["answer"]["question"] for turn in turns]
        result.mixed_up += not ([turn["question"] for turn in turns] == answered == asked)


async def _answered(client: httpx.AsyncClient, ask: int, question: str, kept: list[str], session: str) -> list[str]:
    """Ask a question on the page; return the conversation that a browser keeps then.

    Raises:
        HTTPError, LookupError, ValueError: no whole answer came.
    """
    from gradio_client.utils import apply_diff  # noqa: PLC0415  (slow to import)

    body = {"data": [question, kept], "fn_index": ask, "session_hash": session}
    (await client.post("gradio_api/queue/join", json=body)).raise_for_status()
    shown: Any = None
    async with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if message.get("msg") == "process_generating":
                sent = message["output"]["data"][2]
                shown = sent if shown is None else apply_diff(shown, sent)
                kept = shown if isinstance(shown, list) else kept
            elif message.get("msg") == "process_completed":
                last = json.loads(kept[-1])
                if not message["success"] or last["state"] != "whole" or not last["answer"]:
                    raise ValueError("the page could not answer")
            elif message.get("msg") == "close_stream":
                return kept
    raise ValueError("the stream ended early")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; return 1 where an answer failed or was not its question's own."""
    parser = argparse.ArgumentParser(prog="python -m qa.server.load_page", description=__doc__)
    parser.add_argument("questions", type=Path, help="a question set, one JSON object a line")
    parser.add_argument("--loads", type=int, default=7, help="first visits (default %(default)s)")
    parser.add_argument("--asked", type=int, default=30, help="questions in the browser (default %(default)s)")
    parser.add_argument("--visitors", type=int, default=20, help="how many ask at the same time (default %(default)s)")
    parser.add_argument("--each", type=int, default=10, help="questions of each of them (default %(default)s)")
    options, serve = parser.parse_known_args(arguments)
    questions = questions_of(options.questions)
    asked = questions[: options.asked]
    talks = [asked[at : at + _A_TALK] for at in range(0, len(asked), _A_TALK)]
    with running_server(serve) as (address, pid):
        with chromium() as browser:
            first_load(browser, address)  # the server packs its files
            began = cpu_seconds(pid)
            loads = [first_load(browser, address) for _ in range(options.loads)]
            served = (cpu_seconds(pid) - began) / options.loads
            turns = [turn for talk in talks for turn in conversation(browser, address, talk)]
        began = cpu_seconds(pid)
        many = asyncio.run(crowd(address, questions, options.visitors, options.each))
        busy = (cpu_seconds(pid) - began) / max(1, len(many.seconds))
    _tell("first load", loads, LOAD_BAR)
    print(f"               the server used {1000 * served:.0f} ms of CPU a load")
    _tell("first sentence", turns, FIRST_BAR)
    p95 = many.percentile(95)
    name = f"{options.visitors} visitors"
    print(f"{name:<14} {len(many.seconds)} answers, p50 {many.percentile(50):.2f} s, p95 {p95:.2f} s", end=" ")
    print(f"{_bar(p95, CROWD_BAR)}, errors {len(many.errors)}, mixed up {many.mixed_up}")
    print(f"               {many.per_second:.1f} answers a second, {1000 * busy:.0f} ms of the server's CPU each")
    print("\n".join(many.errors[:10]), end="")
    return 1 if many.errors or many.mixed_up else 0


def _tell(what: str, measured: Sequence[Measured], bar: float) -> None:
    seconds = [one.seconds for one in measured]
    print(f"{what:<14} {len(measured)} times, median {median(seconds):.2f} s, worst {max(seconds):.2f} s", end=" ")
    print(_bar(median(seconds), bar))
    requests = median([one.traffic.requests for one in measured])
    sent, received = (median([getattr(one.traffic, way) for one in measured]) / 1000 for way in ("sent", "received"))
    print(f"               {requests:.0f} requests, {sent:.0f} kB up, {received:.0f} kB down", end=", ")
    print(f"{1000 * median([one.busy for one in measured]):.0f} ms of CPU in the browser's main thread (medians)")


def _bar(seconds: float, bar: float) -> str:
    return f"(bar {bar:g} s: {'met' if seconds <= bar else 'missed'})"


if __name__ == "__main__":
    sys.exit(main())
