# SPDX-License-Identifier: Apache-2.0
"""Reading a graph with an extension: NIR nodes and operations in one order, reshaped where they meet."""

from __future__ import annotations

import math
from collections.abc import Callable

import nir

from ...exceptions import ValidationError
from ...ir import SpikeIR, Value
from ...ir.builder import parse_type
from .context import Context, Handler
from .extension import Extension, Operation
from .graph import LARGEST_VALUE
from .neurons import NEURONS, Population
from .shapes import describe, output_shape

__all__ = ["read_extended"]

#: What a file may use; anything else could be code of its own.
_DIALECTS = {"builtin", "func", "spike"}


def _malformed(what: str) -> ValidationError:
    return ValidationError(what, error_code="malformed-nir")


class _Reader:
    def __init__(
        self, graph: nir.NIRGraph, extension: Extension, ctx: Context, handler: Callable[[nir.NIRNode], Handler]
    ) -> None:
        self.graph, self.extension, self.ctx, self.handler = graph, extension, ctx, handler
        self.lead = (extension.time_steps, extension.batch)
        self.values: dict[str, list[Value]] = {}
        self.shapes: dict[str, tuple[int, ...] | None] = {}
        self.sources: dict[str, list[str]] = {name: [] for name in graph.nodes}
        for source, target in graph.edges:
            if target not in graph.nodes:
                raise _malformed(f"an edge leads to '{target}', which is no node of the graph")
            self.sources[target].append(source)
        for name, operation in extension.operations.items():
            if name in graph.nodes:
                raise _malformed(f"'{name}' is a node and an operation of the extension")
            self.sources[name] = operation.operands

    def read(self) -> SpikeIR:
        for ends, kind in ((self.extension.inputs, nir.Input), (self.extension.outputs, nir.Output)):
            found = [name for name, node in self.graph.nodes.items() if isinstance(node, kind)]
            if sorted(found) != sorted(ends):
                raise _malformed(f"the extension has types for {', '.join(ends)}, the graph has {', '.join(found)}")
        for name, text in self.extension.inputs.items():
            self._input(name, text)
        for name in self._order():
            if name in self.extension.operations:
                self._operation(name, self.extension.operations[name])
            elif name not in self.extension.inputs:
                self._node(name, self.graph.nodes[name])
        builder = self.ctx.builder
        results = [
            self._as(self.values[name][0], text, f"output '{name}'") for name, text in self.extension.outputs.items()
        ]
        builder.output(*results)
        ir = builder.build()
        foreign = set(ir.module.dialects()) - _DIALECTS
        if foreign:
            raise _malformed(f"the extension uses operations of {', '.join(sorted(foreign))}")
        return ir

    def _order(self) -> list[str]:
        """Sources first."""
        waiting = {name: {self._producer(source, name) for source in sources} for name, sources in self.sources.items()}
        targets: dict[str, list[str]] = {name: [] for name in waiting}
        for name, sources in waiting.items():
            for source in sources:
                targets[source].append(name)
        left = {name: len(sources) for name, sources in waiting.items()}
        order = [name for name, count in left.items() if not count]
        for name in order:
            for target in targets[name]:
                left[target] -= 1
                if not left[target]:
                    order.append(target)
        if len(order) < len(waiting):
            stuck = sorted(name for name, count in left.items() if count)
            raise _malformed(f"the extended graph has a cycle through '{stuck[0]}'; those are for plain NIR files")
        return order

    def _producer(self, source: str, reader: str) -> str:
        name = source.rpartition("#")[0] if "#" in source else source
        if name not in self.sources:
            raise _malformed(f"'{reader}' reads '{source}', which does not exist")
        return name

    def _value(self, source: str, reader: str) -> Value:
        name, _, number = source.partition("#")
        if number and not number.isdigit() or int(number or 0) >= len(self.values[name]):
            raise _malformed(f"'{reader}' reads '{source}', which does not exist")
        return self.values[name][int(number or 0)]

    def _input(self, name: str, text: str) -> None:
        shape, dtype = parse_type(text)
        own = tuple(int(size) for size in self.graph.nodes[name].input_type["input"])
        timed = shape == (*self.lead, *own)
        self._check(f"input '{name}'", shape)
        self.values[name] = [self.ctx.builder.input(name, shape, dtype, time_axis=timed)]
        self.shapes[name] = own if timed else None

    def _node(self, name: str, node: nir.NIRNode) -> None:
        where, sources = describe(name, node), self.sources[name]
        if not sources:
            raise _malformed(f"{where}: nothing flows into it")
        if isinstance(node, nir.Output):
            self.values[name] = [self._value(sources[0], where)]
            if len(sources) == 1:
                return
        known = [self.shapes.get(self._producer(source, where)) for source in sources]
        shape = known[0]
        if shape is None or any(other != shape for other in known):
            raise _malformed(f"{where}: what flows into it has the shapes {known}, expected one shape over time")
        x = None
        for source in sources:
            value = self._as(self._value(source, where), self._type((*self.lead, *shape)), where)
            x = value if x is None else self.ctx.builder.add(x, value)
        self.shapes[name] = output_shape(name, node, shape)
        self._check(where, (*self.lead, *self.shapes[name]))
        if isinstance(node, NEURONS):
            self.values[name] = [Population(self.ctx, name, node, shape).run(x)]
        else:
            self.values[name] = [self.handler(node)(self.ctx, name, node, x)]

    def _operation(self, name: str, operation: Operation) -> None:
        builder, where = self.ctx.builder, f"operation '{name}' ({operation.op})"
        self.shapes[name] = operation.shape
        if operation.value is not None:
            self.values[name] = [self.ctx.constant(name, "", lambda: operation.value)]
            return
        for text in operation.result_types:
            self._check(where, parse_type(text)[0])
        operands = [
            self._as(self._value(source, where), text, where)
            for source, text in zip(operation.operands, operation.operand_types, strict=True)
        ]
        self.values[name] = builder.generic(operation.op, operands, operation.attributes, operation.result_types)
        shape = operation.shape
        if shape is not None and math.prod(self.values[name][0].shape) != math.prod((*self.lead, *shape)):
            raise _malformed(f"{where}: it does not give the shape {list(shape)} over time and batch")

    def _as(self, value: Value, text: str, where: str) -> Value:
        """The value in another shape or element type."""
        shape, dtype = parse_type(text)
        if math.prod(shape) != math.prod(value.shape):
            raise _malformed(f"{where}: expected {text}, got {value.type}")
        if value.shape != shape:
            value = self.ctx.builder.generic("reshape", [value], {}, [self._type(shape, value.dtype)])[0]
        return value if value.dtype == dtype else self.ctx.builder.generic("cast", [value], {}, [text])[0]

    def _check(self, where: str, shape: tuple[int, ...]) -> None:
        if math.prod(shape) > LARGEST_VALUE or not all(shape):
            raise ValidationError(
                f"{where}: the shape {list(shape)} has no or more than {LARGEST_VALUE} elements", error_code="nir-shape"
            )

    @staticmethod
    def _type(shape: tuple[int, ...], dtype: str = "f32") -> str:
        return f"tensor<{''.join(f'{size}x' for size in shape)}{dtype}>"


def read_extended(
    graph: nir.NIRGraph, extension: Extension, ctx: Context, handler: Callable[[nir.NIRNode], Handler]
) -> SpikeIR:
    return _Reader(graph, extension, ctx, handler).read()
