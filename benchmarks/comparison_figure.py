# SPDX-License-Identifier: Apache-2.0
"""The comparison as a figure: how many times faster than SpikingJelly, and what activity and time steps cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from peers import BASELINE, PEERS
from subjects import DIGITS
from summary import differs

#: Ours stands out; the others are told apart by tone in print as well.
COLOURS = {
    "spikingjelly": "#444444",
    "ours": "#d1495b",
    "torch.compile": "#edae49",
    "onnxruntime": "#66a182",
    "openvino": "#2e6f95",
    "iree": "#8d96a3",
}
Rows = Sequence[Mapping[str, Any]]


def drawable(rows: Rows) -> list[Mapping[str, Any]]:
    """Rows with times whose spikes are the source's."""
    return [row for row in rows if row["status"] == "ok" and "ms" in row and not differs(row)]


def panels(rows: Rows) -> dict[tuple[int, int], list[Mapping[str, Any]]]:
    """(batch, threads) -> rows with a ratio, at the rate and the time steps that most rows have."""
    rows = [row for row in rows if "ratio" in row and row["peer"] != BASELINE]
    if not rows:
        return {}
    common = max({(r["rate"], r["time_steps"]) for r in rows}, key=[(r["rate"], r["time_steps"]) for r in rows].count)
    found: dict[tuple[int, int], list] = {}
    for row in rows:
        if (row["rate"], row["time_steps"]) == common:
            found.setdefault((row["batch"], row["threads"]), []).append(row)
    return dict(sorted(found.items()))


def series(rows: Rows, axis: str) -> dict[tuple, list[tuple[float, Mapping[str, Any]]]]:
    """(model, batch, threads, the other axis, peer) -> points along `axis` ("rate" or "time_steps"), where several."""
    other = "time_steps" if axis == "rate" else "rate"
    found: dict[tuple, list] = {}
    for row in rows:
        at = (row["model"], row["batch"], row["threads"], row[other], row["peer"])
        found.setdefault(at, []).append((row[axis], row))
    return {at: sorted(points, key=lambda p: p[0]) for at, points in found.items() if len(points) > 1}


def draw(result: Mapping[str, Any], output: Path) -> list[Path]:
    """Writes PNG and PDF next to `output`; nothing if no row has a ratio."""
    import matplotlib

    matplotlib.use("Agg")
    rows = drawable(result["rows"])
    machine = result["machine"]
    cpu = f"{machine['cpu']}, {machine['cores']} cores"
    written = []
    if found := panels(rows):
        written += _save(_bars(found, cpu), output.with_suffix(""))
    for axis in ("rate", "time_steps"):
        if lines := series(rows, axis):
            written += _save(_lines(lines, axis, cpu), output.with_name(f"{output.stem}-{axis.replace('_', '-')}"))
    return written


def _save(figure: Any, stem: Path) -> list[Path]:
    import matplotlib.pyplot as plt

    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "pdf")]
    for path in paths:
        figure.savefig(path, dpi=150)
    plt.close(figure)
    return paths


def _bars(found: Mapping[tuple[int, int], Rows], cpu: str) -> Any:
    import matplotlib.pyplot as plt

    models = list(dict.fromkeys(row["model"] for rows in found.values() for row in rows))
    peers = [p for p in PEERS if any(row["peer"] == p for rows in found.values() for row in rows)]
    figure, axes = plt.subplots(
        len(found),
        1,
        figsize=(max(6.5, 2.1 * len(models) + 2), 0.9 + 2.9 * len(found)),
        squeeze=False,
        layout="constrained",
    )
    width = 0.8 / len(peers)
    for axis, ((batch, threads), rows) in zip(axes[:, 0], found.items(), strict=True):
        for i, peer in enumerate(peers):
            own = [row for row in rows if row["peer"] == peer]
            if not own:
                continue
            where = [models.index(row["model"]) + (i - (len(peers) - 1) / 2) * width for row in own]
            heights = [row["ratio"]["median"] for row in own]
            low = [h - row["ratio"]["quartiles"][0] for h, row in zip(heights, own, strict=True)]
            high = [row["ratio"]["quartiles"][1] - h for h, row in zip(heights, own, strict=True)]
            bars = axis.bar(
                where, heights, width * 0.92, yerr=[low, high], label=peer, color=COLOURS[peer],
                error_kw={"elinewidth": 0.9, "ecolor": "#222222"},
            )  # fmt: skip
            axis.bar_label(bars, fmt="{:.2f}", fontsize=6.5, padding=2)
        axis.axhline(1, color=COLOURS[BASELINE], linewidth=1, linestyle="--")
        axis.set_xticks(range(len(models)), [f"{m} (trained)" if m == DIGITS else m for m in models])
        axis.tick_params(labelsize=8)
        axis.set_title(f"batch {batch}, {threads} thread{'s' if threads > 1 else ''}", fontsize=9, loc="left")
        axis.set_ylabel("times SpikingJelly's speed", fontsize=8)
        axis.margins(y=0.15)
        axis.spines[["top", "right"]].set_visible(False)
    rows = next(iter(found.values()))
    about = f"{100 * rows[0]['rate']:g} % firing per layer, T = {rows[0]['time_steps']}"
    figure.suptitle(f"Speed against SpikingJelly eager (dashed: 1)\n{cpu}; {about}", fontsize=10)
    _legend(figure, axes)
    return figure


def _lines(lines: Mapping[tuple, list], axis_name: str, cpu: str) -> Any:
    import matplotlib.pyplot as plt

    groups = list(dict.fromkeys(at[:4] for at in lines))
    columns = min(3, len(groups))
    deep = -(-len(groups) // columns)
    figure, axes = plt.subplots(
        deep, columns, figsize=(max(6.5, 3.4 * columns), 0.9 + 2.9 * deep), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    scale = 100 if axis_name == "rate" else 1
    for axis, group in zip(axes.flat, groups, strict=False):
        for peer in PEERS:
            if points := lines.get((*group, peer)):
                x = [scale * value for value, _ in points]
                y = [row["ms"]["median"] for _, row in points]
                axis.plot(x, y, marker="o", markersize=3.5, label=peer, color=COLOURS[peer])
        model, batch, threads, _ = group
        axis.set_title(f"{model}, batch {batch}, {threads} thread{'s' if threads > 1 else ''}", fontsize=8, loc="left")
        axis.set_xlabel("firing per layer, %" if axis_name == "rate" else "time steps", fontsize=8)
        axis.set_ylabel("ms per inference", fontsize=8)
        axis.tick_params(labelsize=8)
        axis.set_xlim(left=0)
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    what, verb = ("activity", "costs") if axis_name == "rate" else ("time steps", "cost")
    figure.suptitle(f"What {what} {verb}\n{cpu}", fontsize=10)
    _legend(figure, axes)
    return figure


def _legend(figure: Any, axes: Any) -> None:
    """One for all panels, also of peers that are missing from some."""
    known: dict[str, Any] = {}
    for axis in axes.flat:
        known |= dict(zip(*reversed(axis.get_legend_handles_labels()), strict=True))
    labels = [peer for peer in PEERS if peer in known]
    figure.legend(
        [known[label] for label in labels], labels, loc="outside lower center", ncols=len(labels), fontsize=8, frameon=False
    )  # fmt: skip
