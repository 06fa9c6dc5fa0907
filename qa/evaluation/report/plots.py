"""Plots as SVG texts; the only file that imports matplotlib."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.evaluation.extra import require
from qa.evaluation.metrics.selective import reliability, risk_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qa.evaluation.figures import Figure
    from qa.evaluation.metrics.pooled import Observations

COLOURS = ("#1b5e8c", "#c8553d", "#3f7d4e", "#8a5a9e", "#b08a2e", "#5f6b73")
SIZE = (7.2, 3.4)


def bars(figures: Sequence[Figure], title: str) -> str:
    """Return bars with intervals: one group a metric, one bar a configuration."""
    metrics = list(dict.fromkeys(figure.metric for figure in figures))
    configurations = list(dict.fromkeys(figure.configuration for figure in figures))
    width = 0.8 / len(configurations)
    figure, axes = _axes(title)
    for position, configuration in enumerate(configurations):
        own = {f.metric: f for f in figures if f.configuration == configuration}
        places = [at for at, metric in enumerate(metrics) if metric in own]
        values = np.array([own[metrics[at]].value for at in places])
        low = values - np.array([own[metrics[at]].low for at in places])
        high = np.array([own[metrics[at]].high for at in places]) - values
        axes.bar(
            np.array(places) + (position - (len(configurations) - 1) / 2) * width,
            values,
            width,
            yerr=np.clip([low, high], 0, None),
            color=COLOURS[position % len(COLOURS)],
            ecolor="#333333",
            capsize=2,
            label=configuration,
        )
    axes.set_xticks(range(len(metrics)), [textwrap.fill(metric, 12) for metric in metrics])
    axes.set_ylim(0, 1)
    axes.legend(frameon=False, ncols=min(4, len(configurations)), loc="upper center", bbox_to_anchor=(0.5, -0.2))
    return _svg(figure)


def risk_curves(seen: Mapping[str, Observations], title: str) -> str:
    """Return the risk-coverage curve of every configuration, with a dot where the product stops to answer."""
    figure, axes = _axes(title)
    _draw_risk(axes, seen)
    axes.set_ylabel("share of answers that are wrong")
    axes.legend(frameon=False)
    return _svg(figure)


def risk_panels(sets: Mapping[str, Mapping[str, Observations]]) -> str:
    """Return the risk-coverage curves of several sets side by side."""
    figure, panels = _panels("Risk against coverage; the dot is where the product stops to answer", list(sets))
    for axes, seen in zip(panels, sets.values(), strict=True):
        _draw_risk(axes, seen)
    panels[0].set_ylabel("share of answers that are wrong")
    panels[-1].legend(frameon=False, fontsize=8)
    return _svg(figure)


def _draw_risk(axes: Any, seen: Mapping[str, Observations]) -> None:  # noqa: ANN401  (axes of an untyped library)
    for position, (configuration, observed) in enumerate(seen.items()):
        colour = COLOURS[position % len(COLOURS)]
        risks = risk_coverage(observed["confidence"].astype(float), 1.0 - observed["quality"].astype(float))
        axes.plot(np.arange(1, len(risks) + 1) / len(risks), risks, color=colour, label=configuration)
        answered = int((~observed["abstained"].astype(bool)).sum())
        if answered:
            axes.scatter([answered / len(risks)], [risks[answered - 1]], s=36, color=colour, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of questions answered")


def reliability_diagram(seen: Mapping[str, Observations], title: str) -> str:
    """Return, by confidence, the share of questions that are answerable; the diagonal is perfect."""
    figure, axes = _axes(title)
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linestyle="--")
    for position, (configuration, observed) in enumerate(seen.items()):
        _, sizes, means, shares = reliability(observed["confidence"].astype(float), observed["answerable"])
        colour = COLOURS[position % len(COLOURS)]
        axes.plot(means, shares, color=colour, label=configuration)
        axes.scatter(means, shares, s=20 + 180 * sizes / sizes.sum(), color=colour, alpha=0.6)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share that is answerable")
    axes.legend(frameon=False)
    return _svg(figure)


def latency_histogram(seconds: Mapping[str, Sequence[float]], title: str) -> str:
    """Return how many questions took how many milliseconds, by configuration."""
    figure, axes = _axes(title)
    everything = np.concatenate([np.asarray(values) for values in seconds.values()]) * 1000
    edges = np.linspace(0, max(float(np.percentile(everything, 99)), 1e-3), 31)
    for position, (configuration, values) in enumerate(seconds.items()):
        milliseconds = np.clip(np.asarray(values) * 1000, 0, edges[-1])
        axes.hist(milliseconds, edges, histtype="step", color=COLOURS[position % len(COLOURS)], label=configuration)
    axes.set(xlabel="milliseconds (the slowest hundredth in the last bar)", ylabel="questions")
    axes.legend(frameon=False)
    return _svg(figure)


def scale_panels(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return milliseconds a query and memory by passages side by side; `sizes` are rows of `index_scale`'s figures."""
    figure = _figure(SIZE)
    passages = [each["passages"] for each in sizes]
    speed, memory = figure.subplots(1, 2)
    _dress(speed, "Query to hits")
    for position, (name, label) in enumerate((("p50_ms", "median"), ("p95_ms", "95th percentile"))):
        speed.plot(passages, [each[name] for each in sizes], marker="o", color=COLOURS[position], label=label)
    speed.set(ylabel="milliseconds")
    speed.legend(frameon=False, fontsize=8)
    _dress(memory, "Most memory of the process")
    memory.plot(passages, [each["memory_mib"] for each in sizes], marker="o", color=COLOURS[0])
    memory.set(ylabel="MiB")
    for axes in (speed, memory):
        axes.set(xscale="log", xlabel="passages")
        axes.set_ylim(bottom=0)
    return _svg(figure)


def _panels(title: str, names: Sequence[str]) -> tuple[Any, list[Any]]:
    """Return a figure of its own and axes side by side, one a name."""
    figure = _figure((SIZE[0] * max(1.0, len(names) / 2), SIZE[1]))
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    panels = list(figure.subplots(1, len(names), sharey=True, squeeze=False)[0])
    for axes, name in zip(panels, names, strict=True):
        _dress(axes, name)
    return figure, panels


def _axes(title: str) -> tuple[Any, Any]:
    """Return a figure of its own, which no global state knows, and its axes."""
    figure = _figure(SIZE)
    axes = figure.subplots()
    _dress(axes, title)
    return figure, axes


def _figure(size: tuple[float, float]) -> Any:  # noqa: ANN401  (a figure of an untyped library)
    matplotlib = require("matplotlib")
    matplotlib.rcParams["svg.hashsalt"] = "footnote"
    matplotlib.rcParams["svg.fonttype"] = "none"
    return require("matplotlib.figure").Figure(figsize=size, layout="constrained")


def _dress(axes: Any, title: str) -> None:  # noqa: ANN401  (axes of an untyped library)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def _svg(figure: Any) -> str:  # noqa: ANN401  (a figure of an untyped library)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
