"""Any server that speaks the OpenAI protocol (vLLM, Ollama, llama.cpp), the only file that imports its client."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus.errors import ModelError, SettingsError
from qa.generators.language_model import BusyError, ContextError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openai import OpenAI

    from qa.prompts import Message

KEY_VARIABLES = ("FOOTNOTE_API_KEY", "OPENAI_API_KEY")
_SPEC = re.compile(r"(?P<model>[^\s@]+(?:@[^\s@/]+)*)@(?P<url>https?://\S+)")
_TOO_LONG = re.compile(r"context|too long|maximum.{0,20}tokens|exceed", re.IGNORECASE)
_CONNECT = 5.0
"""Seconds that a connection may take."""


class OpenAIChat:
    """A model of a server; the client is made with the first question."""

    def __init__(self, model: str, url: str) -> None:
        self.model = model
        self.url = url
        self.name = f"openai:{model}@{url}"

    @classmethod
    def from_spec(cls, spec: str) -> OpenAIChat:
        """Return the model of "MODEL@URL"; a URL without a path gets the usual /v1.

        Raises:
            SettingsError: it has another form, or the URL holds a name and password.
        """
        match = _SPEC.fullmatch(spec.strip())
        if not match:
            raise SettingsError(
                f"{spec!r} is not MODEL@URL; write for example: openai:llama3.2@http://localhost:11434/v1"
            )
        parts = urlsplit(match["url"])
        if parts.username or parts.password:
            raise SettingsError(f"a URL with a password is refused; set {KEY_VARIABLES[0]} instead")
        if not parts.hostname:
            raise SettingsError(f"{match['url']!r} names no host")
        return cls(match["model"], match["url"].rstrip("/") + ("" if parts.path.strip("/") else "/v1"))

    def stream(self, prompt: Sequence[Message], tokens: int, silence: float) -> Iterator[str]:
        """Yield the answer piece by piece.

        Raises:
            BusyError: the server cannot be reached, is overloaded or failed; it may work in a moment.
            ContextError: the prompt is too long for the model.
            ModelError: the server refused, sent what is no answer, broke off, or was silent for `silence` seconds.
        """
        import httpx2  # noqa: PLC0415  (what the client talks through)
        import openai  # noqa: PLC0415

        finished = False
        asked: list[Any] = [message.as_dict() for message in prompt]
        try:
            with self._client.chat.completions.create(
                model=self.model,
                messages=asked,
                max_tokens=tokens,
                temperature=0,
                stream=True,
                timeout=httpx2.Timeout(silence, connect=min(_CONNECT, silence)),
            ) as chunks:
                for chunk in chunks:
                    text, done = _read(chunk)
                    finished |= done
                    if text:
                        yield text
        except openai.APITimeoutError as error:
            raise ModelError(f"{self.url} was silent for {silence:g} s") from error
        except openai.APIConnectionError as error:
            raise BusyError(f"{self.url} cannot be reached ({_cause(error)}); is the server running?") from error
        except openai.APIStatusError as error:
            raise self._refused(error) from error
        except openai.APIError as error:
            raise ModelError(f"{self.url} reported an error: {error.message}") from error
        except httpx2.TimeoutException as error:
            raise ModelError(f"{self.url} was silent for {silence:g} s") from error
        except httpx2.HTTPError as error:
            raise ModelError(f"{self.url} broke off: {error}") from error
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise ModelError(f"{self.url} sent what is no answer: {error}") from error
        if not finished:
            raise ModelError(f"{self.url} broke off in the middle of an answer")

    @cached_property
    def _client(self) -> OpenAI:
        from openai import OpenAI  # noqa: PLC0415  (a second; only where a server is asked)

        key = next((os.environ[name] for name in KEY_VARIABLES if os.environ.get(name)), "none")
        return OpenAI(api_key=key, base_url=self.url, max_retries=0)

    def _refused(self, error: Any) -> ModelError:  # noqa: ANN401  (openai's error, which only this file's functions import)
        status, said = error.status_code, " ".join(str(error.message).split())[:200]
        if status == 400 and _TOO_LONG.search(said):
            return ContextError(f"{self.url}: {said}")
        if status in (408, 409, 429) or status >= 500:
            return BusyError(
                f"{self.url} answered {status}: {said}", _seconds(error.response.headers.get("retry-after"))
            )
        if status in (401, 403):
            return ModelError(f"{self.url} refused the key ({status}); set {KEY_VARIABLES[0]}")
        if status == 404:
            return ModelError(f"{self.url} has no model {self.model!r} (404): {said}")
        return ModelError(f"{self.url} answered {status}: {said}")


def _read(chunk: Any) -> tuple[str, bool]:  # noqa: ANN401  (built without validation, so its shape is checked here)
    """Return a chunk's text, and whether it ends the answer.

    Raises:
        TypeError: it is no chunk of a chat.
    """
    choices = chunk.choices
    if not isinstance(choices, list):
        raise TypeError(f"a chunk without choices: {chunk!r:.80}")
    if not choices:
        return "", False
    delta = choices[0].delta
    text = (delta.content if delta is not None else "") or ""
    if not isinstance(text, str):
        raise TypeError(f"content that is no text: {text!r:.80}")
    return text, choices[0].finish_reason is not None


def _seconds(header: str | None) -> float | None:
    """Return the wait that a Retry-After header asks for in seconds; None where it names a date or nothing."""
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def _cause(error: Exception) -> str:
    return str(error.__cause__ or error)
