# SPDX-License-Identifier: Apache-2.0
"""From spike IR to a NIR graph: op by op, each as a NIR node or, where NIR has none, as an operation of the extension."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

import nir
import numpy as np

from ..frontend.nir.extension import Extension, Operation
from ..frontend.nir.schemes import Scheme
from ..frontend.nir.shapes import output_shape
from .equations import canonical, parse_model, propose
from .function import Function, Op
from .nodes import NODES, REASONS, Unsaid, delay_of, flatten_axes

__all__ = ["Writer"]

Shape = tuple[int, ...]


_UNTIMED = "what it reads has no time and batch axes in front"


@dataclass(frozen=True)
class _Signal:
    """A value as NIR has it: the sum of what some nodes give, and its shape without time and batch, if it has both.
    With `view`, the value has this shape instead: a reshape that nothing has needed yet."""

    sources: tuple[str, ...]
    shape: Shape | None
    view: Shape | None = None


class Writer:
    """Writes one function. With `extend`, what NIR cannot say becomes operations, and inputs stay as they are; without,
    `unsaid` lists what would have to, and an input that is repeated over time is an Input."""

    def __init__(self, function: Function, scheme: Scheme, dt: float, extend: bool) -> None:
        self.function, self.scheme, self.dt, self.extend = function, scheme, dt, extend
        self.steps, self.batch = function.time_steps, function.batch
        self.nodes: dict[str, nir.NIRNode] = {}
        self.edges: list[tuple[str, str]] = []
        self.extension = Extension(self.steps, self.batch, scheme.name, dt)
        self.unsaid: list[str] = []
        self.signals: dict[int, _Signal] = {}
        #: Adds that are edges so far, to be written as operations if one of those reads them.
        self.sums: dict[int, Op] = {}
        self.taken: set[str] = set()

    def write(self) -> None:
        for number, spec in enumerate(self.function.inputs):
            self._input(number, spec)
        for op in self.function.ops[:-1]:
            if op.name == "spike.constant":
                continue
            try:
                self._node(op)
            except Unsaid as reason:
                self.unsaid.append(f"{self._describe(op)}: {reason}")
                if self.extend:
                    self._operation(op)
                else:  # go on, to list everything
                    for value in op.results:
                        self.signals[value] = _Signal(("?",), self._shape_of(value))
        for i, value in enumerate(self.function.outputs):
            self._output(i, value)

    # What stays the same, and what has a node.

    def _node(self, op: Op) -> None:
        function = self.function
        if op.name == "spike.reshape":
            return self._reshape(op)
        if op.name == "spike.add":
            return self._add(op)
        if op.name == "spike.repeat_time" and not self.extend and op.operands[0] < len(function.inputs):
            self.signals[op.results[0]] = self.signals[op.operands[0]]
            return None
        if op.name == "spike.slice" and all(delay_of(function, user) for user in function.users.get(op.results[0], [])):
            return None  # half of a delay, which reads the whole
        late = delay_of(function, op)
        if late:
            shape = self._timed(late[0])
            node = nir.Delay(np.full(shape, late[1] * self.dt))
            self._place(op.layer or "delay", node, self.signals[late[0]], op.results[0], shape)
            return None
        if op.name == "spike.neuron":
            node, name = self._neuron(op)
        elif op.name in NODES:
            if op.name == "spike.mask" and op.operands[0] in function.constants:
                op = replace(op, operands=op.operands[::-1])
            node, name = NODES[op.name](function, op, self._timed(op.operands[0])), self._layer(op)
        else:
            raise Unsaid(REASONS.get(op.name, "NIR has no node for it"))
        signal = self.signals[op.operands[0]]
        shape = output_shape(name, node, signal.shape)
        if function.shapes[op.results[0]] not in self._shapes(signal.view or shape):
            raise Unsaid("its axes are not time, batch and those of a node")
        self._place(name, node, signal, op.results[0], shape)
        return None

    def _neuron(self, op: Op) -> tuple[nir.NIRNode, str]:
        """A neuron does not mind a reshape in front: its parameters take the shape that the signal had."""
        function, signal = self.function, self.signals.get(op.operands[0])
        extra = set(op.attributes) - {"model", "path", "operandSegmentSizes", "param_names", "axis"}
        names = re.findall(r'"([^"]*)"', op.attributes.get("param_names", ""))
        if extra or len(op.results) > 1 or len(op.operands) != 1 + len(names):
            raise Unsaid("NIR has no states that are given or read")
        if signal is None or signal.shape is None:
            raise Unsaid(_UNTIMED)
        shape = signal.view or signal.shape
        if function.shapes[op.operands[0]] != (self.steps, self.batch, *shape):
            raise Unsaid("its axes are not time, batch and those of a node")
        name, values = parse_model(op.attributes["model"])
        if not values:
            raise Unsaid(f"NIR has no neuron {name}")
        for key, value in zip(names, op.operands[1:], strict=True):
            axis = op.ints("axis")[0] - 2
            vector = function.constants.get(value)
            if axis < 0 or vector is None:
                raise Unsaid("its parameters run along the batch or are no constants")
            spread = np.broadcast_to(vector.reshape(-1, *[1] * (len(shape) - axis - 1)), shape)
            values[key] = spread.reshape(signal.shape)
        layer = op.text("path") or "neuron"
        if name == "threshold":
            limit = canonical(name, values)[1]["v_threshold"]
            return nir.Threshold(np.broadcast_to(limit, signal.shape).copy()), layer
        node = propose(self.scheme, self.dt, name, values, signal.shape)
        if node is None:
            raise Unsaid(f"no node is read as {op.attributes['model']} by the scheme '{self.scheme.name}'")
        return node, layer

    def _reshape(self, op: Op) -> None:
        (source,), (result,) = op.operands, op.results
        signal, target = self.signals.get(source), self.function.shapes[result]
        if signal is None or signal.shape is None:
            raise Unsaid(REASONS[op.name])
        for lead in ((self.steps, self.batch), (self.steps * self.batch,)):
            view = target[len(lead) :]
            if target[: len(lead)] == lead and view and math.prod(view) == math.prod(signal.shape):
                self.signals[result] = replace(signal, view=None if view == signal.shape else view)
                if source in self.sums:
                    self.sums[result] = self.sums[source]
                return
        raise Unsaid(REASONS[op.name])

    def _settle(self, value: int) -> _Signal:
        """The signal without a view: as a Flatten, or as an operation."""
        signal = self.signals[value]
        if signal.view is None:
            return signal
        axes = flatten_axes(signal.shape, signal.view)
        if axes:
            self._place(
                "flatten", nir.Flatten(np.array(signal.shape), *axes), replace(signal, view=None), value, signal.view
            )
        else:
            self.unsaid.append(
                f"a signal of shape {list(signal.shape)}, read as {list(signal.view)}: {REASONS['spike.reshape']}"
            )
            name = self._name("reshape")
            types = self.function.types[value], self.function.types[value]
            self.extension.operations[name] = Operation(
                "reshape", [self._operand(value)], *([t] for t in types), {}, signal.view
            )
            self.signals[value] = _Signal((name,), signal.view)
        return self.signals[value]

    def _add(self, op: Op) -> None:
        if any(value not in self.signals for value in op.operands):
            raise Unsaid("NIR has no constant signal")
        left, right = (self.signals[value] for value in op.operands)
        if (left.shape, left.view) != (right.shape, right.view):
            left, right = (self._settle(value) for value in op.operands)
        shapes = [self.function.shapes[value] for value in (*op.operands, *op.results)]
        if left.shape is None or left.shape != right.shape or len(set(shapes)) > 1:
            raise Unsaid("NIR adds signals of one shape only")
        if len(right.sources) > 1 and len(left.sources) == 1:
            left, right = right, left
        if len(right.sources) > 1 or set(left.sources) & set(right.sources):
            right = self._joined(right)
        self.signals[op.results[0]] = replace(left, sources=(*left.sources, *right.sources))
        self.sums[op.results[0]] = op

    def _joined(self, signal: _Signal) -> _Signal:
        """A sum, or a second copy of a signal, as a node of its own: a Scale by one."""
        name = self._name("sum")
        self.nodes[name] = nir.Scale(np.ones(signal.shape, np.float32))
        self.edges += [(source, name) for source in signal.sources]
        return replace(signal, sources=(name,))

    def _place(self, name: str, node: nir.NIRNode, signal: _Signal, result: int, shape: Shape) -> None:
        name = self._name(name)
        self.nodes[name] = node
        self.edges += [(origin, name) for origin in signal.sources]
        self.signals[result] = _Signal((name,), shape, signal.view)

    # The ends.

    def _input(self, number: int, spec: dict) -> None:
        shape = tuple(spec["shape"])
        timed = spec["time_axis"] and shape[:2] == (self.steps, self.batch)
        repeated = not timed and all(op.name == "spike.repeat_time" for op in self.function.users.get(number, []))
        own = shape[2:] if timed else shape[1:]
        name = self._name(spec["name"] or "input")
        self.nodes[name] = nir.Input(np.array(own or (1,)))
        self.extension.inputs[name] = self.function.types[number]
        known = own and (timed or (repeated and not self.extend))
        if not known and not self.extend:
            self.unsaid.append(f"input '{name}': it has no time axis, and is not just repeated over time")
        self.signals[number] = _Signal((name,), own if known else None)

    def _output(self, index: int, value: int) -> None:
        name = self._name("output" if len(self.function.outputs) == 1 else f"output_{index}")
        if value not in self.signals:
            self.signals[value] = _Signal((self._constant(value),), None)
        signal = self.signals[value] if self.extend else self._settle(value)
        shape = signal.shape
        if shape is None and not self.extend:
            self.unsaid.append(f"output {index} of shape {list(self.function.shapes[value])}: it has no time axis")
        self.nodes[name] = nir.Output(np.array(shape or self.function.shapes[value][1:] or (1,)))
        self.edges += [(source, name) for source in signal.sources]
        self.extension.outputs[name] = self.function.types[value]

    # What becomes an operation.

    def _operation(self, op: Op) -> None:
        name = self._name(self._layer(op))
        operands = [self._operand(value) for value in op.operands]
        self.extension.operations[name] = Operation(
            op.name.removeprefix("spike."),
            operands,
            [self.function.types[value] for value in op.operands],
            [self.function.types[value] for value in op.results],
            op.attributes,
            self._shape_of(op.results[0]),
        )
        for i, value in enumerate(op.results):
            self.signals[value] = _Signal((f"{name}#{i}" if i else name,), self._shape_of(value))

    def _operand(self, value: int) -> str:
        signal = self.signals.get(value)
        if signal is None:
            return self._constant(value)
        if len(signal.sources) > 1:
            op = self.sums[value]
            self._operation(op)
            signal = self.signals[op.results[0]]
            self.signals[value] = signal
        return signal.sources[0]

    def _constant(self, value: int) -> str:
        array = self.function.constants.get(value)
        if array is None:
            (op,) = (op for op in self.function.ops if value in op.results)
            self._operation(op)
            return self.signals[value].sources[0]
        name = self._name(self.function.names[value])
        self.extension.operations[name] = Operation("constant", value=np.asarray(array))
        self.signals[value] = _Signal((name,), None)
        return name

    # Names and shapes.

    def _name(self, wanted: str) -> str:
        """A new name; HDF5 keeps slashes to itself, and '#' tells the results of an operation apart."""
        base = re.sub(r"[/#\x00-\x1f]", "_", wanted).strip(".") or "node"
        name, count = base, 1
        while name in self.taken:
            name, count = f"{base}_{count}", count + 1
        self.taken.add(name)
        return name

    def _layer(self, op: Op) -> str:
        """The path of a neuron, the module of the source, the layer whose weight this is, or what the op does."""
        weight = next((self.function.names[v] for v in op.operands if v in self.function.names), "")
        return op.text("path") or op.layer or weight.rpartition(".")[0] or weight or op.name.removeprefix("spike.")

    def _describe(self, op: Op) -> str:
        return f"'{self._layer(op)}' ({op.name})"

    def _timed(self, value: int) -> Shape:
        if value not in self.signals or self.signals[value].shape is None:
            raise Unsaid(_UNTIMED)
        return self._settle(value).shape

    def _shapes(self, shape: Shape) -> tuple[Shape, Shape]:
        return (self.steps, self.batch, *shape), (self.steps * self.batch, *shape)

    def _shape_of(self, value: int) -> Shape | None:
        shape = self.function.shapes[value]
        if shape[:2] == (self.steps, self.batch):
            return shape[2:] or None
        return (shape[1:] or None) if shape[:1] == (self.steps * self.batch,) else None
