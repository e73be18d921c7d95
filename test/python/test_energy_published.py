# SPDX-License-Identifier: Apache-2.0
"""A published energy figure, worked out again: Spikformer-4-384 on CIFAR-10, 0.2457 mJ.

The figure, the firing rates of Q, K and V in each block, and the counts below are those of an open question to the authors of
Spikformer (github.com/ZK-Zhou/spikformer, "Energy consumption calculation on CIFAR10 dataset"), computed with the script that
they recommend (energy_consumption_calculation in github.com/zhouchenlin2096/Spikingformer). The rates of the convolutions are
not published, only the sum of all accumulates; everything else can be checked.
"""

from __future__ import annotations

import pytest
from energy_support import by_name
from official import build, images

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.profiling import EnergyProfiler

PUBLISHED_MAC, PUBLISHED_AC, PUBLISHED_MJ = 5_312_266, 245_851_246.5306023, 0.24570254547754208
PUBLISHED_OPS, PUBLISHED_MAC_OF_ALL_MODULES = 3_703_662_346, 1_073_133_322
PUBLISHED_PARAMETERS = 9_330_874
PUBLISHED_QKV = (
    (0.14379521053803118, 0.10392173096726212, 0.08082685798783845),
    (0.09622804452724094, 0.079531397717663, 0.07723161116053787),
    (0.0788185744534565, 0.07352738761449162, 0.0678107915799829),
    (0.0876925362250473, 0.08682637812593315, 0.06879291607986522),
)
STEPS, TOKENS, WIDTH = 4, 64, 384

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return build("spikformer_cifar10.py:spikformer")


@pytest.fixture(scope="module")
def report(model):
    compiled = SpikeCompiler().compile(model, (1, 3, 32, 32))
    profiler = EnergyProfiler(counting="papers", count_inputs="mac", time_invariant="every_step")
    return profiler.profile(compiled, images(1, 3, 32, 32).numpy())


def linear_layers(report):
    return [layer for layer in report.activity.synapses if layer.kind == "linear" and layer.name != "head"]


def test_the_model_has_the_published_size(model):
    assert sum(p.numel() for p in model.parameters()) == PUBLISHED_PARAMETERS


def test_multiply_accumulates(report):
    """The first convolution at every step, and the head with its bias."""
    layers = by_name(report.activity.layers)
    first, head = layers["patch_embed.proj_conv"], layers["head"]
    assert first.values == head.values == ["real"] and first.repeated == STEPS
    assert first.dense + head.dense + head.biases == PUBLISHED_MAC


def test_operations_of_all_modules(report):
    """The script's total: products, two operations per normalised element, one per neuron and pooled element, and biases.

    It adds the bias of a linear layer once per step instead of once per token.
    """
    layers = by_name(report.activity.layers)
    synapses = [layer for layer in report.activity.synapses if layer.kind != "matmul"]
    normalised = sum(layer.outputs for layer in synapses if layer.name != "head")
    pooled = layers["patch_embed.proj_lif2"].elements + layers["patch_embed.proj_lif3"].elements
    biases = layers["head"].biases + sum(layer.biases // TOKENS for layer in linear_layers(report))
    products = sum(layer.dense for layer in synapses)
    neurons = sum(layer.elements for layer in report.activity.neurons)
    assert products + biases + 2 * normalised + neurons + pooled == PUBLISHED_OPS

    # What it calls MAC: every layer whose input is not binary, and every normalisation.
    graded = [layer for layer in synapses if layer.values != ["spike"]]
    biases = layers["head"].biases + sum(x.biases // TOKENS for x in linear_layers(report) if x.values == ["count"])
    assert sum(layer.dense for layer in graded) + biases + 2 * normalised == PUBLISHED_MAC_OF_ALL_MODULES
    assert report.total("macs") == sum(layer.dense for layer in graded)


def test_energy(report):
    costs = report.model.operations
    energy = (PUBLISHED_MAC * costs.mac_pJ + PUBLISHED_AC * costs.ac_pJ) * 1e-9
    assert energy == pytest.approx(PUBLISHED_MJ, rel=1e-12)


def test_attention(report):
    """The script takes 16 tokens where the model has 64, and K^T V where it computes (Q K^T) V: 0.55 M accumulates, not 4 M."""
    products = [layer for layer in report.activity.synapses if layer.kind == "matmul"]
    heads, width = 12, 32
    assert {layer.dense for layer in products} == {STEPS * heads * TOKENS * TOKENS * width}
    script = sum((min(k, v) + q) * STEPS * heads * 16 * width * width for q, k, v in PUBLISHED_QKV)
    ours = sum((min(q, k) + v) * products[0].dense for q, k, v in PUBLISHED_QKV)
    assert script == pytest.approx(551_443.4, abs=0.1) and ours == pytest.approx(4_016_900, rel=1e-4)
    # What is left is the convolutions': a mean rate of 13.1 % at their inputs.
    layers = by_name(report.activity.layers)
    convolutions = [
        layers[f"patch_embed.{name}"].dense for name in ("proj_conv1", "proj_conv2", "proj_conv3", "rpe_conv")
    ]
    assert (PUBLISHED_AC - script) / sum(convolutions) == pytest.approx(0.13128, abs=1e-5)


def test_what_the_figure_leaves_out(report):
    """The script picks layers by name; the linear layers of all blocks have other names."""
    left_out = sum(layer.dense for layer in linear_layers(report))
    assert left_out == 4 * (4 * WIDTH * WIDTH + 8 * WIDTH * WIDTH) * TOKENS * STEPS
    with_weights = sum(layer.dense for layer in report.activity.synapses if layer.kind != "matmul")
    assert left_out / with_weights == pytest.approx(0.4916, abs=1e-4)
