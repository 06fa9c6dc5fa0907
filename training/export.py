"""The trained network as one small ONNX file: float32 first, then its matrices as 8-bit integers."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from typing import TYPE_CHECKING

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from qa.evidence_input import MAX_TOKENS, base_folder

if TYPE_CHECKING:
    from pathlib import Path

    from training.model import EvidenceNetwork

log = logging.getLogger(__name__)
MAX_BYTES = 25_000_000
FULL = "evidence-float32.onnx"


class _Shipped(nn.Module):
    """The network with the outputs that the runtime reads."""

    def __init__(self, network: EvidenceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, states: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        judged = self.network(states, mask, pool)
        return judged.answers, judged.supports, judged.sentences


def export(network: EvidenceNetwork, weights: Path, out: Path) -> None:
    """Write `evidence.onnx` and `evidence.json` to `weights`, and the float32 file to `out` for comparison."""
    weights.mkdir(parents=True, exist_ok=True)
    full = out / FULL
    _to_onnx(network, full)
    prepared = out / "evidence-prepared.onnx"
    quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
    target = weights / "evidence.onnx"
    quantize_dynamic(
        str(prepared), str(target), weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"],
    )  # fmt: skip
    size = target.stat().st_size
    if size > MAX_BYTES:
        msg = f"{target} has {size} bytes, more than {MAX_BYTES}"
        raise ValueError(msg)
    base = base_folder() / "model.safetensors"
    about = {
        "base": "all-MiniLM-L6-v2",
        "base_bytes": base.stat().st_size,
        "base_sha256": sha256(base.read_bytes()).hexdigest(),
        "sha256": sha256(target.read_bytes()).hexdigest(),
        "max_tokens": MAX_TOKENS,
        "bytes": size,
    }
    (weights / "evidence.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    log.info("exported %s, %.1f MB", target, size / 1e6)


def _to_onnx(network: EvidenceNetwork, file: Path) -> None:
    """Rows, tokens and sentences may have any size."""
    rows, tokens, sentences = 2, 12, 3
    width = network.span.in_features
    example = (
        torch.randn(rows, tokens, width),
        torch.ones(rows, tokens),
        torch.full((rows, sentences, tokens), 1 / tokens),
    )
    torch.onnx.export(
        _Shipped(network).eval(), example, str(file), dynamo=False, opset_version=17, do_constant_folding=True,
        input_names=["states", "mask", "pool"], output_names=["answers", "supports", "sentences"],
        dynamic_axes={
            "states": {0: "rows", 1: "tokens"}, "mask": {0: "rows", 1: "tokens"},
            "pool": {0: "rows", 1: "n_sentences", 2: "tokens"}, "answers": {0: "rows"}, "supports": {0: "rows"},
            "sentences": {0: "rows", 1: "n_sentences"},
        },
    )  # fmt: skip
    onnx.checker.check_model(str(file))
