"""The door of MCP, the only file here that imports its SDK: tools `ask` and `search`, resources for the texts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.server.mcpserver.resources import FunctionResource
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from corpus.errors import FootnoteError
from qa.server.answers import found_records
from qa.server.corpora import UnknownNameError, document_of
from qa.server.documents import section_of
from qa.server.problems import problem_of
from qa.server.records import MAX_CONDITIONS, MAX_HISTORY, MAX_HITS, TurnRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from qa.server.service import Service

_INSTRUCTIONS = (
    "Answers questions from a fixed set of articles. Each sentence of an answer carries markers like [1]; `citations` "
    "holds the exact words behind each. Where `abstained` is true the articles do not answer: say so, do not guess."
)
PATH = "/mcp"
_LISTED = 1_000
"""Documents that are listed as resources; any other is still read by its address."""

_Where = Annotated[
    list[str] | None,
    Field(
        max_length=MAX_CONDITIONS,
        description="Look only where all of these hold, as in folder=guides, date>=2024-01-01, section=*treatment*",
    ),
]
_Corpus = Annotated[str | None, Field(description="Name of the corpus to ask; the first one if left out")]


def mcp_server(service: Service) -> MCPServer[Any]:
    """Return the MCP server of a service."""
    server: MCPServer[Any] = MCPServer("footnote", title="Footnote", instructions=_INSTRUCTIONS, log_level="WARNING")
    names = ", ".join(service.corpora)

    @server.tool(description=f"Answer a question from the articles, each sentence with its source. Corpora: {names}.")
    async def ask(
        question: Annotated[str, Field(description="The question, as a person would ask it")],
        corpus: _Corpus = None,
        history: Annotated[
            list[TurnRecord] | None, Field(max_length=MAX_HISTORY, description="The conversation before, oldest first")
        ] = None,
        where: _Where = None,
    ) -> dict[str, Any]:
        turns = [(turn.role, turn.content) for turn in history or ()]
        try:
            answer = await service.answer(corpus, question, turns, where or ())
        except FootnoteError as error:
            raise ToolError(problem_of(error).detail) from error
        return {"corpus": corpus or service.corpora.default} | answer.to_dict()

    @server.tool(description=f"Find the passages nearest to a query, best first. Corpora: {names}.")
    async def search(
        query: Annotated[str, Field(description="Words or a question")],
        corpus: _Corpus = None,
        k: Annotated[int, Field(ge=1, le=MAX_HITS, description="How many passages")] = 5,
        where: _Where = None,
    ) -> dict[str, Any]:
        try:
            qa, hits = await service.search(corpus, query, k, where or ())
            found = await run_in_threadpool(found_records, qa, hits)
        except FootnoteError as error:
            raise ToolError(problem_of(error).detail) from error
        return {"corpus": corpus or service.corpora.default, "hits": found}

    @server.resource(
        "footnote://{corpus}/documents/{document_id}", title="A document", description="The whole text of a document"
    )
    def document(corpus: str, document_id: str) -> str:
        try:
            return document_of(service.corpora.get(corpus), document_id).text
        except UnknownNameError as error:
            raise ResourceNotFoundError(str(error)) from error

    @server.resource(
        "footnote://{corpus}/documents/{document_id}/sections/{section_id}",
        title="A section",
        description="The text of one section of a document",
    )
    def section(corpus: str, document_id: str, section_id: str) -> str:
        try:
            found = document_of(service.corpora.get(corpus), document_id)
            place = section_of(found, section_id)
        except UnknownNameError as error:
            raise ResourceNotFoundError(str(error)) from error
        return f"{place.title}\n\n{found.text[place.start : place.end]}"

    _list_documents(server, service)
    return server


class McpDoor:
    """MCP over streamable HTTP at `/mcp`, without sessions: any replica can take any request."""

    def __init__(self, service: Service) -> None:
        self._server = mcp_server(service)
        settings = service.settings
        app = self._server.streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            json_response=True,
            max_request_body_size=settings.body_bytes,
            host=settings.host,
        )
        # Without sessions nobody would ever write to the stream that a GET opens; it would only hold back the end.
        posts = [Route(PATH, route.endpoint, methods=["POST"]) for route in app.routes if isinstance(route, Route)]
        self.routes = [*posts, Route(PATH, _refuse, methods=["GET", "PUT", "PATCH", "DELETE"])]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for as long as the context lasts."""
        async with self._server.session_manager.run():
            yield


async def _refuse(_: Request) -> Response:
    """Refuse a method by its own name; the page, which stands behind every path, would say that there is nothing."""
    raise HTTPException(405, headers={"Allow": "POST"})


def serve_stdio(service: Service) -> None:
    """Speak MCP over standard input and output until they close."""
    mcp_server(service).run("stdio")


def _list_documents(server: MCPServer[Any], service: Service) -> None:
    """Name the documents as resources, so that a client can offer them."""
    for name in service.corpora:
        for document in service.corpora.get(name).corpus.documents[:_LISTED]:
            identity = document.id

            def text(name: str = name, identity: str = identity) -> str:
                return document_of(service.corpora.get(name), identity).text

            address = f"footnote://{name}/documents/{quote(identity, safe='')}"
            server.add_resource(
                FunctionResource(uri=address, name=identity, title=document.title, mime_type="text/plain", fn=text)
            )
