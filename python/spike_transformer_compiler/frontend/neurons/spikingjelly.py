# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly's neuron classes."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch

from ...exceptions import ValidationError
from .registry import Neuron, model_text, number, register, register_reset, register_state
from .stub import NeuronStub, make_neuron

_LIBRARY = "spikingjelly.activation_based"
_NEURON = f"{_LIBRARY}.neuron"

register_state(
    *(f"{_NEURON}.base_node.{name}" for name in ("BaseNode", "SimpleBaseNode", "NonSpikingBaseNode")),
    when=lambda module: True,
)
register_state(f"{_LIBRARY}.base.MemoryModule", when=lambda module: bool(getattr(module, "_memories", None)))
# With memories, but they do nothing in evaluation mode.
register_state(*(f"{_LIBRARY}.layer.dropout.{name}" for name in ("Dropout", "Dropout2d")), when=lambda module: False)


def _reset(module: torch.nn.Module) -> None:
    values = module.__dict__.get("_memories_rv")
    if isinstance(values, dict):
        for name, value in values.items():
            module._memories[name] = copy.deepcopy(value)


register_reset(f"{_LIBRARY}.base.MemoryModule", "spikingjelly.clock_driven.base.MemoryModule", reset=_reset)


# ---------------------------------------------------------------------------------------------- reading attributes


def fire_rule(module: torch.nn.Module) -> str:
    """`ge` or `gt`: which side of the threshold the surrogate's forward function counts as a spike."""
    probe = torch.tensor([-1.0, -1e-30, 0.0, 1e-30, 1.0])
    with torch.no_grad():
        answer = module.surrogate_function(probe)
    answer = answer.tolist() if isinstance(answer, torch.Tensor) else None
    if answer == [0.0, 0.0, 1.0, 1.0, 1.0]:
        return "ge"
    if answer == [0.0, 0.0, 0.0, 1.0, 1.0]:
        return "gt"
    raise ValidationError(
        f"its surrogate function {type(module.surrogate_function).__name__} does not output spikes",
        suggestions=["call set_spiking_mode(True) on the surrogate function"],
    )


def start(module: torch.nn.Module, name: str, expected: float | None = None) -> float:
    """What memory `name` holds after a reset: a number, which is `expected` if the model has no other."""
    value = module.get_reset_value(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError(f"expected {name} to start at a finite number, got {value!r}")
    if expected is not None and float(value) != expected:
        raise ValidationError(f"expected {name} to start at {expected}, got {value!r}")
    return float(value)


def resetting(module: torch.nn.Module) -> dict[str, float | str]:
    """Threshold and reset, shared by all models that fire."""
    if getattr(module, "_neuron_precision", None) is not None:
        raise ValidationError("expected float32 neurons, got an explicit neuron precision")
    return {
        "v_threshold": number(module, "v_threshold"),
        "v_reset": 0.0 if module.v_reset is None else number(module, "v_reset"),
        "reset": "soft" if module.v_reset is None else "hard",
    }


def firing(module: torch.nn.Module) -> dict[str, float | str]:
    """Threshold, reset and fire rule of a model whose membrane starts at its reset value."""
    written = resetting(module)
    start(module, "v", written["v_reset"])
    return {**written, "fire": fire_rule(module)}


def firing_anywhere(module: torch.nn.Module) -> dict[str, float | str]:
    """Threshold, reset, fire rule and start of a model that takes any start."""
    written = {**resetting(module), "fire": fire_rule(module)}
    if (initial := start(module, "v")) != written["v_reset"]:
        written["v_init"] = initial
    return written


def single_step(module: torch.nn.Module) -> bool:
    return module.step_mode == "s"


def leak(module: torch.nn.Module) -> dict[str, float | bool]:
    return {"tau": number(module, "tau"), "decay_input": bool(module.decay_input)}


def learned(module: torch.nn.Module, name: str) -> float:
    """A learned parameter that is one finite float32 number."""
    value = getattr(module, name).detach()
    if value.numel() != 1 or value.dtype != torch.float32:
        raise ValidationError(
            f"expected {name} to be one float32 number, got shape {tuple(value.shape)} of {value.dtype}"
        )
    if not math.isfinite(float(value)):
        raise ValidationError(f"expected {name} to be finite, got {float(value)}")
    return float(value)


# ---------------------------------------------------------------------------------------------- one state


@register(f"{_NEURON}.integrate_and_fire.IFNode", f"{_NEURON}.integrate_and_fire.SimpleIFNode")
@register(f"{_NEURON}.integrate_and_fire.HalfThresholdIFNode")
def _if(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("if", **firing_anywhere(module)), single_step(module))


@register(f"{_NEURON}.integrate_and_fire.ActivationAwareIFNode")
def _activation_aware_if(module: torch.nn.Module) -> Neuron:
    reset_to = 0.0 if module.v_reset is None else number(module, "v_reset")
    written = {
        "v_reset": reset_to,
        "reset": "soft" if module.v_reset is None else "hard",
        "fire": fire_rule(module),
    }
    if written["fire"] != "ge":  # the multi-step form never asks the surrogate
        raise ValidationError(f"expected a surrogate function that fires at 0, got {module.surrogate_function!r}")
    start(module, "v", reset_to)
    for name in ("v_threshold", "v_offset"):
        value = getattr(module, name).detach()
        if value.numel() > 1 and module.channel_dim >= 0:
            raise ValidationError(
                f"expected channel_dim to count from the end, got {module.channel_dim}",
                suggestions=["use -3 for the channels of an image, -1 for the last axis"],
            )
        written[name] = value.reshape(-1, *(1,) * max(0, -module.channel_dim - 1))
    return make_neuron("if", NeuronStub, single_step(module), **written)


@register(f"{_NEURON}.lif.LIFNode")
def _lif(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("lif", **leak(module), **firing_anywhere(module)), single_step(module))


@register(f"{_NEURON}.lif.SimpleLIFNode")
def _simple_lif(module: torch.nn.Module) -> Neuron:
    if module.v_reset is None:
        raise ValidationError("expected v_reset to be a number, got None")
    model = model_text("lif", **leak(module), **firing_anywhere(module), charge="simple")
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.plif.ParametricLIFNode")
def _plif(module: torch.nn.Module) -> Neuron:
    learned(module, "w")
    decay = float(module.w.detach().cpu().sigmoid())
    model = model_text("plif", decay=decay, decay_input=bool(module.decay_input), **firing_anywhere(module))
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.nonlinear_if.QIFNode")
def _qif(module: torch.nn.Module) -> Neuron:
    constants = {name: number(module, name) for name in ("tau", "a0", "v_rest", "v_c")}
    return Neuron(model_text("qif", **constants, **firing(module)), single_step(module))


@register(f"{_NEURON}.nonlinear_if.EIFNode")
def _eif(module: torch.nn.Module) -> Neuron:
    constants = {name: number(module, name) for name in ("tau", "theta_rh", "v_rest")}
    model = model_text("eif", delta_t=number(module, "delta_T"), **constants, **firing(module))
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.lif_variants.KLIFNode")
def _klif(module: torch.nn.Module) -> Neuron:
    k = learned(module, "k")
    unit = float(module.v_threshold / module.k.detach())  # as the source divides
    model = model_text("klif", k=k, unit=unit, scale_reset=bool(module.scale_reset), **leak(module), **firing(module))
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.lif_variants.LIAFNode")
def _liaf(module: torch.nn.Module) -> Neuron:
    if not single_step(module) and not module.store_v_seq:
        # The multi-step form that the class inherits is LIF's, which never asks the activation.
        return _lif(module)
    related = bool(module.threshold_related)
    model = model_text("liaf", threshold_related=related, **leak(module), **firing(module))
    return Neuron(model, single_step(module), read=module.act)


# ---------------------------------------------------------------------------------------------- several states


@register(f"{_NEURON}.adapt.IzhikevichNode")
def _izhikevich(module: torch.nn.Module) -> Neuron:
    constants = {name: number(module, name) for name in ("tau", "a0", "v_rest", "v_c", "tau_w", "a", "b")}
    model = model_text("izhikevich", **constants, w_init=start(module, "w"), **firing(module))
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.lif_variants.ComplementaryLIFNode")
def _clif(module: torch.nn.Module) -> Neuron:
    fire_rule(module)  # in evaluation mode it only decides whether there are spikes at all
    if getattr(module, "_neuron_precision", None) is not None:
        raise ValidationError("expected float32 neurons, got an explicit neuron precision")
    start(module, "v", 0.0)
    start(module, "m", 0.0)
    model = model_text("clif", tau=number(module, "tau"), v_threshold=number(module, "v_threshold"))
    return Neuron(model, single_step(module))


@register(f"{_NEURON}.lif_variants.CUBALIFNode")
def _cuba_lif(module: torch.nn.Module) -> Neuron:
    start(module, "c", 0.0)
    factors = {"i_factor": number(module, "c_decay"), "v_factor": number(module, "v_decay"), "form": "decay"}
    written = {**resetting(module), "fire": fire_rule(module), "v_init": start(module, "v")}
    return Neuron(model_text("cuba_lif", **factors, **written), single_step(module))


@register(f"{_NEURON}.resonate.RAFNode")
def _raf(module: torch.nn.Module) -> Neuron:
    b, omega, dt = (number(module, name) for name in ("b", "omega", "dt"))
    start(module, "u", 0.0)
    turn = {"decay": math.exp(b * dt), "cosine": math.cos(omega * dt), "sine": math.sin(omega * dt)}
    return Neuron(model_text("raf", **turn, **firing(module)), single_step(module))


# ---------------------------------------------------------------------------------------------- counts and signs


@register(f"{_NEURON}.ilif.ILIFNode")
def _ilif(module: torch.nn.Module) -> Neuron:
    function = module.surrogate_function
    if not getattr(function, "spiking", False) or not hasattr(function, "max_spike_count"):
        raise ValidationError(
            f"its surrogate function {type(function).__name__} does not output counts",
            suggestions=["use MultiLevelSpikeCount with set_spiking_mode(True)"],
        )
    start(module, "v", 0.0)
    constants = {"tau": number(module, "tau"), "v_threshold": number(module, "v_threshold")}
    return Neuron(model_text("ilif", **constants, max=int(function.max_spike_count)), single_step(module))


@register(f"{_NEURON}.ternary.TernaryIFNode")
def _ternary_if(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("ternary_if", **firing(module)), single_step(module))


@register(f"{_NEURON}.ternary.TernaryLIFNode")
def _ternary_lif(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("ternary_lif", **leak(module), **firing(module)), single_step(module))


# ---------------------------------------------------------------------------------------------- readouts


def _decoder(module: torch.nn.Module) -> Callable[[torch.Tensor], object]:
    """What a readout makes of its membranes over time."""
    reads: dict[str | None, Callable[[torch.Tensor], object]] = {
        "last_mem": lambda v: v[-1],
        "mean-mem": lambda v: v.mean(0),
        "max-mem": lambda v: v.amax(0),
        None: lambda v: list(v.unbind(0)),
    }
    if module.decode not in reads:
        raise ValidationError(f"expected decode to be 'last_mem', 'mean-mem', 'max-mem' or None, got {module.decode!r}")
    return reads[module.decode]


@register(f"{_NEURON}.lif.NonSpikingLIFNode")
def _readout(module: torch.nn.Module) -> Neuron:
    return Neuron(model_text("li", tau=number(module, "tau")), False, _decoder(module))


@register(f"{_NEURON}.integrate_and_fire.NonSpikingIFNode")
def _integrating_readout(module: torch.nn.Module) -> Neuron:
    return Neuron("#spike.integrator", False, _decoder(module))
