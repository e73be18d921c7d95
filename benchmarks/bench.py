#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed of SpikingJelly's CIFAR-10 Spikformer, compiled and as it is, and what compiling it costs.

    python benchmarks/bench.py [--rounds 60] [--compilations 3] [--level 2]

Both run in the same process in turn, batch 1, two threads, thresholds calibrated to 15 % firing per layer. Results go to
benchmarks/results/latest.json; the next run compares itself with it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
logging.getLogger("torch._library.triton").addFilter(
    lambda record: False
)  # that there is no Triton does not matter here
THREADS = 2
os.environ["SPIKE_COMPILER_WORKERS"] = str(THREADS)
os.environ["SPIKE_COMPILER_CACHE"] = "off"  # what is measured is compiling
HERE = Path(__file__).parent
RESULTS = HERE / "results" / "latest.json"


def measure_runs(rounds: int, level: int) -> dict:
    """Milliseconds per image, in turn, and the ratio within each round."""
    import torch
    from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images, firing_rates

    from spike_transformer_compiler import SpikeCompiler
    from spike_transformer_compiler.profiling.benchmark import Eager
    from spike_transformer_compiler.profiling.timing import ratios, side_by_side, spread

    torch.set_num_threads(THREADS)
    model = calibrated_spikformer_cifar10()
    images = cifar10_shaped_images(8)
    rates = firing_rates(model, images)
    compiled = SpikeCompiler(target="simulation", optimization_level=level).compile(model, (1, 3, 32, 32))
    image, source = images.split(1), Eager(model)
    with torch.inference_mode():
        runs = {
            "source": lambda i: source(image[i % len(image)]),
            "compiled": lambda i: compiled.run(image[i % len(image)]),
        }
        times = side_by_side(runs, rounds)
    source_ms, compiled_ms = ([1e3 * seconds for seconds in times[name]] for name in runs)
    return {
        "rate": {
            "mean": statistics.mean(rates.values()),
            "lowest": min(rates.values()),
            "highest": max(rates.values()),
        },
        "spikingjelly_ms": spread(source_ms),
        "compiled_ms": spread(compiled_ms),
        "ratio": spread(ratios(source_ms, compiled_ms)),
        "memory": compiled.memory,
    }


def measure_compilations(count: int, level: int) -> dict:
    """Seconds per stage and peak memory, each time in a fresh process."""
    runs = []
    for _ in range(count):
        done = subprocess.run(
            [sys.executable, str(HERE / "compile_once.py"), str(level)], capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"compiling failed:\n{done.stderr}")
        runs.append(json.loads(done.stdout.strip().splitlines()[-1]))
    stages = {name: statistics.median(run["stages"].get(name, 0.0) for run in runs) for name in runs[0]["stages"]}
    return {
        "seconds": statistics.median(run["seconds"] for run in runs),
        "stages": stages,
        "peak_mb": max(run["peak_mb"] for run in runs),
        "before_mb": statistics.median(run["before_mb"] for run in runs),
        "count": count,
    }


def show(result: dict, last: dict | None) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=120)
    machine = result["machine"]
    extensions = " ".join(machine["extensions"]) or "no vector extensions known"
    console.print(f"[bold]{machine['cpu']}[/], {machine['cores']} cores, {extensions}; torch {machine['torch']}")

    run = result["run"]
    rate = run["rate"]
    table = Table(
        title=f"spikformer_cifar10, batch 1, {THREADS} threads, {100 * rate['mean']:.1f} % firing, in turn",
        title_justify="left",
    )
    for name in ("", "median ms", "quartiles", "best", "last median"):
        table.add_column(name, justify="left" if not name else "right")
    for label, key in (("SpikingJelly", "spikingjelly_ms"), ("compiled", "compiled_ms"), ("ratio", "ratio")):
        values = run[key]
        low, high = values["quartiles"]
        before = f"{last['run'][key]['median']:.2f}" if last else ""
        best = f"{values['best']:.2f}" if key != "ratio" else ""
        table.add_row(label, f"{values['median']:.2f}", f"{low:.2f} .. {high:.2f}", best, before)
    console.print(table)

    compilation = result["compile"]
    table = Table(title=f"compile time, fresh process, median of {compilation['count']}", title_justify="left")
    for name in ("stage", "seconds", "last", "change %"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    rows = [*compilation["stages"].items(), ("all", compilation["seconds"])]
    old = {**last["compile"]["stages"], "all": last["compile"]["seconds"]} if last else {}
    for name, seconds in rows:
        if name == "all":
            table.add_section()
        before = old.get(name)
        change = f"{100 * (seconds / before - 1):+.0f}" if before else ""
        table.add_row(name, f"{seconds:.3f}", f"{before:.3f}" if before is not None else "", change)
    console.print(table)
    console.print(f"peak memory of the compiling process: {compilation['peak_mb']:.0f} MB"
                  f" ({compilation['before_mb']:.0f} MB before, torch and the model included)")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--compilations", type=int, default=3)
    parser.add_argument("--level", type=int, default=2, choices=range(4))
    args = parser.parse_args()

    from machine import describe

    last = json.loads(RESULTS.read_text()) if RESULTS.exists() else None
    result = {
        "machine": describe(),
        "level": args.level,
        "run": measure_runs(args.rounds, args.level),
        "compile": measure_compilations(args.compilations, args.level),
    }
    show(result, last)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(f"wrote {RESULTS}" + ("" if last else " (nothing to compare with yet)"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
