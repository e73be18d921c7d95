# SPDX-License-Identifier: Apache-2.0
"""Build spike IR by hand: methods write one op each, the compiler's parser and verifiers check the whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..exceptions import ValidationError
from .spike_ir import SpikeIR

__all__ = ["IRBuilder", "Value", "parse_type"]


@dataclass(frozen=True)
class Value:
    """A tensor in the function being built."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "f32"

    @property
    def type(self) -> str:
        return f"tensor<{''.join(f'{size}x' for size in self.shape)}{self.dtype}>"


def parse_type(text: str) -> tuple[tuple[int, ...], str]:
    """Shape and element type of a tensor type."""
    found = re.fullmatch(r"tensor<((?:\d+x)*)([A-Za-z!][^\n]*)>", text)
    if not found:
        raise ValidationError(f"expected a tensor type such as tensor<4x8xf32>, got '{text}'")
    return tuple(int(size) for size in found[1].split("x")[:-1]), found[2]


def _ints(values: Sequence[int]) -> str:
    return "[" + ", ".join(str(int(value)) for value in values) + "]"


def _double(value: float) -> str:
    text = repr(float(value))
    if not np.isfinite(value):
        raise ValidationError(f"expected a finite number, got {text}")
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa if "." in mantissa else mantissa + ".0"
    return f"{mantissa}e{exponent}" if exponent else mantissa


def _quoted(text: str) -> str:
    """A string literal of MLIR, whatever the text holds."""
    plain = {ord(c) for c in map(chr, range(32, 127))} - {ord('"'), ord("\\")}
    return '"' + "".join(chr(b) if b in plain else f"\\{b:02X}" for b in text.encode("utf-8", "replace")) + '"'


def _pairs(padding: int | Sequence[int], rank: int) -> list[int]:
    """Low and high padding of each axis from one number, one per axis, or both per axis."""
    if isinstance(padding, int):
        return [padding] * (2 * rank)
    padding = list(padding)
    return [side for side in padding for _ in range(2)] if len(padding) == rank else padding


def _per_axis(value: int | Sequence[int], rank: int) -> list[int]:
    return [value] * rank if isinstance(value, int) else list(value)


class IRBuilder:
    """Writes a function of spike ops.

    >>> b = IRBuilder()
    >>> x = b.input("image", (4, 1, 8))
    >>> y = b.linear(x, np.ones((3, 8), np.float32))
    >>> b.output(b.neuron(y, "lif", tau=2.0, path="fc_lif"))
    >>> ir = b.build()
    """

    def __init__(self, name: str = "main") -> None:
        self.name = name
        self._arguments: list[tuple[Value, str]] = []
        self._timed: set[str] = set()
        self._lines: list[str] = []
        self._results: list[Value] = []
        self._weights: dict[str, np.ndarray] = {}
        self._count = 0

    # What goes in and what comes out.

    def input(self, name: str, shape: Sequence[int], dtype: str = "f32", time_axis: bool = False) -> Value:
        """An argument of the function; `time_axis` says that its first axis is time."""
        value = Value(f"%arg{len(self._arguments)}", tuple(int(size) for size in shape), dtype)
        if time_axis:
            self._timed.add(value.name)
        self._arguments.append((value, name))
        return value

    def output(self, *values: Value) -> None:
        self._results += values

    def constant(self, array: np.ndarray, name: str | None = None) -> Value:
        """A float32 constant; the array's memory is used as it is."""
        array = np.ascontiguousarray(array, dtype=np.float32)
        key = name or f"weight_{len(self._weights)}"
        if key in self._weights or not key.replace("_", "a").replace(".", "a").isalnum():
            raise ValidationError(f"expected a new weight name of letters, digits, '_' and '.', got '{key}'")
        self._weights[key] = array
        result = self._new(array.shape)
        self._lines.append(
            f'{result.name} = "spike.constant"() <{{value = dense_resource<{key}> : {result.type}}}> : () -> {result.type}'
        )
        return result

    # Neurons and codes.

    def neuron(self, current: Value, model: str = "lif", path: str | None = None, **parameters) -> Value:
        """A population over time, for example `neuron(x, "lif", tau=2.0, v_threshold=0.5, reset="soft")`.

        A parameter may be a vector with one value for each neuron along the last axis.
        """
        return self.neuron_with_state(current, model, path, **parameters)[0]

    def neuron_with_state(
        self,
        current: Value,
        model: str = "lif",
        path: str | None = None,
        init: Sequence[Value] = (),
        states: int = 0,
        **parameters,
    ) -> list[Value]:
        """As neuron(), from the states `init` on; returns the output and, if asked for, the final `states`."""
        vectors = {
            key: self._value(value) for key, value in parameters.items() if isinstance(value, Value | np.ndarray)
        }
        written = ", ".join(f"{k} = {self._parameter(v)}" for k, v in parameters.items() if k not in vectors)
        text = f"spike.neuron #spike.{model}<{written}>" if written else f"spike.neuron #spike.{model}"
        text += f" path {_quoted(path)}" if path else ""
        text += f" ({current.name})"
        text += f" init({self._names(init)})" if init else ""
        if vectors:
            named = ", ".join(f"{key} = {value.name}" for key, value in vectors.items())
            text += f" params({named}) axis {len(current.shape) - 1}"
        results = [self._new(current.shape), *(self._new(current.shape[1:]) for _ in range(states))]
        operands = [current, *init, *vectors.values()]
        types = ", ".join(value.type for value in results)
        self._lines.append(
            f"{self._names(results)} = {text} : ({', '.join(v.type for v in operands)}) -> "
            + (f"({types})" if states else types)
        )
        return results

    def encode(self, x: Value, code: str, steps: int, **parameters) -> Value:
        written = ", ".join(f"{key} = {self._parameter(value)}" for key, value in parameters.items())
        code = f"#spike.{code}<{written}>" if written else f"#spike.{code}"
        shape = x.shape if code.startswith("#spike.delta") else (steps, *x.shape)
        return self._op(f"spike.encode {code} ({x.name}) steps {steps}", [x], shape, arrow=True)

    def decode(self, train: Value, kind: str = "mean") -> Value:
        return self._op(f"spike.decode {kind} {train.name}", [train], train.shape[1:], arrow=True)

    def repeat_time(self, x: Value, steps: int) -> Value:
        return self._op(f"spike.repeat_time {x.name}", [x], (steps, *x.shape), arrow=True)

    # Synapses.

    def linear(self, x: Value, weight: np.ndarray | Value, bias: np.ndarray | Value | None = None) -> Value:
        operands = self._operands(x, weight, bias)
        return self._op(f"spike.linear {self._names(operands)}", operands, (*x.shape[:-1], operands[1].shape[0]))

    def conv(
        self,
        x: Value,
        weight: np.ndarray | Value,
        bias: np.ndarray | Value | None = None,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
    ) -> Value:
        """One or two spatial axes, channels first: x is [..., C, H, W], weight [O, C/groups, KH, KW]."""
        operands = self._operands(x, weight, bias)
        kernel = operands[1].shape[2:]
        rank = len(kernel)
        strides, pads, dilations = _per_axis(stride, rank), _pairs(padding, rank), _per_axis(dilation, rank)
        spatial = self._windows(x.shape[-rank:], kernel, strides, pads, dilations)
        text = f"spike.conv {self._names(operands)} strides {_ints(strides)} padding {_ints(pads)}"
        if any(step != 1 for step in dilations):
            text += f" dilations {_ints(dilations)}"
        text += f" groups {groups}" if groups != 1 else ""
        shape = (*x.shape[: -rank - 1], operands[1].shape[0], *spatial)
        return self._op(text + " channels_first", operands, shape)

    def matmul(self, lhs: Value, rhs: Value, transpose_lhs: bool = False, transpose_rhs: bool = False) -> Value:
        flags = (" transpose_lhs" if transpose_lhs else "") + (" transpose_rhs" if transpose_rhs else "")
        shape = (*lhs.shape[:-2], lhs.shape[-1 if transpose_lhs else -2], rhs.shape[-2 if transpose_rhs else -1])
        return self._op(f"spike.matmul {lhs.name}, {rhs.name}{flags}", [lhs, rhs], shape)

    # Elementwise ops.

    def add(self, lhs: Value, rhs: Value) -> Value:
        return self._op(f"spike.add {lhs.name}, {rhs.name}", [lhs, rhs], self._broadcast(lhs, rhs))

    def mask(self, lhs: Value, rhs: Value) -> Value:
        return self._op(f"spike.mask {lhs.name}, {rhs.name}", [lhs, rhs], self._broadcast(lhs, rhs))

    def scale(self, x: Value, factor: float, divide: bool = False) -> Value:
        return self._op(
            f"spike.scale {x.name} by {_double(factor)}{' divide' if divide else ''}", [x], x.shape, arrow=True
        )

    def batch_norm(self, x: Value, mean, var, gamma=None, beta=None, eps: float = 1e-5, axis: int = 2) -> Value:
        named = {"mean": mean, "var": var, "gamma": gamma, "beta": beta}
        values = {key: self._value(value) for key, value in named.items() if value is not None}
        text = " ".join(f"{key} {value.name}" for key, value in values.items())
        return self._op(
            f"spike.batch_norm {x.name} {text} eps {_double(eps)} axis {axis}", [x, *values.values()], x.shape
        )

    # Windows, reductions and shapes.

    def pool(
        self,
        x: Value,
        kernel: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        kind: str = "max",
        count_include_pad: bool = False,
    ) -> Value:
        kernel = _per_axis(kernel, 2)
        strides, pads = _per_axis(kernel if stride is None else stride, 2), _pairs(padding, 2)
        spatial = self._windows(x.shape[-2:], kernel, strides, pads, [1, 1])
        text = f"spike.pool {kind} {x.name} kernel {_ints(kernel)} strides {_ints(strides)} padding {_ints(pads)}"
        text += " count_include_pad" if count_include_pad else ""
        return self._op(text + " channels_first", [x], (*x.shape[:-2], *spatial), arrow=True)

    def reduce(self, x: Value, dims: Sequence[int], kind: str = "sum", keep_dims: bool = False) -> Value:
        dims = sorted(dim % len(x.shape) for dim in dims)
        shape = [1 if i in dims else size for i, size in enumerate(x.shape) if i not in dims or keep_dims]
        keep = " keep_dims" if keep_dims else ""
        return self._op(f"spike.reduce {kind} {x.name} dims {_ints(dims)}{keep}", [x], shape, arrow=True)

    def reshape(self, x: Value, shape: Sequence[int]) -> Value:
        return self._op(f"spike.reshape {x.name}", [x], shape, arrow=True)

    def transpose(self, x: Value, permutation: Sequence[int]) -> Value:
        shape = [x.shape[axis] for axis in permutation]
        return self._op(f"spike.transpose {x.name} {_ints(permutation)}", [x], shape, arrow=True)

    def slice(self, x: Value, axis: int, offset: int, size: int) -> Value:
        shape = [size if i == axis else length for i, length in enumerate(x.shape)]
        return self._op(f"spike.slice {x.name} axis {axis} offset {offset}", [x], shape, arrow=True)

    def concat(self, values: Sequence[Value], axis: int) -> Value:
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return self._op(f"spike.concat {self._names(values)} axis {axis}", values, shape)

    def generic(
        self, op: str, operands: Sequence[Value], attributes: Mapping[str, str], results: Sequence[str]
    ) -> list[Value]:
        """Any op of the spike dialect, from its attributes as text and its results' types."""
        values = [self._new(*parse_type(text)) for text in results]
        written = ", ".join(f"{key} = {text}" for key, text in attributes.items())
        types = ", ".join(value.type for value in operands), ", ".join(value.type for value in values)
        left = f"{self._names(values)} = " if values else ""
        line = f'{left}"spike.{op}"({self._names(operands)}) {{{written}}} : ({types[0]}) -> ({types[1]})'
        if "\n" in line or "\r" in line:
            raise ValidationError(f"spike.{op}: expected attributes of one line")
        self._lines.append(line)
        return values

    # The whole.

    def text(self) -> str:
        """What was written so far, as MLIR."""
        arguments = ", ".join(
            f"{value.name}: {value.type} {{spike.name = {_quoted(name)}{', spike.time_axis' * (value.name in self._timed)}}}"
            for value, name in self._arguments
        )
        types = ", ".join(value.type for value in self._results)
        lines = [f"func.func @{self.name}({arguments}) -> ({types}) {{"]
        lines += [f"  {line}" for line in self._lines]
        names = ", ".join(value.name for value in self._results)
        lines += [f"  return {names} : {types}" if self._results else "  return", "}"]
        return "\n".join(lines) + "\n"

    def build(self, graph: SpikeIR | None = None) -> SpikeIR:
        """The module written by hand; or, given a parsed model, a module of its own to transform."""
        if graph is not None:
            if self._lines or self._arguments:
                raise ValidationError("expected either a graph or ops written by hand, got both")
            return graph.copy()
        if not self._results:
            raise ValidationError("the function has no result; call output() first")
        return SpikeIR.parse(self.text(), self._weights, filename="<builder>")

    # Writing.

    def _new(self, shape: Sequence[int], dtype: str = "f32") -> Value:
        self._count += 1
        return Value(f"%{self._count - 1}", tuple(int(size) for size in shape), dtype)

    def _op(self, text: str, operands: Sequence[Value], shape: Sequence[int], arrow: bool = False) -> Value:
        result = self._new(shape)
        types = ", ".join(value.type for value in operands)
        signature = f"{types} -> {result.type}" if arrow else f"({types}) -> {result.type}"
        self._lines.append(f"{result.name} = {text} : {signature}")
        return result

    def _value(self, value: np.ndarray | Value) -> Value:
        return value if isinstance(value, Value) else self.constant(value)

    def _operands(self, x: Value, *weights) -> list[Value]:
        return [x, *(self._value(weight) for weight in weights if weight is not None)]

    @staticmethod
    def _names(values: Sequence[Value]) -> str:
        return ", ".join(value.name for value in values)

    @staticmethod
    def _parameter(value) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return _double(value) if isinstance(value, float) else str(value)

    @staticmethod
    def _windows(lengths, kernel, strides, pads, dilations) -> list[int]:
        sizes = []
        for i, length in enumerate(lengths):
            room = length + pads[2 * i] + pads[2 * i + 1] - dilations[i] * (kernel[i] - 1) - 1
            if room < 0 or strides[i] < 1:
                raise ValidationError(
                    f"a window of {kernel[i]} with stride {strides[i]} does not fit an axis of {length}"
                )
            sizes.append(room // strides[i] + 1)
        return sizes

    @staticmethod
    def _broadcast(lhs: Value, rhs: Value) -> tuple[int, ...]:
        try:
            return np.broadcast_shapes(lhs.shape, rhs.shape)
        except ValueError:
            raise ValidationError(f"the shapes {lhs.shape} and {rhs.shape} do not align") from None
