"""How the page of a corpus looks: the product's style, and on it what the corpus's owner decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.colours import PAPER, PAPER_DARK, contrast, lightened, mixed
from qa.page.templates import asset, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus import Corpus
    from corpus.settings import Theme
    from qa.page.choices import Choice

_SOFT = 0.88
"""Share of the paper in the colour behind what is pointed at."""
_ON_ACCENT = ("#ffffff", "#0d1a1d")


@dataclass(frozen=True, slots=True)
class Look:
    """What on a page follows its corpus; `header` and `disclaimer` are HTML, `invitation` stands in the empty box.

    The header holds title, logo, the other corpora and the owner's colours.
    """

    header: str
    disclaimer: str
    examples: tuple[str, ...]
    invitation: str


def look_of(corpus: Corpus, texts: Mapping[str, str], offered: Sequence[Choice] = ()) -> Look:
    """Return the look of a corpus's page, which offers the corpora in `offered`, this one as well."""
    colours, disclaimer = theme_style(corpus.settings.theme), corpus.settings.disclaimer
    return Look(
        header=render("header.html.j2", texts, corpus=corpus, choices=offered, colours=colours),
        disclaimer=render("disclaimer.html.j2", texts, disclaimer=disclaimer) if disclaimer else "",
        examples=corpus.settings.examples,
        invitation=texts["ask_placeholder" if len(corpus.documents) == 1 else "ask_placeholder_many"],
    )


def style(fonts: str) -> str:
    """Return the page's style sheet; `fonts` is the address of the folder of its typefaces."""
    return asset("page.css").replace("FONTS", fonts)


def theme_style(theme: Theme) -> str:
    """Return the rules that put the owner's colours in place of the product's; nothing where none was chosen.

    A colour for the dark page that is not chosen is the other one with white in it.
    """
    rules = ""
    if theme.accent:
        rules += f".gradio-container {{ {_accent(theme.accent, PAPER)} }}\n"
    if dark := theme.accent_dark or (theme.accent and lightened(theme.accent, PAPER_DARK)):
        rules += f".dark .gradio-container, .gradio-container.dark {{ {_accent(dark, PAPER_DARK)} }}\n"
    return rules


def _accent(accent: str, paper: str) -> str:
    on_accent = max(_ON_ACCENT, key=lambda colour: contrast(colour, accent))
    return f"--accent: {accent}; --accent-soft: {mixed(accent, paper, _SOFT)}; --on-accent: {on_accent};"
