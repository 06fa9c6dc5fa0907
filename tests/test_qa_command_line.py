from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.__main__ import main

ROOT = Path(__file__).parents[1]
BLOCK_SOCKETS = """
import socket
class Blocked(socket.socket):
    def connect(self, address):
        raise OSError("the network is cut")
    connect_ex = connect
socket.socket = Blocked
"""


def can_unshare():
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def test_ask_works_with_the_network_cut(tmp_path):
    command = [sys.executable, "-m", "qa", "ask", "Which muscles does ALS cramp?", "--json"]
    environment = {**os.environ, "FOOTNOTE_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    if can_unshare():
        command = ["unshare", "--net", *command]
    else:
        (tmp_path / "sitecustomize.py").write_text(BLOCK_SOCKETS)
        environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert "legs and arms" in answer["text"]
    assert run.stderr == ""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path))


def test_ask_prints_numbered_sources(cache, capsys):
    assert main(["ask", "What does an EMG do?"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "EMG tests the electrical activity in muscles" in printed
    assert "[1] Common Diagnostic Tools: “Electromyography (EMG)" in printed


def test_search_is_reranked_unless_a_mode_is_named(cache, capsys):
    def found(*arguments):
        assert main(["search", "Which test shows how fast a nerve conducts?", "-k", "3", "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    reranked, plain = found(), found("--mode", "fused")
    assert reranked == found()
    assert [row["score"] for row in reranked] != [row["score"] for row in plain]
    assert reranked[0]["section"] == "Common Diagnostic Tools"


def test_index_says_what_it_did(cache, capsys):
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("built: 1 documents, 17 passages")
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("up to date")


def test_index_reports_what_it_left_out(cache, capsys, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "good.txt").write_text("Words that can be read.")
    (folder / "bad.txt").write_bytes(b"\0")
    assert main(["index", str(folder)]) == 1
    assert "bad.txt: is not text" in capsys.readouterr().err


def test_errors_say_what_to_do(capsys, tmp_path):
    assert main(["ask", "What?", "--corpus", str(tmp_path / "none")]) == 2
    assert "error: no corpus at" in capsys.readouterr().err
    assert main(["ask", "a" * 100_000]) == 2
    assert "ask in at most" in capsys.readouterr().err
