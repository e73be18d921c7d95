# SPDX-License-Identifier: Apache-2.0
"""Neurons that a model's own file defines. They belong to no library, so they are known by what they compute.

A candidate is called on numbers chosen to tell the known equations apart, every tie of a rounding and every threshold among
them, and is taken for a neuron only if each result is that of the equation bit for bit. Anything else stays ordinary code.
"""

from __future__ import annotations

import math

import torch

from .registry import Neuron, model_text, register_probe

_MAX_LEVELS = 64


def _answer(module: torch.nn.Module, x: torch.Tensor) -> torch.Tensor | None:
    """What the module makes of `x`, or None if it is not a function of one tensor that keeps its shape."""
    try:
        with torch.no_grad():
            y, again = module(x.clone()), module(x.clone())
    except Exception:
        return None
    alike = isinstance(y, torch.Tensor) and y.shape == x.shape and y.dtype == x.dtype
    # Another answer the second time: it remembers.
    return y if alike and bool(y.isfinite().all()) and torch.equal(y, again) else None


def _rounding_points() -> torch.Tensor:
    """Multiples of an eighth beyond both ends, and the two f32 next to every half, on both sides: `x + 0.5` may round up
    the nearest one."""
    grid = torch.arange(-16, 8 * _MAX_LEVELS + 24) / 8
    points = [grid, torch.tensor([-1e6, 1e6])]
    for infinity in (torch.tensor(math.inf), torch.tensor(-math.inf)):
        points += [grid.nextafter(infinity), grid.nextafter(infinity).nextafter(infinity)]
    return torch.cat(points)


def _small_numbers(count: int) -> torch.Tensor:
    """Numbers that hardly fire: what is left of them shows in the next ones, wherever a module's time axis lies."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(-8, 16, (count,), generator=generator) / 16


@register_probe
def _multi_spike(module: torch.nn.Module) -> Neuron | None:
    """`round(clamp(x, 0, D)) / norm`, halves to even, or `floor(clamp(x, 0, D) + 0.5) / norm`: a count of spikes.

    Spike-Driven Transformer V3, arXiv 2411.16061; its two published models differ at the halves.
    """
    x = _rounding_points()
    y = _answer(module, x)
    if y is None or y.min() != 0 or y.max() <= 0:
        return None
    values = y.unique()
    norm, levels = round(1 / float(values[1])), len(values) - 1
    if not 1 <= norm or not 1 <= levels <= _MAX_LEVELS:
        return None
    small = _small_numbers(len(x))
    remembers = _answer(module, small)
    for rounding, count in (("half_even", torch.round), ("half_up", lambda x: (x + 0.5).floor())):
        pairs = ((x, y), (small, remembers))
        if all(at is not None and torch.equal(at, count(z.clamp(0, levels)) / norm) for z, at in pairs):
            read = None if norm == 1 else lambda train: train / norm
            return Neuron(model_text("multi_spike", levels=levels, rounding=rounding), True, read, stateless=True)
    return None


def _hand_written_lif(x: torch.Tensor, leak: float, threshold: float) -> torch.Tensor:
    """`v = v * leak + x`, a spike where `v - threshold >= 0`, then `v * (1 - spike)`; x is [T, ...]."""
    membrane, spikes = torch.zeros_like(x[0]), []
    for current in x:
        membrane = membrane * leak + current
        spikes.append((membrane - threshold >= 0).float())
        membrane = membrane * (1 - spikes[-1])
    return torch.stack(spikes)


@register_probe
def _lif_spike(module: torch.nn.Module) -> Neuron | None:
    """The LIF of STMixer (NeurIPS 2024) and others: time and batch are one axis, the steps are in the attribute `T`."""
    steps, threshold, leak = (getattr(module, name, None) for name in ("T", "thresh", "tau"))
    if not isinstance(steps, int) or not all(isinstance(value, int | float) for value in (threshold, leak)):
        return None
    # v * leak is v - v / tau' without another rounding only if 1 - leak is a power of two.
    if not 0 < leak < 1 or math.frexp(1 - leak)[0] != 0.5 or steps < 1:
        return None
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(steps, 3, 67, generator=generator).mul(64 * threshold).round() / 32
    x[0, 0, 0] = threshold
    y = _answer(module, x.flatten(0, 1))
    if y is None or not torch.equal(y.unflatten(0, (steps, -1)), _hand_written_lif(x, leak, threshold)):
        return None
    return Neuron(
        model_text("lif", tau=1 / (1 - leak), v_threshold=float(threshold), decay_input=False),
        False,
        lambda train: train.flatten(0, 1),
        view=lambda x: x.view(steps, -1, *x.shape[1:]),
    )
