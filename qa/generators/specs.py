"""Specs: what `--model` and FOOTNOTE_MODEL name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from qa.generators.language_model import LanguageModel, Limits
from qa.generators.quote import QuoteGenerator

if TYPE_CHECKING:
    from qa.generators.base import Generator
    from qa.generators.language_model import Chat

VARIABLE = "FOOTNOTE_MODEL"
SPECS = "quote, hf:REPO_OR_FOLDER, gguf:FILE, openai:MODEL@URL, smollm2"


def make_generator(spec: str | None, limits: Limits = Limits()) -> Generator:  # noqa: B008  (frozen)
    """Return the generator of a `--model` spec; None is what FOOTNOTE_MODEL names, or quotes.

    `limits` hold for language models.

    Raises:
        SettingsError: no generator has that spec.
        ModelError: the model's weights or library are missing.
    """
    spec = spec or os.environ.get(VARIABLE) or "quote"
    if spec == "quote":
        return QuoteGenerator()
    return LanguageModel(_chat(spec), limits, rewrites=spec != "smollm2")


def _chat(spec: str) -> Chat:
    """Return the chat model of a spec; each adapter is imported only where it is asked for."""
    kind, _, rest = spec.partition(":")
    if spec == "smollm2":
        from qa.generators.llama_chat import LlamaChat  # noqa: PLC0415

        return LlamaChat.packaged()
    if kind == "openai" and rest:
        from qa.generators.openai_chat import OpenAIChat  # noqa: PLC0415

        return OpenAIChat.from_spec(rest)
    if kind == "gguf" and rest:
        from qa.generators.llama_chat import LlamaChat  # noqa: PLC0415

        return LlamaChat.from_file(rest)
    if kind == "hf" and rest:
        from qa.generators.transformers_chat import TransformersChat  # noqa: PLC0415

        return TransformersChat.from_name(rest)
    raise SettingsError(f"unknown model {spec!r}; use one of: {SPECS}")
