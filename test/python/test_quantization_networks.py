# SPDX-License-Identifier: Apache-2.0
"""Random networks of the fuzzer as integers: refused by name, or the interpreter's and the compiled code's own bits."""

from __future__ import annotations

import numpy as np
import pytest
from networks.generate import generate

from spike_transformer_compiler._program import Options
from spike_transformer_compiler.exceptions import CompilationError
from spike_transformer_compiler.frontend import import_program
from spike_transformer_compiler.quantization import QuantizedModel, QuantizedProgram, calibrate

pytestmark = pytest.mark.usefixtures("one_thread")


def quantized(seed: int, bits: int, granularity: str) -> tuple[QuantizedProgram, np.ndarray] | None:
    """The program of integers and an input; nothing where it is refused, which must be by name."""
    case = generate(seed)
    x = case.x.numpy()
    source = import_program(case.model, x.shape, case.plan.steps if case.plan.stepped else None)
    try:
        return QuantizedProgram(source, calibrate(source, x), bits, granularity), x
    except CompilationError as error:
        assert error.error_code == "quantization-failed", error
        assert "cannot be quantized" in str(error), error
        return None


def check(seed: int) -> bool:
    """Whether a network is quantised; then every output, spike and membrane is the same in interpreter and machine."""
    found = quantized(seed, (8, 6, 4)[seed % 3], ("channel", "layer")[seed // 3 % 2])
    if found is None:
        return False
    program, x = found
    output, spikes, membranes = QuantizedModel(program, Options(workers=1)).trace(x)
    module = program.module.clone()
    module.run_pipeline("spike-expose-neurons{membranes=true}")
    outputs = iter(output if isinstance(output, tuple) else (output,))
    for spec, expected in zip(module.signature()["outputs"], module.interpret([x]), strict=True):
        if not spec["path"]:
            own = next(outputs)
        else:
            own = (membranes if spec["name"] == "v" else spikes)[spec["path"]]
            assert np.array_equal(own, np.rint(own)) and np.abs(own).max() < 2**23, (seed, spec)
        np.testing.assert_array_equal(own, np.asarray(expected, np.float32), err_msg=f"seed {seed}: {spec}")
    return True


def test_networks_are_integers_or_refused():
    assert sum(check(seed) for seed in range(20)) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_many_networks_are_integers_or_refused(part):
    assert sum(check(seed) for seed in range(2000 + 300 * part, 2300 + 300 * part)) >= 20
