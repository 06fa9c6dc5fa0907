"""Every snippet of docs/serving.md does what it says."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from server_fixtures import mount_page, serving

from qa.__main__ import _parser
from qa.server.corpora import Corpora
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:7860"


def lines(command):
    return [
        line for kind, text in SNIPPETS for line in text.splitlines() if kind == "sh" and line.startswith(f"{command} ")
    ]


@pytest.fixture(scope="module")
def address(article_qa, tmp_path_factory):
    """The server with every door, at the article."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path_factory.mktemp("data")))
    service = Service(Corpora({"article": lambda: article_qa}), ServerSettings())
    server = create_app(service)
    mount_page(server, service)
    service.warm_up()
    with serving(server, service) as address:
        yield address
    monkeypatch.undo()


def test_every_kind_of_snippet_is_known():
    assert {kind for kind, _ in SNIPPETS} == {"sh", "python", "json", "html"}
    assert len(lines("curl")) + len(lines("footnote")) + len(lines("make")) == sum(
        len(text.splitlines()) for kind, text in SNIPPETS if kind == "sh"
    )


@pytest.mark.parametrize("line", lines("curl"))
def test_curl(address, line):
    run = subprocess.run(
        ["bash", "-c", f"{line} -f".replace(HERE, address)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    if "stream" in line:
        assert run.stdout.count("event: sentence") >= 1
        assert run.stdout.count("event: answer") == 1
    elif "answer" in line:
        assert "legs and arms" in json.loads(run.stdout)["text"]
    elif "search" in line:
        assert len(json.loads(run.stdout)["hits"]) == 3
    elif "metrics" in line:
        assert "footnote_answers_total" in run.stdout
    else:
        assert json.loads(run.stdout)


@pytest.mark.parametrize("code", [text for kind, text in SNIPPETS if kind == "python"])
def test_python(address, code):
    if "mcp" in code:
        pytest.importorskip("mcp")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code.replace(HERE, address)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "legs and arms" in run.stdout
    assert ("#s7.1:" in run.stdout) == ("annotations" in code)


@pytest.mark.parametrize("line", lines("footnote"))
def test_footnote_takes_the_options(line):
    options = _parser().parse_args(shlex.split(line, comments=True)[1:])
    assert callable(options.run)


def test_settings_of_a_desktop_client_start_our_command():
    (text,) = [text for kind, text in SNIPPETS if kind == "json"]
    command = json.loads(text)["mcpServers"]["footnote"]
    assert command["command"] == "footnote"
    assert _parser().parse_args(command["args"]).run


def test_embedding_needs_what_the_page_says(address):
    (text,) = [text for kind, text in SNIPPETS if kind == "html"]
    assert len(text.splitlines()) == 2
    script = httpx.get(re.search(r'src="([^"]+)"', text)[1].replace(HERE, address)).text
    assert f'customElements.define("{re.search(r"<([a-z]+-[a-z]+)>", text)[1]}"' in script


def test_make_knows_the_bench():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{shlex.split(line)[1]}: " in makefile for line in lines("make"))


@pytest.mark.parametrize("path", re.findall(r"`(?:GET |POST )?(/[\w./]*)[`,]", TEXT.split("## Ask with curl")[0]))
def test_every_door_of_the_table_is_there(address, path):
    if path in ("/", "/corpora/NAME/"):
        pytest.skip("the page has its own tests")
    if path == "/mcp":
        pytest.importorskip("mcp")
    (listed,) = httpx.get(f"{address}/v1/documents").json()["documents"]
    path = path.replace("/sections/ID", "/sections/s1").replace("ID", listed["id"])
    assert httpx.get(f"{address}{path}").status_code in (200, 400, 405, 406)
