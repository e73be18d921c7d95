# SPDX-License-Identifier: Apache-2.0
"""torch, torch_mlir and this package live in one process, imported in any order, and the process ends cleanly."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

import spike_transformer_compiler

PACKAGE = str(Path(spike_transformer_compiler.__file__).resolve().parent.parent)
CORE = str(Path(spike_transformer_compiler._core.__file__).parent.parent)

WORK = """
import sys
from small_models import image, in_pytorch, small
from spike_transformer_compiler import SpikeCompiler
import torch
compiled = SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4))
assert torch.equal(compiled.run(image()), in_pytorch(small(), image()))
print("done", flush=True)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([CORE, str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *arguments, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "order", itertools.permutations(["torch", "torch_mlir", "spike_transformer_compiler"]), ids=" ".join
)
def test_any_order(order):
    imports = "\n".join(f"import {name}" for name in order)
    if "torch_mlir" in order:
        imports += "\nimport torch_mlir.ir"
    done = run(imports + WORK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "done"
    assert not any(word in done.stderr for word in ("Segmentation", "terminate", "registered more than once")), (
        done.stderr
    )


def test_exit_with_everything_alive():
    """Compiled models, threads' leftovers and weights in global variables do not disturb the end of the process."""
    done = run(
        WORK
        + """
import threading
import builtins
builtins.kept = (compiled, compiled.spike_ir, compiled.spike_ir.weights, compiled.optimized_ir.module)
thread = threading.Thread(target=lambda: compiled.run(image(2)))
thread.start(); thread.join()
"""
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Error") == 0, done.stderr


def test_the_package_alone_does_not_import_torch():
    done = run("import sys, spike_transformer_compiler as s; s.SpikeIR; print('torch' in sys.modules)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def test_a_forked_process_runs_and_compiles():
    done = run(
        """
import os, signal
import numpy as np
from spike_transformer_compiler.ir import IRBuilder

b = IRBuilder()
x = b.input("x", (4, 64, 256))
b.output(b.neuron(b.linear(x, np.random.RandomState(0).rand(256, 256)), "lif"))
module = b.build().module
executable = module.compile(2)
inputs = [np.random.RandomState(1).rand(4, 64, 256).astype(np.float32)]
(expected,) = executable.run(inputs)
child = os.fork()
if child == 0:
    signal.alarm(60)
    same = all(np.array_equal(code.run(inputs)[0], expected) for code in (executable, module.compile(2)))
    os._exit(0 if same else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    )
    assert done.returncode == 0, done.stderr
