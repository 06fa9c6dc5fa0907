"""The packaged encoder on ONNX Runtime, the only file here that imports it: no torch, ready in a moment."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import EncoderError
from index.encoder import DEFAULT_ENCODER
from index.graph_file import open_graph
from index.precision import GRAPH_VERSION, INPUT, OUTPUT, Precision
from index.weights import WEIGHTS_SHA256, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_TOKENISED_AT_ONCE = 256
_THREADS_VARIABLE = "OMP_NUM_THREADS"
_ERRORS_ONLY = 3


class OnnxEncoder:
    """all-MiniLM-L6-v2 from its packaged weights; they are read when the first text is encoded.

    Each text is one run of the graph, so that its vector depends on nothing else and no time goes into padding; the
    runs spread over the processor's cores, or over as many as the environment's OMP_NUM_THREADS allows.
    """

    name = DEFAULT_ENCODER

    def __init__(self, precision: Precision = Precision.INT8) -> None:
        self.precision = precision
        exact = precision is Precision.FLOAT32
        suffix = "" if exact else f"+{precision}-v{GRAPH_VERSION}"
        self.fingerprint = f"{self.name}@{WEIGHTS_SHA256[:16]}{suffix}"
        self._folder = packaged_folder()

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._settings("config.json")["hidden_size"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text: (n_texts, dimension) float32.

        Raises:
            EncoderError: the weights are not the official ones, or the runtime cannot use them.
        """
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        with ThreadPoolExecutor(_threads()) as pool:
            for start in range(0, len(texts), _TOKENISED_AT_ONCE):
                batch = self._tokenizer.encode_batch_fast(list(texts[start : start + _TOKENISED_AT_ONCE]))
                token_ids = [encoding.ids for encoding in batch]
                made = map(self._run, token_ids) if len(token_ids) == 1 else pool.map(self._run, token_ids)
                for row, vector in enumerate(made, start):
                    rows[row] = vector
        return rows

    def _run(self, token_ids: list[int]) -> NDArray[np.float32]:
        outputs = self._session.run([OUTPUT], {INPUT: np.array([token_ids], dtype=np.int64)})
        vector: NDArray[np.float32] = outputs[0][0]
        return vector

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime  # noqa: PLC0415  (only where vectors are made)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        graph = open_graph(self._folder, self.precision)
        try:
            return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's own errors share no base
            raise EncoderError(
                f"ONNX Runtime cannot use the encoder: {error}; run: pip install -U onnxruntime"
            ) from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer  # noqa: PLC0415

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        except Exception as error:  # the library raises plain exceptions
            raise EncoderError(f"the tokenizer at {self._folder} cannot be read: {error}") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(int(self._settings("sentence_bert_config.json")["max_seq_length"]))
        return tokenizer

    def _settings(self, name: str) -> dict[str, Any]:
        try:
            settings: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EncoderError(f"{self._folder / name} cannot be read: {error}") from error
        return settings


def _threads() -> int:
    """Return how many texts are encoded side by side."""
    chosen = os.environ.get(_THREADS_VARIABLE, "")
    return int(chosen) if chosen.isdecimal() and int(chosen) else len(os.sched_getaffinity(0))
