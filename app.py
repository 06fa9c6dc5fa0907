"""The chat page, wired to Gradio: `footnote serve`; what stands on the page comes from `qa.page`."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator, Sequence  # noqa: TC003  (Gradio resolves the handlers' types)
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from corpus.errors import SettingsError
from qa.__main__ import main
from qa.page.answer import turn_html
from qa.page.article import article_html
from qa.page.export import markdown
from qa.page.talk import Talk
from qa.page.templates import asset, render
from qa.page.texts import read_texts
from qa.page.turns import State, Turn, from_stored, to_stored
from qa.pipeline import ArticleQA

if TYPE_CHECKING:
    from qa.page.talk import Answerer

ANSWERED_AT_ONCE = 4
"""Questions that are answered at the same time; more wait in line."""
_FONTS = (gr.themes.LocalFont("Source Sans Pro"), "system-ui", "sans-serif")
"""The first is served by Gradio itself; nothing is fetched from elsewhere. Colours stand in `page.css`."""


class _Page:
    """The handlers of one page. It holds no conversation: each visitor's browser does."""

    def __init__(self, qa: Answerer) -> None:
        self.corpus = qa.corpus
        self.texts = read_texts()
        self._talk = Talk(qa, self.texts)

    def ask(self, question: str, stored: object) -> Iterator[tuple[object, object, object]]:
        """Yield chat, question box and conversation as the answer grows."""
        yield from self._ask(question, from_stored(stored, self.corpus))

    def pick(self, stored: object, event: gr.SelectData) -> Iterator[tuple[object, object, object]]:
        """Ask an example or a suggestion."""
        picked = event.value["text"] if isinstance(event.value, dict) else event.value
        yield from self._ask(str(picked), from_stored(stored, self.corpus))

    def retry(self, stored: object, event: gr.RetryData) -> Iterator[tuple[object, object, object]]:
        """Ask a question again, without what followed it."""
        turns = from_stored(stored, self.corpus)
        at = _turn_at(event.index)
        yield from self._ask(turns[at].question, turns[:at])

    def edit(self, stored: object, event: gr.EditData) -> Iterator[tuple[object, object, object]]:
        """Ask an edited question in place of the old one, without what followed it."""
        turns = from_stored(stored, self.corpus)
        yield from self._ask(html.unescape(str(event.value)), turns[: _turn_at(event.index)])

    def undo(self, stored: object) -> tuple[object, str, object]:
        """Take the last question back into the question box."""
        turns = from_stored(stored, self.corpus)
        last = turns[-1].question if turns else ""
        return self.messages(turns[:-1]), last, to_stored(turns[:-1])

    def stop(self, stored: object) -> tuple[object, object, object]:
        """Settle a conversation whose last answer was stopped."""
        turns = from_stored(stored, self.corpus)
        return self.messages(turns), self._box(asking=False), to_stored(turns)

    def restore(self, stored: object) -> tuple[object, object]:
        """Return the conversation that the browser kept."""
        turns = from_stored(stored, self.corpus)
        return self.messages(turns), to_stored(turns)

    def like(self, stored: object, event: gr.LikeData) -> object:
        """Keep what the visitor thinks of an answer."""
        turns = from_stored(stored, self.corpus)
        at = _turn_at(event.index)
        verdict = event.liked if isinstance(event.liked, str) else "Like" if event.liked else "Dislike"
        turns[at] = replace(turns[at], verdict=verdict)
        return to_stored(turns)

    def export(self, stored: object) -> str:
        """Return the conversation as Markdown."""
        return markdown(from_stored(stored, self.corpus), self.corpus, self.texts)

    def messages(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        """Return turns as the chat shows them: the question's characters escaped, the reply as HTML of our own."""
        shown: list[dict[str, Any]] = []
        for turn in turns:
            reply = gr.HTML(turn_html(turn, self.corpus, self.texts), apply_default_css=False, js_on_load=None)
            options = [{"value": question} for question in turn.suggestions] if turn is turns[-1] else []
            shown += [
                {"role": "user", "content": html.escape(turn.question, quote=False)},
                {"role": "assistant", "content": reply, "options": options},
            ]
        return shown

    def read(self, document_id: str) -> str:
        """Return a document for the reading pane."""
        return article_html(self.corpus.document(document_id), self.corpus, self.texts)

    def _ask(self, question: str, before: list[Turn]) -> Iterator[tuple[object, object, object]]:
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        box: object = self._box(asking=True)
        turns = before
        for turns in self._talk.ask(question, before):
            if turns[-1].state is State.WHOLE:
                box = self._box(asking=False, value=question if turns[-1].error else None)
            yield self.messages(turns), box, to_stored(turns)
            box = gr.skip()

    def _box(self, *, asking: bool, value: str | None = None) -> object:
        buttons: dict[str, Any] = {
            "submit_btn": False if asking else self.texts["ask_button"],
            "stop_btn": self.texts["stop_button"] if asking else False,
        }
        if asking or value is not None:
            buttons["value"] = value or ""
        return gr.update(**buttons)


def build(qa: Answerer) -> gr.Blocks:
    """Return the page for a corpus; `launch` serves it."""
    page = _Page(qa)
    corpus, texts = page.corpus, page.texts
    plain: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}
    verdicts = ["Like", "Dislike", *(text for name, text in texts.items() if name.startswith("feedback_"))]

    def read(document_id: str) -> str:
        return page.read(document_id)

    blocks: gr.Blocks
    with gr.Blocks(title=f"{corpus.title} · Footnote", analytics_enabled=False, fill_width=True) as blocks:
        kept_as = f"footnote-{corpus.content_hash[:16]}"
        conversation = gr.BrowserState([], storage_key=kept_as, secret="footnote")  # noqa: S106  (the visitor's own)
        exported = gr.Textbox(visible=False)
        gr.HTML(render("header.html.j2", texts, corpus=corpus), elem_id="header", **plain)
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
                    placeholder=render("welcome.html.j2", texts, corpus=corpus),
                    examples=[{"text": example} for example in corpus.settings.examples],
                    editable="user",
                    layout="panel",
                    scale=1,
                    autoscroll=False,
                    height="100%",
                    buttons=[export, paper],
                    feedback_options=verdicts,
                )
                question = gr.Textbox(
                    elem_id="question",
                    label=texts["ask_label"],
                    show_label=False,
                    placeholder=texts["ask_placeholder" if len(corpus.documents) == 1 else "ask_placeholder_many"],
                    submit_btn=texts["ask_button"],
                    max_lines=6,
                    autofocus=True,
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                )
                gr.HTML(
                    render("disclaimer.html.j2", texts, corpus=corpus),
                    elem_id="disclaimer",
                    visible=bool(corpus.settings.disclaimer),
                    **plain,
                )
            with gr.Column(elem_id="pane", scale=5):
                gr.HTML(
                    render("pane.html.j2", texts, article=page.read(corpus.documents[0].id)),
                    elem_id="reader",
                    apply_default_css=False,
                    js_on_load=asset("page.js"),
                    server_functions=[read],
                )

        shown = [chat, question, conversation]
        private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: dict[str, Any] = private | {"concurrency_limit": ANSWERED_AT_ONCE, "concurrency_id": "asking"}
        running: list[Any] = [
            question.submit(page.ask, [question, conversation], shown, **asking),
            chat.example_select(page.pick, conversation, shown, **asking),
            chat.option_select(page.pick, conversation, shown, **asking),
            chat.retry(page.retry, conversation, shown, **asking),
            chat.edit(page.edit, conversation, shown, **asking),
        ]
        question.stop(page.stop, conversation, shown, cancels=running, **private)
        chat.undo(page.undo, conversation, shown, queue=False, **private)
        chat.clear(lambda: [], None, conversation, queue=False, **private)
        chat.like(page.like, conversation, conversation, queue=False, **private)
        export.click(page.export, conversation, exported, queue=False, **private).then(
            None, exported, None, js=f"(text) => window.footnote.save({texts['export_file']!r}, text)", **private
        )
        paper.click(None, None, None, js="() => window.print()", **private)
        blocks.load(page.restore, conversation, [chat, conversation], queue=False, **private)
    return blocks


def launch(qa: Answerer, *, host: str = "127.0.0.1", port: int = 7860) -> gr.Blocks:
    """Start serving the page of a corpus; `close()` what comes back to end it.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    blocks = build(qa)
    try:
        blocks.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            ssr_mode=False,
            pwa=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace")),
            head=f"<style>{asset('page.css')}</style>",
        )
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: is it in use? Choose another with --port") from error
    return blocks


def serve(corpus: str | None = None, model: str | None = None, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Open a corpus and serve its page until interrupted.

    Raises:
        FootnoteError: the corpus, the model or the address cannot be used.
    """
    qa = ArticleQA.open(corpus, model)
    blocks = launch(qa, host=host, port=port)
    qa.answer(qa.corpus.title)  # loads what the first question would wait for
    print(f"“{qa.corpus.title}” is open for questions on http://{host}:{port}", flush=True)
    blocks.block_thread()


def _turn_at(index: int | tuple[int, int]) -> int:
    """Return which turn a message belongs to: each has two."""
    return (index if isinstance(index, int) else index[0]) // 2


if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
