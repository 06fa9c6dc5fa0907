"""Vectors of texts, remembered: sentences and single words come again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index import Encoder


class TextVectors:
    """Encodes texts, those of earlier calls from memory; the least recently used are forgotten first.

    Threads may share it.
    """

    def __init__(self, encoder: Encoder, capacity: int = 50_000) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._lock = threading.Lock()
        self._rows: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""
        with self._lock:
            known = {text: self._rows[text] for text in texts if text in self._rows}
            for text in known:
                self._rows.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        fresh = dict(zip(missing, self._encoder.encode(missing), strict=True)) if missing else {}
        with self._lock:
            self._rows.update(fresh)
            while len(self._rows) > self._capacity:
                self._rows.popitem(last=False)
        rows = [known[text] if text in known else fresh[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self._encoder.dimension), dtype=np.float32)
