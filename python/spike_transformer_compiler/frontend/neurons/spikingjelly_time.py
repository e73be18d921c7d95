# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neurons whose weights differ from step to step: the parallel ones, and the one with learned gates."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ...exceptions import ValidationError
from .registry import Neuron, model_text, register
from .spikingjelly import fire_rule, start
from .stub import NeuronStub, make_neuron

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


# ---------------------------------------------------------------------------------------------- gates


@register("spikingjelly.activation_based.neuron.lif_variants.GatedLIFNode")
def _gated_lif(module: torch.nn.Module) -> Neuron:
    start(module, "v", 0.0)
    steps = int(module.T)
    # One value for each channel of [T, B, C, H, W], worked out as the source does.
    gate = {
        name: getattr(module, name).detach().reshape(-1, 1, 1).sigmoid()
        for name in ("alpha", "beta", "gamma", "tau", "v_threshold", "linear_decay", "v_subreset")
    }
    conduct = module.conduct.detach().reshape(steps, 1, -1, 1, 1).sigmoid()
    gain = 1 - gate["beta"] * (1 - conduct)

    class Stub(NeuronStub):
        def forward(self, x: torch.Tensor):
            if x.ndim != 5 or x.shape[0] != steps:
                raise self.refusal(f"it expects [T, B, C, H, W] with {steps} time steps, got shape {tuple(x.shape)}")
            return super().forward(x * gain)

    return make_neuron(
        "glif",
        Stub,
        single_step=False,
        keep=1 - gate["alpha"] * (1 - gate["tau"]),
        drift=(1 - gate["alpha"]) * gate["linear_decay"],
        gamma=gate["gamma"],
        subtract=(1 - gate["gamma"]) * gate["v_subreset"],
        v_threshold=gate["v_threshold"],
        fire=fire_rule(module),
    )
