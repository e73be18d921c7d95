# SPDX-License-Identifier: Apache-2.0
"""Neurons that published models define in their own files, from the equations of their papers and files."""

from __future__ import annotations

import torch

from ..rule import Call, Levels, NeuronRule, f32, leaky, quantiser, register_neurons


def _name(module: torch.nn.Module) -> str:
    return type(module).__name__


@register_neurons
def _multi_spike(module: torch.nn.Module) -> NeuronRule | None:
    """Spike-Driven Transformer V3 (arXiv 2411.16061): `round(clamp(x, 0, D)) / norm` in its base models (`MultiSpike`),
    `floor(clamp(x, 0, D) + 0.5) / norm` in its large ones (`Multispike`, whose D is a default of its function)."""
    if _name(module) == "MultiSpike" and hasattr(module, "Norm"):
        largest, norm, half = int(module.max_value), float(module.Norm), "even"
    elif _name(module) == "Multispike" and hasattr(module, "norm"):
        norm, half = float(module.norm), "up"
        largest = round(float(module(torch.tensor([1e6]))) * norm)
    else:
        return None
    call = Call(spikes=lambda y: (y * norm).round(), answer=lambda spikes, states: spikes / norm)
    return quantiser(Levels.rounded(largest, half=half), multi_step=False, call=call)


@register_neurons
def _lif_spike(module: torch.nn.Module) -> NeuronRule | None:
    """STMixer (NeurIPS 2024): `v = v * tau + x`, a spike where `v - thresh >= 0`, then `v * (1 - spike)`; the input's first
    axis is time and batch."""
    if _name(module) != "LIFSpike" or not all(hasattr(module, name) for name in ("T", "thresh", "tau")):
        return None
    steps, leak = int(module.T), f32(module.tau)
    call = Call(
        current=lambda args, kwargs: args[0].unflatten(0, (steps, -1)),
        spikes=lambda y: y.unflatten(0, (steps, -1)),
        answer=lambda spikes, states: spikes.flatten(0, 1),
    )
    return leaky(
        lambda v, x: v * leak + x,
        decay=leak,
        gain=1.0,
        levels=Levels.spike(f32(module.thresh)),
        reset_to=0.0,
        multi_step=True,
        call=call,
    )
