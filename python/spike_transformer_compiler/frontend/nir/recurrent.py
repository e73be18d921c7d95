# SPDX-License-Identifier: Apache-2.0
"""Cycles: one time step after the other. A neuron reads the neurons before it at the same step, itself and those
behind it one step late; before the first step all of them were silent. A Delay gives what came in so many steps ago.

"Before" is the order in which a walk from the inputs along the file's edges first leaves the nodes behind, so in a
layered network with feedback it is the order of the layers."""

from __future__ import annotations

from collections.abc import Callable

import nir

from ...exceptions import ValidationError
from ...ir import Value
from .context import Context, Handler
from .delay import delayed_by, select
from .graph import FlatGraph
from .neurons import NEURONS, Population

__all__ = ["step_cycle"]

#: The spike IR of a cycle grows with its nodes times the steps.
_MOST_STEPPED = 1 << 17


class _Cycle:
    """The nodes of one cycle, stepped together."""

    def __init__(
        self,
        ctx: Context,
        flat: FlatGraph,
        number: int,
        steps: int,
        handler: Callable[[str], Handler],
        known: dict[str, Value],
    ) -> None:
        self.ctx, self.flat, self.handler, self.known = ctx, flat, handler, known
        members = [name for name in flat.order if flat.cycles.get(name) == number]
        self.members = set(members)
        self.delays = [name for name in members if isinstance(flat.nodes[name], nir.Delay)]
        self.free: list[str] = []
        self.neurons: list[str] = []
        for name in members:
            if isinstance(flat.nodes[name], NEURONS):
                self.neurons.append(name)
            elif name not in self.delays:
                self.free.append(name)
        self.free = self._sorted(self.free)
        self.rank = {name: i for i, name in enumerate(self.neurons)}
        self.populations = {
            name: Population(ctx, name, flat.nodes[name], flat.shapes[name], True) for name in self.neurons
        }
        self.states: dict[str, list[Value]] = {name: [] for name in self.neurons}
        self.outputs: dict[str, list[Value]] = {name: [] for name in members}
        #: What flowed into each delay, step by step.
        self.history: dict[str, list[Value]] = {name: [] for name in self.delays}
        for name in self.delays:
            node = flat.nodes[name]
            if min(delayed_by(ctx, name, node, flat.shapes[name])) < 1:
                raise ValidationError(
                    f"{flat.describe(name)}: on a cycle it needs a delay of at least one time step of {ctx.dt} s",
                    error_code="nir-cycle",
                )
        self.pieces: dict[tuple[str, int], Value] = {}
        self.between = self._between(steps)

    def _sorted(self, names: list[str]) -> list[str]:
        """Nodes without state, sources first. The graph's check has made sure that there is such an order."""
        inner, done, result = set(names), set(), []
        for start in names:
            stack = [(start, False)]
            while stack:
                name, expanded = stack.pop()
                if expanded:
                    result.append(name)
                elif name not in done:
                    done.add(name)
                    stack.append((name, True))
                    stack.extend((source, False) for source in self.flat.sources[name] if source in inner)
        return result

    def _between(self, steps: int) -> dict[str, list[str]]:
        """The nodes without state between each neuron and the others, sources first. Each neuron sees them in its own
        way, so they are computed once for each, and that is what may become too much."""
        place = {name: i for i, name in enumerate(self.free)}
        result: dict[str, list[str]] = {}
        total = len(self.members)
        for name in self.neurons:
            needed: set[str] = set()
            stack = list(self.flat.sources[name])
            while stack and (total + len(needed)) * steps <= _MOST_STEPPED:
                source = stack.pop()
                if source in place and source not in needed:
                    needed.add(source)
                    stack.extend(self.flat.sources[source])
            total += len(needed)
            if total * steps > _MOST_STEPPED:
                raise ValidationError(
                    f"{self.flat.describe(name)}: the cycle it is on takes more than {_MOST_STEPPED} operations in "
                    f"{steps} time steps",
                    error_code="nir-cycle",
                )
            result[name] = sorted(needed, key=place.__getitem__)
        if total * steps > _MOST_STEPPED:
            raise ValidationError(
                f"a cycle of {len(self.members)} nodes takes more than {_MOST_STEPPED} operations in {steps} time steps",
                error_code="nir-cycle",
            )
        return result

    def run(self, steps: int) -> None:
        for t in range(steps):
            for name in self.delays:
                self.outputs[name].append(self._delayed(name, t))
            for name in self.neurons:
                rank = self.rank[name]
                x = self._sum(name, t, self._values(self.between[name], t, rank), rank)
                spikes, self.states[name] = self.populations[name].step(
                    x, self.states[name], f"{name}[{t}:{t + 1}]", True
                )
                self.outputs[name].append(spikes)
            present = self._values(self.free, t, len(self.neurons))
            for name in self.free:
                self.outputs[name].append(present[name])
            for name in self.delays:
                self.history[name].append(self._sum(name, t, present, len(self.neurons)))

    def _delayed(self, name: str, t: int) -> Value:
        shape = (1, self.ctx.batch, *self.flat.shapes[name])

        def late(by: int) -> Value:
            return self.history[name][t - by] if t >= by else self.ctx.zeros(name, shape)

        return select(self.ctx, name, self.flat.nodes[name], self.flat.shapes[name], late)

    def _values(self, names: list[str], t: int, rank: int) -> dict[str, Value]:
        """Values of nodes without state, as a neuron of `rank` sees them."""
        values: dict[str, Value] = {}
        for name in names:
            x = self._sum(name, t, values, rank)
            values[name] = self.handler(name)(self.ctx, name, self.flat.nodes[name], x)
        return values

    def _sum(self, name: str, t: int, values: dict[str, Value], rank: int) -> Value:
        total = None
        for source in self.flat.sources[name]:
            value = self._value(source, t, values, rank)
            total = value if total is None else self.ctx.builder.add(total, value)
        return total

    def _value(self, source: str, t: int, values: dict[str, Value], rank: int) -> Value:
        if source in values:
            return values[source]
        if source not in self.members:
            if (source, t) not in self.pieces:
                self.pieces[source, t] = self.ctx.builder.slice(self.known[source], 0, t, 1)
            return self.pieces[source, t]
        if source in self.rank and self.rank[source] >= rank:
            shape = (1, self.ctx.batch, *self.flat.shapes[source])
            return self.outputs[source][t - 1] if t else self.ctx.zeros(source, shape)
        return self.outputs[source][t]


def step_cycle(
    ctx: Context,
    flat: FlatGraph,
    number: int,
    steps: int,
    handler: Callable[[str], Handler],
    known: dict[str, Value],
) -> None:
    """Steps the cycle `number` and adds the values of its nodes over all steps to `known`."""
    cycle = _Cycle(ctx, flat, number, steps, handler, known)
    cycle.run(steps)
    read = {source for name, sources in flat.sources.items() if name not in cycle.members for source in sources}
    for name in sorted(cycle.members & read):
        known[name] = ctx.builder.concat(cycle.outputs[name], 0)
