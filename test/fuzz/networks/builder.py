# SPDX-License-Identifier: Apache-2.0
"""Grows a plan node by node, running it as it grows: shapes are known, thresholds suit the currents."""

from __future__ import annotations

import math
import random
from typing import Any

import torch

from .chip_rules import INPUT_KIND, Kind, kind_of
from .network import Case, draw_input, make_case, over_time, run_over_time
from .neurons import ENTRIES, Room
from .ops import Op, Place, make
from .plan import INPUT, INPUT_FLOW, SPARE, Flow, Node, NotExact, Plan

#: Values of a plan stay below this many elements in all steps, so that a case takes milliseconds.
LIMIT = 6000


class TooLarge(ValueError):
    pass


def _threshold(value: float, exact: bool, grid: bool) -> float:
    """A threshold next to a value: in exact plans with few digits, so that membranes meet it."""
    if not exact:
        return max(float(f"{value:.3g}"), 1e-3)
    if grid:
        return min(max(round(value * 4) / 4, 0.25), 64.0)
    unit = 2.0 ** (math.floor(math.log2(max(value, 1e-3))) - 3)
    return max(round(value / unit), 1) * unit


class Builder:
    """With `on_chip`, of what a chip takes; `kinds` are then those of the values."""

    def __init__(self, plan: Plan, rng: random.Random, on_chip: bool = False) -> None:
        self.plan, self.rng, self.on_chip = plan, rng, on_chip
        self.kinds: dict[int, Kind] = {INPUT: INPUT_KIND}
        self.values: dict[int, torch.Tensor] = {INPUT: over_time(plan, draw_input(plan))}
        self.flows: dict[int, Flow] = {INPUT: INPUT_FLOW}
        self.modules: dict[int, Op] = {}
        self.next = 1

    def shape(self, value: int) -> tuple[int, ...]:
        return tuple(self.values[value].shape[2:])

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def fits(self, value: int, digits: int = SPARE) -> bool:
        """Whether a value is short enough for another synapse."""
        return not self.plan.exact or self.flows[value].digits <= digits

    def add(self, op: str, *inputs: int, **attrs: Any) -> int:
        """Adds a node. Raises NotExact, TooLarge or Unfit, and then nothing has changed."""
        if op in ("linear", "conv1d", "conv2d", "batch_norm", "border_norm", "product", "neuron"):
            attrs["seed"] = self.rng.randrange(2**31)
        shapes = tuple(self.shape(i) for i in inputs)
        kind = kind_of(op, attrs, [self.kinds[i] for i in inputs], shapes) if self.on_chip else Kind()
        module = make(op, attrs, Place(shapes, self.plan.lead, self.plan.exact, self.plan.steps))
        flow = module.flow(*(self.flows[i] for i in inputs)) if self.plan.exact else Flow(0, 1.0)
        given = [self.values[i] for i in inputs]
        if op == "neuron" and module.entry.fires and module.entry.threshold:
            module = self.calibrated(attrs, module.place, given[0])
        value = run_over_time(module, self.plan.stepped, *given)
        if value.numel() > LIMIT:
            raise TooLarge(f"{op} gives {tuple(value.shape)}")
        if self.plan.exact and op != "neuron" and float(value.abs().max()) > flow.bound:
            raise AssertionError(f"the generator's own bound of {op} is wrong: {float(value.abs().max())} > {flow}")
        ident, self.next = self.next, self.next + 1
        self.plan.nodes.append(Node(ident, op, list(inputs), attrs))
        self.modules[ident], self.values[ident], self.flows[ident], self.kinds[ident] = module, value, flow, kind
        return ident

    def calibrated(self, attrs: dict[str, Any], place: Place, current: torch.Tensor) -> Op:
        """The neuron with the threshold whose rate comes nearest to the one drawn; `attrs` is given it."""
        target = self.rng.uniform(0.1, 0.25)
        # A chip's neuron fires above what it is reset to.
        least = attrs.get("v_reset") or 0.0 if self.on_chip else -math.inf
        high = max(float(current.max()) * 1.5, 0.25, least + 0.5)
        low, best, grid = 0.0, None, ENTRIES[attrs["class"]].threshold == "grid"
        for _ in range(7):
            middle = (low + high) / 2
            trial = {**attrs, "v_threshold": _threshold(middle, place.exact, grid)}
            if trial["v_threshold"] <= least:
                low = middle
                continue
            module = make("neuron", trial, place)
            rate = float((run_over_time(module, place.lead == 1, current) != 0).float().mean())
            if best is None or abs(rate - target) < best[0]:
                best = (abs(rate - target), trial, module)
            if rate > target:
                low = middle
            else:
                high = middle
        attrs.update(best[1])
        return make("neuron", attrs, place)

    def neuron(self, current: int, memory: bool = False) -> int:
        """A firing neuron of a class that is exact here; with `memory`, of one that keeps a state."""
        room = self.room(current)
        names = [name for name, entry in ENTRIES.items() if entry.fires and (entry.memory or not memory)]
        self.rng.shuffle(names)
        # LIF and IF are what transformers use: they come first in half of the cases.
        if self.chance(0.4):
            names.sort(key=lambda name: not name.endswith((".LIFNode", ".IFNode")))
        elif self.chance(0.1):
            names.sort(key=lambda name: not ENTRIES[name].rare)
        for name in names:
            if (attrs := self.drawn(name, room)) is not None:
                if ENTRIES[name].unit:
                    current = self.near_one(current)
                return self.add("neuron", current, **{"class": name}, **attrs)
        raise NotExact(f"no neuron for a current {room.flow}")

    def drawn(self, name: str, room: Room) -> dict[str, Any] | None:
        """Attributes of a class, for a chip such as it can be; None where it cannot stand."""
        for _ in range(20 if self.on_chip else 1):
            attrs = ENTRIES[name].draw(self.rng, room)
            if attrs is None or not self.on_chip or ENTRIES[name].on_chip(attrs, room):
                return attrs
        return None

    def room(self, current: int) -> Room:
        flow = self.flows[current]
        return Room(self.plan.steps, self.plan.stepped, self.plan.exact, flow, self.shape(current))

    def near_one(self, current: int) -> int:
        """The current times the power of two that brings it to about one."""
        size = float(self.values[current].abs().max())
        power = -round(math.log2(size / 2)) if size > 0 else 0
        return self.add("scale", current, factor=2.0**power, how="mul") if power else current

    def readout(self, current: int) -> int:
        """A neuron that does not fire, for an output."""
        room = self.room(current)
        names = [name for name, entry in ENTRIES.items() if not entry.fires]
        self.rng.shuffle(names)
        for name in names:
            if (attrs := self.drawn(name, room)) is not None:
                return self.add("neuron", current, **{"class": name}, **attrs)
        raise NotExact(f"no readout for a current {room.flow}")

    def case(self) -> Case:
        plan = self.plan.without_dead_nodes() if self.chance(0.8) else self.plan
        return make_case(plan, {node.id: self.modules[node.id] for node in plan.nodes})
