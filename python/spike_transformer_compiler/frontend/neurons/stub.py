# SPDX-License-Identifier: Apache-2.0
"""What stands for neuron modules while a model is exported: operators, and stubs that answer as the modules would.

A stub of a neuron that takes single steps holds the module's state while the model runs: a second call in one run of the
model goes on where the first one ended, so a loop over time becomes a chain of steps (see spike-roll-time).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ... import _core
from ...exceptions import ValidationError
from .registry import Neuron, model_text

__all__ = ["Memory", "NeuronRun", "NeuronStub", "make_neuron"]


@dataclass(frozen=True)
class NeuronRun:
    """A call of a neuron module while the model was exported.

    `hidden`: it starts from the state that the module keeps from one run of the model to the next.
    """

    path: str
    single_step: bool
    time_steps: int
    hidden: bool = True


# ---------------------------------------------------------------------------------------------- operators


@torch.library.custom_op("spike::neuron", mutates_args=())
def _neuron(x: torch.Tensor, model: str, path: str, single_step: bool) -> torch.Tensor:
    raise NotImplementedError("this operator stands for a neuron in an exported program; it does not run")


@_neuron.register_fake
def _neuron_fake(x: torch.Tensor, model: str, path: str, single_step: bool) -> torch.Tensor:
    return torch.empty_like(x, memory_format=torch.contiguous_format)


@torch.library.custom_op("spike::neuron_step", mutates_args=())
def _neuron_step(
    x: torch.Tensor,
    init: Sequence[torch.Tensor],
    params: Sequence[torch.Tensor],
    model: str,
    path: str,
    param_names: str,
    axis: int,
    states: int,
    single_step: bool,
) -> list[torch.Tensor]:
    raise NotImplementedError("this operator stands for a neuron in an exported program; it does not run")


@_neuron_step.register_fake
def _neuron_step_fake(x, init, params, model, path, param_names, axis, states, single_step):
    population = x if single_step else x[0]
    return [torch.empty_like(value, memory_format=torch.contiguous_format) for value in (x, *(population,) * states)]


# ---------------------------------------------------------------------------------------------- stubs


class Memory:
    """A module's state while the model runs: a tensor for each name, or none where it is at its reset value.

    `hidden` holds until the model itself resets or gives the state.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.values: dict[str, torch.Tensor] = {}
        self.hidden = True


class NeuronStub(torch.nn.Module):
    """Takes a neuron module's place for the export. A library's own stub says how its calls look."""

    def __init__(self, neuron: Neuron, module: torch.nn.Module, path: str, record: Callable[[NeuronRun], None]):
        torch.nn.Module.__init__(self)
        self.neuron, self.path, self.step_mode = neuron, path, getattr(module, "step_mode", "m")
        self.record, self.memory = record, Memory()  # objects: the export restores attributes that are values
        self.states = _core.neuron_states(neuron.model)
        self.param_names, self.param_axes = _add_params(self, neuron.params)
        self.training = module.training

    def forward(self, x: torch.Tensor):
        """A current to an output; the state stays in the module."""
        x = x if self.neuron.view is None else self.neuron.view(x)
        single = self.neuron.single_step
        if self.states and (single or self.param_names):
            train, states = self.run(x, self.memory.values)
            if single:
                self.memory.values = states
        else:
            if not single:
                self._check_time(x)
            if not self.neuron.stateless:
                self.record(NeuronRun(self.path, single, 1 if single else int(x.shape[0])))
            train = torch.ops.spike.neuron(x, self.neuron.model, self.path, single)
        return train if self.neuron.read is None else self.neuron.read(train)

    def run(
        self, x: torch.Tensor, states: dict[str, torch.Tensor], hidden: bool | None = None
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The output and the states after a run from `states`, by the model's names of states; those missing are zero."""
        single = self.neuron.single_step
        if not single:
            self._check_time(x)
        elif x.ndim == 0:
            raise self.refusal("it got a current without axes, expected [B, ...]")
        hidden = self.memory.hidden if hidden is None else hidden
        self.record(NeuronRun(self.path, single, 1 if single else int(x.shape[0]), hidden))
        population = x if single else x[0]
        init = (
            [states[name] if name in states else torch.zeros_like(population) for name in self.states] if states else []
        )
        params = [self.get_buffer(name) for name in self.param_names]
        axis, shape = 0, x.shape
        if params:
            first, last = (x.ndim + place for place in self.param_axes)
            lead = 0 if single else 1
            if first < lead or params[0].numel() != shape[first : last + 1].numel():
                raise self.refusal(
                    f"its parameters have {params[0].numel()} elements, which do not fit a current of shape {tuple(shape)}"
                )
            axis = first
            if last > first:
                x = x.flatten(first, last)
                init = [state.flatten(first - lead, last - lead) for state in init]
        results = torch.ops.spike.neuron_step(
            x, init, params, self.neuron.model, self.path, ",".join(self.param_names), axis, len(self.states), single
        )
        if x.shape != shape:
            results = [results[0].reshape(shape), *(state.reshape(population.shape) for state in results[1:])]
        return results[0], dict(zip(self.states, results[1:], strict=True))

    def reset(self) -> None:
        """As the neurons of SpikingJelly answer to functional.reset_net."""
        self.memory.clear()
        self.memory.hidden = False

    def refusal(self, reason: str) -> ValidationError:
        return ValidationError(f"neuron '{self.path}': {reason}", error_code="unsupported-model")

    def _check_time(self, x: torch.Tensor) -> None:
        if x.ndim < 2:
            raise ValidationError(
                f"neuron '{self.path}' runs over time and expects [T, B, ...], got shape {tuple(x.shape)}",
                error_code="model-failed",
            )

    def __getattr__(self, name: str):
        try:
            return torch.nn.Module.__getattr__(self, name)
        except AttributeError:
            raise ValidationError(
                f"the model reads '{name}' of neuron '{self.path}' while it runs; only a neuron's output can be compiled",
                error_code="unsupported-model",
            ) from None


def make_neuron(model: str, stub: type, single_step: bool = True, **parameters: object) -> Neuron:
    """A neuron whose parameters are numbers, words or tensors: one element goes into the model's text, more become
    vectors along the axes of the neurons."""
    texts: dict[str, float | bool | str] = {}
    vectors: dict[str, torch.Tensor] = {}
    for name, value in parameters.items():
        if isinstance(value, bool | str):
            texts[name] = value
            continue
        tensor = torch.as_tensor(value).detach().to(torch.float32)
        if not bool(tensor.isfinite().all()):
            raise ValidationError(f"expected {name} to be finite, got {value}")
        if tensor.numel() == 1:
            texts[name] = float(tensor)
        else:
            vectors[name] = tensor
    return Neuron(model_text(model, **texts), single_step, params=vectors, stub=stub)


def _add_params(stub: torch.nn.Module, params: dict[str, torch.Tensor]) -> tuple[list[str], tuple[int, int]]:
    """Registers parameters that differ between neurons as vectors along the axes first .. last, counted from the end."""
    if not params:
        return [], (0, 0)
    places = [axis - p.ndim for p in params.values() for axis in range(p.ndim) if p.shape[axis] > 1]
    first, last = min(places), max(places)
    parts = [
        p.reshape((1,) * (-first - p.ndim) + tuple(p.shape))[(0,) * max(p.ndim + first, 0)] for p in params.values()
    ]
    parts = [p.reshape(p.shape[: last - first + 1]) for p in parts]
    shape = torch.broadcast_shapes(*(p.shape for p in parts))
    if 1 in shape:
        raise ValidationError(
            f"expected parameters along axes next to each other, got shapes "
            f"{', '.join(f'{name} {tuple(p.shape)}' for name, p in params.items())}"
        )
    for name, part in zip(params, parts, strict=True):
        stub._buffers[name] = part.expand(shape).flatten().contiguous()  # register_buffer would ask for an attribute
    return list(params), (first, last)
