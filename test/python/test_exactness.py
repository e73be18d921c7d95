# SPDX-License-Identifier: Apache-2.0
"""Every spike of the trained digits model is the source's, after every stage of the pipeline and at every level."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from digits.model import held_out, spikformer_digits
from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V
from spike_transformer_compiler.optimization import stage_pipeline

INTERPRETED = 24  # images: the interpreter is written to be obvious, not fast


class Case:
    """A model, images, the reference's spikes, and the imported module for that batch, teacher forced."""

    def __init__(self, model, images: np.ndarray):
        self.model, self.images = model, images
        self.compiled = SpikeCompiler(target="simulation").compile(model, images.shape)
        self.reference = V.record(model, torch.from_numpy(images))
        self.exact = V.exact_layers(self.compiled.spike_ir)
        self.forced = self.compiled.spike_ir.module.clone()
        self.forced.run_pipeline("spike-teacher-force")

    def judge(self, module, execute):
        output, spikes = V.forced_spikes(self.forced, execute, self.reference, self.images)
        report = V.verify(self.model, self.images, spikes, self.exact, reference=self.reference)
        assert report.passed, str(report)
        theirs = self.reference.output.numpy()
        np.testing.assert_allclose(output.reshape(theirs.shape), theirs, rtol=1e-4, atol=1e-5)
        return report


@pytest.fixture(scope="module")
def digits():
    return Case(spikformer_digits(), held_out()[0])


@pytest.fixture(scope="module")
def few_digits():
    return Case(spikformer_digits(), held_out()[0][:INTERPRETED])


@pytest.mark.slow
def test_attention_is_proved_exact(digits):
    attention = {path for path in digits.exact if path.endswith("attn_lif") and digits.exact[path]}
    assert attention == {"blocks.0.attn.attn_lif", "blocks.1.attn.attn_lif"}


def test_interpreter_after_import(few_digits):
    few_digits.judge(few_digits.forced, few_digits.forced.interpret)


@pytest.mark.parametrize("level", range(4))
def test_interpreter_after_optimize(few_digits, level):
    module = few_digits.forced.clone()
    module.run_pipeline(stage_pipeline("optimize", level))
    few_digits.judge(module, module.interpret)


def test_compiled(few_digits):
    module = few_digits.forced.clone()
    module.run_pipeline(stage_pipeline("optimize", 2))
    few_digits.judge(module, module.compile(num_threads=2).run)


@pytest.mark.slow
@pytest.mark.parametrize("level", range(4))
def test_compiled_on_the_whole_held_out_set(digits, level):
    module = digits.forced.clone()
    module.run_pipeline(stage_pipeline("optimize", level))
    report = digits.judge(module, module.compile(num_threads=2).run)
    assert report.total("steps") > 10_000_000


@pytest.mark.slow
def test_classes_of_the_whole_held_out_set(digits):
    output, trains = digits.compiled.run(digits.images, return_spike_trains=True)
    theirs = digits.reference.output.mean(0).argmax(-1).numpy()
    assert (output.mean(0).argmax(-1) == theirs).all()
    assert (theirs == held_out()[1]).mean() >= 0.985
    assert trains.keys() == digits.reference.layers.keys()
    for path, spikes in digits.reference.spikes().items():
        assert trains[path].shape == spikes.shape


def set_parameter(text: str, path: str, parameter: str) -> str:
    """The IR with one parameter of a neuron's model given another value."""
    (line,) = [line for line in text.splitlines() if "spike.neuron" in line and f'"{path}"' in line]
    name = parameter.split(" = ")[0]

    def rewrite(match: re.Match) -> str:
        kept = [p for p in (match[2] or "").split(", ") if p and p.split(" = ")[0] != name]
        return f"#spike.{match[1]}<{', '.join([*kept, parameter])}>"

    changed = re.sub(r"#spike\.(\w+)(?:<([^>]*)>)?", rewrite, line, count=1)
    return text.replace(line, changed)


def shift_padding(text: str, _: str) -> str:
    """The second convolution pads two rows above and none below."""
    line = [line for line in text.splitlines() if "spike.conv " in line][1]
    assert "padding [1, 1, 1, 1]" in line
    return text.replace(line, line.replace("padding [1, 1, 1, 1]", "padding [2, 0, 1, 1]"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "plant"),
    [
        ("blocks.0.attn.attn_lif", lambda text, path: set_parameter(text, path, "fire = gt")),
        ("blocks.1.mlp.neuron1", lambda text, path: set_parameter(text, path, "tau = 2.02")),
        ("blocks.0.attn.qkv_lif", lambda text, path: set_parameter(text, path, "reset = soft")),
        ("patch_embed.stages.1.neuron", shift_padding),
    ],
    ids=["greater-than", "wrong-decay", "soft-reset", "padding"],
)
def test_a_fault_planted_in_the_ir_is_caught(few_digits, path, plant):
    """The comparison watches the compiler itself: the IR is changed, optimised and compiled."""
    text = few_digits.forced.asm(elide_weights=True)
    faulty = plant(text, path)
    assert faulty != text
    module = type(few_digits.forced).parse(faulty, "faulty.mlir", few_digits.forced.weights())
    module.run_pipeline(stage_pipeline("optimize", 2))
    _, spikes = V.forced_spikes(few_digits.forced, module.compile().run, few_digits.reference, few_digits.images)
    report = V.verify(few_digits.model, few_digits.images, spikes, few_digits.exact, reference=few_digits.reference)
    assert [layer.path for layer in report.layers if not layer.passed] == [path], str(report)
