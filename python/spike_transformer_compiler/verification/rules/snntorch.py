# SPDX-License-Identifier: Apache-2.0
"""snnTorch's neurons (`snntorch._neurons`): one step per call, `spk, mem = lif(x, mem)`, a spike strictly above threshold.

With the spike `S'` of the step before, all values of shape [B, ...]:

    Leaky      mem = beta mem + x                            (`leaky.py`)
    Lapicque   mem = (1 - dt / RC) mem + R (1 / RC) dt x     (`lapicque.py`)
    Synaptic   syn = alpha syn + x;  mem = beta mem + syn    (`synaptic.py`)
    RLeaky     Leaky of x + recurrent(S')                    (`rleaky.py`)
    RSynaptic  Synaptic of x + recurrent(S')                 (`rsynaptic.py`)
    Alpha      exc = alpha exc + x;  inh = beta inh - x;  mem = tau (exc + inh)   (`alpha.py`)

`recurrent` is a linear layer or a convolution, which sees the reference's spikes as any layer does, or a factor for each
neuron. The reset comes a step late: the membrane that is handed on has not been reset yet. Only Leaky, Synaptic and RLeaky
obey `reset_delay=False`; RSynaptic's code for it changes variables that nothing reads.
"""

from __future__ import annotations

from typing import Any

import torch

from ...exceptions import ValidationError
from ..magnitude import plain
from ..rule import KEPT, Call, Levels, NeuronRule, States, f32, register_neurons

#: The states that a class keeps, in the order in which its calls take them.
_STATES = {
    "Leaky": ("mem",),
    "Lapicque": ("mem",),
    "Synaptic": ("syn", "mem"),
    "Alpha": ("syn_exc", "syn_inh", "mem"),
    "RLeaky": ("spk", "mem"),
    "RSynaptic": ("spk", "syn", "mem"),
}
_CLASSES = {f"snntorch._neurons.{name.lower()}.{name}": name for name in _STATES}


def _number(value: Any) -> Any:
    """A parameter: a number, or a float64 tensor of float32 values, one for each channel."""
    tensor = torch.as_tensor(value).detach().float()
    return float(tensor) if tensor.numel() == 1 else tensor.double()


def _at_rest(module: torch.nn.Module) -> None:
    for name in ("spk", "syn", "syn_exc", "syn_inh", "mem"):
        if name in module._buffers:
            module._buffers[name] = torch.zeros(0)


@register_neurons
def _snntorch(module: torch.nn.Module) -> NeuronRule | None:
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(module).__mro__]
    kind = next((_CLASSES[name] for name in names if name in _CLASSES), None)
    if kind is None or module.state_quant or module.inhibition:
        return None
    return _alpha(module) if kind == "Alpha" else _leaky(module, kind)


def _reset_of(module: torch.nn.Module) -> str:
    return ("subtract", "zero", "none")[int(module.reset_mechanism_val)]


def _leaky(module: torch.nn.Module, kind: str) -> NeuronRule:
    """Every class but Alpha. States: the membrane, whether the step before fired, the synaptic current of the two Synaptic
    ones, and the last output of the two recurrent ones."""
    synaptic, recurrent = "Synaptic" in kind, kind.startswith("R")
    threshold, factor, reset = _number(module.threshold), f32(module.graded_spikes_factor), _reset_of(module)
    late = kind not in ("Leaky", "Synaptic", "RLeaky") or bool(module.reset_delay)
    gain: Any = 1.0
    if kind == "Lapicque":  # constants that the source works out in float32
        rc = module.R * module.C
        beta = _number(1 - module.time_step / rc)
        gain = _number(module.R) * _number(1 / rc) * _number(module.time_step)
    else:
        beta = _number(module.beta.clamp(0, 1))
    alpha = _number(module.alpha.clamp(0, 1)) if synaptic else 0.0
    # What one neuron's own output adds in the step after it; that of a layer comes with the current.
    again = _number(module.V) * factor if recurrent and not module.all_to_all else 0.0
    # A reset to zero takes the step's current with it, but in Leaky.
    clears = kind != "Leaky"

    def drive(others: list[torch.Tensor], x: torch.Tensor, gain: Any, again: Any) -> tuple[torch.Tensor, States]:
        """The current that charges the membrane, and the synaptic current if there is one."""
        current = gain * x
        if recurrent:
            current = current + again * others[-1]
        if not synaptic:
            return current, ()
        current = alpha * others[0] + current
        return current, (current,)

    def charge(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        mem, fired, *others = states
        if not late:  # then it is the membrane as it was left that decides
            fired = (mem > threshold).to(mem.dtype)
        current, syn = drive(others, x, gain, again)
        if reset == "zero":
            membrane = beta * mem * (1 - fired) + (current * (1 - fired) if clears else current)
        else:
            membrane = beta * mem + current - (fired * threshold if reset == "subtract" else 0.0)
        return membrane, (membrane, fired, *syn, *others[synaptic:])

    def after(states: States, output: torch.Tensor) -> States:
        mem, fired, *others = states
        if recurrent:
            others[-1] = output
        if not late and reset != "none":  # what was reset before the step is not reset again
            mem = mem - (output - fired) * (threshold if reset == "subtract" else mem)
        return mem, output, *others

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        mem, fired, *others = sizes
        current, syn = drive(others, x, abs(gain), abs(again))
        total = abs(beta) * mem + current
        if reset == "subtract":
            total = total + torch.as_tensor(threshold, dtype=total.dtype).abs()
        return total, (total, fired, *syn, *(torch.ones_like(x) for _ in others[synaptic:]))

    return NeuronRule(
        charge,
        after,
        size,
        Levels.spike(threshold, strict=True),
        (0.0, 0.0, *(0.0,) * (synaptic + recurrent)),
        False,
        _call(module, kind, threshold, factor),
        _feedback(module, factor) if recurrent and module.all_to_all else None,
    )


def _feedback(module: torch.nn.Module, factor: float) -> Any:
    """`recurrent(S')`: its weights in the precision of the spikes."""

    def feed(spikes: torch.Tensor) -> torch.Tensor:
        layer = module.recurrent
        weight, bias = (p if p is None else p.detach().to(spikes.dtype) for p in (layer.weight, layer.bias))
        spikes = spikes if factor == 1 else spikes * factor
        if isinstance(layer, torch.nn.Linear):
            return torch.nn.functional.linear(spikes, weight, bias)
        return torch.nn.functional.conv2d(spikes, weight, bias, padding=layer.padding)

    return feed


def _alpha(module: torch.nn.Module) -> NeuronRule:
    """States: the membrane, whether the step before fired, and both synaptic currents.

    A reset subtracts the threshold from the excitation, all from the inhibition and, from the membrane, the inhibition of
    the step before with its sign changed; or it clears all three.
    """
    threshold, factor, reset = _number(module.threshold), f32(module.graded_spikes_factor), _reset_of(module)
    rates = module.alpha.detach().clamp(0, 1), module.beta.detach().clamp(0, 1)
    alpha, beta = map(_number, rates)
    # As the source works it out in float32: where the rates are close, most of its digits are lost there.
    tau = _number(torch.log(rates[0]) / (torch.log(rates[1]) - torch.log(rates[0])) + 1)

    def charge(states: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        _, fired, before, inhibited = states
        exc, inh = alpha * before + x, beta * inhibited - x
        membrane = tau * (exc + inh)
        if reset == "subtract":
            exc, inh, membrane = exc - threshold * fired, inh * (1 - fired), membrane + inhibited * fired
        elif reset == "zero":
            exc, inh, membrane = (value * (1 - fired) for value in (exc, inh, membrane))
        return membrane, (membrane, fired, exc, inh)

    def size(sizes: States, x: torch.Tensor) -> tuple[torch.Tensor, States]:
        _, fired, before, inhibited = sizes
        exc, inh = alpha * before + x, beta * inhibited + x
        total = abs(tau) * (exc + inh)
        if reset == "subtract":
            exc, total = exc + abs(threshold), total + inhibited
        return total, (total, fired, exc, inh)

    return NeuronRule(
        charge,
        lambda states, output: (states[0], output, *states[2:]),
        size,
        Levels.spike(threshold, strict=True),
        (0.0, 0.0, 0.0, 0.0),
        False,
        _call(module, "Alpha", threshold, factor),
    )


# ------------------------------------------------------------------------------------------------- how they are called


def _call(module: torch.nn.Module, kind: str, threshold: Any, factor: float) -> Call:
    names = _STATES[kind]

    def current(args: tuple, kwargs: dict) -> torch.Tensor:
        return args[0] if args else kwargs["input_"]

    def given(args: tuple, kwargs: dict) -> Any:
        """The membrane, whether it is above the threshold, the synaptic currents, and the last output."""
        own = {**dict(zip(names, args[1:], strict=False)), **{k: v for k, v in kwargs.items() if k in names}}
        own = {name: value for name, value in own.items() if value is not None}
        if not own:
            return KEPT
        if len(own) < len(names):
            raise ValidationError(
                f"the verification knows calls of {kind} with all of its states ({', '.join(names)}) or none, got "
                f"{', '.join(own)}",
                error_code="no-neuron-rule",
            )
        x = current(args, kwargs)
        # The source starts from zero wherever the shape of a state is not that of the input.
        fits = {name: value for name, value in own.items() if value.shape == x.shape}
        if not fits:
            return None
        states = {name: fits.get(name, torch.zeros_like(plain(x))) for name in names}
        mem = states.pop("mem")
        last = [plain(states.pop("spk")) / factor] if "spk" in states else []
        return mem, (plain(mem) > threshold).to(mem.dtype), *states.values(), *last

    def answer(spikes: torch.Tensor, states: States) -> Any:
        mem, _, *others = states
        spikes = spikes if factor == 1 else spikes * factor
        if module.init_hidden and not module.output:
            return spikes
        return spikes, *others[: len(names) - 1 - ("spk" in names)], mem

    return Call(
        current=current,
        given=given,
        spikes=lambda y: (y[0] if isinstance(y, tuple) else y) / factor,
        answer=answer,
        rest=_at_rest,
    )
