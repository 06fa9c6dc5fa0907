"""The tree itself: what must not stand in any file of it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def test_no_merge_was_left_half_done():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    texts = (".md", ".py", ".toml", ".txt", ".css", ".js", ".j2", ".html", ".jsonl")
    files = [ROOT / name for name in listed.stdout.splitlines() if name.endswith(texts)]
    assert files
    assert [file.name for file in files if file.is_file() and CONFLICT.search(file.read_text(encoding="utf-8"))] == []
