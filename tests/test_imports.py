"""The house's order: imports point left, heavy libraries stand in their one adapter, public names are pinned."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corpus
import index
import qa

ROOT = Path(__file__).parents[1]
ORDER = ["corpus", "index", "qa", "app"]
ADAPTERS = {
    "torch": {"qa/generators/transformers_chat.py"},
    "transformers": {"index/sentence_encoder.py", "qa/generators/transformers_chat.py"},
    "openai": {"qa/generators/openai_chat.py"},
    "httpx2": {"qa/generators/openai_chat.py"},
    "xllamacpp": {"qa/generators/llama_chat.py"},
    "sentence_transformers": {"index/sentence_encoder.py"},
    "faiss": {"index/lists.py", "index/vectors.py"},
    "bm25s": {"index/lexical.py", "index/words.py"},
    "filelock": {"index/lock.py"},
    "onnx": {"index/bert_graph.py"},
    "gradio": {"app.py"},
    "mcp": {"qa/server/tools.py"},
    "opentelemetry": {"qa/server/tracing.py"},
    "pymilvus": {"index/milvus/connection.py"},
    "grpc": {"index/milvus/connection.py"},
    "prometheus_client": {"qa/server/metrics.py"},
    "uvicorn": {"qa/server/run.py", "qa/server/waiting.py"},
}


def sources():
    return [*ROOT.glob("app.py"), *(file for room in ORDER[:3] for file in (ROOT / room).rglob("*.py"))]


def imported(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_point_left_and_adapters_are_alone(file):
    relative = file.relative_to(ROOT)
    room = relative.parts[0].removesuffix(".py")
    for name in imported(file):
        if name in ORDER:
            assert ORDER.index(name) <= ORDER.index(room), f"{relative} imports {name}, which stands to its right"
        if name in ADAPTERS:
            assert relative.as_posix() in ADAPTERS[name], f"{relative} imports {name} outside its adapter"


def test_public_names():
    assert corpus.__all__ == [
        "Corpus",
        "Document",
        "Passage",
        "Section",
        "default_corpus_path",
        "load_corpus",
        "make_corpus",
        "read_text",
    ]
    assert index.__all__ == ["Encoder", "Hit", "Index", "SearchMode", "load_encoder"]
    assert qa.__all__ == ["Answer", "AnswerSentence", "ArticleQA", "Citation", "answer"]


def test_import_qa_is_light():
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "gradio",
        "onnxruntime",
        "openai",
        "fastapi",
        "mcp",
        "pymilvus",
    }
    code = f"import sys, qa, qa.__main__; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"
