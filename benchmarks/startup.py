#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From nothing to the first output of SpikingJelly's CIFAR-10 Spikformer, with an empty cache and with a full one.

    python benchmarks/startup.py [--rounds 5]

Every time is that of a fresh process, which never loads torch: of one that loads the saved model, and of spike-run, which
reads the same program as bytecode. Cold and warm alternate. A second table compiles the PyTorch model twice.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
THREADS = 2
HERE = Path(__file__).parent
SHAPE = (1, 3, 32, 32)

#: What a user's process does: the line that it prints is the first output.
LOAD = """
import json, sys, time
start = time.perf_counter()
import numpy as np
from spike_transformer_compiler import CompiledModel
imported = time.perf_counter()
model = CompiledModel.load(sys.argv[1])
model.run(np.load(sys.argv[2]))
done = time.perf_counter()
print(json.dumps({"import": imported - start, "load and run": done - imported, "memory": sum(model.memory.values())}))
assert "torch" not in sys.modules
"""


#: Starts a command and measures it: a small process, for what a process starts from counts as its own peak.
MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
said = process.stdout.read().decode()
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
assert status == 0
result = {"seconds": seconds, "peak_mb": usage.ru_maxrss / 1024}
print(json.dumps(result | (json.loads(said) if said[:1] == "{" else {})))
"""


def run(name: str, command: list[str], cache: Path) -> dict:
    """Seconds to the end of the process, its peak memory in MB, and what it says."""
    environment = os.environ | {"SPIKE_COMPILER_CACHE": "on", "SPIKE_COMPILER_CACHE_DIR": str(cache)}
    if name == "spike-run":
        command = [*command, f"--cache={cache}"]
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, *command], stdout=subprocess.PIPE, env=environment)
    if done.returncode:
        raise SystemExit(f"{name} failed")
    return json.loads(done.stdout)


def measure(commands: dict[str, list[str]], rounds: int, folder: Path) -> dict[str, dict[str, list[dict]]]:
    """For each command the runs with an empty cache and with a full one, in turn."""
    found = {name: {"cold": [], "warm": []} for name in commands}
    for i in range(rounds + 1):
        for name, command in commands.items():
            cache = folder / "cache"
            for state in ("cold", "warm"):
                result = run(name, command, cache)
                if i:  # the first round brings files into memory
                    found[name][state].append(result)
            shutil.rmtree(cache)
    return found


def compile_twice(folder: Path) -> list[dict[str, float]]:
    """Seconds of the stages, with an empty cache and with a full one."""
    from calibration import calibrated_spikformer_cifar10

    from spike_transformer_compiler import SpikeCompiler

    os.environ |= {"SPIKE_COMPILER_CACHE": "off"}
    model = calibrated_spikformer_cifar10()
    SpikeCompiler().compile(model, SHAPE)  # torch.export's own first time
    os.environ |= {"SPIKE_COMPILER_CACHE": "on", "SPIKE_COMPILER_CACHE_DIR": str(folder / "compile")}
    found = []
    for _ in range(2):
        start = time.perf_counter()
        compiled = SpikeCompiler().compile(model, SHAPE)
        total = time.perf_counter() - start
        imported = next(entry.seconds for entry in compiled.stage_times if entry.stage == "import")
        found.append({"import": imported, "rest": total - imported})
    return found


def prepare(folder: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Files of the model and of a tiny one, whose memory is that of the libraries; the commands that load them."""
    import numpy as np
    from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images

    from spike_transformer_compiler import IRBuilder, SpikeCompiler

    builder = IRBuilder()
    builder.output(builder.neuron(builder.input("x", (1, 1, 2)), "if"))
    sources = {
        "model": (calibrated_spikformer_cifar10(), SHAPE, cifar10_shaped_images(1).numpy()),
        "tiny": (builder.build(), None, np.ones((1, 1, 2), np.float32)),
    }
    tool = shutil.which("spike-run") or str(HERE.parent / "build" / "release" / "bin" / "spike-run")
    commands: dict[str, dict[str, list[str]]] = {}
    os.environ["SPIKE_COMPILER_CACHE"] = "off"
    for name, (model, shape, image) in sources.items():
        saved, code, data = (str(folder / f"{name}{suffix}") for suffix in (".spike", ".mlirbc", ".npy"))
        compiled = SpikeCompiler().compile(model, shape)
        compiled.save(saved)
        Path(code).write_bytes(compiled.spike_ir.module.bytecode())
        np.save(data, image)
        commands[name] = {"CompiledModel.load": [sys.executable, "-c", LOAD, saved, data]}
        if os.access(tool, os.X_OK):
            commands[name]["spike-run"] = [tool, code, f"--input={data}", f"--num-threads={THREADS}"]
    return commands["model"], commands["tiny"]


def show(found: dict, base: dict, twice: list[dict[str, float]]) -> None:
    from machine import describe
    from rich.console import Console
    from rich.table import Table

    console = Console(width=120)
    machine = describe()
    console.print(f"[bold]{machine['cpu']}[/], {machine['cores']} cores")

    def median(runs: list[dict], key: str) -> float:
        return statistics.median(run[key] for run in runs)

    title = f"to the first output of spikformer_cifar10, {THREADS} threads, median of {len(next(iter(found.values()))['cold'])}"
    table = Table(title=title, title_justify="left")
    for name in (
        "",
        "cold s",
        "warm s",
        "cold / warm",
        "warm: import s",
        "load and run s",
        "peak MB",
        "beyond a tiny model",
    ):
        table.add_column(name, justify="left" if not name else "right")
    for name, runs in found.items():
        cold, warm = runs["cold"], runs["warm"]
        beyond = median(warm, "peak_mb") - median(base[name]["warm"], "peak_mb")
        parts = [f"{median(warm, key):.3f}" if key in warm[0] else "" for key in ("import", "load and run")]
        ratio = statistics.median(c["seconds"] / w["seconds"] for c, w in zip(cold, warm, strict=True))
        table.add_row(
            name,
            f"{median(cold, 'seconds'):.3f}",
            f"{median(warm, 'seconds'):.3f}",
            f"{ratio:.1f}",
            *parts,
            f"{median(warm, 'peak_mb'):.0f}",
            f"{beyond:.1f}",
        )
    console.print(table)
    needed = found["CompiledModel.load"]["warm"][0]["memory"] / 2**20
    console.print(f"packed weights and arena: {needed:.1f} MB")
    first, second = twice
    console.print(
        f"SpikeCompiler.compile: {first['import']:.2f} s of import, then {first['rest']:.2f} s; "
        f"again {second['import']:.2f} s, then {second['rest']:.3f} s (ratio {first['rest'] / second['rest']:.0f})"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    os.environ["SPIKE_COMPILER_WORKERS"] = str(THREADS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, tiny = prepare(folder)
        twice = compile_twice(folder)
        show(measure(model, args.rounds, folder), measure(tiny, args.rounds, folder), twice)
    return 0


if __name__ == "__main__":
    sys.exit(main())
