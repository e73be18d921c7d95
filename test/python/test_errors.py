# SPDX-License-Identifier: Apache-2.0
"""Bad input: the right exception, a message that says what and where, never a crash."""

from __future__ import annotations

import pickle
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from small_models import image, one_step, small
from spikingjelly.activation_based import neuron
from torch import nn

from spike_transformer_compiler import SpikeCompiler, SpikeIR, _core, exceptions
from spike_transformer_compiler.exceptions import CompilationError, ExecutionError, ValidationError


def compile(model, shape=(1, 1, 4, 4), **options):
    return SpikeCompiler("simulation", **options).compile(model, shape)


# ---------------------------------------------------------------------------------------------------------- models


class Unsupported(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(6, 6), nn.Softmax(-1))
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return torch.cumsum(self.lif(self.inner(x)), -1)


def test_unsupported_ops_are_listed_together():
    with pytest.raises(CompilationError) as caught:
        compile(Unsupported().eval(), (4, 1, 6))
    message = str(caught.value)
    assert caught.value.error_code == "unsupported-op"
    assert "softmax" in message and "cumsum" in message, "one error names all of them"
    assert "inner.1" in message, "with the module's path"
    assert "test_errors.py" in message, "and the source line"
    assert len(caught.value.diagnostics) >= 2


def test_unsupported_neuron():
    model = nn.Sequential(nn.Linear(6, 6), neuron.MPBNLIFNode(out_features=6, step_mode="m")).eval()
    with pytest.raises(ValidationError, match="'1'.*MPBNLIFNode") as caught:
        compile(model, (4, 1, 6))
    assert caught.value.error_code == "unsupported-neuron" and caught.value.suggestions


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers(value):
    model = small()
    model.head.weight.data[2, 3] = value
    with pytest.raises(CompilationError, match="head.weight"):
        compile(model)


def test_training_mode():
    with pytest.raises(ValidationError, match="training mode") as caught:
        compile(small().train())
    assert caught.value.error_code == "training-mode" and "eval()" in caught.value.suggestions[0]
    model = small()
    model.norm.train()
    with pytest.raises(ValidationError, match="norm"):
        compile(model)


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 6)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls += 1
        return self.fc(x) * self.calls


def test_a_module_that_changes_state():
    with pytest.raises(ValidationError, match="calls") as caught:
        compile(Stateful().eval(), (4, 1, 6))
    assert caught.value.error_code == "stateful-model"


@pytest.mark.parametrize("model", [None, "model.py", np.ones(3), nn.Linear])
def test_no_model(model):
    with pytest.raises(ValidationError, match="torch.nn.Module"):
        compile(model)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 3, 4, 4), "does not run on inputs of shape"),
        ((1, 4), "does not run on inputs of shape"),
        ((0, 1, 4, 4), "at least 1"),
        ((1, 1, -4, 4), "at least 1"),
        ("1,1,4,4", "shape"),
        ((1, 1, 4.5, 4), "integers"),
        (7, "shape"),
        ({}, "shape"),
        ({"x": (1, 1, 4, 4), "y": (1, 1)}, "inputs"),
    ],
)
def test_input_shapes_that_do_not_fit(shape, message):
    with pytest.raises(ValidationError, match=message):
        compile(small(), shape)


# --------------------------------------------------------------------------------------------------------- options


def test_targets():
    with pytest.raises(ValidationError, match="'abacus' is not built.*'simulation'"):
        SpikeCompiler(target="abacus")
    with pytest.raises(ValidationError, match="'abacus'"):
        SpikeCompiler(target="abacus")


@pytest.mark.parametrize("steps", [0, -1, 2.5, "many"])
def test_time_steps(steps):
    with pytest.raises(ValidationError, match="time_steps"):
        SpikeCompiler("simulation", time_steps=steps)


def test_time_steps_against_the_models_own():
    with pytest.raises(ValidationError, match="4 time steps.*time_steps is 8") as caught:
        compile(small(), time_steps=8)
    assert caught.value.suggestions


@pytest.mark.parametrize("level", [-1, 4, "fast", 1.5])
def test_levels(level):
    with pytest.raises(ValidationError, match="optimization_level"):
        SpikeCompiler("simulation", optimization_level=level)


def test_arguments_of_later_versions_are_type_errors():
    with pytest.raises(TypeError):
        SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4), secure_mode=True)
    with pytest.raises(TypeError):
        SpikeCompiler("simulation", chips=2)


def test_size_limits(monkeypatch):
    monkeypatch.setenv("MAX_MODEL_SIZE", "1KB")
    with pytest.raises(exceptions.SecurityError, match="bytes of weights, the limit is 1000"):
        compile(small())
    monkeypatch.delenv("MAX_MODEL_SIZE")
    monkeypatch.setenv("NEUROMORPHIC_MEMORY_LIMIT", "1KB")
    with pytest.raises(ValidationError, match="memory limit is 1000"):
        compile(small())


# ------------------------------------------------------------------------------------------------------------ runs


@pytest.mark.parametrize(
    ("x", "code", "message"),
    [
        (
            image()[0].numpy(),
            "wrong-input-rank",
            r"expected rank 4, shape \[batch, 1, 4, 4\], got rank 3, shape \[1, 4, 4\]",
        ),
        (
            np.zeros((1, 2, 4, 4), np.float32),
            "wrong-input-shape",
            r"expected shape \[batch, 1, 4, 4\], got \[1, 2, 4, 4\]",
        ),
        (np.zeros((0, 1, 4, 4), np.float32), "wrong-input-shape", "batch of at least 1, got 0"),
        (np.zeros((1, 1, 4, 4)), "wrong-input-dtype", "expected dtype float32, got float64"),
        (image().half(), "wrong-input-dtype", "expected dtype float32, got float16"),
        (image().to(torch.bfloat16), "wrong-input-dtype", "expected dtype float32, got bfloat16"),
        (np.zeros((1, 1, 4, 4), np.int64), "wrong-input-dtype", "got int64"),
        ([[1.0]], "wrong-input-type", "expected a NumPy array or a torch tensor, got list"),
        (None, "wrong-input-type", "got NoneType"),
        ([image(), image()], "invalid-value", "expected 1 inputs"),
        ({"y": image()}, "invalid-value", "expected inputs named x, got y"),
    ],
)
def test_inputs_of_a_run(compiled, x, code, message):
    with pytest.raises(ValidationError, match=message) as caught:
        compiled.run(x)
    assert caught.value.error_code == code


@pytest.mark.parametrize("steps", [0, -2, 8, 1.5, True])
def test_time_steps_of_a_run(compiled, steps):
    with pytest.raises(ValidationError) as caught:
        compiled.run(image(), time_steps=steps)
    assert caught.value.error_code == "wrong-time-steps"


def test_time_steps_of_a_lifted_run():
    lifted = compile(one_step(), (1, 6))
    with pytest.raises(ValidationError, match="at least 1 time step, got 0"):
        lifted.run(torch.rand(1, 6), time_steps=0)


# ------------------------------------------------------------------------------------------------------- IR as text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no public function"),
        ("func.func @main(", "expected"),
        ("module { oops }", "oops"),
        ("\x00\xff\xfe", "."),
        ('func.func @f() { "spike.nothing"() : () -> () return }', "nothing"),
        ("func.func @f(%x: tensor<4x8xf32>) -> tensor<4x9xf32> { return %x : tensor<4x8xf32> }", "type"),
        (
            "func.func @f(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {\n  %0 = spike.transpose %x [0, 0] : tensor<4x8xf32> -> tensor<8x4xf32>\n  return %0 : tensor<8x4xf32>\n}",
            "transpose_c1",
        ),
        (
            "func.func @f() -> tensor<2xf32> {\n  %0 = spike.constant dense_resource<w> : tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
            "'w' has no data",
        ),
    ],
)
def test_malformed_ir(text, message):
    with pytest.raises(ValidationError, match=message):
        assert SpikeIR.parse(text, {}).inputs


@pytest.mark.parametrize(
    "text",
    [
        "module {\n" * 100_000 + "}\n" * 100_000,
        "func.func private @f(%x: " + "tuple<" * 100_000 + "i1" + ">" * 100_000 + ")",
        "module attributes {a = " + "[" * 100_000 + "]" * 100_000 + "} {}",
        "#m = affine_map<(d0) -> (" + "-" * 100_000 + "d0)>\nmodule {}",
        "#m = affine_map<(d0) -> (" + "- " * 100_000 + "d0)>\nmodule {}",
        'module {} // "\nmodule attributes {a = ' + "[" * 100_000,
        'module {} "\\\nmodule attributes {a = ' + "[" * 100_000,
    ],
)
def test_text_that_would_exhaust_the_stack(text):
    with pytest.raises(ValidationError):
        SpikeIR.parse(text)


def test_unknown_pipeline_and_its_reproducer(compiled):
    with pytest.raises(CompilationError, match="'no-such-pass' does not refer to a registered pass") as caught:
        compiled.spike_ir.run_pipeline("canonicalize,no-such-pass")
    assert "no-such-pass" in caught.value.reproducer


def spike_opt() -> str:
    # The build tree, else the environment that runs the tests, else the path.
    places = [Path(_core.__file__).resolve().parents[2] / "bin", Path(sys.executable).parent]
    tool = next((str(p / "spike-opt") for p in places if (p / "spike-opt").exists()), shutil.which("spike-opt"))
    assert tool, "spike-opt is neither in the build tree, nor in the environment, nor on the path"
    return tool


def test_the_reproducer_reproduces():
    ir = SpikeIR.parse("func.func @f(%x: tensor<2x6xf32>) -> tensor<6xf32> {\n"
                       "  %0 = spike.reduce sum %x dims [0] : tensor<2x6xf32> -> tensor<6xf32>\n"
                       "  return %0 : tensor<6xf32>\n}")  # fmt: skip
    with pytest.raises(CompilationError, match="does not treat it as a batch") as caught:
        ir.run_pipeline("spike-set-batch{size=3 axes=0}")
    command = shlex.split(caught.value.reproducer)
    assert command[0] == "spike-opt"
    again = subprocess.run([spike_opt(), *command[1:]], capture_output=True, text=True, check=False)
    assert again.returncode == 1 and "does not treat it as a batch" in again.stderr


# ------------------------------------------------------------------------------------------------------- exceptions


def test_one_except_catches_all():
    for name in exceptions.__all__:
        assert issubclass(getattr(exceptions, name), CompilationError)
    assert exceptions.RuntimeError is ExecutionError
    assert issubclass(ValidationError, ValueError) and issubclass(ExecutionError, __builtins__["RuntimeError"])


def test_what_an_error_carries():
    error = ValidationError("wrong", suggestions="do this", diagnostics=[{"message": "m"}], reproducer="spike-opt x")
    assert (error.error_code, error.suggestions, error.reproducer) == ("invalid-value", ["do this"], "spike-opt x")
    assert re.fullmatch(r"wrong\n  try: do this\n  reproduce: spike-opt x", str(error))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is ValidationError and vars(again) == vars(error)
