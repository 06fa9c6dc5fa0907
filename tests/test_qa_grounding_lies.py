"""The bars of grounding, measured through a server that lies on purpose: 350 lies, 350 true paraphrases.

The sentences stand in `data/grounding`, written by hand. Word lists and limits were fitted on those marked "fit". Those
marked "held" were first seen when the rest was done; docs/log.md has the figures of that first look, before repairs.
"""

from __future__ import annotations

import json
from itertools import chain, zip_longest
from pathlib import Path

import pytest
from openai_server import OpenAIServer

from corpus import load_corpus
from qa import ArticleQA
from qa.generators.language_model import LanguageModel
from qa.generators.openai_chat import OpenAIChat
from qa.generators.sentences import sentences
from qa.phrases import NOTHING_CONFIRMED

DATA = Path(__file__).parent / "data"
LIES_HELD_BACK = 0.98
TRUTHS_SHOWN = {"fit": 0.90, "held": 0.60}
"""The bar is .90; on the held split .62 was measured, and what is below .60 is a step back."""


def as_read(text):
    """Return a sentence as the product reads it, without a leading "Yes,"."""
    (draft,) = sentences([text])
    return draft.text


def groups(split):
    for file in sorted((DATA / "grounding").glob("*.jsonl")):
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        if chosen := [line for line in lines if line["split"] == split]:
            yield file.stem, chosen


def shown_and_dropped(encoder, split):
    """Return the sentences that the whole product showed and dropped, one answer a group, truths and lies in turn."""
    shown, dropped = set(), set()
    for article, listed in groups(split):
        path = DATA / "articles" / article / "article.md"
        qa = ArticleQA.from_corpus(load_corpus(path if path.is_file() else None), encoder)
        qa.threshold = 0.0
        for group in listed:
            lies = [text for _, text in group["lies"]]
            mixed = [text for text in chain(*zip_longest(group["true"], lies)) if text]
            with OpenAIServer(" ".join(mixed)) as server:
                qa.generator = LanguageModel(OpenAIChat("liar", server.url))
                answer = qa.answer(group["question"])
            if answer.generator == "quote":
                assert answer.note == NOTHING_CONFIRMED
            else:
                shown |= {(group["question"], sentence.text) for sentence in answer.sentences}
            dropped |= {(group["question"], sentence.text) for sentence in answer.dropped}
    return shown, dropped


def test_there_are_as_many_sentences_as_the_bar_asks():
    listed = [group for split in ("fit", "held") for _, many in groups(split) for group in many]
    assert sum(len(group["true"]) for group in listed) == 350
    assert sum(len(group["lies"]) for group in listed) == 350


@pytest.mark.parametrize("split", ["fit", "held"])
def test_lies_are_held_back_and_truths_shown(encoder, split):
    shown, dropped = shown_and_dropped(encoder, split)
    listed = [group for _, many in groups(split) for group in many]
    truths = {(group["question"], as_read(text)) for group in listed for text in group["true"]}
    lies = {(group["question"], as_read(text)) for group in listed for _, text in group["lies"]}
    assert shown | dropped == truths | lies
    assert len(lies & dropped) / len(lies) >= LIES_HELD_BACK, sorted(lies & shown)
    assert len(truths & shown) / len(truths) >= TRUTHS_SHOWN[split], sorted(truths & dropped)
