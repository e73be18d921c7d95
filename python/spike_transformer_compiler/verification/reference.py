# SPDX-License-Identifier: Apache-2.0
"""The source model's own run: its spikes in float32, and in float64 the current that reaches every neuron."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_flatten

from ..exceptions import ValidationError
from .copies import at_rest, in_double, rules_of
from .magnitude import Tracked, plain
from .rule import KEPT, NeuronRule, States

__all__ = ["Layer", "Reference", "call_source", "membranes", "record", "tie_bound"]


@dataclass
class Layer:
    """What one neuron module did in the reference: one entry per call, each [T, B, ...] (T = 1 for a single step)."""

    path: str
    rule: NeuronRule
    spikes: list[torch.Tensor] = field(default_factory=list)  # outputs in float32, kept as `rule.levels.dtype`
    current: list[torch.Tensor] = field(default_factory=list)  # float32; empty where it is not kept
    current64: list[torch.Tensor] = field(default_factory=list)
    magnitude: list[torch.Tensor] = field(default_factory=list)  # sum of absolute terms of the current
    #: Where each call starts: the number of the call it goes on from, or the states and their sizes that it was given,
    #: or nothing for "at rest".
    starts: list[int | tuple[States, States] | None] = field(default_factory=list)
    terms: int = 1

    def outputs(self) -> torch.Tensor:
        return torch.cat(self.spikes)

    def forget(self) -> None:
        """Drops what only the judgement of this layer needs."""
        self.current64, self.magnitude, self.current = [], [], []


class Reference:
    """The source model on one batch: its outputs, and every neuron layer that ran, in order of execution."""

    def __init__(self, model: torch.nn.Module, inputs: Any, time_steps: int | None) -> None:
        self._model, self._inputs, self._steps = model, inputs, time_steps
        self.rules = rules_of(model)
        self.layers: dict[str, Layer] = {}
        #: Paths of layers that nothing reads, see `find_unread`: a compiled model may leave them out.
        self.unread: frozenset[str] = frozenset()
        #: What the model returns, in float32.
        self.output: Any = None
        #: The same from float64 with the reference's spikes, as tensors that know their magnitude; set by `walk`.
        self.output64: Any = None
        self.kept = False

    def spikes(self) -> dict[str, np.ndarray]:
        """Every layer's output, [T, B, ...]."""
        return {path: layer.outputs().numpy() for path, layer in self.layers.items()}

    @torch.no_grad()
    def find_unread(self, paths: Collection[str]) -> frozenset[str]:
        """`paths` if the model returns the same bits when every spike of these layers is turned into another one.

        A model may run neurons for nothing, as one whose second head is off; what reads them is not guessed from names.
        """
        copied = at_rest(self._model, self.rules)
        for path in paths:
            copied.get_submodule(path).register_forward_hook(_Turned(self.layers[path]), with_kwargs=True)
        turned = call_source(copied, self._inputs, self._steps)
        same = map(_same_bits, tree_flatten(self.output)[0], tree_flatten(turned)[0])
        self.unread = frozenset(paths) if all(same) else frozenset()
        return self.unread

    @torch.no_grad()
    def walk(self, visit: Callable[[Layer], None], keep: bool = False) -> None:
        """Runs the model in float64, neurons forced to the reference's spikes; `visit` sees each layer once it has all of
        its currents. They are dropped afterwards, unless `keep`."""

        def done(layer: Layer) -> None:
            visit(layer)
            if not keep:
                layer.forget()

        for layer in self.layers.values():
            layer.current64, layer.magnitude, layer.starts = [], [], []
        double = in_double(self._model, self.rules)
        neurons = {path: double.get_submodule(path) for path in self.layers}
        stand_ins = {module: _Forced(self.layers[path], module, done) for path, module in neurons.items()}
        for module in double.modules():
            for name, child in module._modules.items():
                if child in stand_ins:
                    module._modules[name] = stand_ins[child]
        with _double_by_default():
            self.output64 = call_source(stand_ins.get(double, double), self._inputs, self._steps, Tracked.input)
        self.kept = keep


@torch.no_grad()
def record(
    model: torch.nn.Module,
    inputs: Any,
    *,
    time_steps: int | None = None,
    keep: bool = True,
    currents: Collection[str] = (),
) -> Reference:
    """Runs a copy of the model in float32 and notes every neuron's output; with `keep`, also what reaches it.

    inputs      a tensor or array, a sequence of them, or a mapping from parameter names
    time_steps  for a model that computes one step: how often it is called; its outputs are stacked
    keep        runs float64 now and keeps all of it, which is right for small models that are judged often. Without it,
                `verify` runs float64 each time and holds one layer at a time
    currents    paths of the layers whose float32 currents are kept in any case: those that are said to be exact
    """
    reference = Reference(model, _as_tensors(inputs), time_steps)
    copied = at_rest(model, reference.rules)
    hooks = []
    for path, rule in reference.rules.items():
        module, layer = copied.get_submodule(path), Layer(path, rule)
        reference.layers[path] = layer
        note = _Note(layer, keep or path in currents)
        hooks.append(module.register_forward_hook(note, with_kwargs=True))
    if not reference.layers:
        raise ValidationError(
            "the model has no neuron module that the verification knows", suggestions=["add a rule: register_neurons"]
        )
    reference.output = call_source(copied, reference._inputs, time_steps)
    for hook in hooks:
        hook.remove()
    reference.layers = {path: layer for path, layer in reference.layers.items() if layer.spikes}
    if keep:
        reference.walk(lambda layer: None, keep=True)
    return reference


class _Note:
    """A forward hook that keeps what a neuron gave, and the current it had."""

    def __init__(self, layer: Layer, keep_current: bool) -> None:
        self.layer, self.keep_current = layer, keep_current

    def __call__(self, module: torch.nn.Module, args: tuple, kwargs: dict, output: Any) -> None:
        layer, rule = self.layer, self.layer.rule
        spikes, current = rule.call.spikes(output).detach(), rule.call.current(args, kwargs).detach()
        if not bool(rule.levels.holds(spikes).all()):
            raise ValidationError(
                f"the neuron '{layer.path}' gives values other than {', '.join(map(str, rule.levels.values))}"
            )
        layer.spikes.append((spikes if rule.multi_step else spikes[None]).to(rule.levels.dtype))
        if self.keep_current:
            if rule.feedback is not None:
                current = current + rule.feedback(_delayed(layer, len(layer.spikes) - 1, args, kwargs, current.dtype))
            current = current if rule.multi_step else current[None]
            layer.current.append(current.clone())


class _Turned:
    """A forward hook that gives the next of a neuron's possible outputs instead of its own."""

    def __init__(self, layer: Layer) -> None:
        self.levels = layer.rule.levels.values

    def __call__(self, module: torch.nn.Module, args: tuple, kwargs: dict, output: Any) -> Any:
        if not isinstance(output, torch.Tensor):
            return type(output)((self(module, args, kwargs, output[0]), *output[1:]))
        turned = output.clone()
        for value, other in zip(self.levels, (*self.levels[1:], self.levels[0]), strict=True):
            turned[output == value] = other
        return turned


def _same_bits(a: Any, b: Any) -> bool:
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


class _Forced(torch.nn.Module):
    """Stands in for a neuron in float64: notes the current that reaches it and answers with the reference's spikes."""

    def __init__(self, layer: Layer, module: torch.nn.Module, done: Callable[[Layer], None]) -> None:
        super().__init__()
        self.layer, self.done = layer, done
        self.original = [module]  # in a list: it is no part of this one
        self.answered: list[States] = []  # kept alive: a state is known by its identity

    def __getattr__(self, name: str) -> Any:
        """What the model asks its neuron for besides calling it: an initial state, for example."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattribute__("original")[0], name)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        layer, rule = self.layer, self.layer.rule
        x = rule.call.current(args, kwargs)
        if not isinstance(x, Tracked) or x.unknown:
            what = getattr(x, "unknown", None) or "an operation"
            raise ValidationError(
                f"no magnitude rule for '{what}', which feeds the neuron '{layer.path}'",
                error_code="no-magnitude-rule",
                suggestions=["add one to verification.magnitude"],
            )
        number = len(layer.current64)
        if rule.feedback is not None:
            x = x + rule.feedback(Tracked.exact(_delayed(layer, number, args, kwargs, torch.float64)))
        layer.current64.append(plain(x) if rule.multi_step else plain(x)[None])
        layer.magnitude.append(x.magnitude if rule.multi_step else x.magnitude[None])
        layer.terms = max(layer.terms, x.terms)
        layer.starts.append(self._start(args, kwargs))
        spikes = layer.spikes[number].double()
        states: States = ()
        if rule.call.given is not None:
            states = tuple(
                Tracked.of(value, size, x.terms)
                for value, size in zip(*_states_after(layer, number, spikes), strict=True)
            )
            self.answered.append(states)
        answer = rule.call.answer(Tracked.exact(spikes if rule.multi_step else spikes[0]), states)
        if number + 1 == len(layer.spikes):
            self.done(layer)
        return answer

    def _start(self, args: tuple, kwargs: dict) -> int | tuple[States, States] | None:
        given = self.layer.rule.call.given
        states = KEPT if given is None else given(args, kwargs)
        if states is KEPT:
            return len(self.layer.starts) - 1 if self.layer.starts else None
        if states is None:
            return None
        for number, answered in enumerate(self.answered):
            if answered and states and answered[0] is states[0]:
                return number
        values = tuple(plain(s).double() for s in states)
        return values, tuple(_magnitude(s) for s in states)


def _magnitude(state: torch.Tensor) -> torch.Tensor:
    known = isinstance(state, Tracked) and state.magnitude is not None
    return state.magnitude if known else plain(state).double().abs()


# -------------------------------------------------------------------------------------------- membranes and bounds


def _after(layer: Layer, number: int, spikes: torch.Tensor) -> States:
    start = layer.starts[number]
    if isinstance(start, int):
        states = _after(layer, start, layer.spikes[start].double())
    else:
        states = None if start is None else start[0]
    return layer.rule.trace(layer.current64[number], spikes, states)[1]


def _sizes_after(layer: Layer, number: int) -> States:
    start = layer.starts[number]
    sizes = _sizes_after(layer, start) if isinstance(start, int) else None if start is None else start[1]
    return layer.rule.sizes(layer.magnitude[number], sizes)[1]


def _states_after(layer: Layer, number: int, spikes: torch.Tensor) -> tuple[States, States]:
    """The states after a call and their sizes; those after each of its steps, stacked, if the module returns them."""
    if not layer.rule.call.history:
        return _after(layer, number, spikes), _sizes_after(layer, number)
    start = layer.starts[number]
    if isinstance(start, int):
        states: States | None = _after(layer, start, layer.spikes[start].double())
        sizes: States | None = _sizes_after(layer, start)
    else:
        states, sizes = (None, None) if start is None else start
    every: list[tuple[States, States]] = []
    for current, magnitude, output in zip(
        layer.current64[number].split(1), layer.magnitude[number].split(1), spikes.split(1), strict=True
    ):
        states, sizes = layer.rule.trace(current, output, states)[1], layer.rule.sizes(magnitude, sizes)[1]
        every.append((states, sizes))
    values, magnitudes = zip(*every, strict=True)
    return tuple(map(torch.stack, zip(*values, strict=True))), tuple(map(torch.stack, zip(*magnitudes, strict=True)))


def _delayed(layer: Layer, number: int, args: tuple, kwargs: dict, dtype: torch.dtype) -> torch.Tensor:
    """The reference's outputs one step before those of a call, shaped as its current; the first is what it starts from."""
    rule, spikes = layer.rule, layer.spikes[number]
    states = KEPT if rule.call.given is None else rule.call.given(args, kwargs)
    if states is KEPT:
        first = layer.spikes[number - 1][-1] if number else torch.zeros_like(spikes[0])
    else:
        first = torch.zeros_like(spikes[0]) if states is None else plain(states[-1]).detach()
    delayed = torch.cat([first[None].to(dtype), spikes[:-1].to(dtype)])
    return delayed if rule.multi_step else delayed[0]


def membranes(layer: Layer, spikes: torch.Tensor, *, single: bool = False) -> torch.Tensor:
    """The membrane before the threshold at every step, [T, B, ...], resets forced to `spikes`.

    In float64; with `single` in float32, from the currents of the reference.
    """
    currents = layer.current if single else layer.current64
    ends: list[States] = []
    out = []
    for current, start, own in zip(currents, layer.starts, spikes.split([len(c) for c in currents]), strict=True):
        states = ends[start] if isinstance(start, int) else None if start is None else start[0]
        if single and states is not None:
            states = tuple(s.float() for s in states)
        membrane, after = layer.rule.trace(current, own, states)
        out.append(membrane)
        ends.append(after)
    return torch.cat(out)


def tie_bound(layer: Layer) -> torch.Tensor:
    """How far from the threshold float32 can be mistaken, at every step: [T, B, ...]."""
    ends: list[States] = []
    out = []
    for magnitude, start in zip(layer.magnitude, layer.starts, strict=True):
        sizes = ends[start] if isinstance(start, int) else None if start is None else start[1]
        total, after = layer.rule.sizes(magnitude, sizes)
        out.append(total)
        ends.append(after)
    return torch.cat(out) * (ULP * layer.terms**0.5)


#: A float32 sum of K terms is taken to be off by at most ULP * sqrt(K) * (sum of their absolute values).
ULP = 4 * 2.0**-24


# ------------------------------------------------------------------------------------------------- calling a model


def _as_tensors(inputs: Any) -> Any:
    """The positional or named arguments of the model."""
    if isinstance(inputs, Mapping):
        return {name: torch.as_tensor(value) for name, value in inputs.items()}
    values = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    return tuple(torch.as_tensor(value) for value in values)


def call_source(
    model: torch.nn.Module, inputs: Any, time_steps: int | None, change: Callable[[Any], Any] = lambda x: x
) -> Any:
    """What the model returns; with `time_steps`, of so many calls, stacked."""
    if isinstance(inputs, Mapping):
        results = [model(**{name: change(x) for name, x in inputs.items()}) for _ in range(time_steps or 1)]
    else:
        results = [model(*map(change, inputs)) for _ in range(time_steps or 1)]
    return results[0] if time_steps is None else _stacked(results)


def _stacked(results: list[Any]) -> Any:
    first = results[0]
    if isinstance(first, torch.Tensor):
        return torch.stack(results)
    if isinstance(first, Mapping):
        return {key: _stacked([r[key] for r in results]) for key in first}
    return tuple(_stacked(list(parts)) for parts in zip(*results, strict=True))


@contextlib.contextmanager
def _double_by_default() -> Iterator[None]:
    """Tensors that the model makes itself are float64 as well."""
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(default)
