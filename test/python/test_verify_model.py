# SPDX-License-Identifier: Apache-2.0
"""A compiled model against its source: layers, outputs and classes; and the pass that broke a spike, named."""

from __future__ import annotations

import copy
import json
import re

import numpy as np
import pytest
import torch
from small_models import image, one_step, small
from spikingjelly.activation_based import neuron

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.verification.outputs import judge_classes


@pytest.fixture(scope="module")
def compiled():
    return SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4))


@pytest.mark.parametrize("stage", ["import", "optimize", "compiled"])
def test_every_stage_passes(compiled, stage):
    report = compiled.verify(small(), image(6), stage=stage)
    assert report.passed and report.stage == stage and not report.warnings
    assert [layer.path for layer in report.spikes.layers] == ["conv_lif", "head_if"]
    assert report.outputs[0].beyond == 0 and report.classes[0].agree == 6
    assert all(layer.agreement == layer.source_agreement == 1 for layer in report.spikes.layers)
    assert "spike-exact" in str(report)
    assert json.loads(json.dumps(report.to_dict()))["layers"][0]["steps"] == 4 * 6 * 64


def faulty(change):
    model = copy.deepcopy(small())
    with torch.no_grad():
        change(model)
    return model


@pytest.mark.parametrize(
    ("change", "layer"),
    [
        (lambda m: m.conv.weight.mul_(1.01), "conv_lif"),
        (lambda m: setattr(m.conv_lif, "tau", 2.1), "conv_lif"),
        (lambda m: setattr(m.head_if, "v_threshold", 0.126), "head_if"),
        (lambda m: setattr(m.head_if, "v_reset", 0.0), "head_if"),
    ],
    ids=["weight", "tau", "threshold", "reset"],
)
def test_another_source_fails_in_the_layer_that_differs(compiled, change, layer):
    report = compiled.verify(faulty(change), torch.cat([image(16, seed) for seed in range(4)]))
    assert [bad.path for bad in report.spikes.layers if not bad.passed] == [layer]
    first = report.spikes.first
    assert first.layer == layer and first.kind == "error" and first.distance > first.bound > 0
    assert not report.passed and f"first divergence: error in '{layer}' at step {first.step}" in str(report)


def test_a_model_of_one_step():
    model, x = one_step(), torch.randn(8, 6, generator=torch.Generator().manual_seed(0))
    compiled = SpikeCompiler(time_steps=5).compile(model, (2, 6))
    report = compiled.verify(model, x)
    assert report.passed and report.spikes.layers[0].steps == 5 * 8 * 8
    assert compiled.verify(model, x, time_steps=3).spikes.layers[0].steps == 3 * 8 * 8


class Idle(torch.nn.Module):
    """Runs a neuron whose spikes count for nothing unless `used`, as models do whose second head is off."""

    def __init__(self, used: bool):
        super().__init__()
        torch.manual_seed(0)
        self.used, self.linear = used, torch.nn.Linear(6, 8)
        self.lif, self.idle = (neuron.LIFNode(v_threshold=0.2, step_mode="m") for _ in range(2))

    def forward(self, x):
        spikes = self.lif(self.linear(x))
        rest = self.idle(spikes)
        return spikes.mean(0) + (rest.mean(0) if self.used else 0)


def test_neurons_that_nothing_reads_are_left_out():
    x = torch.randn(4, 2, 6, generator=torch.Generator().manual_seed(0))
    compiled = SpikeCompiler().compile(Idle(False).eval(), (4, 2, 6))
    report = compiled.verify(Idle(False).eval(), x)
    assert report.passed and [layer.path for layer in report.spikes.layers] == ["lif"]
    assert report.spikes.unread == ("idle",) and "nothing reads their spikes: idle" in str(report)
    assert report.to_dict()["unread_layers"] == ["idle"]
    with pytest.raises(ValidationError, match="only the source has the neuron layers \\['idle'\\]"):
        compiled.verify(Idle(True).eval(), x)


class Selected(torch.nn.Module):
    """A Python number that is none of float32, and then only a choice: the sums are exact."""

    def __init__(self):
        super().__init__()
        self.first, self.second = (neuron.LIFNode(v_threshold=v, step_mode="m") for v in (0.5, 0.9))

    def forward(self, x):
        return self.second((1.7 * self.first(x)).amax(-1))


def test_python_numbers_are_those_that_the_source_computes_with():
    x = torch.randn(1, 2, 6, 5, generator=torch.Generator().manual_seed(0))
    compiled = SpikeCompiler().compile(Selected().eval(), (1, 2, 6, 5))
    report = compiled.verify(Selected().eval(), x)
    assert report.passed, str(report)
    assert any(layer.exact for layer in report.spikes.layers)


class Several(torch.nn.Module):
    """Two inputs; a dict with a tuple in it."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = torch.nn.Linear(6, 8), torch.nn.Linear(4, 8)
        self.spike = neuron.LIFNode(v_threshold=0.2, step_mode="m")

    def forward(self, left, right):
        spikes = self.spike(self.a(left) + self.b(right))
        return {"spikes": spikes, "both": (spikes.mean(0), self.a(left).sum(-1))}


def test_several_inputs_and_outputs():
    compiled = SpikeCompiler().compile(Several().eval(), {"left": (4, 2, 6), "right": (4, 2, 4)})
    left, right = torch.randn(4, 5, 6), torch.randn(4, 5, 4)
    for given in ([left, right], {"right": right, "left": left}):
        report = compiled.verify(Several().eval(), given)
        assert report.passed, str(report)
        assert [o.name for o in report.outputs] == ["output['spikes']", "output['both'][0]", "output['both'][1]"]
        assert [c.name for c in report.classes] == ["output['spikes']", "output['both'][0]"]


def test_a_silent_layer_is_said_to_prove_nothing():
    model = faulty(lambda m: setattr(m.head_if, "v_threshold", 1e6))
    report = SpikeCompiler().compile(model, (1, 1, 4, 4)).verify(model, image(2))
    assert report.passed and any("'head_if' is silent" in text for text in report.warnings)
    model = faulty(lambda m: [setattr(layer, "v_threshold", 1e6) for layer in (m.conv_lif, m.head_if)])
    report = SpikeCompiler().compile(model, (1, 1, 4, 4)).verify(model, image(2))
    assert any("the network is silent" in text for text in report.warnings) and "warning: " in str(report)


def test_bad_inputs_are_refused(compiled):
    x = image(2)
    x[1, 0, 2, 3] = float("nan")
    with pytest.raises(ValueError, match=r"holds nan at \[1, 0, 2, 3\]"):
        compiled.verify(small(), x)
    with pytest.raises(ValueError, match="expected shape"):
        compiled.verify(small(), torch.zeros(2, 1, 4, 5))
    with pytest.raises(ValueError, match="expected dtype float32, got float64"):
        compiled.verify(small(), image(2).double())
    with pytest.raises(ValueError, match="a stage of import, optimize, compiled, got 'llvm'"):
        compiled.verify(small(), image(2), stage="llvm")
    with pytest.raises(ValueError, match="only the source has the neuron layers"):
        compiled.verify(torch.nn.Sequential(torch.nn.Flatten(2), neuron.LIFNode(step_mode="m")), image(2))
    with pytest.raises(ValueError, match=r"expected the source, a torch.nn.Module, got str"):
        compiled.verify("model.py", image(2))


def test_a_class_that_a_tie_explains():
    reference = V.record(small(), image(2))
    theirs = reference.output.clone().double()
    other = theirs.clone()
    other[:, 1] = other[:, 1].roll(1, -1)
    wanted = theirs.mean(0).argmax(-1)
    assert (other.mean(0).argmax(-1) != wanted).tolist() == [False, True]
    free, forced = [other.numpy()], [theirs.numpy()]
    (found,) = judge_classes(reference, free, forced, {1}, 2, 4)
    assert found.passed and found.restored == (1,) and found.agree == 1
    (found,) = judge_classes(reference, free, forced, set(), 2, 4)
    assert not found.passed and found.wrong == (1,), "nothing to inject"
    (found,) = judge_classes(reference, free, free, {1}, 2, 4)
    assert found.wrong == (1,), "injecting does not restore it"


def test_too_many_or_other_outputs_are_refused():
    reference = V.record(small(), image(2))
    with pytest.raises(ValueError, match="returns 1 tensors"):
        judge_classes(reference, [np.zeros(3)] * 2, [np.zeros(3)] * 2, set(), 2, 4)
    with pytest.raises(ValueError, match=r"gives shape \[4, 2, 5\], the compiled model \[3\]"):
        judge_classes(reference, [np.zeros(3)], [np.zeros(3)], set(), 2, 4)


# ------------------------------------------------------------------------------------------------------- bisecting


def spoil(after: str, old: str, new: str):
    """A wrong pass: text of the IR is changed right behind the first run of another pass."""
    done = []

    def between(name, module):
        if name != after or done:
            return module
        done.append(name)
        text = module.asm(elide_weights=True)
        changed = re.sub(old, new, text, count=1)
        assert changed != text, text
        return type(module).parse(changed, "spoilt.mlir", module.weights())

    return between


def test_no_pass_is_to_blame(compiled):
    found = V.bisect_passes(compiled, small(), image(3))
    assert found.passed and found.culprit is None
    names = [step.name for step in found.steps]
    assert names[0] == "import" and names[-2:] == ["generic", "kernel"]
    assert names[1:-2] == SpikeCompiler().create_optimizer().list()


@pytest.mark.parametrize("run", ["interpreter", pytest.param("compiled", marks=pytest.mark.slow)])
@pytest.mark.parametrize("after", ["spike-fold-batch-norm", "spike-channels-last"])
def test_a_wrong_pass_is_named(compiled, run, after):
    between = spoil(after, r"#spike\.lif<", "#spike.lif<tau = 2.5, ")
    found = V.bisect_passes(compiled, small(), image(8), run=run, between=between)
    assert found.culprit is not None and found.culprit.name == after and found.culprit.stage == "optimize"
    assert found.steps[-1] is found.culprit, "it stops there"
    assert found.culprit.spikes.first.layer == "conv_lif"
    assert f"broken by '{after}' in stage 'optimize'" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["culprit"]["pass"] == after


def test_passes_of_an_optimizer_are_walked():
    optimizer = SpikeCompiler(optimization_level=1).create_optimizer().add_pass("spike-unroll-time", factor=2)
    compiled = SpikeCompiler().compile(small(), (1, 1, 4, 4), optimizer=optimizer)
    assert compiled.verify(small(), image(4)).passed
    between = spoil(
        "spike-unroll-time{factor=2}", r"v_threshold = 2\.5\d*e-01|v_threshold = 0\.25\d*", "v_threshold = 0.35"
    )
    found = V.bisect_passes(compiled, small(), image(8), between=between)
    assert found.culprit is not None and found.culprit.name == "spike-unroll-time{factor=2}"


def test_a_wrong_runner_is_refused(compiled):
    with pytest.raises(ValueError, match="expected run to be 'interpreter' or 'compiled', got 'jit'"):
        V.bisect_passes(compiled, small(), image(2), run="jit")
