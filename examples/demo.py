#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile the trained digits Spikformer, run every held-out image through it, and compare it with PyTorch spike by spike;
then quantise it, map it to a chip, and compare the chip simulator with compiled code.

    python examples/demo.py [--output demo-output] [--level 2]

Writes a figure and the IR after each stage into the output folder.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from figure import draw
from on_chip import run_on_chip
from rich.console import Console
from rich.table import Table

from digits.model import IMAGE_SHAPE, held_out, spikformer_digits
from spike_transformer_compiler import SpikeCompiler, verification
from spike_transformer_compiler.optimization import stage_pipeline

warnings.filterwarnings("ignore")
logging.getLogger("torch._library.triton").addFilter(
    lambda record: False
)  # that there is no Triton does not matter here
THREADS = 2
ROUNDS = 60


def forced_run(compiled, level: int, reference, images: np.ndarray):
    """Compiled code whose layers are fed the reference's spikes: the output and every layer's own spikes."""
    module = compiled.spike_ir.module.clone()
    module.run_pipeline("spike-teacher-force")
    signature = module.clone()
    module.run_pipeline(stage_pipeline("optimize", level))
    return verification.forced_spikes(signature, module.compile(num_threads=THREADS).run, reference, images)


def compare_classes(source: np.ndarray, compiled: np.ndarray, forced: np.ndarray, report) -> list[str]:
    """What is wrong with images that got another class: nothing if ties explain it."""
    wrong = []
    for i in np.flatnonzero(source != compiled):
        tied = i in report.samples_with_ties() and forced[i] == source[i]
        if not tied:
            wrong.append(f"image {i}: PyTorch says {source[i]}, compiled code {compiled[i]}, and no tie explains it")
    return wrong


def time_per_image(model, compiled, images: np.ndarray) -> dict[str, list[float]]:
    """Milliseconds for one image, SpikingJelly and compiled code in turn."""
    from spikingjelly.activation_based import functional

    torch.set_num_threads(THREADS)
    taken: dict[str, list[float]] = {"SpikingJelly": [], "compiled": []}
    with torch.inference_mode():
        for i in range(ROUNDS + 5):
            image = images[i % len(images)][None]
            tensor = torch.from_numpy(image)
            start = time.perf_counter()
            functional.reset_net(model)
            model(tensor)
            middle = time.perf_counter()
            compiled.run(image)
            end = time.perf_counter()
            if i >= 5:  # the first rounds warm up
                taken["SpikingJelly"].append(1e3 * (middle - start))
                taken["compiled"].append(1e3 * (end - middle))
    functional.reset_net(model)
    return taken


def write_ir(compiled, level: int, folder: Path) -> list[Path]:
    """The IR after each stage, weights left out."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"import": str(compiled.spike_ir), "optimize": str(compiled.optimized_ir)}
    module = compiled.optimized_ir.module
    for stage in ("lower", "bufferize"):
        module.run_pipeline(stage_pipeline(stage, level))
        texts[stage] = module.asm(elide_weights=True, elide_constants=64)
    texts["llvm"] = compiled.llvm_ir
    written = []
    for number, (stage, text) in enumerate(texts.items(), start=1):
        path = folder / f"{number}-{stage}.{'ll' if stage == 'llvm' else 'mlir'}"
        path.write_text(text)
        written.append(path)
    return written


def titled(console: Console, title: str) -> Table:
    """A new table; the title is printed on a line of its own, however narrow the table is."""
    console.print(f"\n[bold]{title}[/]")
    return Table()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    parser.add_argument("--level", type=int, default=2, choices=range(4))
    args = parser.parse_args()
    console = Console(width=130)

    model = spikformer_digits()
    images, labels = held_out()
    parameters = sum(p.numel() for p in model.parameters())
    console.print(
        f"[bold]SpikingJelly Spikformer[/], {parameters:,} parameters, T = 4, on {len(images)} held-out digits\n"
    )

    compiler = SpikeCompiler(target="simulation", optimization_level=args.level)
    compiled = compiler.compile(model, input_shape=(1, *IMAGE_SHAPE))
    table = titled(console, "compile time, batch 1")
    table.add_column("stage")
    table.add_column("ms", justify="right")
    for entry in compiled.stage_times:
        table.add_row(entry.stage, f"{1e3 * entry.seconds:.1f}")
    table.add_section()
    table.add_row("all", f"{1e3 * sum(entry.seconds for entry in compiled.stage_times):.1f}")
    console.print(table)

    # Free-running: the compiled model on its own.
    whole = compiler.compile(model, input_shape=images.shape)
    output, trains = whole.run(images, return_spike_trains=True)
    classes = output.mean(0).argmax(-1)

    # Teacher-forced: each layer against the source.
    reference = verification.record(model, torch.from_numpy(images))
    source_classes = reference.output.mean(0).argmax(-1).numpy()
    forced_output, spikes = forced_run(whole, args.level, reference, images)
    exact = verification.exact_layers(whole.spike_ir)
    report = verification.verify(model, images, spikes, exact, reference=reference)
    console.print()
    console.print(report.table())
    for mismatch in report.mismatches[:20]:
        console.print(f"  {mismatch}")

    wrong = compare_classes(source_classes, classes, forced_output.mean(0).argmax(-1), report)
    table = titled(console, "accuracy on the held-out images")
    for name in ("", "right", "of", "%"):
        table.add_column(name, justify="left" if not name else "right")
    for name, found in (("PyTorch", source_classes), ("compiled", classes)):
        right = int((found == labels).sum())
        table.add_row(name, str(right), str(len(labels)), f"{100 * right / len(labels):.2f}")
    console.print(table)
    same = int((classes == source_classes).sum())
    console.print(
        f"same class for {same} of {len(labels)} images; spikes equal in a free run: {_equal(trains, reference)}\n"
    )

    taken = time_per_image(model, compiled, images)
    table = titled(console, f"time per image, batch 1, {THREADS} threads, in turn, {ROUNDS} rounds")
    for name in ("", "median ms", "quartiles"):
        table.add_column(name, justify="left" if not name else "right")
    for name, values in taken.items():
        low, middle, high = statistics.quantiles(values, n=4)
        table.add_row(name, f"{middle:.3f}", f"{low:.3f} .. {high:.3f}")
    ratio = statistics.median(taken["SpikingJelly"]) / statistics.median(taken["compiled"])
    table.add_section()
    table.add_row("ratio", f"{ratio:.2f}", "")
    console.print(table)

    shown = np.array([np.flatnonzero(labels == digit)[0] for digit in range(10)])
    rates = {path: float(train.mean()) for path, train in trains.items()}
    figure = draw(args.output / "spikes.png", images[shown], labels[shown], classes[shown],
                  {path: train[:, shown] for path, train in trains.items()}, rates)  # fmt: skip
    files = write_ir(compiled, args.level, args.output / "ir")
    console.print(f"figure: {figure}")
    console.print(f"IR after each stage: {', '.join(str(f) for f in files)}")

    wrong += run_on_chip(model, images, labels, source_classes, console, args.output)
    for line in wrong:
        console.print(f"[red]{line}[/]")
    if not report.passed or wrong:
        console.print("[red]the compiled model is not spike-exact[/]")
        return 1
    console.print(f"[green]spike-exact[/]: {report.total('mismatches')} of {report.total('steps'):,} spikes differ, all of them ties"
                  if report.total("mismatches") else f"[green]spike-exact[/]: all {report.total('steps'):,} spikes are the source's")  # fmt: skip
    return 0


def _equal(trains: dict[str, np.ndarray], reference) -> str:
    spikes = reference.spikes()
    total = sum(train.size for train in spikes.values())
    different = sum(int((trains[path].astype(bool) != spikes[path]).sum()) for path in spikes)
    return "all" if different == 0 else f"all but {different} of {total:,}"


if __name__ == "__main__":
    sys.exit(main())
