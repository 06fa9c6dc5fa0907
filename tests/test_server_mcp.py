"""MCP, spoken by its SDK's own client: over HTTP and over standard input and output."""

import os
import sys
from pathlib import Path

import pytest
from server_fixtures import QUESTION, run_apart

mcp = pytest.importorskip("mcp", reason="the MCP SDK is not here: pip install '.[mcp]'")
stdio = pytest.importorskip("mcp.client.stdio")

ROOT = Path(__file__).parents[1]


async def talk(server, article_qa):
    """Use every tool and resource of a server as a client would."""
    expected = article_qa.answer(QUESTION)
    document = article_qa.corpus.documents[0]
    async with mcp.Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search"}
        assert "article" in tools["ask"].description

        told = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        assert told["text"] == expected.text
        assert [citation["quote"] for citation in told["citations"]] == [c.quote for c in expected.citations]

        found = (await client.call_tool("search", {"query": "cramps at night", "k": 2})).structured_content
        assert [hit["passage_id"] for hit in found["hits"]] == [
            hit.passage.id for hit in article_qa.search("cramps at night", 2)
        ]

        follow = {
            "question": "Where are its cramps?",
            "history": [{"role": "user", "content": "Tell me about multiple sclerosis"}],
        }
        assert "multiple sclerosis" in (await client.call_tool("ask", follow)).structured_content["standalone_question"]

        for wrong, said in (
            ({"question": QUESTION, "corpus": "none"}, "no corpus is named"),
            ({"question": "a" * 3_000}, "ask in at most"),
            ({}, "question"),
        ):
            failed = await client.call_tool("ask", wrong)
            assert failed.is_error
            assert said in failed.content[0].text
            assert "Traceback" not in failed.content[0].text

        listed = (await client.list_resources()).resources
        assert [str(resource.uri) for resource in listed] == [f"footnote://article/documents/{document.id}"]
        assert (await client.read_resource(listed[0].uri)).contents[0].text == document.text
        assert len((await client.list_resource_templates()).resource_templates) == 2
        section = document.section(expected.citations[0].section_id)
        address = f"footnote://article/documents/{document.id}/sections/{section.id}"
        assert document.text[section.start : section.end] in (await client.read_resource(address)).contents[0].text
        with pytest.raises(mcp.MCPError, match="no section"):
            await client.read_resource(f"footnote://article/documents/{document.id}/sections/none")


def test_http(api, article_qa):
    run_apart(talk(f"{api.base_url}/mcp", article_qa))


def test_no_stream_is_held_open(api):
    assert api.get("/mcp", headers={"Accept": "text/event-stream"}).status_code == 405


def test_standard_input_and_output(article_qa, tmp_path):
    environment = {**os.environ, "FOOTNOTE_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = stdio.StdioServerParameters(command=sys.executable, args=["-m", "qa", "mcp"], env=environment)
    run_apart(talk(command, article_qa))
