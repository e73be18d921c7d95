# SPDX-License-Identifier: Apache-2.0
"""Give an untrained spiking model firing rates worth measuring.

With fresh weights most neurons never fire, so neither speed nor exactness would mean anything. One forward pass sets, neuron
layer by neuron layer in order of execution, the threshold that gives the wanted rate on the currents that arrive there, and
the batch norms' statistics to those of the same pass.
"""

from __future__ import annotations

import torch

TARGET_RATE = 0.15
SEED = 0


def _step(currents: torch.Tensor, tau: float, threshold: float) -> tuple[float, torch.Tensor]:
    """Firing rate and the membranes before the threshold of a LIF with decaying input and hard reset to 0."""
    membrane = torch.zeros_like(currents[0])
    before = torch.empty_like(currents)
    fired = 0.0
    for t, current in enumerate(currents):
        membrane = membrane + (current - membrane) / tau
        before[t] = membrane
        spike = membrane >= threshold
        fired += spike.double().mean().item()
        membrane = membrane.masked_fill(spike, 0.0)
    return fired / len(currents), before


def threshold_for(currents: torch.Tensor, tau: float, rate: float) -> float:
    """The threshold, found by halving, whose firing rate is nearest to `rate`.

    Where the currents are small fractions of integers (attention over spikes), a membrane can meet a threshold exactly. The
    threshold is then moved onto such a value, which changes no spike, so that firing at equality is put to the test.
    """
    low, high = 0.0, max(currents.max().item(), 1e-3)
    best = (2.0, high)
    for _ in range(24):
        middle = (low + high) / 2
        found, _ = _step(currents, tau, middle)
        best = min(best, (abs(found - rate), middle))
        low, high = (middle, high) if found > rate else (low, middle)
    threshold = best[1]
    if bool((currents * 1024 == (currents * 1024).round()).all()):
        _, before = _step(currents, tau, threshold)
        above = before[before >= threshold]
        if above.numel():
            threshold = above.min().item()
    return float(torch.tensor(max(threshold, 1e-4), dtype=torch.float32))


@torch.no_grad()
def calibrate(model: torch.nn.Module, images: torch.Tensor, rate: float = TARGET_RATE) -> torch.nn.Module:
    """Set thresholds and batch norm statistics in place; the model comes back in evaluation mode with fresh state."""
    from spikingjelly.activation_based import functional, neuron

    hooks = []
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None  # keep the plain average, here of one pass
        if isinstance(module, neuron.BaseNode):
            hooks.append(
                module.register_forward_pre_hook(
                    lambda node, args: setattr(node, "v_threshold", threshold_for(args[0], node.tau, rate))
                )
            )
    functional.reset_net(model)
    model.train()(images)
    for hook in hooks:
        hook.remove()
    functional.reset_net(model)
    return model.eval()


def uncalibrated_spikformer_cifar10() -> torch.nn.Module:
    """SpikingJelly's CIFAR-10 Spikformer (9.3 M parameters, 32x32, T=4) with seeded weights; nearly silent."""
    from spikingjelly.activation_based.model.spikformer import spikformer_cifar10

    torch.manual_seed(SEED)
    return spikformer_cifar10().eval()


def calibrated_spikformer_cifar10(rate: float = TARGET_RATE) -> torch.nn.Module:
    """The same model with thresholds that give about `rate` firing in every layer."""
    images = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(SEED))
    return calibrate(uncalibrated_spikformer_cifar10(), images, rate)


def cifar10_shaped_images(count: int, seed: int = SEED + 1) -> torch.Tensor:
    """Random images of the shape and spread that the calibration used, but not the same ones."""
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def firing_rates(model: torch.nn.Module, images: torch.Tensor) -> dict[str, float]:
    """The mean spikes per neuron and step of every neuron module."""
    from spikingjelly.activation_based import functional, neuron

    rates: dict[str, float] = {}
    hooks = [
        module.register_forward_hook(lambda _, args, out, path=path: rates.__setitem__(path, out.mean().item()))
        for path, module in model.named_modules()
        if isinstance(module, neuron.BaseNode)
    ]
    functional.reset_net(model)
    with torch.no_grad():
        model(images)
    functional.reset_net(model)
    for hook in hooks:
        hook.remove()
    return rates
