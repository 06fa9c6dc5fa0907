"""Colours, `#rrggbb`, and whether words in one can be read on another."""

from __future__ import annotations

PAPER, PAPER_DARK = "#faf8f4", "#15171a"
"""What the page's words stand on, by day and in the dark."""
LEAST_CONTRAST = 4.5
"""What WCAG 2.2 asks of text, criterion 1.4.3."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 2), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share in [0, 1] of another.

    >>> mixed("#000000", "#ffffff", 0.5), mixed("#0b5d6e", "#ffffff", 0)
    ('#808080', '#0b5d6e')
    """
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def lightened(colour: str, paper: str, least: float = LEAST_CONTRAST) -> str:
    """Return a colour with as much white as it needs to be read on a dark paper.

    >>> lightened("#7fc7d4", PAPER_DARK), contrast(lightened("#0b5d6e", PAPER_DARK), PAPER_DARK) >= 4.5
    ('#7fc7d4', True)
    """
    shares = (step / 20 for step in range(21))
    return next(each for share in shares if contrast(each := mixed(colour, "#ffffff", share), paper) >= least)


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
