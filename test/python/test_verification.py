# SPDX-License-Identifier: Apache-2.0
"""The spike comparison itself: it accepts what is right, calls a tie a tie, and catches every planted fault."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from calibration import calibrate
from spikingjelly.activation_based import layer as sj_layer
from spikingjelly.activation_based import neuron
from torch_candidate import candidate_spikes

from digits.model import held_out, spikformer_digits
from spike_transformer_compiler import verification as V
from spike_transformer_compiler.verification.magnitude import Tracked, plain

ATTENTION = ("blocks.0.attn.attn_lif", "blocks.1.attn.attn_lif")


@pytest.fixture(scope="module")
def digits():
    model = spikformer_digits()
    images = torch.from_numpy(held_out()[0][:8])
    return model, images, V.record(model, images)


def test_the_reference_agrees_with_itself(digits):
    model, images, reference = digits
    report = V.verify(model, images, reference.spikes(), {path: True for path in ATTENTION}, reference=reference)
    assert report.passed and report.total("mismatches") == 0
    assert len(report.layers) == 15 and report.total("steps") == sum(s.size for s in reference.spikes().values())


def test_an_independent_stepping_is_accepted(digits):
    model, images, reference = digits
    report = V.verify(model, images, candidate_spikes(model, images, reference), reference=reference)
    assert report.passed and report.total("errors") == 0


def test_the_model_is_left_alone(digits):
    model, images, _ = digits
    before = {k: v.clone() for k, v in model.state_dict().items()}
    V.record(model, images[:2])
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    assert all(m.v == 0.0 for m in model.modules() if isinstance(m, neuron.BaseNode))


def test_another_summation_order_gives_ties_at_most(digits):
    """Convolutions summed in float64 and rounded once: other last bits in every current, hardly another spike."""
    model, images, reference = digits

    def rounded_once(copied):
        for module in copied.modules():
            if isinstance(module, (torch.nn.Conv1d, torch.nn.Conv2d)):
                module.double()
                module.register_forward_pre_hook(lambda m, args: (args[0].double(),))
                module.register_forward_hook(lambda m, args, out: out.float())

    report = V.verify(
        model, images, candidate_spikes(model, images, reference, change=rounded_once), reference=reference
    )
    assert report.passed and report.total("errors") == 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["wrong decay", "soft reset"])
def test_a_wrong_neuron_is_caught(digits, fault):
    model, images, reference = digits
    exact = {path: True for path in ATTENTION}
    for path in [*reference.layers][::4]:
        spikes = candidate_spikes(model, images, reference, {path: fault})
        report = V.verify(model, images, spikes, exact, reference=reference)
        assert not report.passed, f"{fault} in {path} went unseen"
        assert [layer.path for layer in report.layers if not layer.passed] == [path]
        assert report.first.layer == path and report.total("errors") > 0


def test_greater_than_in_place_of_greater_equal_is_caught(digits):
    """Seen where membranes meet the threshold exactly: in attention, whose values are exact, no tie is allowed."""
    model, images, reference = digits
    for path in ATTENTION:
        spikes = candidate_spikes(model, images, reference, {path: "greater than"})
        report = V.verify(model, images, spikes, {path: True}, reference=reference)
        assert not report.passed
        first = report.first
        assert first.layer == path and first.membrane == first.threshold and first.reference and not first.candidate


def test_a_padding_error_is_caught(digits):
    model, images, reference = digits

    def replicate(copied):
        copied.patch_embed.stages[1].conv_bn.block[0].padding_mode = "replicate"

    report = V.verify(model, images, candidate_spikes(model, images, reference, change=replicate), reference=reference)
    assert [layer.path for layer in report.layers if not layer.passed] == ["patch_embed.stages.1.neuron"]


def test_a_weight_that_is_off_by_a_thousandth_is_caught(digits):
    model, images, reference = digits

    def scale(copied):
        copied.blocks[0].mlp.fc1[0].weight *= 1.001

    report = V.verify(model, images, candidate_spikes(model, images, reference, change=scale), reference=reference)
    assert [layer.path for layer in report.layers if not layer.passed] == ["blocks.0.mlp.neuron1"]


def test_a_false_claim_of_exactness_is_caught(digits):
    model, images, reference = digits
    path = "blocks.0.attn.qkv_lif"
    report = V.verify(model, images, reference.spikes(), {path: True}, reference=reference)
    assert not report.passed and "said to be exact" in str(report)


# ---------------------------------------------------------------------------------- ties, on a network small enough to see


class OneNeuron(torch.nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        self.fc = torch.nn.Linear(2, 1, bias=False)
        torch.nn.init.ones_(self.fc.weight)
        self.lif = neuron.LIFNode(tau=2.0, step_mode="m", **kwargs)

    def forward(self, x):
        return self.lif(self.fc(x))


def drive(*currents):
    """Inputs [T, 1, 2] whose sum is the wanted current."""
    return torch.tensor([[[c, 0.0]] for c in currents], dtype=torch.float32)


def test_a_tie_and_its_consequences():
    model = OneNeuron()
    # Membranes 1.0 (meets the threshold), then 0.75 after a reset, or 1.25 and a spike if the first one is missed.
    inputs = drive(2.0, 1.5, 0.0)
    reference = V.record(model, inputs)
    assert reference.spikes()["lif"].reshape(-1).tolist() == [True, False, False]
    missed = np.array([0, 1, 0], dtype=np.float32).reshape(3, 1, 1)

    report = V.verify(model, inputs, {"lif": missed}, reference=reference)
    layer = report.layers[0]
    assert (layer.mismatches, layer.ties, layer.errors, layer.consequences) == (2, 1, 0, 1)
    assert report.passed and report.samples_with_ties() == {0}

    forbidden = V.verify(model, inputs, {"lif": missed}, {"lif": True}, reference=reference)
    assert not forbidden.passed and forbidden.first.step == 0

    # After the tie the candidate's membrane demands a spike at the second step; to agree with the reference is wrong.
    denied = np.array([0, 0, 0], dtype=np.float32).reshape(3, 1, 1)
    report = V.verify(model, inputs, {"lif": denied}, reference=reference)
    assert report.layers[0].errors == 1 and report.layers[0].ties == 1 and not report.passed


def test_a_difference_beyond_the_bound_is_an_error():
    model = OneNeuron()
    inputs = drive(2.0 + 1e-4)
    report = V.verify(model, inputs, {"lif": np.zeros((1, 1, 1), np.float32)})
    first = report.first
    assert first.kind == "error" and first.distance == pytest.approx(5e-5, rel=1e-2)
    assert 0 < first.bound < first.distance and "step 0, sample 0, neuron (0,)" in str(first)


def test_too_many_ties_fail():
    model = OneNeuron()
    inputs = drive(2.0).repeat(1, 50, 1)
    report = V.verify(model, inputs, {"lif": np.zeros((1, 50, 1), np.float32)})
    assert report.layers[0].ties == 50 and report.layers[0].errors == 0 and not report.passed


# ------------------------------------------------------------------------------------------ magnitudes and neuron models


def test_magnitudes_follow_the_rule():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.BatchNorm2d(4)).double().eval()
    net[1].running_mean.uniform_(-1, 1)
    net[1].running_var.uniform_(0.5, 2)
    net[1].weight.data.uniform_(-2, 2)
    x = torch.randn(2, 3, 5, 5, dtype=torch.float64)
    out = net(Tracked.exact(x))
    assert torch.equal(plain(out), net(x)) and out.terms == 27

    conv, bn = net
    inner = torch.nn.functional.conv2d(x.abs(), conv.weight.abs(), conv.bias.abs(), padding=1)
    gain = (bn.weight.abs() / (bn.running_var + bn.eps).sqrt()).view(1, -1, 1, 1)
    expected = gain * (inner + bn.running_mean.abs().view(1, -1, 1, 1)) + bn.bias.abs().view(1, -1, 1, 1)
    assert torch.allclose(out.magnitude, expected)
    pooled = torch.nn.functional.avg_pool2d(out, 2).flatten(1)
    assert pooled.magnitude.shape == plain(pooled).shape and pooled.terms == 27 + 4


def test_in_place_addition_keeps_the_magnitude():
    x = Tracked.exact(torch.tensor([1.0, -2.0]))
    x += Tracked.exact(torch.tensor([-3.0, 1.0]))
    assert plain(x).tolist() == [-2.0, -1.0] and x.magnitude.tolist() == [4.0, 3.0]


def test_an_operation_without_a_rule_is_named():
    class Odd(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.LIFNode(step_mode="m")

        def forward(self, x):
            return self.lif(torch.lgamma(x))

    with pytest.raises(ValueError, match="'lgamma', which feeds the neuron 'lif'"):
        V.record(Odd(), torch.ones(2, 1, 3))


MAKERS = [
    lambda **k: neuron.IFNode(**k),
    lambda **k: neuron.LIFNode(tau=3.0, **k),
    lambda **k: neuron.LIFNode(tau=1.7, decay_input=False, **k),
    lambda **k: neuron.ParametricLIFNode(init_tau=2.5, **k),
    lambda **k: neuron.SimpleIFNode(**k),
]


def simple_lif(**k):
    """This class has no soft reset."""
    return neuron.SimpleLIFNode(tau=3.0, decay_input=True, **k)


@pytest.mark.parametrize("step_mode", ["m", "s"])
@pytest.mark.parametrize(
    ("make", "v_reset"),
    [(make, v_reset) for make in MAKERS for v_reset in (0.0, -0.2, None)] + [(simple_lif, 0.0), (simple_lif, -0.2)],
)
def test_every_neuron_model_has_the_membrane_of_its_source(make, step_mode, v_reset):
    torch.manual_seed(1)
    steps = 6

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = torch.nn.Linear(8, 16)
            self.spike = make(v_threshold=0.3, v_reset=v_reset, step_mode=step_mode)

        def forward(self, x):
            if step_mode == "m":
                return self.spike(self.fc(x))
            return torch.stack([self.spike(self.fc(x[t])) for t in range(steps)])

    model, inputs = Net().eval(), torch.randn(steps, 3, 8)
    reference = V.record(model, inputs)
    layer = reference.layers["spike"]
    spikes = torch.cat(layer.spikes)
    assert 0.02 < spikes.double().mean() < 0.98
    membranes = V.membranes(layer, spikes)
    (threshold,) = layer.rule.levels.thresholds
    near = (membranes - threshold).abs() <= V.tie_bound(layer)
    assert torch.equal(layer.rule.levels.output(membranes)[~near], spikes[~near]) and near.double().mean() < 0.01
    assert V.verify(model, inputs, reference.spikes(), reference=reference).passed


def test_an_unknown_neuron_class_is_refused():
    model = torch.nn.Sequential(neuron.SLTTLIFNode())
    with pytest.raises(ValueError, match="no rule for the neuron class .*SLTTLIFNode"):
        V.record(model, torch.ones(2, 1, 3))


def test_a_candidate_of_the_wrong_shape_or_layers_is_refused(digits):
    model, images, reference = digits
    spikes = reference.spikes()
    with pytest.raises(ValueError, match="lacks the layers"):
        V.verify(model, images, {}, reference=reference)
    path = next(iter(spikes))
    with pytest.raises(ValueError, match="expected spikes of shape"):
        V.verify(model, images, {**spikes, path: spikes[path][1:]}, reference=reference)
    with pytest.raises(ValueError, match="other than 0 and 1"):
        V.verify(model, images, {**spikes, path: spikes[path] * 2.0}, reference=reference)


def test_calibration_reaches_its_rate():
    from calibration import firing_rates

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        sj_layer.SeqToANNContainer(torch.nn.Conv2d(1, 8, 3), torch.nn.BatchNorm2d(8)),
        neuron.LIFNode(step_mode="m"),
        sj_layer.SeqToANNContainer(torch.nn.Conv2d(8, 8, 3), torch.nn.BatchNorm2d(8)),
        neuron.LIFNode(step_mode="m"),
    )
    images = torch.randn(4, 8, 1, 12, 12)
    rates = firing_rates(calibrate(model, images, 0.2), images)
    assert all(abs(rate - 0.2) < 0.02 for rate in rates.values()), rates
