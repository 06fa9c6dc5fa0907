"""Libraries that only evaluators need, imported where they are used."""

from __future__ import annotations

import importlib
from typing import Any

from corpus.errors import EvaluationError


def require(module: str) -> Any:  # noqa: ANN401  (a module)
    """Return a module of the extra `evaluate`.

    Raises:
        EvaluationError: it is not installed; the message names the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise EvaluationError(
            f"evaluation needs {error.name}, which is not installed; run: pip install 'footnote[evaluate]' "
            "(in a checkout: pip install '.[evaluate]')"
        ) from None
