"""Figures of a run, as PNG, drawn without pyplot: that keeps figures of its own, and is made for one thread."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...runtime.journal.spool import SpoolEntry

#: Inches.
_SIZE = (8.0, 4.5)
#: Values of a slice that are drawn: the lowest.
_MOST_BARS = 25
#: Fonts that have Chinese letters, where one is installed; without, they are drawn as boxes.
_FONTS = ["Noto Sans CJK SC", "WenQuanYi Micro Hei", "SimHei", "DejaVu Sans"]


def save_kept_figure(snapshots: Sequence[SpoolEntry], path: Path) -> None:
    """Draw the records kept, rejected and failed over the time since the beginning; nothing where no figures are."""
    if not snapshots:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    minutes = [(entry.at_ms - snapshots[0].at_ms) / 60_000 for entry in snapshots]
    for name in ("kept", "rejected", "failed"):
        axes.plot(minutes, [entry.body["metrics"].get(name, 0.0) for entry in snapshots], marker=".", label=name)
    axes.set(xlabel="minutes since the first figures", ylabel="records", ylim=(0, None))
    axes.legend()
    figure.savefig(path, format="png", metadata={"Software": None})


def save_scores_figure(judgement: Mapping[str, Any], path: Path) -> None:
    """Draw mean scores of both stages with their intervals, by criterion and by slice."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    parts = {"criterion": judgement["scores"], **judgement["slices"]}
    longest = max(min(len(values), _MOST_BARS) for values in parts.values())
    with rc_context({"font.family": "sans-serif", "font.sans-serif": _FONTS}):
        figure = Figure(figsize=(3.4 * len(parts), 1.5 + 0.3 * longest), layout="constrained")
        for axes, (what, values) in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts.items(), strict=True):
            _draw(axes, what, values)
        figure.savefig(path, format="png", metadata={"Software": None})


def _draw(axes: Any, what: str, values: Mapping[str, Any]) -> None:
    """One part: a row for each value, the lowest refinements first where there are many."""
    names = sorted(values, key=lambda name: values[name]["refine"]["mean"] or 0)[:_MOST_BARS]
    for stage, offset in (("void", -0.12), ("refine", 0.12)):
        found = [
            (row, values[name][stage]) for row, name in enumerate(names) if values[name][stage]["mean"] is not None
        ]
        middle = [each["mean"] for _, each in found]
        low, high = ([each[end] if each[end] is not None else each["mean"] for _, each in found] for end in _ENDS)
        errors = [[m - bound for m, bound in zip(middle, low, strict=True)]]
        errors.append([bound - m for m, bound in zip(middle, high, strict=True)])
        axes.errorbar(middle, [row + offset for row, _ in found], xerr=errors, fmt="o", capsize=2, label=stage)
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names])
    axes.set(title=f"by {what}", xlim=(1, 10))
    axes.legend(loc="lower left", fontsize="small")


_ENDS = ("low", "high")
