# SPDX-License-Identifier: Apache-2.0
"""Random networks: PyTorch, the reference interpreter and compiled code agree in every bit.

Two hundred networks each run; the same ones, so that a failure can be repeated. SPIKE_RANDOM_NETWORKS=1000 tries as many
new ones.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_networks import Case, cases

from spike_transformer_compiler._program import Options
from spike_transformer_compiler.frontend import import_program
from spike_transformer_compiler.optimization import OptimizationPass, Optimizer

FRESH = int(os.environ.get("SPIKE_RANDOM_NETWORKS", 0))
thorough = settings(
    max_examples=FRESH or 200,
    derandomize=not FRESH,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def as_floats(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [np.asarray(array, np.float32) for array in arrays]


def check_against_pytorch(case: Case, outputs: list[np.ndarray], specs: list[dict], who: str) -> None:
    """Outputs and all spike trains equal PyTorch's numbers."""
    seen = set()
    for spec, array in zip(specs, outputs, strict=True):
        expected = case.trains[spec["path"]] if spec["path"] else case.output
        seen.add(spec["path"])
        assert array.shape == expected.shape, (
            f"{who}: {spec['path'] or 'output'} has shape {array.shape}, not {expected.shape}"
        )
        wrong = int((array != expected).sum())
        assert wrong == 0, f"{who}: {wrong} of {array.size} values of {spec['path'] or 'the output'} differ"
    assert seen == {"", *case.trains}


@pytest.mark.slow
@thorough
@given(
    case=cases(),
    level=st.integers(0, 3),
    workers=st.sampled_from([1, 2]),
    generic=st.sampled_from([False, False, False, True]),
    unroll=st.sampled_from([None, None, None, 1, 3]),
)
def test_exact_networks(case: Case, level: int, workers: int, generic: bool, unroll: int | None) -> None:
    program = import_program(case.model, tuple(case.x.shape), case.time_steps if case.stepped else None)
    assert program.time_steps == case.time_steps and program.stepped == case.stepped
    x = [case.x.numpy()]

    imported = program.module.clone()
    imported.run_pipeline("spike-expose-neurons")
    check_against_pytorch(
        case, as_floats(imported.interpret(x)), imported.signature()["outputs"], "interpreter, imported"
    )

    passes = Optimizer(level).add_pass(OptimizationPass.LOOP_UNROLLING, factor=unroll).pipeline if unroll else None
    options = Options(optimization_level=level, workers=workers, passes=passes)
    variant = program.compile(options, trains=True)
    interpreted = as_floats(variant.optimized.interpret(x))
    check_against_pytorch(case, interpreted, variant.optimized.signature()["outputs"], f"interpreter, level {level}")

    executable = variant.optimized.compile(workers, level, "generic") if generic else variant.executable
    compiled = as_floats(executable.run(x))
    check_against_pytorch(case, compiled, executable.signature["outputs"], f"compiled, level {level}")
    for a, b in zip(interpreted, compiled, strict=True):
        assert same_bits(a, b), "interpreter and compiled code differ in a bit"


@pytest.mark.slow
@settings(thorough, max_examples=FRESH or 60)
@given(case=cases(), level=st.integers(0, 3), seed=st.integers(0, 2**31 - 1))
def test_rounded_networks(case: Case, level: int, seed: int) -> None:
    """With weights that round, the interpreter and compiled code still agree in every bit."""
    generator = torch.Generator().manual_seed(seed)
    for tensor in [*case.model.parameters(), *case.model.buffers()]:
        if tensor.is_floating_point() and tensor.dim():
            tensor.data *= 1 + 0.1 * torch.rand(tensor.shape, generator=generator)
    x = [(case.x * (1 + 0.1 * torch.rand(case.x.shape, generator=generator))).numpy()]
    program = import_program(case.model, tuple(case.x.shape), case.time_steps if case.stepped else None)
    variant = program.compile(Options(optimization_level=level), trains=True)
    for a, b in zip(as_floats(variant.optimized.interpret(x)), as_floats(variant.executable.run(x)), strict=True):
        assert same_bits(a, b), "interpreter and compiled code differ in a bit"
