"""Encoders: what turns texts into vectors, behind one small protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

DEFAULT_ENCODER = "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """Turns texts into unit vectors. `fingerprint` differs whenever the vectors would."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def fingerprint(self) -> str:
        """Identity of the weights and of how they are used."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32."""


def load_encoder(spec: str | None = None) -> Encoder:
    """Return the packaged all-MiniLM-L6-v2, or the sentence-transformers model in the folder `spec`.

    Nothing is ever fetched.

    Raises:
        EncoderError: the weights are missing.
    """
    if spec in (None, DEFAULT_ENCODER):
        from index.onnx_encoder import OnnxEncoder  # noqa: PLC0415  (it needs this module)

        return OnnxEncoder()
    from index.sentence_encoder import SentenceEncoder  # noqa: PLC0415  (torch is imported only where it is used)

    return SentenceEncoder.from_folder(str(spec))
