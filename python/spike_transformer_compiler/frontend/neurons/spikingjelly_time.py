# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's parallel neurons: a spike wherever a weighted sum over time reaches zero, and no state."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ...exceptions import ValidationError
from .registry import Neuron, model_text, register
from .spikingjelly import fire_rule
from .stub import NeuronStub

_PSN = "spikingjelly.activation_based.neuron.psn"


def _parallel(module: torch.nn.Module, weights: Callable[[int], torch.Tensor]) -> Neuron:
    """`weights(T) @ x + bias` over the time axis, which is the first, before the threshold."""
    if getattr(module, "step_mode", "m") == "s":
        raise ValidationError(
            "expected step_mode 'm', got 's', in which it keeps a queue of currents",
            suggestions=["call functional.set_step_mode(model, 'm')"],
        )
    bias = module.bias.detach().reshape(-1)

    class Stub(NeuronStub):
        def forward(self, x: torch.Tensor):
            weight = weights(x.shape[0])
            last, others = x.ndim - 1, range(1, x.ndim)
            mixed = torch.nn.functional.linear(x.permute(*others, 0), weight, bias.expand(weight.shape[0]))
            return super().forward(mixed.permute(last, *range(last)))

    return Neuron(model_text("threshold", v_threshold=0.0, fire=fire_rule(module)), False, stub=Stub)


@register(f"{_PSN}.PSN")
def _psn(module: torch.nn.Module) -> Neuron:
    weight = module.weight.detach()
    return _parallel(module, lambda steps: weight)


@register(f"{_PSN}.MaskedPSN")
def _masked_psn(module: torch.nn.Module) -> Neuron:
    weight = module.masked_weight().detach()
    return _parallel(module, lambda steps: weight)


@register(f"{_PSN}.SlidingPSN")
def _sliding_psn(module: torch.nn.Module) -> Neuron:
    weight = module.gen_gemm_weight
    return _parallel(module, lambda steps: weight(steps).detach())
