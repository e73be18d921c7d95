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


def _hand_written_lif(steps: int, leak: float, threshold: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Currents [T, ...], and the spikes of `v = v * leak + x`, a spike where `v - threshold >= 0`, then `v * (1 - spike)`.

    At every other step half of the currents bring the membrane to the threshold, where another rounding shows.
    """
    x = torch.randn(steps, 3, 2, 67, generator=torch.Generator().manual_seed(0)) * (2 * threshold)
    x[0, 0, 0, 0] = threshold
    membrane, spikes = torch.zeros_like(x[0]), []
    for step, current in enumerate(x):
        membrane = membrane * leak
        if step % 2:
            current[:, 1] = threshold - membrane[:, 1]
        membrane = membrane + current
        spikes.append((membrane - threshold >= 0).float())
        membrane = membrane * (1 - spikes[-1])
    return x, torch.stack(spikes)


def _leaky_model(leak: float, threshold: float) -> str | None:
    """The model whose membrane keeps `leak` of itself at each step, in the same bits."""
    if leak == 1:
        return model_text("if", v_threshold=threshold)
    if not 0 < leak < 1:
        return None
    tau = 1 / (1 - leak)
    if torch.tensor(1 - 1 / tau, dtype=torch.float32) != torch.tensor(leak, dtype=torch.float32):
        return None
    # With a power of two for tau, v - v / tau rounds once, as v * leak does.
    charge = "divide" if math.frexp(tau)[0] == 0.5 else "keep"
    return model_text("lif", tau=tau, v_threshold=threshold, decay_input=False, charge=charge)


@register_probe
def _lif_spike(module: torch.nn.Module) -> Neuron | None:
    """The LIF of STMixer (NeurIPS 2024) and others: time and batch are one axis, the steps are in the attribute `T`."""
    steps, threshold, leak = (getattr(module, name, None) for name in ("T", "thresh", "tau"))
    if not isinstance(steps, int) or steps < 1:
        return None
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in (threshold, leak)):
        return None
    model = _leaky_model(float(leak), float(threshold))
    x, spikes = _hand_written_lif(steps, leak, threshold)
    y = _answer(module, x.flatten(0, 1))
    if model is None or y is None or not torch.equal(y, spikes.flatten(0, 1)):
        return None
    return Neuron(model, False, lambda train: train.flatten(0, 1), view=lambda x: x.view(steps, -1, *x.shape[1:]))
