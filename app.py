"""The chat page, wired to Gradio: `footnote serve`; what stands on the page comes from `qa.page`."""

from __future__ import annotations

import html
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence  # noqa: TC003  (Gradio resolves the handlers' types)
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import gradio as gr
from anyio import to_thread
from gradio.components.chatbot import ComponentMessage, Message, TextMessage
from gradio.events import api as endpoint
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from corpus.errors import FootnoteError
from qa.__main__ import main
from qa.feedback import FeedbackStore
from qa.page.bundle import early_links, needed
from qa.page.choices import Choice, choices
from qa.page.desk import Desk, Reception, View, page_title
from qa.page.look import Look, look_of, style
from qa.page.templates import ASSETS, asset, render
from qa.page.texts import read_texts
from qa.server.delivery import Delivery, PageFiles
from qa.server.run import run
from qa.server.service import PageService, Service
from qa.server.web import create_app

if TYPE_CHECKING:
    from socket import socket

    from fastapi import FastAPI
    from gradio.components.chatbot import ExampleMessage

    from qa.page.talk import Answerer
    from qa.page.turns import Turn
    from qa.server.corpora import Corpora
    from qa.server.settings import ServerSettings

ANSWERED_AT_ONCE = 4
"""Questions that are answered at the same time; more wait in line."""
POLL_SECONDS = 0.01
"""How often Gradio looks for questions that wait; its own thousand times a second cost 5 % of a core, for each page."""
PROGRESS_SECONDS = 1.0
"""How often Gradio looks for progress bars, of which the page has none."""
FONTS = ASSETS / "fonts"
_LOOK: dict[str, Any] = {
    "ssr_mode": False,
    "show_error": False,
    "pwa": False,
    "run_history": False,
    "enable_monitoring": False,
    "footer_links": [],
    "theme": gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace")),
    "head": f"<style>{style('fonts')}</style>",
}
"""How every page looks, and what of Gradio's it leaves out."""


_Message: TypeAlias = dict[str, Any]
"""A message as the chat shows it."""
_Replies: TypeAlias = dict[int, tuple["Turn", _Message]]
"""The replies that were made so far, by the position of their turn."""
_Shown: TypeAlias = tuple[dict[str, Any], dict[str, Any], list[str]]
"""What chat and question box are to show, and the conversation."""


class _Handlers:
    """Gradio's events on one side, the desk on the other; each returns chat, question box and conversation."""

    def __init__(self, reception: Reception, look: Callable[[], Look], built: Look) -> None:
        self._desk = reception.desk
        self._look = look
        self._built = built

    async def ask(self, question: object, stored: object) -> AsyncIterator[tuple[object, ...]]:
        desk = self._desk()
        async for shown in self._each(desk, desk.ask(str(question or ""), stored)):
            yield shown

    async def ask_linked(self, stored: object, event: gr.EventData) -> AsyncIterator[tuple[object, ...]]:
        desk = self._desk()
        async for shown in self._each(desk, desk.ask(str(event.question), stored, alone=True)):
            yield shown

    async def pick(self, stored: object, event: gr.SelectData) -> AsyncIterator[tuple[object, ...]]:
        picked = event.value["text"] if isinstance(event.value, dict) else event.value[0]
        desk = self._desk()
        async for shown in self._each(desk, desk.ask(str(picked), stored)):
            yield shown

    async def retry(self, stored: object, event: gr.RetryData) -> AsyncIterator[tuple[object, ...]]:
        desk = self._desk()
        async for shown in self._each(desk, desk.ask_again(stored, _turn_at(event.index))):
            yield shown

    async def edit(self, stored: object, event: gr.EditData) -> AsyncIterator[tuple[object, ...]]:
        desk, edited = self._desk(), html.unescape(str(event.value))
        async for shown in self._each(desk, desk.ask_again(stored, _turn_at(event.index), edited)):
            yield shown

    def suggest(self, stored: object) -> object:
        desk = self._desk()
        suggested = desk.suggest(stored)
        label = desk.texts["ask_next" if stored else "ask_first"]
        return gr.Dataset(samples=[[each] for each in suggested], label=label, visible=bool(suggested))

    def undo(self, stored: object) -> tuple[object, ...]:
        desk = self._desk()
        return self._shown(desk, desk.undo(stored))

    def delete(self, stored: object, event: gr.EventData) -> tuple[object, ...]:
        desk = self._desk()
        return self._shown(desk, desk.delete(stored, int(event.turn)))

    def restore(self, stored: object) -> _Shown:
        desk = self._desk()
        return self._shown(desk, desk.restore(stored))

    def arrive(self, stored: object) -> tuple[object, ...]:
        """Return header and disclaimer as well; what is as it was when the page was built is not sent again."""
        now, built = self._look(), self._built
        chat, box, conversation = self.restore(stored)
        if now.examples != built.examples:
            chat["examples"] = _messages(now.examples)
        if now.invitation != built.invitation:
            box["placeholder"] = now.invitation
        header = gr.skip() if now.header == built.header else now.header
        disclaimer = gr.skip() if now.disclaimer == built.disclaimer else now.disclaimer
        return chat, box, conversation, header, disclaimer

    def judge(self, stored: object, event: gr.LikeData) -> object:
        said = event.liked if isinstance(event.liked, str) else "Like" if event.liked else "Dislike"
        return self._desk().judge(stored, _turn_at(event.index), said).stored

    def export(self, stored: object) -> str:
        return self._desk().export(stored)

    async def _each(self, desk: Desk, views: Iterator[View]) -> AsyncIterator[tuple[object, ...]]:
        """Yield what is shown, step by step; a visitor who presses stop does not wait for the step under way.

        Gradio ends a stream with all that was yielded last, once more: nothing new, so that it is short.
        """
        replies: _Replies = {}

        def step() -> tuple[object, ...] | None:
            view = next(views, None)
            return None if view is None else self._shown(desk, view, replies)

        while shown := await to_thread.run_sync(step, abandon_on_cancel=True):
            yield shown
        yield gr.skip(), gr.skip(), gr.skip()

    def _shown(self, desk: Desk, view: View, replies: _Replies | None = None) -> _Shown:
        """Return what the components are to show; replies that are in `replies` are not made again."""
        replies = {} if replies is None else replies
        messages: list[_Message] = []
        for at, turn in enumerate(view.turns):
            if at not in replies or replies[at][0] is not turn:
                replies[at] = turn, _reply(desk.reply_html(turn))
            messages += [_question(turn.question), replies[at][1]]
        chat = gr.update(value=messages, feedback_value=[turn.verdict or None for turn in view.turns])
        return chat, self._box(desk, view), view.stored

    def _box(self, desk: Desk, view: View) -> dict[str, Any]:
        texts = desk.texts
        buttons: dict[str, Any] = {
            "submit_btn": False if view.asking else texts["ask_button"],
            "stop_btn": texts["stop_button"] if view.asking else False,
        }
        starts = view.asking and view.turns[-1].answer is None
        if starts or view.box is not None:
            buttons["value"] = view.box or ""
        return gr.update(**buttons)


def _question(question: str) -> _Message:
    shown = TextMessage(text=html.escape(question, quote=False))
    return Message(role="user", content=[shown]).model_dump()


def _reply(shown: str) -> _Message:
    """Return a reply; given a `gr.HTML`, the chat would make another one of it, with every step for every turn."""
    component = ComponentMessage(component="html", value=shown, constructor_args={}, props={"apply_default_css": False})
    return Message(role="assistant", content=[component]).model_dump()


def _spare() -> None:
    """Let Gradio describe the chat's data once: it does so again with every change that it sends, 5 ms of CPU each."""
    described = gr.Chatbot(render=False).api_info()
    gr.Chatbot.api_info = lambda _: described  # type: ignore[assignment, method-assign]  # there is no public way


def build(
    qa: Answerer, feedback: FeedbackStore | None = None, offered: Callable[[], Sequence[Choice]] = tuple
) -> gr.Blocks:
    """Return the page for a corpus; `launch` serves it. `offered` returns the corpora to choose from, this one as well.

    Who loads the page sees what the corpus's owner decides about it now; who has it open keeps what was loaded.
    """
    _spare()
    texts = read_texts()
    reception = Reception(qa, texts, feedback)

    def look() -> Look:
        return look_of(reception.desk().corpus, texts, offered())

    built, desk = look(), reception.desk()
    on, corpus = _Handlers(reception, look, built), desk.corpus
    plain: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}

    def read(document_id: str) -> str:
        return reception.desk().article_html(document_id)

    def answer(question: str) -> dict[str, Any]:
        """Answer a question; what comes back are the fields of the REST API's answer."""
        try:
            *_, whole = qa.current().stream(question)
        except FootnoteError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return whole.to_dict()

    def documents(shown: str) -> str:
        return reception.desk().documents_html(shown)

    def now(_: object = None) -> dict[str, str]:
        return reception.desk().now()

    blocks: gr.Blocks
    with gr.Blocks(title=page_title(corpus.title), analytics_enabled=False, fill_width=True) as blocks:
        kept_as = f"footnote-{corpus.content_hash[:16]}"
        conversation = gr.BrowserState([], storage_key=kept_as, secret="footnote")  # noqa: S106  (the visitor's own)
        exported = gr.Textbox(visible=False)
        header = gr.HTML(built.header, elem_id="header", **plain)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk", scale=6):
                export = gr.Button(texts["export_button"], size="sm")
                paper = gr.Button(texts["print_button"], size="sm")
                chat = gr.Chatbot(
                    elem_id="chat",
                    label=texts["conversation"],
                    show_label=False,
                    render_markdown=False,
                    latex_delimiters=[],
                    placeholder=render("welcome.html.j2", texts),
                    examples=_messages(built.examples),
                    editable="user",
                    layout="panel",
                    scale=1,
                    autoscroll=False,
                    height="100%",
                    buttons=[export, paper],
                    feedback_options=list(desk.reasons),
                )
                following = gr.Dataset(
                    elem_id="following",
                    label=texts["ask_next"],
                    components=[gr.Textbox(visible=False)],
                    samples=[],
                    visible=False,
                )
                question = gr.Textbox(
                    elem_id="question",
                    label=texts["ask_label"],
                    show_label=False,
                    placeholder=built.invitation,
                    submit_btn=texts["ask_button"],
                    max_lines=6,
                    autofocus=True,
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                )
                disclaimer = gr.HTML(built.disclaimer, elem_id="disclaimer", **plain)
            with gr.Column(elem_id="pane", scale=5):
                reader = gr.HTML(
                    render("pane.html.j2", texts, article=read("")),
                    elem_id="reader",
                    apply_default_css=False,
                    js_on_load=asset("page.js"),
                    server_functions=[read, documents, now],
                )

        shown = [chat, question, conversation]
        private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        private |= {"preprocess": False, "postprocess": False}  # what goes in and out is made here as it is needed
        at_once: dict[str, Any] = private | {"queue": False}
        asking: dict[str, Any] = private | {"concurrency_limit": ANSWERED_AT_ONCE, "concurrency_id": "asking"}
        running: list[Any] = [
            question.submit(on.ask, [question, conversation], shown, **asking),
            chat.example_select(on.pick, conversation, shown, **asking),
            following.select(on.pick, conversation, shown, **asking),
            chat.retry(on.retry, conversation, shown, **asking),
            chat.edit(on.edit, conversation, shown, **asking),
            reader.submit(on.ask_linked, conversation, shown, **asking),
        ]
        stopped = question.stop(None, None, None, cancels=running, **private)
        restored = blocks.load(on.arrive, conversation, [*shown, header, disclaimer], **at_once)
        restored.then(None, None, None, js="() => window.footnote.askLinked()", **private)
        settled = [
            *running,
            stopped.then(on.restore, conversation, shown, **at_once),
            chat.undo(on.undo, conversation, shown, **at_once),
            chat.clear(lambda: [], None, conversation, **at_once),
            reader.delete(on.delete, conversation, shown, **at_once),
            restored,
        ]
        for event in running:
            event.then(None, None, None, js="() => window.footnote.free()", **private)
        for event in settled:
            event.then(on.suggest, conversation, following, **at_once)
        chat.like(on.judge, conversation, conversation, **at_once)
        save = f"(text) => window.footnote.save({texts['export_file']!r}, text)"
        endpoint(answer, api_name="answer", concurrency_limit=ANSWERED_AT_ONCE, concurrency_id="asking")
        export.click(on.export, conversation, exported, **at_once).then(None, exported, None, js=save, **private)
        paper.click(None, None, None, js="() => window.print()", **private)
    return blocks


def mount(server: FastAPI, service: Service, feedback: FeedbackStore | None = None) -> None:
    """Put the page of each corpus into a server; the first one's stands at its root.

    What visitors think of answers goes to `feedback`, or where there is none to the user's own store.
    """
    feedback = feedback or FeedbackStore()
    paths = [service.page_path(name) for name in service.corpora]

    def offered(here: str) -> Sequence[Choice]:
        return choices([service.corpora.get(name).corpus.title for name in service.corpora], paths, here)

    pages: dict[str, PageFiles] = {}
    for name in sorted(service.corpora, key=service.page_path, reverse=True):  # the root last: it takes every path
        qa, path = PageService(service, name), service.page_path(name)
        blocks = build(qa, feedback, partial(offered, path))
        _calm(blocks)
        server.mount(f"{path}fonts", StaticFiles(directory=FONTS))
        gr.mount_gradio_app(
            server,
            blocks,
            path.rstrip("/") or "/",
            server_name=service.settings.host,
            server_port=service.settings.port,
            **_LOOK,
        )
        pages[path] = _files(blocks)
        service.on_stop.append(partial(setattr, blocks, "is_running", False))  # ends what waits for news of the page
    server.user_middleware.append(Middleware(Delivery, pages=pages))  # the innermost: the guard stands before it


def _calm(blocks: gr.Blocks) -> None:
    """Keep Gradio's queue from work that nobody sees; there is no public way."""
    queue = blocks._queue
    queue.sleep_when_free = POLL_SECONDS
    queue.progress_update_sleep_when_free = PROGRESS_SECONDS
    queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize  # else pandas sums up all events after each of them
    queue.ANALYTICS_MAX_EVENTS = 1


def serve(corpora: Corpora, settings: ServerSettings, opened: socket | None = None) -> None:
    """Serve the corpora through every door until interrupted; on a socket that listens already, if there is one.

    Raises:
        FootnoteError: the address or the file of keys cannot be used.
    """
    service = Service(corpora, settings)
    server = create_app(service)
    if settings.page:
        mount(server, service)
    run(server, service, opened)


def _files(blocks: gr.Blocks) -> PageFiles:
    """Return what a mounted page loads."""
    components = {component["type"] for component in blocks.config["components"]}
    scripts = needed(Path(gr.__file__).parent / "templates" / "frontend", components)
    fonts = [f"fonts/{file.name}" for file in sorted(FONTS.glob("*.woff2"))]
    theme = f"theme.css?v={blocks.theme_hash}"
    return PageFiles("".join(early_links([*scripts, theme, *fonts])), frozenset([*scripts, *fonts]))


def _messages(examples: Sequence[str]) -> list[ExampleMessage]:
    """Return example questions as Gradio's chat takes them."""
    return [{"text": example} for example in examples]


def _turn_at(index: int | tuple[int, int]) -> int:
    """Return which turn a message belongs to: each has two."""
    return (index if isinstance(index, int) else index[0]) // 2


if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
