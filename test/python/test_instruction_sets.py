# SPDX-License-Identifier: Apache-2.0
"""The same spikes and the same output bits from the kernels of every instruction set, and from loops."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

#: Prints the kernels in use, a digest of every output bit and spike, and the spikes' number.
PROGRAM = """
import hashlib, sys
import numpy as np, torch
from spikingjelly.activation_based import layer, neuron
from spike_transformer_compiler import SpikeCompiler, _core

torch.manual_seed(0)
lif = lambda v: neuron.LIFNode(v_threshold=v, step_mode="m")
model = torch.nn.Sequential(
    layer.Conv2d(3, 20, 3, padding=1, step_mode="m"), lif(0.4), layer.Conv2d(20, 33, 3, stride=2, step_mode="m"), lif(0.1),
    layer.Conv2d(33, 33, 3, padding=1, groups=33, step_mode="m"), lif(0.1), layer.Conv2d(33, 44, 2, padding=1, groups=11,
    step_mode="m"), lif(0.1), layer.Conv2d(44, 16, 2, step_mode="m"), neuron.ParametricLIFNode(v_threshold=0.1, step_mode="m"),
    layer.Flatten(step_mode="m"), layer.Linear(16 * 9, 40, step_mode="m"), lif(0.1), layer.Linear(40, 10, step_mode="m"),
).eval()
compiled = SpikeCompiler("simulation").compile(model, (4, 5, 3, 8, 8))
x = torch.randn(4, 5, 3, 8, 8, generator=torch.Generator().manual_seed(1))
digest = hashlib.sha256(np.asarray(compiled.run(x)).tobytes())
_, trains = compiled.run(x, return_spike_trains=True)
for path in sorted(trains):
    digest.update(np.asarray(trains[path]).astype(np.uint8).tobytes())
rates = [float(np.asarray(train).mean()) for train in trains.values()]
print(_core.kernels()["planes"], digest.hexdigest(), min(rates))
"""


def run(**environment: str) -> tuple[str, str, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    name, digest, rate = done.stdout.split()
    return name, digest, float(rate)


@pytest.mark.slow
def test_one_result_whatever_the_instruction_set():
    found = [run(SPIKE_RT_PLANES=name) for name in ("baseline", "avx2", "avxvnni", "avx512", "avx512vnni", "amx")]
    found += [run(SPIKE_RT_PLANES="baseline", SPIKE_RT_ISA=name) for name in ("baseline", "avx2", "avx512")]
    found += [run(SPIKE_RT_FORM=form) for form in ("dense", "events", "tables")]
    found += [run(SPIKE_COMPILER_WORKERS=workers) for workers in ("1", "3")]
    assert found[0][0] == "baseline"
    assert len({digest for _, digest, _ in found}) == 1, found
    assert all(len(digest) == 2 * hashlib.sha256().digest_size and rate > 0.01 for _, digest, rate in found)
