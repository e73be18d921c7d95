# SPDX-License-Identifier: Apache-2.0
"""What a measurement was taken on."""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path

EXTENSIONS = ("avx2", "avx512f", "avx512_vnni", "amx_int8", "asimd")


def describe() -> dict:
    """The CPU by name, its vector extensions, and the versions that matter."""
    import numpy
    import torch

    from spike_transformer_compiler.profiling.timing import cpu_name

    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    flags = re.search(r"(?:flags|Features)\s*:\s*(.+)", text)
    present = set(flags[1].split()) if flags else set()
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "extensions": [extension for extension in EXTENSIONS if extension in present],
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
    }


def _ticks() -> tuple[int, int]:
    """(idle, all) ticks of all cores since the start of the system."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def busy(seconds: float = 1.0) -> float:
    """The share of all cores' time, 0..1, that others use while this process sleeps."""
    idle, total = _ticks()
    time.sleep(seconds)
    idle_after, total_after = _ticks()
    return 1 - (idle_after - idle) / max(1, total_after - total)
