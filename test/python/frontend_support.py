# SPDX-License-Identifier: Apache-2.0
"""Helpers of the front end's tests: run an imported module in the reference interpreter."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import torch

from spike_transformer_compiler import _core


def spike_run() -> str:
    beside = Path(_core.__file__).resolve().parents[2] / "bin" / "spike-run"
    tool = str(beside) if beside.exists() else shutil.which("spike-run")
    assert tool, "spike-run is neither in the build tree nor on the path"
    return tool


def interpret(module, inputs: list[torch.Tensor], folder: Path) -> list[np.ndarray]:
    """The module's results, by the reference interpreter."""
    program = folder / "module.mlirbc"
    program.write_bytes(module.bytecode())
    command = [spike_run(), str(program), "--interpret", f"--output={folder / 'out'}"]
    for index, value in enumerate(inputs):
        np.save(folder / f"in{index}.npy", value.numpy())
        command.append(f"--input={folder / f'in{index}.npy'}")
    subprocess.run(command, check=True, capture_output=True)
    return [np.load(folder / f"out{index}.npy") for index in range(len(module.signature()["outputs"]))]
