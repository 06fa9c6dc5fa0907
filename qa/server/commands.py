"""`footnote serve`, `mcp` and `keys`."""

from __future__ import annotations

import argparse
import importlib
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import SettingsError
from index.commands import CORPUS_HELP, add_store
from qa.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable

_DEFAULTS = ServerSettings()


def add_commands(commands: Any, add_model: Callable[[argparse.ArgumentParser], None]) -> None:  # noqa: ANN401
    """Add the commands to `footnote`'s; `add_model` adds the option that chooses who words the answers."""
    serve = commands.add_parser("serve", help="open the chat page, the REST API, the OpenAI protocol and MCP")
    serve.add_argument("--host", default=_DEFAULTS.host, help="address to listen on (default %(default)s)")
    serve.add_argument("--port", type=int, default=_DEFAULTS.port, help="port to listen on (default %(default)s)")
    _add_corpora(serve)
    add_model(serve)
    serve.add_argument(
        "--workers",
        type=int,
        default=_DEFAULTS.workers,
        metavar="N",
        help="questions answered at the same time (default: one a core, %(default)s here)",
    )
    serve.add_argument(
        "--waiting",
        type=int,
        default=_DEFAULTS.waiting,
        metavar="N",
        help="questions that may wait for a worker; the next gets 429 (default %(default)s)",
    )
    serve.add_argument(
        "--answer-seconds", type=float, default=_DEFAULTS.answer_seconds, help="longest answer (default %(default)g)"
    )
    serve.add_argument(
        "--body-bytes", type=int, default=_DEFAULTS.body_bytes, help="longest request body (default %(default)s)"
    )
    serve.add_argument(
        "--rate",
        type=int,
        default=_DEFAULTS.per_minute,
        metavar="N",
        help="requests a minute of one key, or of one address; 0 is no limit (default %(default)s)",
    )
    serve.add_argument("--keys", type=Path, metavar="FILE", help="let in only who has a key from this file")
    serve.add_argument(
        "--page",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="serve the chat page, to everybody (default: where no keys are needed)",
    )
    serve.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="another site whose pages may use the API from a browser; may be given several times",
    )
    serve.add_argument("--log-questions", action="store_true", help="write questions into the log")
    serve.set_defaults(run=_serve)

    mcp = commands.add_parser("mcp", help="speak MCP over standard input and output")
    _add_corpora(mcp)
    add_model(mcp)
    mcp.set_defaults(run=_mcp)

    keys = commands.add_parser("keys", help="make an API key; it is printed once and kept as a hash")
    keys.add_argument("name", help="whose key it is, as logs and limits name it")
    keys.add_argument("file", type=Path, help="the file for `footnote serve --keys`")
    keys.set_defaults(run=_keys)


def _add_corpora(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus",
        action="append",
        default=[],
        metavar="[NAME=]PATH",
        help=f"{CORPUS_HELP}; may be given several times",
    )
    add_store(parser)


def _serve(options: argparse.Namespace) -> int:
    from qa.server.corpora import Corpora  # noqa: PLC0415  (so that --help is instant)
    from qa.server.run import listen  # noqa: PLC0415
    from qa.server.waiting import when_there  # noqa: PLC0415

    settings = ServerSettings(
        host=options.host,
        port=options.port,
        workers=options.workers,
        waiting=options.waiting,
        answer_seconds=options.answer_seconds,
        body_bytes=options.body_bytes,
        per_minute=options.rate,
        keys=options.keys,
        origins=tuple(options.origin),
        log_questions=options.log_questions,
        page=options.keys is None if options.page is None else options.page,
    )
    app = importlib.import_module("app")  # by name: the page stands to the right of this package
    with listen(settings.host, settings.port) as opened:
        corpora = when_there(partial(Corpora.open, options.corpus, options.model, options.store), opened)
        app.serve(corpora, settings, opened)
    return 0


def _mcp(options: argparse.Namespace) -> int:
    if find_spec("mcp") is None:
        raise SettingsError("MCP needs its SDK; run: pip install 'footnote[mcp]'")
    from qa.server.corpora import Corpora  # noqa: PLC0415  (so that --help is instant)
    from qa.server.logs import log_as_json  # noqa: PLC0415
    from qa.server.service import Service  # noqa: PLC0415
    from qa.server.tools import serve_stdio  # noqa: PLC0415

    log_as_json()
    service = Service(Corpora.open(options.corpus, options.model, options.store), ServerSettings(page=False))
    serve_stdio(service)
    return 0


def _keys(options: argparse.Namespace) -> int:
    from qa.server.keys import make_key  # noqa: PLC0415

    print(make_key(options.name, options.file))
    print(f"This is the only time that the key is shown; {options.file} holds its hash.", file=sys.stderr)
    return 0
