"""How the page of a corpus looks: the product's style with the colours that the corpus's owner chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.colours import PAPER, PAPER_DARK, contrast, lightened, mixed
from qa.page.templates import asset

if TYPE_CHECKING:
    from corpus.settings import Theme

_SOFT = 0.88
"""Share of the paper in the colour behind what is pointed at."""
_ON_ACCENT = ("#ffffff", "#0d1a1d")


def style(theme: Theme, fonts: str) -> str:
    """Return the page's style sheet; `fonts` is the address of the folder of its typefaces."""
    return asset("page.css").replace("FONTS", fonts) + theme_style(theme)


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
