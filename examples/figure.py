# SPDX-License-Identifier: Apache-2.0
"""The demo's figure: what the network saw, who spiked when, and how often."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROWS_PER_LAYER = 36
DARK = "#1d2733"


def _colours(count: int) -> list:
    return [plt.get_cmap("viridis")(0.08 + 0.8 * i / max(1, count - 1)) for i in range(count)]


def _shown(spikes: np.ndarray, rows: int) -> np.ndarray:
    """Neurons of one layer to show, as [neurons, columns]: evenly spread among those that fire at all."""
    flat = spikes.reshape(len(spikes), -1).T
    firing = np.flatnonzero(flat.any(axis=1))
    if len(firing) == 0:
        firing = np.arange(len(flat))
    return flat[firing[np.linspace(0, len(firing) - 1, min(rows, len(firing))).astype(int)]]


def draw(
    path: Path,
    images: np.ndarray,
    labels: np.ndarray,
    classes: np.ndarray,
    trains: dict[str, np.ndarray],
    rates: dict[str, float],
) -> Path:
    """`images` [n, 1, 8, 8] were shown one after another; `trains` holds each layer's spikes [T, n, ...]."""
    names, count = list(trains), len(images)
    steps = next(iter(trains.values())).shape[0]
    columns = count * steps
    colours = _colours(len(names))

    figure = plt.figure(figsize=(15, 9.5), dpi=120, facecolor="white")
    grid = figure.add_gridspec(
        2,
        2,
        height_ratios=[1, 9],
        width_ratios=[3.1, 1],
        hspace=0.05,
        wspace=0.04,
        left=0.215,
        right=0.985,
        top=0.885,
        bottom=0.07,
    )
    figure.suptitle(
        "Handwritten digits through the compiled Spikformer", x=0.02, y=0.975, ha="left", fontsize=17, color=DARK
    )
    figure.text(
        0.02,
        0.918,
        f"{count} held-out images, {steps} time steps each; a mark is a spike. Every layer shows up to {ROWS_PER_LAYER} of the neurons that fire.",
        fontsize=11,
        color="#555",
    )

    strip = figure.add_subplot(grid[0, 0])
    strip.set_xlim(0, columns)
    strip.set_ylim(0, 1)
    strip.axis("off")
    for i in range(count):
        inset = strip.inset_axes([i / count + 0.14 / count, 0.22, 0.72 / count, 0.74])
        inset.imshow(images[i, 0], cmap="gray_r", interpolation="nearest")
        inset.set_xticks([])
        inset.set_yticks([])
        right = classes[i] == labels[i]
        for spine in inset.spines.values():
            spine.set_color("#bbb")
        strip.text(
            (i + 0.5) * steps,
            0.02,
            f"read as {classes[i]}",
            ha="center",
            fontsize=9.5,
            color=DARK if right else "#c0392b",
            weight="normal" if right else "bold",
        )

    raster = figure.add_subplot(grid[1, 0])
    bars = figure.add_subplot(grid[1, 1], sharey=raster)
    top, ticks = 0.0, []
    gap = 5
    for name, colour in zip(names, colours, strict=True):
        spikes = trains[name].astype(bool)
        sequence = np.swapaxes(spikes, 0, 1).reshape(columns, *spikes.shape[2:])  # image after image, step after step
        shown = _shown(sequence, ROWS_PER_LAYER)
        rows, at = np.nonzero(shown)
        spread = ROWS_PER_LAYER / len(shown)
        raster.scatter(at + 0.5, top + (rows + 0.5) * spread, marker="_", s=58, linewidths=1.15, color=colour)
        middle = top + ROWS_PER_LAYER / 2
        ticks.append(middle)
        bars.barh(middle, 100 * rates[name], height=ROWS_PER_LAYER * 0.74, color=colour)
        bars.text(100 * rates[name] + 0.4, middle, f"{100 * rates[name]:.1f}", va="center", fontsize=9.5, color=DARK)
        raster.axhspan(top - gap / 2, top - gap / 2 + 0.6, color="#e4e4e4", lw=0)
        top += ROWS_PER_LAYER + gap
    for i in range(1, count):
        raster.axvline(i * steps, color="#cfcfcf", lw=0.9)
    raster.set_xlim(0, columns)
    raster.set_ylim(top - gap / 2, -gap / 2)
    raster.set_yticks(ticks, names, fontsize=9.5)
    raster.set_xticks(
        np.arange(columns) + 0.5, [str(1 + i % steps) for i in range(columns)], fontsize=7.5, color="#777"
    )
    raster.tick_params(length=0)
    raster.set_xlabel("time step, image after image", fontsize=10.5, color=DARK)
    bars.set_xlim(0, 100 * max(rates.values()) * 1.16)
    bars.set_xlabel("firing rate in %, all held-out images", fontsize=10.5, color=DARK)
    bars.tick_params(axis="y", length=0, labelleft=False)
    for axes in (raster, bars):
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color("#bbb")

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
    return path
