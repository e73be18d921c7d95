# SPDX-License-Identifier: Apache-2.0
"""Programs for the profiling tests, and counts by loops that share nothing with the code they check."""

from __future__ import annotations

from itertools import product

import numpy as np

from spike_transformer_compiler import CompiledModel, IRBuilder
from spike_transformer_compiler._program import InputSpec, Options, Program
from spike_transformer_compiler.profiling import NeuronActivity, SynapseActivity


def compiled(
    builder: IRBuilder, shape: tuple[int, ...], batch_axis: int, time_steps: int, level: int = 2
) -> CompiledModel:
    """The program that `builder` holds, which has one input x."""
    program = Program(builder.build().module, (InputSpec("x", shape, "float32", batch_axis),), time_steps)
    return CompiledModel(program, Options(optimization_level=level, workers=1))


def integrate_and_fire(x: np.ndarray, threshold: float = 1.0) -> np.ndarray:
    """Spikes of IF neurons with a hard reset to 0: x is [T, ...]."""
    membrane, spikes = np.zeros(x.shape[1:], np.float32), np.zeros(x.shape, np.int64)
    for t in range(len(x)):
        membrane = membrane + x[t]
        spikes[t] = membrane >= np.float32(threshold)
        membrane = np.where(spikes[t] > 0, np.float32(0), membrane)
    return spikes


def conv_products(
    x: np.ndarray, weight: tuple[int, ...], strides, pads, dilations, groups: int, out
) -> tuple[int, int]:
    """Products with an input that is not zero, and the same with each input's value as often: x is [images, C, H, W]."""
    outputs, depth, *kernel = weight
    events = units = 0
    for image, o, oh, ow in product(range(len(x)), range(outputs), range(out[0]), range(out[1])):
        group = o // (outputs // groups)
        for c, kh, kw in product(range(depth), range(kernel[0]), range(kernel[1])):
            h = oh * strides[0] - pads[0][0] + kh * dilations[0]
            w = ow * strides[1] - pads[1][0] + kw * dilations[1]
            if 0 <= h < x.shape[2] and 0 <= w < x.shape[3]:
                value = x[image, group * depth + c, h, w]
                events += int(value != 0)
                units += int(value)
    return events, units


def by_name(layers) -> dict[str, SynapseActivity | NeuronActivity]:
    return {layer.name: layer for layer in layers}
