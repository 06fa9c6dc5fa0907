"""A JSON value that knows where it came from, and reads its fields with errors that name line and column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from corpus.errors import EvaluationError
from qa.evaluation.readers.files import Line, read_lines, read_text
from qa.evaluation.readers.position import locate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value, the text it was read from (`origin`, whose number is its first line) and the way to it."""

    value: object
    origin: Line
    path: tuple[str | int, ...] = ()

    def fail(self, message: str) -> NoReturn:
        """Raise an error that points at this value.

        Raises:
            EvaluationError: always.
        """
        line, column = locate(self.origin.text, self.path)
        raise EvaluationError(f"{self.origin.path}:{self.origin.number + line - 1}:{column}: {message}")

    def has(self, key: str) -> bool:
        """Tell whether this is an object with that key."""
        return isinstance(self.value, dict) and key in self.value

    def child(self, key: str) -> Node:
        """Return the member named `key`.

        Raises:
            EvaluationError: this is no object, or has no such member.
        """
        if not isinstance(self.value, dict):
            self.fail(f"expected an object with {key!r}, found {kind_of(self.value)}")
        if key not in self.value:
            self.fail(f"field {key!r} is missing; present: {', '.join(map(repr, self.value)) or 'nothing'}")
        return Node(self.value[key], self.origin, (*self.path, key))

    def items(self) -> Iterator[Node]:
        """Yield the members of a list in order.

        Raises:
            EvaluationError: this is no list.
        """
        if not isinstance(self.value, list):
            self.fail(f"expected a list, found {kind_of(self.value)}")
        for position, value in enumerate(self.value):
            yield Node(value, self.origin, (*self.path, position))

    def as_text(self) -> str:
        """Return this value as a text; a whole number is spelled out, because many sets number their ids.

        Raises:
            EvaluationError: it is neither text nor whole number.
        """
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        return self.fail(f"expected a text, found {kind_of(self.value)}")

    def text(self, key: str) -> str:
        """Return the text member named `key`.

        Raises:
            EvaluationError: it is missing or no text.
        """
        return self.child(key).as_text()

    def filled(self, key: str) -> str:
        """Return the text member named `key`, which must hold more than blanks.

        Raises:
            EvaluationError: it is missing, no text, or blank.
        """
        member = self.child(key)
        text = member.as_text()
        if not text.strip():
            member.fail(f"field {key!r} is empty")
        return text

    def optional_text(self, key: str) -> str:
        """Return the text member named `key`, or an empty text where it is absent or null.

        Raises:
            EvaluationError: it is there and no text.
        """
        return self.text(key) if self.has(key) and self.child(key).value is not None else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts named `key`.

        Raises:
            EvaluationError: it is missing, no list, or holds something else than texts.
        """
        return tuple(item.as_text() for item in self.child(key).items())


def kind_of(value: object) -> str:
    """Name a JSON value's type for a reader.

    >>> kind_of([1])
    'a list'
    """
    return _KINDS.get(type(value), "a number")


def read_json_lines(path: Path) -> Iterator[Node]:
    """Yield the object on every line of a JSON-lines file (plain or gzipped).

    Raises:
        EvaluationError: a line is not a JSON object, with line and column.
    """
    for line in read_lines(path):
        try:
            value = json.loads(line.text)
        except json.JSONDecodeError as error:
            line.fail(f"not JSON: {error.msg}", error.colno)
        node = Node(value, line)
        if not isinstance(value, dict):
            node.fail(f"expected one JSON object a line, found {kind_of(value)}")
        yield node


def read_json(path: Path) -> Node:
    """Return the single JSON value of a file (plain or gzipped).

    Raises:
        EvaluationError: the text is not JSON, with line and column.
    """
    text = read_text(path)
    try:
        return Node(json.loads(text), Line(path, 1, text))
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
