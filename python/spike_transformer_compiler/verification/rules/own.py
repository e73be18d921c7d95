# SPDX-License-Identifier: Apache-2.0
"""Neurons that published models define in their own files, from the equations of their papers and files.

Their classes have no names to go by: a copy of the module is called, and it is a neuron if its answers are those of the
equation on values to both sides of every threshold.
"""

from __future__ import annotations

import copy

import torch

from ..rule import Call, Levels, NeuronRule, f32, leaky, quantiser, register_neurons, rule_of

#: The largest count that is looked for.
_MOST = 64


def _may_be_one(module: torch.nn.Module) -> bool:
    """Not torch's own, without weights, and not around a neuron: then that one is it, as for the importer."""
    if type(module).__module__.startswith("torch.") or module.state_dict():
        return False
    inner = (rule_of(part) for part in module.modules() if part is not module)
    return not any(rule is not None for rule in inner)


def _answer(module: torch.nn.Module, x: torch.Tensor) -> torch.Tensor | None:
    """What a copy of the module makes of `x`; nothing unless that is a tensor of the same shape, the second time as well."""
    try:
        subject = copy.deepcopy(module).eval()
        with torch.no_grad():
            first, second = subject(x.clone()), subject(x.clone())
    except Exception:
        return None
    is_one = isinstance(first, torch.Tensor) and first.shape == x.shape and first.is_floating_point()
    return first if is_one and torch.equal(first, second) else None


@register_neurons
def _multi_spike(module: torch.nn.Module) -> NeuronRule | None:
    """Spike-Driven Transformer V3 (arXiv 2411.16061): `round(clamp(x, 0, D)) / norm` in its base models (`MultiSpike`),
    `floor(clamp(x, 0, D) + 0.5) / norm` in its large ones (`Multispike`)."""
    if not _may_be_one(module):
        return None
    halves = torch.arange(-8, _MOST + 8) + 0.5
    x = torch.cat([halves, halves - 2**-16, halves + 2**-16, torch.arange(-8, _MOST + 8), torch.tensor([-1e6, 1e6])])
    y = _answer(module, x)
    if y is None or y.min() != 0 or not 0 < y.max() < float("inf"):
        return None
    largest, norm = len(y.unique()) - 1, round(1 / float(y.unique()[1]))
    if norm < 1 or largest > _MOST:
        return None
    for half in ("even", "up"):
        levels = Levels.rounded(largest, half=half)
        if torch.equal(y, levels.output(x.double()).float() / norm):
            call = Call(spikes=lambda y: (y * norm).round(), answer=lambda spikes, states: spikes / norm)
            return quantiser(levels, multi_step=False, call=call)
    return None


@register_neurons
def _lif_spike(module: torch.nn.Module) -> NeuronRule | None:
    """STMixer (NeurIPS 2024): `v = v * tau + x`, a spike where `v - thresh >= 0`, then `v * (1 - spike)`; the input's first
    axis is time and batch."""
    steps, threshold, leak = (getattr(module, name, None) for name in ("T", "thresh", "tau"))
    if not isinstance(steps, int) or steps < 1 or not all(isinstance(v, int | float) for v in (threshold, leak)):
        return None
    if not 0 < leak <= 1 or not _may_be_one(module):
        return None
    threshold, leak = f32(threshold), f32(leak)
    call = Call(
        current=lambda args, kwargs: args[0].unflatten(0, (steps, -1)),
        spikes=lambda y: y.unflatten(0, (steps, -1)),
        answer=lambda spikes, states: spikes.flatten(0, 1),
    )
    rule = leaky(
        lambda v, x: v * leak + x,
        decay=leak,
        gain=1.0,
        levels=Levels.spike(threshold),
        reset_to=0.0,
        multi_step=True,
        call=call,
    )
    current = torch.randn(steps, 256, generator=torch.Generator().manual_seed(0)) * threshold
    current[0, 0] = threshold
    y = _answer(module, current.flatten())
    if y is None or not bool(rule.levels.holds(y).all()):
        return None
    spikes = y.unflatten(0, (steps, -1))
    membranes = rule.trace(current.double(), spikes)[0]
    return rule if bool(rule.levels.within(membranes, torch.tensor(1e-5 * abs(threshold)), spikes).all()) else None
