# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neurons (`spikingjelly.activation_based.neuron`), from the equations in its documentation."""

from __future__ import annotations

import torch

from ...exceptions import ValidationError
from ..rule import Levels, NeuronRule, f32, leaky, register_neurons


@register_neurons
def _spikingjelly(module: torch.nn.Module) -> NeuronRule | None:
    cls = type(module)
    if not cls.__module__.startswith("spikingjelly.") or not hasattr(module, "v_threshold"):
        return None
    rest = 0.0 if module.v_reset is None else f32(module.v_reset)
    old = cls.__module__.startswith("spikingjelly.clock_driven.")
    name = cls.__name__.removeprefix("MultiStep") if old else cls.__name__
    if name in ("IFNode", "SimpleIFNode"):
        charge, decay, gain = (lambda v, x: v + x), 1.0, 1.0
    elif name in ("LIFNode", "SimpleLIFNode", "ParametricLIFNode"):
        # They divide by tau, multiply by sigmoid(w) or order the terms otherwise; in float64 all of them read alike.
        rate = float(torch.sigmoid(module.w.detach().float())) if hasattr(module, "w") else 1 / f32(module.tau)
        decay = 1 - rate
        if module.decay_input:
            charge, gain = (lambda v, x: v + (x - (v - rest)) * rate), rate
        else:
            charge, gain = (lambda v, x: v - (v - rest) * rate + x), 1.0
    else:
        raise ValidationError(
            f"the verification has no rule for the neuron class {cls.__module__}.{cls.__name__}",
            error_code="no-neuron-rule",
            suggestions=["add one: verification.register_neurons"],
        )
    return leaky(
        charge,
        decay=decay,
        gain=gain,
        levels=Levels.spike(f32(module.v_threshold)),
        reset_to=None if module.v_reset is None else rest,
        initial=0.0 if cls.__name__.startswith("Simple") else rest,  # those start at 0 whatever they are reset to
        multi_step=cls.__name__.startswith("MultiStep") if old else module.step_mode == "m",
    )
