# SPDX-License-Identifier: Apache-2.0
"""The demo's second half: the digits model quantised, mapped to a chip, and run there, image by image."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from digits.model import IMAGE_SHAPE, load_split
from spike_transformer_compiler import SpikeCompiler

BOARD, BITS = "ncl-1chip", 8
CALIBRATION = 256  # training images that the quantisation sees


def run_on_chip(model: Any, images: np.ndarray, labels: np.ndarray, source: np.ndarray, console: Console,
                folder: Path) -> list[str]:  # fmt: skip
    """Compiles for a board, runs every image on the chip simulator and as compiled code, compares; what is wrong."""
    start = time.perf_counter()
    compiled = SpikeCompiler(target="loihi3").compile(
        model, (1, *IMAGE_SHAPE), chip_config=BOARD, calibration_data=load_split()[0][:CALIBRATION]
    )
    seconds = time.perf_counter() - start
    console.print(
        f"\n[bold]on a chip[/]: {BITS}-bit weights, board {BOARD} (assumed; no Loihi 3 specification is public)"
    )
    mapping = compiled.chip.mapping()
    console.print(
        f"PyTorch to image in {seconds:.1f} s: {mapping['neurons']:,} neurons on {mapping['cores']} cores of "
        f"{mapping['chips']} chip, {compiled.utilization:.0%} of the board, fullest core {mapping['max_fill']:.0%}"
    )

    cpu = compiled.run_on_cpu(images).mean(0).argmax(-1)
    start = time.perf_counter()
    chip = compiled.run(images).mean(0).argmax(-1)
    seconds = time.perf_counter() - start
    report = compiled.profile_energy(images)
    same = compiled.compare_with_cpu(images)

    table = Table()
    for name in ("accuracy", "right", "of", "%"):
        table.add_column(name, justify="left" if name == "accuracy" else "right")
    for name, found in (("PyTorch", source), ("quantised, compiled code", cpu), ("quantised, chip simulator", chip)):
        right = int((found == labels).sum())
        table.add_row(name, str(right), str(len(labels)), f"{100 * right / len(labels):.2f}")
    console.print(table)
    console.print(
        f"chip and compiled code: {same.spikes:,} spikes and {same.membranes:,} membranes of {same.layers} layers compared, "
        f"{sum(same.different.values())} differ; {len(images) / seconds:.0f} images/s on the chip simulator"
    )
    static = f"{report.static_power_W} W" if report.static_power_W is not None else "not known"
    provenance = ", ".join(sorted({field.provenance for field in report.profile.fields}))
    console.print(
        f"energy {report.total_energy_pJ / 1e6:.3f} uJ and latency {report.latency['ns'] / 1e3:.2f} us per image, "
        f"{report.chip_steps} chip steps; profile {report.profile.name} ({provenance}); static power apart: {static}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    compiled.save(folder / "digits.lsi")
    report.to_html(folder / "chip.html")
    console.print(f"image: {folder / 'digits.lsi'}, report: {folder / 'chip.html'}")

    wrong = []
    if not same.passed:
        wrong.append(f"the chip differs from compiled code: {same.different or 'outputs'}")
    lost = 100 * ((source == labels).mean() - (chip == labels).mean())
    if lost > 1:
        wrong.append(f"quantisation loses {lost:.2f} points of accuracy, more than 1")
    return wrong
