#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every model of the zoo: does it compile, is every spike the source's, and what does compiling cost.

    python benchmarks/models.py [--only NAME ...] [--write]

Each model is compiled in a process of its own (time from PyTorch to runnable code, peak memory of the process), and in
another one calibrated to 15 % firing per layer and verified on one sample. `--write` renews their rows of the table of docs/models.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ["SPIKE_COMPILER_CACHE"] = "off"  # what is measured is compiling
HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "models.md"
RESULTS = HERE / "results" / "models.json"


def measure_compilation(name: str) -> dict:
    """In this process: seconds to runnable code, the process's peak memory, the model's size."""
    from compile_once import peak_mb
    from zoo import find

    from spike_transformer_compiler import SpikeCompiler

    entry = find(name)
    model = entry.model()
    if entry.needs_statistics:
        from calibration import calibrate

        calibrate(model, entry.input(1, seed=0))
    start = time.perf_counter()
    compiled = SpikeCompiler(target="simulation", **entry.options).compile(model, entry.shape)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "time_steps": compiled.time_steps,
    }


def measure_exactness(name: str) -> dict:
    """In this process: the verdict on the calibrated model, for one sample that it was not calibrated on."""
    import torch
    from calibration import calibrate
    from zoo import find

    from spike_transformer_compiler import SpikeCompiler

    entry = find(name)
    model = calibrate(entry.model(), entry.input(1, seed=0))
    torch.set_num_threads(2)
    compiled = SpikeCompiler(target="simulation", **entry.options).compile(model, entry.shape)
    start = time.perf_counter()
    verdict = compiled.verify(model, entry.input())
    report = verdict.spikes
    return {
        "passed": verdict.passed,
        "layers": len(report.layers),
        "steps": report.total("steps"),
        "mismatches": report.total("mismatches"),
        "ties": report.total("ties"),
        "errors": report.total("errors"),
        "exact_layers": sum(layer.exact for layer in report.layers),
        "same_class": [f"{c.agree} of {c.samples}" for c in verdict.classes],
        "warnings": verdict.warnings,
        "lowest_rate": min(layer.rate for layer in report.layers),
        "highest_rate": max(layer.rate for layer in report.layers),
        "verify_seconds": time.perf_counter() - start,
    }


PARTS = {"compilation": measure_compilation, "exactness": measure_exactness}


def in_its_own_process(part: str, name: str) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, "--part", part, "--only", name], capture_output=True, text=True, timeout=3600
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        return {"failed": last}
    return json.loads(lines[-1])


def measure(name: str) -> dict:
    result: dict = {"name": name}
    for part in PARTS:
        result |= in_its_own_process(part, name)
        if "failed" in result:
            break
    return result


# ------------------------------------------------------------------------------------------------------- the table

HEADER = "| model | source | parameters | T | firing, % | compiles | spike-exact | steps compared | ties | compile time | peak |"


def row(result: dict) -> str:
    from zoo import find

    entry = find(result["name"])
    if "failed" in result:
        return f"| `{entry.name}` | {entry.source} | | | | no: {result['failed']} | | | | | |"
    verdict = "yes" if result["passed"] else f"NO, {result['errors']} errors"
    return (
        f"| `{entry.name}` | {entry.source} | {result['parameters'] / 1e6:.1f} M | {result['time_steps']} "
        f"| {100 * result['lowest_rate']:.0f} to {100 * result['highest_rate']:.0f} | yes | {verdict} "
        f"| {result['steps']:,} | {result['ties']} | {result['seconds']:.1f} s | {result['peak_mb'] / 1000:.2f} GB |"
    )


def table(results: list[dict], before: str) -> str:
    """In the order of the zoo; models that were not measured keep the row that they had."""
    from machine import describe
    from zoo import ENTRIES

    machine = describe()
    rows = {line.split("`")[1]: line for line in before.splitlines() if line.startswith("| `")}
    rows |= {result["name"]: row(result) for result in results}
    return "\n".join(
        [
            f"On {machine['cpu']}, {machine['cores']} cores ({', '.join(machine['extensions'])}):",
            "",
            HEADER,
            re.sub(r"[^|]+", "---", HEADER),
            *(rows[entry.name] for entry in ENTRIES if entry.name in rows),
        ]
    )


def write(results: list[dict]) -> None:
    text = PAGE.read_text()
    begin, end = "<!-- table -->\n", "<!-- end of table -->"
    start, stop = text.index(begin) + len(begin), text.index(end)
    PAGE.write_text(f"{text[:start]}\n{table(results, text[start:stop])}\n\n{text[stop:]}")
    print(f"wrote {PAGE.name}")


def main() -> int:
    from zoo import ENTRIES

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=[entry.name for entry in ENTRIES], metavar="NAME")
    parser.add_argument("--part", choices=PARTS, help="one part, in this process, as JSON")
    parser.add_argument("--write", action="store_true", help="renew these rows of the table of docs/models.md")
    arguments = parser.parse_args()
    names = arguments.only or [entry.name for entry in ENTRIES]
    if arguments.part:
        print(json.dumps(PARTS[arguments.part](names[0])))
        return 0
    results = []
    print(HEADER)
    for name in names:
        results.append(measure(name))
        print(row(results[-1]), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1))
    if arguments.write:
        write(results)
    return any("failed" in result or not result["passed"] for result in results)


if __name__ == "__main__":
    sys.exit(main())
