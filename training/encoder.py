"""The packaged MiniLM as a sentence encoder, its rows kept on disk so that a second build starts at once."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from qa.evidence_input import base_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MAX_TOKENS = 128


class Encoder:
    """Texts to unit rows; the same texts are encoded once."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._cache.mkdir(parents=True, exist_ok=True)
        self._model: SentenceTransformer | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n_texts, dim) float32, unit rows."""
        digest = sha256("\0".join(texts).encode()).hexdigest()
        file = self._cache / f"{digest[:24]}.npy"
        if not file.exists():
            np.save(file, self._encode(texts))
        return np.asarray(np.load(file), dtype=np.float32)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._model is None:
            self._model = SentenceTransformer(str(base_folder()), device="cpu", model_kwargs={"dtype": torch.bfloat16})
            self._model.max_seq_length = MAX_TOKENS
        rows = self._model.encode(list(texts), batch_size=64, convert_to_tensor=True, show_progress_bar=False).float()
        return np.asarray(torch.nn.functional.normalize(rows, dim=-1).numpy(), dtype=np.float32)
