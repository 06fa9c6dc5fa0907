"""Where in a JSON text a value stands, so that an error can point at it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECODER = json.JSONDecoder()


def locate(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    r"""Return (line, column), both from 1, of the value that `path` leads to, or of its holder where it is absent.

    Args:
        text: a valid JSON text.
        path: keys and list positions from the outermost value inwards.

    >>> locate('{"a": [1, {"b": true}]}', ["a", 1, "b"])
    (1, 17)
    >>> locate('{"a":\n  {"c": 2}}', ["a", "missing"])
    (2, 3)
    """
    offset = _skip(text, 0)
    for step in path:
        found = _member(text, offset, step)
        if found is None:
            break
        offset = found
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _member(text: str, offset: int, step: str | int) -> int | None:
    """Return the offset of one member of the object or list that starts at `offset`, or None."""
    opening = text[offset]
    if opening not in "{[" or (opening == "{") != isinstance(step, str):
        return None
    found = None
    position, count = _skip(text, offset + 1), 0
    while text[position] not in "}]":
        label: str | int = count
        if opening == "{":
            label, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        if label == step:
            found = position
            if opening == "[":
                return found
        _, position = _DECODER.raw_decode(text, position)
        position, count = _skip(text, position), count + 1
        if text[position] == ",":
            position = _skip(text, position + 1)
    return found


def _skip(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in " \t\r\n":
        offset += 1
    return offset
