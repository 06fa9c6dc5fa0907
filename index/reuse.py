"""Reuse: a text that was embedded once keeps its vector, whatever changes around it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from index.encoder import Encoder

ENCODED_AT_ONCE = 64
"""Texts between two reports of progress: what a build that is stopped may lose."""


def text_key(text: str) -> bytes:
    """Return what a text's vector is kept under: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def encode_new(
    texts: Sequence[str],
    encoder: Encoder,
    known: Mapping[bytes, NDArray[np.float32]],
    progress: Callable[[int, int], None] | None = None,
    keep: Callable[[Mapping[bytes, NDArray[np.float32]]], None] | None = None,
) -> NDArray[np.float32]:
    """Return one unit row a text, (n_texts, dimension) float32; those without a known vector are encoded, each once.

    `progress` is told how many of how many texts to encode are done; `keep` gets each batch of new vectors.
    """
    keys = [text_key(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    fresh: dict[bytes, NDArray[np.float32]] = {}
    wanted = list(missing)
    for start in range(0, len(wanted), ENCODED_AT_ONCE):
        batch = wanted[start : start + ENCODED_AT_ONCE]
        made = dict(zip(batch, encoder.encode([missing[key] for key in batch]), strict=True))
        fresh.update(made)
        if keep:
            keep(made)
        if progress:
            progress(len(fresh), len(wanted))
    if not keys:
        return np.zeros((0, encoder.dimension), dtype=np.float32)
    return np.stack([fresh[key] if key in fresh else known[key] for key in keys])
