"""A server that speaks the OpenAI protocol and says, or does, what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OpenAIServer:
    """Answers each request by the next of `acts`, the last one again and again; keeps what it was asked.

    An act is a text, which is streamed word by word, or a function that is given the handler.
    """

    def __init__(self, *acts):
        self.acts = list(acts)
        self.requests = []
        self.headers = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append(json.loads(body))
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.asked = outer.asked
                act = outer.acts.pop(0) if len(outer.acts) > 1 else outer.acts[0]
                if callable(act):
                    text = act(self)
                    if text is not None:
                        stream(self, text)
                else:
                    stream(self, act)
                self.close_connection = True

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def asked(self):
        """The user's message of the last request."""
        return self.requests[-1]["messages"][-1]["content"]


def begin(handler, status=200, kind="text/event-stream", **headers):
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.send_header("connection", "close")
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def event(text, finish=None):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


def stream(handler, text, pause=0.0):
    """Stream a text word by word and end as the protocol wants it."""
    begin(handler)
    try:
        for word in text.replace(" ", " \x00").split("\x00"):
            handler.wfile.write(event(word))
            handler.wfile.flush()
            time.sleep(pause)
        handler.wfile.write(event("", "stop") + b"data: [DONE]\n\n")
    except (BrokenPipeError, ConnectionResetError):
        pass


def refuse(status, message, **headers):
    """Return an act that answers with an error status."""

    def act(handler):
        begin(handler, status, "application/json", **headers)
        handler.wfile.write(json.dumps({"error": {"message": message, "type": "e", "code": status}}).encode())

    return act


def raw(*parts, kind="text/event-stream", pause=0.0):
    """Return an act that sends bytes as they are and hangs up."""

    def act(handler):
        begin(handler, 200, kind)
        try:
            for part in parts:
                handler.wfile.write(part)
                handler.wfile.flush()
                time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass

    return act
