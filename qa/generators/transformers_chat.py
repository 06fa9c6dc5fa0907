"""Causal language models through transformers, on a GPU where there is one: the only file that imports it to write."""

from __future__ import annotations

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


class TransformersChat:
    """A model in a folder, in the cache of the Hugging Face hub, or in a GGUF file. Nothing is ever fetched."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.name = f"hf:{source}"
        self._worker = Worker(self.name)
        self._loading = threading.Lock()

    @classmethod
    def from_name(cls, source: str) -> TransformersChat:
        """Return the model of a folder, a GGUF file or a repository's name."""
        return cls(source)

    def stream(self, prompt: Sequence[Message], tokens: int, silence: float) -> Iterator[str]:
        """Yield the answer piece by piece.

        Raises:
            BusyError: it is writing another answer.
            ContextError: the prompt is too long.
            ModelError: weights or a library are missing or damaged, memory ran out, or it was
                silent for `silence` seconds.
        """
        import torch  # noqa: PLC0415
        from transformers import StoppingCriteria, TextStreamer  # noqa: PLC0415

        def work(hand_over: Callable[[str], bool]) -> None:
            tokenizer, model = self._loaded
            stop = threading.Event()

            class Streamer(TextStreamer):
                def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                    if hand_over(text):
                        stop.set()

            class Stopped(StoppingCriteria):
                def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
                    if hand_over(""):
                        stop.set()
                    return torch.full((input_ids.shape[0],), stop.is_set(), device=input_ids.device)

            ids = _encoded(tokenizer, prompt)
            longest = getattr(model.config, "max_position_embeddings", None)
            if longest and ids["input_ids"].shape[1] + tokens > longest:
                raise ContextError(f"{self.name} reads {longest} tokens, fewer than the prompt and its answer")
            try:
                with torch.inference_mode():
                    model.generate(
                        **ids.to(model.device),
                        max_new_tokens=tokens,
                        do_sample=False,
                        streamer=Streamer(tokenizer, skip_prompt=True, skip_special_tokens=True),
                        stopping_criteria=[Stopped()],
                    )
            except torch.OutOfMemoryError as error:
                torch.cuda.empty_cache()
                raise ModelError(f"{self.name} ran out of GPU memory; use a smaller model") from error

        for piece in self._worker.pieces(work, silence):
            if piece:
                yield piece

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The tokenizer and the model, on the GPU in bfloat16 where there is one, else in float32."""
        import torch  # noqa: PLC0415
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        path = Path(self.source).expanduser()
        where: dict[str, Any] = {"local_files_only": True}
        folder = str(path) if path.exists() else self.source
        if path.suffix == ".gguf":
            folder, where["gguf_file"] = str(path.parent), path.name
        gpu = torch.cuda.is_available()
        with self._loading:
            try:
                tokenizer = AutoTokenizer.from_pretrained(folder, **where)
                model: Any = AutoModelForCausalLM.from_pretrained(
                    folder, dtype=torch.bfloat16 if gpu else torch.float32, **where
                )
                return tokenizer, model.to("cuda" if gpu else "cpu").eval()
            except torch.OutOfMemoryError as error:
                raise ModelError(f"{self.name} does not fit the GPU's memory; use a smaller model") from error
            except ImportError as error:
                raise ModelError(f"{self.name} needs another library: {error}") from error
            except Exception as error:  # a damaged file raises whatever its format's reader does
                raise ModelError(
                    f"{self.name} cannot be loaded ({type(error).__name__}: {str(error)[:200]}); give a folder with a "
                    "model, or fetch the repository first: hf download REPO"
                ) from error


def _encoded(tokenizer: Any, prompt: Sequence[Message]) -> Any:  # noqa: ANN401  (transformers' own classes)
    """Return the prompt's tokens by the model's own template, or as plain text where it brings none.

    A template that knows no system message gets it in front of the user's.
    """
    listed = [message.as_dict() for message in prompt]
    joined = "\n\n".join(message.content for message in prompt)
    if tokenizer.chat_template is None:
        return tokenizer(f"{joined}\n\nAnswer:", return_tensors="pt")
    options = {"add_generation_prompt": True, "return_tensors": "pt", "return_dict": True}
    try:
        return tokenizer.apply_chat_template(listed, **options)
    except Exception:  # jinja's errors, raised by the template itself
        return tokenizer.apply_chat_template([{"role": "user", "content": joined}], **options)
