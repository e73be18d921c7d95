# SPDX-License-Identifier: Apache-2.0
"""snnTorch's neuron classes (`snntorch._neurons`), and how code calls them: `spk, mem = lif(current, mem)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from ...exceptions import ValidationError
from .registry import Neuron, full_name, register, register_reset, register_state
from .stub import NeuronStub, make_neuron

_LIBRARY = "snntorch._neurons"
_BASE = f"{_LIBRARY}.neurons.SpikingNeuron"

# The states that a class keeps, in the order in which its calls take them, and what the model calls them.
_STATES = {
    "Leaky": {"mem": "v"},
    "Lapicque": {"mem": "v"},
    "Synaptic": {"syn": "i", "mem": "v"},
    "Alpha": {"syn_exc": "i_exc", "syn_inh": "i_inh", "mem": "v"},
    "RLeaky": {"spk": "s", "mem": "v"},
    "RSynaptic": {"spk": "s", "syn": "i", "mem": "v"},
}


def _reset(module: torch.nn.Module) -> None:
    for name in ("spk", "syn", "syn_exc", "syn_inh", "mem"):
        if name in module._buffers:
            module._buffers[name] = torch.zeros(0)


register_state(_BASE, when=lambda module: True)
register_reset(_BASE, reset=_reset)


@contextlib.contextmanager
def own_instances(model: torch.nn.Module) -> Iterator[None]:
    """snntorch.utils.reset looks for neurons in a list of the class; in this context they are those of `model`."""
    bases = {cls for module in model.modules() for cls in type(module).__mro__ if full_name(cls) == _BASE}
    saved = [(base, base.instances) for base in bases]
    for base in bases:
        base.instances = [module for module in model.modules() if isinstance(module, base)]
    try:
        yield
    finally:
        for base, instances in saved:
            base.instances = instances


# ---------------------------------------------------------------------------------------------- calls


def _state(name: str) -> property:
    """A state as the library's own methods (reset_mem, reset_hidden) see it: of size zero before the first step."""

    def get(stub: SnnTorchStub) -> torch.Tensor:
        value = stub.memory.values.get(name)
        return torch.zeros(0) if value is None else value

    def give(stub: SnnTorchStub, value: torch.Tensor) -> None:
        stub.memory.values[name] = value
        stub.memory.hidden = False

    return property(get, give)


class SnnTorchStub(NeuronStub):
    """Answers calls, and reads and writes of the state, as the class does in whose place it stands."""

    def __new__(cls, neuron, module, path, record):
        kind = type(module)
        states = {name: _state(name) for name in _STATES[kind.__name__]}
        return torch.nn.Module.__new__(type("SnnTorchStub", (cls, kind), states))

    def __init__(self, neuron, module, path, record):
        super().__init__(neuron, module, path, record)
        self.names = next(_STATES[cls.__name__] for cls in type(module).__mro__ if cls.__name__ in _STATES)
        self.returns_states = bool(module.output or not module.init_hidden)
        self.factor, self.scales = _factor(module), ()
        self.memory.fired = (None, None)
        if self.names.keys() >= {"spk"} and module.all_to_all:
            self.recurrence = module.recurrent
        if _is(module, "Lapicque"):
            inverse = 1 / (module.R * module.C)  # in the library's order and types
            self.scales = tuple(_one(value, "R, C and time_step") for value in (module.R, inverse, module.time_step))

    def forward(self, input_: torch.Tensor, *states, **named):
        """A current, and states or none, to spikes and states as the class returns them."""
        given = {**dict(zip(self.names, states, strict=False)), **named}
        for name, value in given.items():
            if value is not None:
                setattr(self, name, value)
        hidden = self.memory.hidden
        current = input_
        for scale in self.scales:
            current = current * scale
        # The library starts from zero wherever the shape of a state is not that of the input.
        before = {name: v for name, v in self.memory.values.items() if v.shape == input_.shape}
        if "recurrence" in self._modules:
            before["spk"] = self.recurrence(before.get("spk", torch.zeros_like(input_)))
        elif "spk" in before:
            before["spk"] = self._spikes(before["spk"])
        output, after = self.run(current, {self.names[name]: value for name, value in before.items()}, hidden)
        self.memory.values = {name: after[model_name] for name, model_name in self.names.items()}
        if self.factor != 1.0:
            output = output * self.factor
        if "spk" in self.names:
            self.memory.values["spk"], self.memory.fired = output, (output, after["s"])
        if not self.returns_states:
            return output
        return output, *(value for name, value in self.memory.values.items() if name != "spk")

    def _spikes(self, spk: torch.Tensor) -> torch.Tensor:
        """The last output as the state of the model, which is 0 or 1. A loop over time can only be rolled up if a step starts
        from the state that the step before ended with; the output has the same values."""
        output, state = self.memory.fired
        if spk is output:
            return state
        return spk if self.factor == 1.0 else spk / self.factor


# ---------------------------------------------------------------------------------------------- entries


def _is(module: torch.nn.Module, name: str) -> bool:
    return any(cls.__name__ == name and cls.__module__.startswith(_LIBRARY) for cls in type(module).__mro__)


def _one(value: object, name: str) -> float:
    number = torch.as_tensor(value).detach()
    if number.numel() != 1:
        raise ValidationError(f"expected {name} to be one number, got shape {tuple(number.shape)}")
    return float(number)


def _factor(module: torch.nn.Module) -> float:
    return _one(module.graded_spikes_factor, "graded_spikes_factor")


def _common(module: torch.nn.Module) -> dict[str, object]:
    """Threshold and reset; options that have no model are refused."""
    if module.state_quant:
        raise ValidationError("expected state_quant to be False: quantised states are not supported")
    if module.inhibition:
        raise ValidationError("expected inhibition to be False: neurons that silence each other are not supported")
    probe = torch.tensor([-1.0, -1e-30, 0.0, 1e-30, 1.0])
    with torch.no_grad():
        answer = module.spike_grad(probe)
    if answer.tolist() != [0.0, 0.0, 0.0, 1.0, 1.0]:
        raise ValidationError(f"its surrogate {module.spike_grad} does not spike strictly above the threshold")
    if not getattr(module, "reset_delay", True) and _factor(module) == 0.0:
        raise ValidationError("expected graded_spikes_factor other than 0 without reset_delay, which divides by it")
    reset = ("soft", "hard", "none")[int(module.reset_mechanism_val)]
    fitting = {"soft": "_base_sub", "hard": "_base_zero", "none": "_base_int"}[reset]
    if module.state_function.__name__ != fitting:  # it is chosen when the module is made
        raise ValidationError(f"expected reset_mechanism not to change after the module is made, got {reset}")
    return {"v_threshold": module.threshold, "reset": reset}


def _rate(value: torch.Tensor) -> torch.Tensor:
    return value.detach().clamp(0, 1)


@register(f"{_LIBRARY}.leaky.Leaky")
def _leaky(module: torch.nn.Module) -> Neuron:
    return make_neuron(
        "leaky", SnnTorchStub, beta=_rate(module.beta), **_common(module), reset_delay=bool(module.reset_delay)
    )


@register(f"{_LIBRARY}.lapicque.Lapicque")
def _lapicque(module: torch.nn.Module) -> Neuron:
    with torch.no_grad():
        beta = 1 - (module.time_step / (module.R * module.C))
    return make_neuron("leaky", SnnTorchStub, beta=beta, **_common(module), reset_charged=True)


@register(f"{_LIBRARY}.synaptic.Synaptic")
def _synaptic(module: torch.nn.Module) -> Neuron:
    rates = {"alpha": _rate(module.alpha), "beta": _rate(module.beta)}
    return make_neuron("synaptic", SnnTorchStub, **rates, **_common(module), reset_delay=bool(module.reset_delay))


@register(f"{_LIBRARY}.alpha.Alpha")
def _alpha(module: torch.nn.Module) -> Neuron:
    alpha, beta = _rate(module.alpha), _rate(module.beta)
    tau = torch.log(alpha) / (torch.log(beta) - torch.log(alpha)) + 1
    return make_neuron("alpha", SnnTorchStub, alpha=alpha, beta=beta, tau_alpha=tau, **_common(module))


def _recurrent(module: torch.nn.Module) -> object:
    """What the last spike is multiplied by; a recurrent layer is done before the neuron, which then takes its result."""
    return 1.0 if module.all_to_all else module.V * module.graded_spikes_factor


@register(f"{_LIBRARY}.rleaky.RLeaky")
def _rleaky(module: torch.nn.Module) -> Neuron:
    weights = {"beta": _rate(module.beta), "recurrent": _recurrent(module)}
    return make_neuron(
        "recurrent_leaky", SnnTorchStub, **weights, **_common(module), reset_delay=bool(module.reset_delay)
    )


@register(f"{_LIBRARY}.rsynaptic.RSynaptic")
def _rsynaptic(module: torch.nn.Module) -> Neuron:
    # Its code for reset_delay=False writes to a variable that nothing reads, so the delay stays.
    weights = {"alpha": _rate(module.alpha), "beta": _rate(module.beta), "recurrent": _recurrent(module)}
    return make_neuron("recurrent_synaptic", SnnTorchStub, **weights, **_common(module))
