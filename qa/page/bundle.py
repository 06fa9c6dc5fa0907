"""Which of Gradio's built files a page needs, read out of its bundle, so that a browser may ask for all at once.

Left alone, a browser finds them one after the other: a script names the next ones only once it runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ENTRY = re.compile(r'src="\./assets/([\w.-]+\.js)"')
_TABLE = re.compile(r"m\.f=\[([^\]]*)\]")
_NAME = re.compile(r"\./([\w.-]+)")
_USES = re.compile(r"__vite__mapDeps\(\[([\d,]+)\]\)")
_PAGE = re.compile(r"import\(`\./Blocks-[\w-]+\.js`\).{0,80}?__vite__mapDeps\(\[([\d,]+)\]\)")


def needed(frontend: Path, components: Iterable[str]) -> tuple[str, ...]:
    """Return the scripts and style sheets, as `assets/NAME`, that a page with these components loads, in that order.

    Each script that loads others at need has a table of their names (`__vite__mapDeps`), and beside a component's name
    the numbers in it. Where a bundle looks otherwise, fewer files are found, and the page loads as it always did.
    """
    assets = frontend / "assets"
    entry = _ENTRY.search(_text(frontend / "index.html"))
    found = list(_table(_text(assets / entry[1]))) if entry else []
    for name in tuple(found):
        text = _text(assets / name) if name.endswith(".js") else ""
        table = _table(text)
        uses = [match[1] for match in _PAGE.finditer(text)]
        for component in components:
            if at := re.search(rf"[{{,]{component}:{{(.*?)import\.meta\.url\)}}", text):
                uses += _USES.findall(at[1])
        found += [table[int(number)] for use in uses for number in use.split(",") if int(number) < len(table)]
    return tuple(f"assets/{name}" for name in dict.fromkeys(found) if (assets / name).is_file())


def _table(text: str) -> list[str]:
    table = _TABLE.search(text)
    return _NAME.findall(table[1]) if table else []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def early_links(names: Iterable[str]) -> Iterator[str]:
    """Yield the elements that let a browser ask for files before it needs them; names are relative to the page."""
    for name in names:
        if name.endswith(".js"):
            yield f'<link rel="modulepreload" href="./{name}">'
        elif name.endswith(".woff2"):
            yield f'<link rel="preload" as="font" type="font/woff2" crossorigin href="./{name}">'
        elif name.startswith("assets/"):
            yield f'<link rel="preload" as="style" crossorigin href="./{name}">'
        else:  # the theme, which Gradio asks for with the visitor's credentials
            yield f'<link rel="preload" as="style" href="./{name}">'
