"""Models that run here: a tiny one through transformers, and the packaged SmolLM2 through llama.cpp."""

from __future__ import annotations

import logging
import time

import pytest
import torch
from openai import OpenAI
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from corpus.errors import ModelError
from qa.generators.language_model import BusyError, ContextError, LanguageModel, Limits
from qa.generators.llama_chat import LlamaChat
from qa.generators.openai_chat import OpenAIChat
from qa.generators.transformers_chat import TransformersChat
from qa.generators.worker import Worker
from qa.phrases import MODEL_FAILED
from qa.prompts import Message

PROMPT = (Message("system", "say something"), Message("user", "word word word"))
TEMPLATE = "{% for m in messages %}{{ m.content }} {% endfor %}"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Save a random model of 50 words."""
    torch.manual_seed(0)
    words = {word: number for number, word in enumerate(["<unk>", "<eos>", *(f"word{n}" for n in range(48))])}
    inner = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", eos_token="<eos>", pad_token="<eos>")
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=128,
        eos_token_id=1,
        bos_token_id=1,
        pad_token_id=1,
    )
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer.save_pretrained(folder)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("template", [None, TEMPLATE, NO_SYSTEM])
def test_a_folder_streams_with_and_without_a_template(tiny, template):
    chat = TransformersChat.from_name(str(tiny))
    tokenizer, _ = chat._loaded
    tokenizer.chat_template = template
    pieces = list(chat.stream(PROMPT, 12, 30.0))
    assert len(pieces) > 1
    assert set("".join(pieces).split()) <= {"<unk>", *(f"word{n}" for n in range(48))}
    assert chat.name == f"hf:{tiny}"


def test_a_prompt_longer_than_the_model_reads_is_a_context_error(tiny):
    long = (Message("user", "word1 " * 120),)
    with pytest.raises(ContextError, match="reads 128 tokens"):
        list(TransformersChat.from_name(str(tiny)).stream(long, 20, 30.0))


def test_a_stream_that_is_closed_frees_the_model(tiny):
    chat = TransformersChat.from_name(str(tiny))
    stream = chat.stream(PROMPT, 100, 30.0)
    next(stream)
    stream.close()
    assert list(chat.stream(PROMPT, 3, 5.0))


def test_missing_and_damaged_weights_say_what_to_do(tiny, tmp_path):
    with pytest.raises(ModelError, match="hf download"):
        list(TransformersChat.from_name(str(tmp_path / "none")).stream(PROMPT, 3, 30.0))
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in tiny.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot be loaded"):
        list(TransformersChat.from_name(str(broken)).stream(PROMPT, 3, 30.0))
    with pytest.raises(ModelError, match=r"none\.gguf cannot be read"):
        list(LlamaChat.from_file(str(tmp_path / "none.gguf")).stream(PROMPT, 3, 30.0))
    (tmp_path / "text.gguf").write_bytes(b"hello")
    with pytest.raises(ModelError, match="is no GGUF file"):
        list(LlamaChat.from_file(str(tmp_path / "text.gguf")).stream(PROMPT, 3, 30.0))
    (tmp_path / "cut.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    with pytest.raises(ModelError, match="damaged"):
        list(LlamaChat.from_file(str(tmp_path / "cut.gguf")).stream(PROMPT, 3, 30.0))


def test_memory_that_runs_out_leaves_the_articles_own_words(article_qa, monkeypatch, caplog):
    class Full:
        name = "full"

        def stream(self, prompt, tokens, silence):
            raise MemoryError
            yield

    monkeypatch.setattr(article_qa, "generator", LanguageModel(Full()))
    with caplog.at_level(logging.WARNING, "qa.writing"):
        answer = article_qa.answer("What is ALS?")
    assert answer.note == MODEL_FAILED
    assert answer.citations
    assert "ran out of memory" in caplog.text


def test_a_worker_writes_one_answer_at_a_time_and_is_never_waited_for_long():
    worker = Worker("slow")

    def slow(hand_over):
        while not hand_over("a"):
            time.sleep(0.01)

    first = worker.pieces(slow, 5.0)
    assert next(first) == "a"
    with pytest.raises(BusyError, match="another answer"):
        next(worker.pieces(slow, 0.1))
    first.close()
    with pytest.raises(ModelError, match=r"silent for 0\.1 s"):
        list(worker.pieces(lambda _: time.sleep(0.5), 0.1))


@pytest.fixture(scope="module")
def smollm2():
    return LlamaChat.packaged()


def test_smollm2_answers_through_llama_cpp(smollm2, article_qa, monkeypatch):
    limits = Limits(deadline=240.0, silence=200.0, evidence=4, tokens=60)
    monkeypatch.setattr(article_qa, "generator", LanguageModel(smollm2, limits))
    answer = article_qa.answer("What is ALS?")
    assert answer.note != MODEL_FAILED
    assert answer.sentences
    assert answer.generator in ("smollm2", "quote")
    marked = {marker for sentence in answer.sentences for marker in sentence.markers}
    assert marked == {citation.marker for citation in answer.citations}
    document = article_qa.corpus.documents[0]
    assert all(document.text[citation.start : citation.end] == citation.quote for citation in answer.citations)


def test_llama_cpp_says_when_the_context_is_too_small(smollm2):
    small = LlamaChat(smollm2.file, "small", context=256)
    with pytest.raises(ContextError, match="context"):
        list(small.stream((Message("user", "word " * 600),), 20, 100.0))


def test_the_openai_client_talks_to_llama_cpps_own_server(smollm2):
    client = OpenAI(base_url=f"{smollm2.address}/v1", api_key="none", timeout=200.0, max_retries=0)
    answer = client.chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Say hello."}], max_tokens=8, temperature=0
    )
    assert answer.choices[0].message.content.strip()

    pieces = list(OpenAIChat.from_spec(f"smollm2@{smollm2.address}").stream(PROMPT, 8, 200.0))
    assert "".join(pieces).strip()
