# SPDX-License-Identifier: Apache-2.0
"""A plan as a PyTorch module, its input, and what PyTorch makes of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from spikingjelly.activation_based import functional
from torch import nn

from . import neurons, ops_assign, ops_compare, ops_math, ops_shape, ops_synapse  # noqa: F401  (they fill OPS)
from .ops import Op, Place, make
from .plan import INPUT, INPUT_FLOW, Node, Plan
from .weights import Weights


def draw_input(plan: Plan) -> torch.Tensor:
    """The input as the model takes it: multiples of 1/4 in an exact plan."""
    lead = (plan.steps, plan.batch) if plan.form == "timed" else (plan.batch,)
    weights = Weights(plan.seed, plan.exact, False)
    shape = (*lead, *plan.shape)
    return weights.grid(shape, -1, 2, 2) if plan.exact else weights.real(shape, 0.7, 0.3)


def over_time(plan: Plan, x: torch.Tensor) -> torch.Tensor:
    """The input at every step, [T, B, ...]."""
    return x if plan.form == "timed" else x.unsqueeze(0).repeat(plan.steps, *([1] * x.dim()))


@torch.no_grad()
def run_over_time(module: nn.Module, stepped: bool, *inputs: torch.Tensor) -> torch.Tensor:
    """A module's values at all steps; it is left as new."""
    y = torch.stack([module(*step) for step in zip(*inputs, strict=True)]) if stepped else module(*inputs)
    reset(module)
    return y


def reset(module: nn.Module) -> None:
    """Every neuron starts anew."""
    functional.reset_net(module)
    neurons.rest(module)


def module_name(node: Node) -> str:
    return f"{node.op}{node.id}"


class Network(nn.Module):
    def __init__(self, plan: Plan, modules: dict[int, Op] | None = None) -> None:
        super().__init__()
        self.form, self.steps = plan.form, plan.steps
        self.graph = [(node.id, module_name(node), tuple(node.inputs)) for node in plan.nodes]
        self.outputs = tuple(plan.outputs)
        modules = modules or build(plan)[0]
        self.nodes = nn.ModuleDict({module_name(node): modules[node.id] for node in plan.nodes})

    def forward(self, x):
        if self.form == "repeat":
            x = x.unsqueeze(0).repeat(self.steps, *([1] * x.dim()))
        elif self.form == "expand":
            x = x.expand(self.steps, *x.shape)
        values = {INPUT: x}
        for ident, name, inputs in self.graph:
            values[ident] = self.nodes[name](*(values[i] for i in inputs))
        found = tuple(values[i] for i in self.outputs)
        return found[0] if len(found) == 1 else found


class Stepping(Network):
    """A single-step network run over time, with the same module paths."""

    def __init__(self, network: Network, steps: int) -> None:
        self.__dict__.update(network.__dict__)
        self.__dict__["repeats"] = steps

    def forward(self, x):
        runs = [super(Stepping, self).forward(x) for _ in range(self.repeats)]
        if isinstance(runs[0], torch.Tensor):
            return torch.stack(runs)
        return tuple(torch.stack(parts) for parts in zip(*runs, strict=True))


def build(plan: Plan) -> tuple[dict[int, Op], dict[int, torch.Tensor]]:
    """The modules of a plan's nodes, and all values over time. Raises NotExact if an exact plan rounds."""
    values = {INPUT: over_time(plan, draw_input(plan))}
    flows = {INPUT: INPUT_FLOW}
    modules = {}
    for node in plan.nodes:
        given = [values[i] for i in node.inputs]
        shapes = tuple(tuple(value.shape[2:]) for value in given)
        modules[node.id] = module = make(node.op, node.attrs, Place(shapes, plan.lead, plan.exact, plan.steps))
        values[node.id] = run_over_time(module, plan.stepped, *given)
        if plan.exact:
            flows[node.id] = module.flow(*(flows[i] for i in node.inputs))
    return modules, values


@dataclass
class Case:
    """A plan made real."""

    plan: Plan
    model: Network
    x: torch.Tensor
    outputs: list[np.ndarray]
    trains: dict[str, np.ndarray]

    @property
    def timed(self) -> bool:
        """Whether a neuron says how many steps there are."""
        memories = (neurons.ENTRIES[node.attrs["class"]].memory for node in self.plan.nodes if node.op == "neuron")
        return bool(self.trains) and any(memories)

    @property
    def rates(self) -> dict[str, float]:
        return {path: float((train != 0).mean()) for path, train in self.trains.items()}


def make_case(plan: Plan, modules: dict[int, Op] | None = None) -> Case:
    model = Network(plan, modules).eval()
    x = draw_input(plan)
    outputs, trains = reference(model, plan, x)
    return Case(plan, model, x, outputs, trains)


@torch.no_grad()
def reference(model: Network, plan: Plan, x: torch.Tensor) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """PyTorch's outputs and the trains of all neurons, time leading."""
    calls: dict[str, list] = {}
    hooks, ops = [], {}
    for path, module in model.named_modules():
        if isinstance(module, neurons.Neuron):
            ops[path] = module
            hooks.append(
                module.cell.register_forward_hook(lambda m, i, y, path=path: calls.setdefault(path, []).append(y))
            )
    reset(model)
    runs = [model(x) for _ in range(plan.steps)] if plan.stepped else [model(x)]
    reset(model)
    for hook in hooks:
        hook.remove()
    trains = {f"{path}.cell": ops[path].train_of(ys) for path, ys in calls.items()}
    each = [[y] if isinstance(y, torch.Tensor) else list(y) for y in runs]
    outputs = [torch.stack(parts) if plan.stepped else parts[0] for parts in zip(*each, strict=True)]
    return [y.numpy() for y in outputs], {path: y.numpy() for path, y in trains.items() if y is not None}
