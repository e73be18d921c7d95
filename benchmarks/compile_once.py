# SPDX-License-Identifier: Apache-2.0
"""Compile the CIFAR-10 Spikformer once, in a process of its own, and print times and memory as one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ["SPIKE_COMPILER_CACHE"] = "off"  # what is measured is compiling


def peak_mb() -> float:
    """The most memory this process has held so far. (getrusage would count the parent's, before the exec.)"""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    from calibration import uncalibrated_spikformer_cifar10

    from spike_transformer_compiler import SpikeCompiler

    model = uncalibrated_spikformer_cifar10()  # thresholds do not change what the compiler does
    before = peak_mb()
    start = time.perf_counter()
    compiled = SpikeCompiler(target="simulation", optimization_level=int(sys.argv[1])).compile(model, (1, 3, 32, 32))
    total = time.perf_counter() - start
    stages = {}
    for entry in compiled.stage_times:
        stages[entry.stage] = stages.get(entry.stage, 0.0) + entry.seconds
    print(json.dumps({"seconds": total, "stages": stages, "peak_mb": peak_mb(), "before_mb": before}))


if __name__ == "__main__":
    main()
