"""The encoder's graph on disk: made once from checked weights, sealed with its checksum, made again when it differs."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path

from corpus.errors import EncoderError
from index.cache import CACHE_VARIABLE, cache_folder
from index.precision import GRAPH_VERSION, Precision
from index.weights import WEIGHTS_FILE, WEIGHTS_SHA256, check_packaged

_SEAL = hashlib.sha256().digest_size
_log = logging.getLogger(__name__)


def graph_path(precision: Precision) -> Path:
    """Return where the packaged encoder's graph lies."""
    return cache_folder() / "encoders" / f"{WEIGHTS_SHA256[:16]}-{precision}-v{GRAPH_VERSION}.onnx.sealed"


def open_graph(folder: Path, precision: Precision) -> bytes:
    """Return the ONNX graph of the packaged weights in `folder`: the file's where it is whole, else a new one, kept.

    Raises:
        EncoderError: the weights are missing, not the official ones, or not of the architecture.
    """
    file = graph_path(precision)
    graph = _sealed(file)
    if graph is None:
        check_packaged(folder)
        graph = _built(folder, precision)
        _keep(graph, file)
    return graph


def _built(folder: Path, precision: Precision) -> bytes:
    from safetensors.numpy import load_file  # noqa: PLC0415  (only where the graph is not there yet)

    from index.bert_graph import BertGraph  # noqa: PLC0415

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return bytes(BertGraph(load_file(folder / WEIGHTS_FILE), config, precision).model().SerializeToString())
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(f"the encoder at {folder} is no BERT that can be read: {error}") from error


def _sealed(file: Path) -> bytes | None:
    """Return a file's content without the checksum at its end, or None where there is none or it does not match."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    graph, seal = content[:-_SEAL], content[-_SEAL:]
    if hashlib.sha256(graph).digest() != seal:
        _log.warning("the encoder's graph at %s is damaged; it is made again", file)
        return None
    return graph


def _keep(graph: bytes, file: Path) -> None:
    """Write the graph and its checksum beside its place and move it there; where that fails, only say so."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(graph)
                stream.write(hashlib.sha256(graph).digest())
            Path(made).replace(file)
        finally:
            Path(made).unlink(missing_ok=True)
    except OSError as error:
        _log.info("the encoder's graph is made anew each time: %s; set %s", error, CACHE_VARIABLE)
