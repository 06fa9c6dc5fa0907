"""The training loop: warm-up, linear decay, an average of the weights, and checkpoints from which it goes on."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

import torch

from training.batches import batches, collate
from training.loss import losses, total
from training.model import EvidenceNetwork
from training.split import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.batches import Example
    from training.records import Group

log = logging.getLogger(__name__)
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast; `minutes` counts the training alone, over all runs."""

    minutes: float = 75.0
    learning_rate: float = 1e-4
    head_rate: float = 5e-4
    warmup: float = 0.06
    average: float = 0.995
    save_every: float = 8.0
    log_every: int = 100


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """A network in training: its optimizer, the running average of its weights, and how far it is."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.network = EvidenceNetwork().to(device())
        learned = {name: weight for name, weight in self.network.named_parameters() if weight.requires_grad}
        layers = [weight for name, weight in learned.items() if name.startswith("layers")]
        heads = [weight for name, weight in learned.items() if not name.startswith("layers")]
        self._weights = [*layers, *heads]
        self._optimizer = torch.optim.AdamW(
            [{"params": layers}, {"params": heads}], lr=settings.learning_rate, weight_decay=0.01, fused=True
        )
        self.average = {name: weight.detach().clone() for name, weight in learned.items()}
        self.done, self.minutes = 0, 0.0

    def step(self, examples: Sequence[Example], progress: float) -> dict[str, float]:
        """Learn from one batch; `progress` in [0, 1] sets the learning rate. Returns the parts of the loss."""
        settings = self.settings
        slope = min(1.0, (progress + 1e-3) / settings.warmup, (1.0 - progress) / (1 - settings.warmup))
        for group, rate in zip(self._optimizer.param_groups, (settings.learning_rate, settings.head_rate), strict=True):
            group["lr"] = rate * slope
        batch = collate(examples).to(device())
        with torch.autocast(device().type, torch.bfloat16):
            judged = self.network(self.network.embed(batch.ids, batch.types), batch.mask, batch.pool)
        parts = losses(judged, batch)
        torch.autograd.backward(total(parts))
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.done += 1
        decay = min(settings.average, self.done / (self.done + 9))
        for name, weight in self.network.named_parameters():
            if name in self.average:
                self.average[name].lerp_(weight.detach(), 1 - decay)
        return {name: float(part.detach()) for name, part in parts.items()}

    def save(self, folder: Path) -> None:
        """Write a checkpoint whole or not at all."""
        state = {
            "network": {name: weight for name, weight in self.network.state_dict().items() if name in self.average},
            "optimizer": self._optimizer.state_dict(),
            "average": self.average,
            "done": self.done,
            "minutes": self.minutes,
        }
        torch.save(state, folder / "checkpoint.tmp")
        (folder / "checkpoint.tmp").replace(folder / CHECKPOINT)
        log.info("checkpoint after %d batches, %.1f minutes", self.done, self.minutes)

    def begin_from(self, folder: Path) -> None:
        """Begin with the averaged weights of an earlier run; the optimizer and the learning rate begin anew.

        Raises:
            FileNotFoundError: the folder holds no checkpoint.
        """
        weights = _weights(folder)
        self.network.load_state_dict(weights, strict=False)
        self.average = {name: weight.to(device()) for name, weight in weights.items() if name in self.average}

    def resume(self, folder: Path) -> None:
        """Go on from the folder's checkpoint, if there is one."""
        if (folder / CHECKPOINT).exists():
            state = torch.load(folder / CHECKPOINT, map_location=device(), weights_only=True)
            self.network.load_state_dict(state["network"], strict=False)
            self._optimizer.load_state_dict(state["optimizer"])
            self.average = {name: weight for name, weight in state["average"].items() if name in self.average}
            self.done, self.minutes = state["done"], state["minutes"]


def train(groups: Sequence[Group], folder: Path, settings: Settings, start: Path | None = None) -> None:
    """Train until the time or the groups are used up; the folder's checkpoint holds the result.

    The learning rate falls with the time used up or the share of batches seen, whichever is further. A run without a
    checkpoint of its own begins with the weights of the run in `start`, or with the base model's.

    Raises:
        FileNotFoundError: `start` holds no checkpoint.
    """
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    run = Run(settings)
    if start is not None:
        run.begin_from(start)
    run.resume(folder)
    ordered = batches(groups)
    log.info("%d batches of %d groups; starting at %d", len(ordered), len(groups), run.done)
    seen: dict[str, list[float]] = defaultdict(list)
    used, began, saved = run.minutes, time.monotonic(), time.monotonic()
    for examples in ordered[run.done :]:
        run.minutes = used + (time.monotonic() - began) / 60
        progress = max(run.minutes / settings.minutes, run.done / len(ordered))
        if progress >= 1:
            break
        for name, part in run.step(examples, progress).items():
            seen[name].append(part)
        if run.done % settings.log_every == 0:
            figures = " ".join(f"{name} {mean(rows):.3f}" for name, rows in sorted(seen.items()))
            log.info("batch %d, %.1f min, %.0f %%: %s", run.done, run.minutes, 100 * progress, figures)
            seen.clear()
        if time.monotonic() - saved > 60 * settings.save_every:
            saved = time.monotonic()
            run.save(folder)
    run.save(folder)


def averaged(folder: Path, beside: Sequence[tuple[Path, float]] = ()) -> EvidenceNetwork:
    """The network of the folder's checkpoint, with averaged weights, ready to judge.

    `beside` are other runs' folders, each with the share in [0, 1] that its weights enter with: runs from one base,
    averaged, err less on what none has seen (Wortsman et al. 2022, "Model soups").

    Raises:
        FileNotFoundError: a folder holds no checkpoint.
    """
    network = EvidenceNetwork()
    runs = [(folder, 1 - sum(share for _, share in beside)), *beside]
    weighted = [(_weights(run), share) for run, share in runs]
    names = weighted[0][0]
    network.load_state_dict(
        {name: torch.stack([share * weights[name] for weights, share in weighted]).sum(dim=0) for name in names},
        strict=False,
    )
    return network.eval()


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    state = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    weights: dict[str, torch.Tensor] = state["average"]
    return weights
