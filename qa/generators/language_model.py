"""A language model as a generator: prompts, retries, deadlines, and evidence dropped where the context is too small."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from corpus.errors import ModelError, SettingsError
from qa.generators.sentences import sentences
from qa.prompts import Message, messages, rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qa.evidence import ScoredSentence
    from qa.generators.base import Draft
    from qa.question import Turn

_LOG = logging.getLogger(__name__)
_REWRITING, _REWRITTEN_TOKENS = 8.0, 120
"""Seconds and tokens that the rewording of a question may take."""
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)


class BusyError(ModelError):
    """A model cannot answer now and may a moment later; `wait` is how long it asks for, in seconds, or None."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class ContextError(ModelError):
    """A prompt is longer than the model reads."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much.

    `deadline` is for the whole answer, `silence` the longest wait for the next words, `pause` the first wait between
    two tries, which doubles; all in seconds. `evidence` is how many sentences a model is given, `tokens` the longest
    answer, `tries` how often a busy model is asked.
    """

    deadline: float = 60.0
    silence: float = 30.0
    evidence: int = 18
    tokens: int = 320
    tries: int = 3
    pause: float = 0.5

    def __post_init__(self) -> None:
        if min(self.deadline, self.silence, self.pause) <= 0 or min(self.evidence, self.tokens, self.tries) < 1:
            raise SettingsError(f"limits of a language model must be above 0, not {self}")


class Chat(Protocol):
    """A chat model behind its adapter."""

    @property
    def name(self) -> str:
        """The spec that made it, as in `--model`."""

    def stream(self, prompt: Sequence[Message], tokens: int, silence: float) -> Iterator[str]:
        """Yield an answer of at most `tokens` tokens piece by piece; closing the iterator ends the work.

        Raises:
            BusyError: it may work in a moment.
            ContextError: the prompt is too long.
            ModelError: anything else that went wrong, silence for longer than `silence` seconds included.
        """


class LanguageModel:
    """A chat model as a generator.

    Args:
        chat: the model.
        limits: how long and how much.
        rewrites: whether the model is able to reword questions that lean on a conversation.
        clock: seconds from any start.
        sleep: waits for seconds.
    """

    rewords = True

    def __init__(
        self,
        chat: Chat,
        limits: Limits = Limits(),
        *,
        rewrites: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._chat = chat
        self._limits = limits
        self.rewrites = rewrites
        self._clock = clock
        self._sleep = sleep

    @property
    def name(self) -> str:
        """The spec that made it, as in `--model`."""
        return self._chat.name

    def generate(self, question: str, evidence: Sequence[ScoredSentence]) -> Iterator[Draft]:
        """Yield the model's sentences as they are written; `evidence` comes best first.

        Raises:
            ModelError: the model failed, was silent for too long, said nothing, or passed the deadline.
        """
        said = False
        for draft in sentences(self._chunks(question, list(evidence[: self._limits.evidence]))):
            said = True
            yield draft
        if not said:
            raise ModelError(f"{self.name} said nothing")

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question as the model words it to stand alone, unchecked; a slow model is not waited for long.

        Raises:
            ModelError: the model failed, was silent for too long, or passed the deadline.
        """
        end = self._clock() + min(_REWRITING, self._limits.deadline)
        text = "".join(self._pieces(rewriting(question, history), end, _REWRITTEN_TOKENS))
        return _THINKING.sub("", text).strip().strip('"“”').strip()

    def _chunks(self, question: str, evidence: list[ScoredSentence]) -> Iterator[str]:
        """Yield the answer's pieces; before the first one, a busy model is asked again and a long prompt shortened."""
        end = self._clock() + self._limits.deadline
        tried, pause = 0, self._limits.pause
        while True:
            begun = False
            try:
                for chunk in self._pieces(messages(question, evidence), end):
                    begun = True
                    yield chunk
                return
            except BusyError as error:
                tried += 1
                wait = pause if error.wait is None else error.wait
                if begun or tried >= self._limits.tries or self._clock() + wait >= end:
                    raise
                _LOG.info("%s is busy (%s); asking again in %.1f s", self.name, error, wait)
                self._sleep(wait)
                pause *= 2
            except ContextError:
                if begun or len(evidence) < 2:
                    raise
                evidence = evidence[: len(evidence) * 2 // 3]
                _LOG.info("%s reads less than the prompt; the best %d sentences are left", self.name, len(evidence))

    def _pieces(self, prompt: Sequence[Message], end: float, tokens: int | None = None) -> Iterator[str]:
        left = end - self._clock()
        stream = self._chat.stream(prompt, tokens or self._limits.tokens, max(0.01, min(self._limits.silence, left)))
        try:
            for piece in stream:
                yield piece
                if self._clock() >= end:
                    raise ModelError(f"{self.name} had not finished after {self._limits.deadline:g} s")
        except (ModelError, GeneratorExit):
            raise
        except MemoryError as error:
            raise ModelError(f"{self.name} ran out of memory; use a smaller model") from error
        except Exception as error:  # whatever a library raises, a reader still gets an answer
            raise ModelError(f"{self.name} failed: {type(error).__name__}: {error}") from error
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
