# SPDX-License-Identifier: Apache-2.0
"""Give an untrained spiking model firing rates worth measuring.

With fresh weights most neurons never fire, so neither speed nor exactness would mean anything. One forward pass sets, neuron
layer by neuron layer in order of execution, the threshold that gives the wanted rate on the currents that arrive there, and
the batch norms' statistics to those of the same pass.
"""

from __future__ import annotations

import copy

import torch

TARGET_RATE = 0.15
SEED = 0
#: So many neurons are enough to find a threshold.
_SAMPLE = 20_000


def _sample(values: torch.Tensor, count: int) -> torch.Tensor:
    """Some of the neurons, the last axis."""
    return values[..., torch.randperm(values.shape[-1], generator=torch.Generator().manual_seed(SEED))[:count]]


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
    if currents[0].numel() > 200 * _SAMPLE:  # enough of a large layer
        currents = _sample(currents.flatten(1), 10 * _SAMPLE)
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


#: How a library names a neuron's threshold: attribute, or attribute of an attribute.
_THRESHOLDS = ("v_threshold", "threshold", "thresh", "p.v_th")


def _threshold_name(module: torch.nn.Module) -> str | None:
    """The threshold's name, if the module is a neuron that fires."""
    if isinstance(module, torch.nn.Threshold):
        return None
    for name in _THRESHOLDS:
        owner = module
        for part in name.split("."):
            owner = getattr(owner, part, None)
        if isinstance(owner, (int, float, torch.Tensor)):
            return name
    return None


def _set_threshold(module: torch.nn.Module, name: str, value: float) -> None:
    owner, _, last = name.rpartition(".")
    owner = getattr(module, owner) if owner else module
    old = getattr(owner, last)
    new = torch.full_like(old, value) if isinstance(old, torch.Tensor) else value
    if isinstance(owner, tuple):  # a record of parameters is replaced as a whole
        setattr(module, name.partition(".")[0], owner._replace(**{last: new}))
    elif isinstance(old, torch.Tensor):
        old.data.copy_(new)
    else:
        setattr(owner, last, new)
    if name in getattr(module, "_memories", {}):  # older SpikingJelly resets it, too
        module.set_reset_value(name, value)


def _search(module: torch.nn.Module, name: str, args: tuple, rate: float) -> float:
    """The threshold, found by halving, at which the module itself fires at about `rate` on a sample of its input."""
    from spikingjelly.activation_based import functional

    x = args[0]
    multi = getattr(module, "step_mode", "m") == "m" and x.dim() > 2
    if not any(p.numel() > 1 for p in [*module.parameters(), *module.buffers()]):
        flat = x.reshape(x.shape[0], -1) if multi else x.reshape(-1)
        x = _sample(flat, _SAMPLE)
        x = x[:, None] if multi else x[None]
    low, high = 0.0, max(x.abs().max().item() * 4, 1e-3)
    best = (2.0, high)
    for _ in range(20):
        middle = (low + high) / 2
        copied = copy.deepcopy(module).eval()
        functional.reset_net(copied)
        _set_threshold(copied, name, middle)
        out = (
            [copied.forward(x)] if multi or len(args) > 1 else [copied.forward(x) for _ in range(4)]
        )  # without its hooks
        spikes = [o[0] if isinstance(o, tuple) else o for o in out]
        found = sum(float((s != 0).double().mean()) for s in spikes) / len(spikes)
        best = min(best, (abs(found - rate), middle))
        low, high = (middle, high) if found > rate else (low, middle)
    return float(torch.tensor(max(best[1], 1e-4), dtype=torch.float32))


def _calibrate_neuron(module: torch.nn.Module, args: tuple, name: str, rate: float, done: set) -> None:
    if module in done:  # of a module that is called step by step, the first step decides
        return
    done.add(module)
    if type(module).__name__ == "LIFNode" and module.decay_input and module.v_reset == 0 and module.step_mode == "m":
        value = threshold_for(args[0], module.tau, rate)
    else:
        value = _search(module, name, args, rate)
    _set_threshold(module, name, value)


@torch.no_grad()
def calibrate(model: torch.nn.Module, images: torch.Tensor, rate: float = TARGET_RATE) -> torch.nn.Module:
    """Set thresholds and batch norm statistics in place; the model comes back in evaluation mode with fresh state."""
    from spikingjelly.activation_based import functional

    hooks, done = [], set()
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None  # keep the plain average, here of one pass
        if name := _threshold_name(module):
            hooks.append(
                module.register_forward_pre_hook(
                    lambda node, args, name=name: _calibrate_neuron(node, args, name, rate, done)
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


def calibrated_maxformer_cifar(rate: float = TARGET_RATE) -> torch.nn.Module:
    """SpikingJelly's CIFAR Max-Former (6.6 M parameters, depthwise convolutions, T=4), calibrated in the same way."""
    from spikingjelly.activation_based.model.maxformer import maxformer_cifar

    torch.manual_seed(SEED)
    images = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(SEED))
    return calibrate(maxformer_cifar().eval(), images, rate)


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
