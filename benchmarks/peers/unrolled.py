# SPDX-License-Identifier: Apache-2.0
"""A SpikingJelly model as compilers for tensors can take it: without hidden state, each neuron's steps written out.

The numbers are SpikingJelly's, bit for bit: the same operations in the same order on float32.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch

from .base import Refusal, as_tuple


class UnrolledLIF(torch.nn.Module):
    """SpikingJelly's multi-step LIFNode, [T, B, ...] in and out, starting at rest."""

    def __init__(self, node: torch.nn.Module) -> None:
        super().__init__()
        self.tau = float(node.tau)
        self.threshold = float(node.v_threshold)
        self.reset = None if node.v_reset is None else float(node.v_reset)
        self.decay_input = bool(node.decay_input)

    def forward(self, currents: torch.Tensor) -> torch.Tensor:
        # No `v - 0` where it rests at 0, as in the source. (The source's first step charges a membrane at rest as any other.)
        membrane = torch.full_like(currents[0], self.reset or 0.0)
        spikes = []
        for current in currents.unbind(0):
            above_rest = membrane - self.reset if self.reset else membrane
            if self.decay_input:
                membrane = membrane + (current - above_rest) / self.tau
            else:
                membrane = membrane - above_rest / self.tau + current
            spike = (membrane >= self.threshold).to(current.dtype)
            spikes.append(spike)
            if self.reset is None:
                membrane = membrane - spike * self.threshold
            elif self.reset:
                membrane = spike * self.reset + (1.0 - spike) * membrane
            else:
                membrane = (1.0 - spike) * membrane
        return torch.stack(spikes)


def _neurons(model: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """Every neuron by path; other neurons than multi-step LIFNodes are refused by name."""
    from spikingjelly.activation_based import neuron

    found = {path: module for path, module in model.named_modules() if isinstance(module, neuron.BaseNode)}
    for path, module in found.items():
        if type(module) is not neuron.LIFNode or module.step_mode != "m":
            raise Refusal(
                f"'{path}' is a {type(module).__name__} ({module.step_mode}); only multi-step LIFNodes unroll"
            )
    return found


def _replace(model: torch.nn.Module, path: str, module: torch.nn.Module) -> None:
    owner, _, last = path.rpartition(".")
    model.get_submodule(owner)._modules[last] = module


def unroll(model: torch.nn.Module) -> torch.nn.Module:
    """A copy of the model in evaluation mode whose neurons are UnrolledLIF."""
    copied = copy.deepcopy(model).eval().requires_grad_(False)
    for path, node in _neurons(copied).items():
        _replace(copied, path, UnrolledLIF(node))
    return copied


class _Forcing:
    """The teacher's spikes on their way in and the layers' own on their way out, while the model runs once."""

    def __init__(self) -> None:
        self.teachers: dict[str, torch.Tensor] = {}
        self.own: dict[str, torch.Tensor] = {}


class _ForcedLIF(torch.nn.Module):
    def __init__(self, path: str, neuron: UnrolledLIF, forcing: _Forcing) -> None:
        super().__init__()
        self.path, self.neuron, self.forcing = path, neuron, forcing

    def forward(self, currents: torch.Tensor) -> torch.Tensor:
        self.forcing.own[self.path] = self.neuron(currents)
        return self.forcing.teachers[self.path]


class Forced(torch.nn.Module):
    """The unrolled model, teacher forced: forward(input, spikes of `paths`...) -> (output, own spikes of `paths`...).

    Whatever a layer decides, those behind it see the given spikes: so a compiler's every layer can be judged alone.
    """

    def __init__(self, model: torch.nn.Module, paths: Sequence[str]) -> None:
        super().__init__()
        self.paths = tuple(paths)
        self.forcing = _Forcing()
        self.model = unroll(model)
        for path in self.paths:
            _replace(self.model, path, _ForcedLIF(path, self.model.get_submodule(path), self.forcing))
        self.eval()

    def forward(self, x: torch.Tensor, *teachers: torch.Tensor) -> tuple[torch.Tensor, ...]:
        forcing = self.forcing
        for path, spikes in zip(self.paths, teachers, strict=True):
            forcing.teachers[path] = spikes
        output = as_tuple(self.model(x))
        own = tuple(forcing.own[path] for path in self.paths)
        forcing.teachers.clear()
        forcing.own.clear()
        return (*output, *own)
