"""The encoder as an ONNX graph, put together from its weights: no torch, no export, no padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from index.precision import INPUT, OUTPUT, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_RUNTIME = "com.microsoft"
_OPSET, _RUNTIME_OPSET, _IR_VERSION = 17, 1, 10
_LARGEST = 63
"""Largest quantised weight: with 7 bits and a sign, no processor's 16-bit sums overflow, so that all compute alike."""


class BertGraph:
    """A BERT encoder with mean pooling: (n_texts, n_tokens) int64 token ids to (n_texts, dimension) float32 unit rows.

    All texts of one run have the same number of tokens, so that no token is padding and no mask is needed. With
    `Precision.INT8` each linear layer's weights are small integers with one scale a column, and its input is quantised
    as a whole when it arrives: to have a text's vector depend on that text alone, run one text at a time.

    Source: Devlin et al. 2019, "BERT", section 3; the fused operators are those of ONNX Runtime, "Contrib Operators".
    """

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, Any], precision: Precision
    ) -> None:
        self._weights = weights
        self._precision = precision
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._dimension = int(config["hidden_size"])
        self._epsilon = float(config["layer_norm_eps"])
        self._nodes: list[Any] = []
        self._constants: list[TensorProto] = []

    def model(self) -> ModelProto:
        """Return the whole graph.

        Raises:
            KeyError: a weight of the architecture is missing.
        """
        rows = self._embeddings()
        for layer in range(self._layers):
            rows = self._layer(f"encoder.layer.{layer}.", rows)
        pooled = self._node("ReduceMean", [rows], "pooled", axes=[1], keepdims=0)
        self._node("LpNormalization", [pooled], OUTPUT, axis=-1, p=2)
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(INPUT, TensorProto.INT64, ["n_texts", "n_tokens"])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n_texts", self._dimension])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, _RUNTIME_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _embeddings(self) -> str:
        table = "embeddings."
        words = self._constant("words", self._weights[f"{table}word_embeddings.weight"])
        first_type = self._weights[f"{table}token_type_embeddings.weight"][0]
        places = self._constant("places", self._weights[f"{table}position_embeddings.weight"] + first_type)
        zero = self._constant("zero", np.array([0], dtype=np.int64))
        word_rows = self._node("Gather", [words, INPUT], "word_rows")
        n_tokens = self._node("Shape", [INPUT], "n_tokens", start=1, end=2)
        place_rows = self._node("Slice", [places, zero, n_tokens, zero], "place_rows")
        summed = self._node("Add", [word_rows, place_rows], "summed")
        norm = [self._own(f"{table}LayerNorm.weight"), self._own(f"{table}LayerNorm.bias")]
        return self._node("LayerNormalization", [summed, *norm], "embedded", axis=-1, epsilon=self._epsilon)

    def _layer(self, at: str, rows: str) -> str:
        names = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        parts = [self._multiply(rows, name) for name in names]
        biases = np.concatenate([self._weights[f"{name}.bias"] for name in names])
        bias = self._constant(f"{at}attention.biases", biases)
        heads = {"num_heads": self._heads}
        mixed = self._node("MultiHeadAttention", [*parts, bias], f"{at}mixed", _RUNTIME, **heads)
        attended = self._added(rows, self._multiply(mixed, f"{at}attention.output.dense"), f"{at}attention.output")
        inner = self._multiply(attended, f"{at}intermediate.dense")
        active = self._node("BiasGelu", [inner, self._own(f"{at}intermediate.dense.bias")], f"{at}active", _RUNTIME)
        return self._added(attended, self._multiply(active, f"{at}output.dense"), f"{at}output")

    def _added(self, rows: str, change: str, at: str) -> str:
        """Return rows plus a change and its bias, normalised."""
        norm = [self._own(f"{at}.LayerNorm.weight"), self._own(f"{at}.LayerNorm.bias"), self._own(f"{at}.dense.bias")]
        inputs = [change, rows, *norm]
        return self._node("SkipLayerNormalization", inputs, f"{at}.rows", _RUNTIME, epsilon=self._epsilon)

    def _multiply(self, rows: str, name: str) -> str:
        """Return the rows times a linear layer's weights, without its bias."""
        matrix = self._weights[f"{name}.weight"].T
        if self._precision is Precision.FLOAT32:
            return self._node("MatMul", [rows, self._constant(f"{name}.weight", matrix)], f"{name}.product")
        scales, quantised = quantise_columns(matrix)
        constants = [
            self._constant(f"{name}.quantised", quantised),
            self._constant(f"{name}.scales", scales),
            self._constant(f"{name}.zeros", np.zeros(len(scales), dtype=np.int8)),
        ]
        return self._node("DynamicQuantizeMatMul", [rows, *constants], f"{name}.product", _RUNTIME)

    def _own(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        values: dict[str, Any] = attributes
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **values))
        return output


def quantise_columns(matrix: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return a matrix, (n_rows, n_columns), as scales, (n_columns,) float32, and int8 values: values * scales is near.

    >>> scales, values = quantise_columns(np.array([[1.0, -2.0], [0.25, 63.0]], dtype=np.float32))
    >>> values.tolist(), (scales * 63).round(3).tolist()
    ([[63, -2], [16, 63]], [1.0, 63.0])
    """
    scales = np.maximum(np.abs(matrix).max(axis=0), np.finfo(np.float32).tiny) / _LARGEST
    return scales.astype(np.float32), np.rint(matrix / scales).astype(np.int8)
