# SPDX-License-Identifier: Apache-2.0
"""Norse's neuron classes (`norse.torch.module`): modules without memory, whose state comes in and goes out."""

from __future__ import annotations

import sys

import torch

from ...exceptions import ValidationError
from .registry import Neuron, register, register_state
from .stub import NeuronStub, make_neuron

_LIBRARY = "norse.torch.module"

# Every other cell and layer of the library is refused by name.
register_state(
    *(f"{_LIBRARY}.snn.{name}" for name in ("SNN", "SNNCell", "SNNRecurrent", "SNNRecurrentCell")),
    when=lambda module: True,
)

# The namedtuple in which a class hands out its state.
_STATES = {
    "LIF": "LIFFeedForwardState",
    "LIFCell": "LIFFeedForwardState",
    "LIFRecurrent": "LIFState",
    "LIFRecurrentCell": "LIFState",
    "LIFBoxCell": "LIFBoxFeedForwardState",
    "LI": "LIState",
    "LICell": "LIState",
    "LIBoxCell": "LIBoxState",
}


class NorseStub(NeuronStub):
    """Takes a current and a state or none, and returns an output and the state in the library's own tuple."""

    def __init__(self, neuron, module, path, record):
        super().__init__(neuron, module, path, record)
        cls = next(cls for cls in type(module).__mro__ if cls.__name__ in _STATES)
        self.make_state = getattr(sys.modules[cls.__module__], _STATES[cls.__name__])
        self.over_time = cls.__name__ in ("LIF", "LI", "LIFRecurrent")
        self.records = bool(getattr(module, "record_states", False))

    def forward(self, x: torch.Tensor, state=None):
        if not self.over_time:
            return self.step(x, state)
        if self.neuron.single_step:
            return self.loop(x, state)
        output, after = self.run(x, self.given(state), hidden=False)
        return output, self.make_state(**after)

    def given(self, state) -> dict[str, torch.Tensor]:
        return {} if state is None else {name: getattr(state, name) for name in self.states}

    def step(self, x: torch.Tensor, state):
        output, after = self.run(x, self.given(state), hidden=False)
        return output, self.make_state(**after)

    def loop(self, x: torch.Tensor, state):
        self._check_time(x)
        outputs, states = [], []
        for current in x:
            output, state = self.step(current, state)
            outputs.append(output)
            states.append(state)
        if self.records:
            state = self.make_state(*(torch.stack(values) for values in zip(*states, strict=True)))
        return torch.stack(outputs), state


class NorseRecurrentStub(NorseStub):
    """The recurrent layer is a product of its own: what it adds to the synaptic current is the neuron's current."""

    def __init__(self, neuron, module, path, record):
        super().__init__(neuron, module, path, record)
        for name in ("input_weights", "recurrent_weights"):
            self._buffers[name] = getattr(module, name).detach()

    def step(self, x: torch.Tensor, state):
        current = torch.nn.functional.linear(x, self.input_weights)
        before = {}
        if state is not None:  # else both products start from zero, and what is left is the current itself
            before = {"v": state.v, "i": state.i + current}
            current = torch.nn.functional.linear(state.z, self.recurrent_weights)
        output, after = self.run(current, before, hidden=False)
        return output, self.make_state(z=output, **after)


# ---------------------------------------------------------------------------------------------- entries


def _membrane(module: torch.nn.Module) -> dict[str, object]:
    """The factor of the membrane in the library's own order of products, and its rest."""
    p = module.p
    return {"v_factor": module.dt * p.tau_mem_inv, "v_leak": p.v_leak, "v_init": p.v_leak}


def _current(module: torch.nn.Module) -> dict[str, object]:
    return {"i_factor": module.dt * module.p.tau_syn_inv, "form": "jump"}


def _firing(module: torch.nn.Module) -> dict[str, object]:
    if module.p.method not in ("heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc"):
        raise ValidationError(f"expected a method that spikes above the threshold, got {module.p.method!r}")
    return {"v_threshold": module.p.v_th, "v_reset": module.p.v_reset}


def _check_step(module: torch.nn.Module, *functions: str) -> None:
    name = getattr(module.activation, "__name__", repr(module.activation))
    if name not in functions:
        raise ValidationError(f"expected it to step by {functions[0]}, got {name}")


def _lif(module: torch.nn.Module, stub: type, single_step: bool) -> Neuron:
    return make_neuron("cuba_lif", stub, single_step, **_current(module), **_membrane(module), **_firing(module))


@register(f"{_LIBRARY}.lif.LIFCell", f"{_LIBRARY}.lif.LIF")
def _feed_forward(module: torch.nn.Module) -> Neuron:
    _check_step(module, "lif_feed_forward_step")
    return _lif(module, NorseStub, getattr(module, "record_states", None) is not False)


@register(f"{_LIBRARY}.lif.LIFRecurrentCell", f"{_LIBRARY}.lif.LIFRecurrent")
def _recurrent(module: torch.nn.Module) -> Neuron:
    _check_step(module, "lif_step")
    return _lif(module, NorseRecurrentStub, True)


@register(f"{_LIBRARY}.lif_box.LIFBoxCell")
def _box(module: torch.nn.Module) -> Neuron:
    _check_step(module, "lif_box_feed_forward_step")
    reset = {"reset_value": "hard", "reset_subtract": "soft"}.get(getattr(module.p.reset_method, "__name__", ""))
    if reset is None:
        raise ValidationError(
            f"expected reset_method to be reset_value or reset_subtract, got {module.p.reset_method!r}"
        )
    options = {**_membrane(module), **_firing(module), "reset": reset, "form": "input_first"}
    return make_neuron("box_lif", NorseStub, **options)


@register(f"{_LIBRARY}.leaky_integrator.LICell", f"{_LIBRARY}.leaky_integrator.LI")
def _integrator(module: torch.nn.Module) -> Neuron:
    _check_step(module, "li_feed_forward_step")
    single_step = getattr(module, "record_states", None) is not False
    return make_neuron("cuba_li", NorseStub, single_step, **_current(module), **_membrane(module))


@register(f"{_LIBRARY}.leaky_integrator_box.LIBoxCell")
def _box_integrator(module: torch.nn.Module) -> Neuron:
    _check_step(module, "li_box_feed_forward_step")
    return make_neuron("box_li", NorseStub, **_membrane(module))
