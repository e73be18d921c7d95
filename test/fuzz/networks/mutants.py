# SPDX-License-Identifier: Apache-2.0
"""Planted faults: each changes the text of a program behind the importer, as a wrong compiler would. The fuzzer must see all.

A mutant lists the places of a program where it applies; one is taken at random. Some are faults of the importer, others of the
optimiser, which see counts and spikes where the import has only f32.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from spike_transformer_compiler import _core

#: A changed program: the lines of its text.
Lines = list[str]


@dataclass(frozen=True)
class Mutant:
    name: str
    places: Callable[[Lines], Iterator[Lines]]
    optimized: bool = False  # a fault of the optimiser: changes its result at level 2 and 3

    def apply(self, module: _core.Module, rng: random.Random) -> _core.Module | None:
        """The module with the fault at one place; None where there is none."""
        changed = list(self.places(module.asm().splitlines()))
        if not changed:
            return None
        return _core.Module.parse("\n".join(rng.choice(changed)), "mutant", module.weights())


MUTANTS: dict[str, Mutant] = {}


def mutant(name: str, optimized: bool = False):
    def add(places: Callable[[Lines], Iterator[Lines]]):
        MUTANTS[name] = Mutant(name, places, optimized)
        return places

    return add


# ------------------------------------------------------------------------------------------------------- text

_LINE = re.compile(r"\s*(%\w+) = (spike\.\w+) (.*)$")
_TYPE = re.compile(r"tensor<((?:\d+x)*)([^<>x]+(?:<[^>]*>)?)>")


def _ops(lines: Lines, *names: str) -> Iterator[tuple[int, str, str]]:
    """Number, result and rest of every line that is one of the ops."""
    for i, line in enumerate(lines):
        if (found := _LINE.match(line)) and found[2].removeprefix("spike.") in names:
            yield i, found[1], found[3]


def _types(text: str) -> list[tuple[list[int], str]]:
    """Shape and element type of every type in the text."""
    return [([int(n) for n in shape.split("x") if n], element) for shape, element in _TYPE.findall(text)]


def _tensor(shape: list[int], element: str) -> str:
    return f"tensor<{''.join(f'{n}x' for n in shape)}{element}>"


def _with(lines: Lines, i: int, *new: str) -> Lines:
    return [*lines[:i], *new, *lines[i + 1 :]]


def _replaced(lines: Lines, value: str, other: str, start: int = 0) -> Lines:
    """Uses of `value` become `other` from a line on."""
    pattern = re.compile(re.escape(value) + r"(?!\w)")
    return [*lines[:start], *(pattern.sub(lambda _: other, line) for line in lines[start:])]


def _behind(lines: Lines, i: int, value: str, *new: str) -> Lines:
    """`new` behind line i; the uses of `value` further on read %mutant."""
    return [*lines[: i + 1], *new, *_replaced(lines, value, "%mutant", i + 1)[i + 1 :]]


def _numbers(name: str, text: str) -> list[int] | None:
    found = re.search(rf"{name} \[([^\]]*)\]", text)
    return [int(n) for n in found[1].split(",")] if found else None


# ---------------------------------------------------------------------------------------------------- neurons


def _parameters(lines: Lines, names: str, change: Callable[[dict[str, str]], dict[str, str] | None]) -> Iterator[Lines]:
    """Neurons of the models `names`, their parameters changed."""
    pattern = re.compile(rf"#spike\.({names})(?:<([^>]*)>)?(?= |\()")
    for i, line in enumerate(lines):
        if found := pattern.search(line):
            given = dict(part.split(" = ") for part in (found[2] or "").split(", ") if part)
            if (new := change(given)) is not None:
                text = ", ".join(f"{k} = {v}" for k, v in new.items())
                yield _with(lines, i, line[: found.start()] + f"#spike.{found[1]}<{text}>" + line[found.end() :])


def _number(name: str, default: float, change: Callable[[float], float]):
    def edit(given: dict[str, str]) -> dict[str, str]:
        value = change(float(given.get(name, default)))
        return {**given, name: f"{value:.17e}"}

    return edit


def _flip(name: str, first: str, second: str):
    """`first` is the default."""
    return lambda given: {**given, name: second if given.get(name, first) == first else first}


FIRING = "if|lif|plif"


@mutant("> for >=")
def _fire(lines: Lines) -> Iterator[Lines]:
    return _parameters(lines, FIRING, _flip("fire", "ge", "gt"))


@mutant("decay")
def _decay(lines: Lines) -> Iterator[Lines]:
    yield from _parameters(lines, "lif|li", _number("tau", 2.0, lambda tau: tau * 1.25))
    yield from _parameters(lines, "plif", _number("decay", 0.5, lambda decay: decay * 0.75))


@mutant("decay_input")
def _decay_input(lines: Lines) -> Iterator[Lines]:
    return _parameters(lines, "lif|plif", _flip("decay_input", "true", "false"))


@mutant("reset kind")
def _reset(lines: Lines) -> Iterator[Lines]:
    return _parameters(lines, FIRING, _flip("reset", "hard", "soft"))


@mutant("v_reset")
def _v_reset(lines: Lines) -> Iterator[Lines]:
    return _parameters(lines, FIRING, _number("v_reset", 0.0, lambda v: v + 0.25))


@mutant("threshold + 1 ulp")
def _ulp(lines: Lines) -> Iterator[Lines]:
    up = _number("v_threshold", 1.0, lambda v: float(np.nextafter(np.float32(v), np.float32(np.inf))))
    return _parameters(lines, FIRING, lambda given: up(given) if given.get("fire", "ge") == "ge" else None)


@mutant("threshold + 1 %")
def _percent(lines: Lines) -> Iterator[Lines]:
    return _parameters(lines, FIRING, _number("v_threshold", 1.0, lambda v: v * 1.01))


@mutant("state not reset")
def _state(lines: Lines) -> Iterator[Lines]:
    """The membrane starts where another inference might have left it."""
    for i, value, rest in _ops(lines, "neuron"):
        found = re.search(r"\((%\w+)\) : \((tensor<[^()]*>)\)", rest)
        if not found or " single_step" in rest:
            continue
        (shape, element), *_ = _types(found[2])
        state = _tensor(shape[1:], "f32")
        start = f"    %mutant = spike.constant dense<0.75> : {state}"
        yield _with(
            lines, i, start,
            f"    {value} = spike.neuron " + rest[: found.start()]
            + f"({found[1]}) init(%mutant) : ({found[2]}, {state})" + rest[found.end() :],
        )  # fmt: skip


@mutant("off by one step")
def _delayed(lines: Lines) -> Iterator[Lines]:
    """The neuron sees the first current twice and never the last."""
    for i, value, rest in _ops(lines, "neuron"):
        found = re.search(r"\((%\w+)\) : \((tensor<[^()]*>)\)", rest)
        if not found or " single_step" in rest:
            continue
        (shape, element), *_ = _types(found[2])
        if shape[0] < 2:
            continue
        first, others = _tensor([1, *shape[1:]], element), _tensor([shape[0] - 1, *shape[1:]], element)
        yield _with(
            lines, i,
            f"    %first = spike.slice {found[1]} axis 0 offset 0 : {found[2]} -> {first}",
            f"    %others = spike.slice {found[1]} axis 0 offset 0 : {found[2]} -> {others}",
            f"    %mutant = spike.concat %first, %others axis 0 : ({first}, {others}) -> {found[2]}",
            f"    {value} = spike.neuron " + rest.replace(f"({found[1]})", "(%mutant)", 1),
        )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- windows


def _rewindowed(lines: Lines, change: Callable[[dict[str, list[int]], int], bool]) -> Iterator[Lines]:
    """Convolutions and pools with a changed window; their input is cut or padded so that the result keeps its shape."""
    for i, value, rest in _ops(lines, "conv", "pool"):
        if "channels_first" not in rest:
            continue
        types = _types(rest)
        (shape, element), result = types[0], types[-1][0]
        kernel = _numbers("kernel", rest) or types[1][0][2:]
        rank = len(kernel)
        for axis in range(rank):
            window = {n: _numbers(n, rest) for n in ("strides", "padding", "dilations")}
            window["dilations"] = window["dilations"] or [1] * rank
            if not change(window, axis) or kernel[axis] == 1 and window["dilations"][axis] > 1:
                continue
            at, length = len(shape) - rank + axis, result[len(result) - rank + axis]
            low, high = window["padding"][2 * axis : 2 * axis + 2]
            reach = window["dilations"][axis] * (kernel[axis] - 1) + 1
            needed = (length - 1) * window["strides"][axis] + reach - low - high
            cut = list(shape)
            if needed > shape[at]:
                window["padding"][2 * axis + 1] += needed - shape[at]
            elif needed >= 1:
                cut[at] = needed
            else:
                continue
            source = re.search(r"%\w+", rest)[0]
            new = re.sub(r"strides .*?(?= channels_first| groups| count_include_pad)",
                         " ".join(f"{n} {v}" for n, v in window.items()), rest, count=1)  # fmt: skip
            new = new.replace(source, "%mutant", 1).replace(_tensor(shape, element), _tensor(cut, element), 1)
            name = re.search(r"spike\.\w+", lines[i])[0]
            slice_ = f"spike.slice {source} axis {at} offset 0 : {_tensor(shape, element)} -> {_tensor(cut, element)}"
            if cut == shape:
                slice_ = f"spike.reshape {source} : {_tensor(shape, element)} -> {_tensor(shape, element)}"
            yield _with(lines, i, f"    %mutant = {slice_}", f"    {value} = {name} {new}")


@mutant("padding")
def _padding(lines: Lines) -> Iterator[Lines]:
    def shifted(window, axis):
        padding = window["padding"]
        if not padding[2 * axis + 1]:
            return False
        padding[2 * axis] += 1
        padding[2 * axis + 1] -= 1
        return True

    return _rewindowed(lines, shifted)


@mutant("stride")
def _stride(lines: Lines) -> Iterator[Lines]:
    def smaller(window, axis):
        strides = window["strides"]
        strides[axis] += -1 if strides[axis] > 1 else 1
        return True

    return _rewindowed(lines, smaller)


@mutant("dilation")
def _dilation(lines: Lines) -> Iterator[Lines]:
    def other(window, axis):
        dilations = window["dilations"]
        dilations[axis] += -1 if dilations[axis] > 1 else 1
        return True

    return _rewindowed(lines, other)


@mutant("average of max")
def _pool_kind(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "pool"):
        if rest.startswith("max") and "dilations" not in rest and "xf32" in rest:
            yield _with(lines, i, lines[i].replace("spike.pool max", "spike.pool avg"))


@mutant("count_include_pad")
def _include(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "pool"):
        if rest.startswith("avg") and any(_numbers("padding", rest)):
            text = lines[i]
            with_pad = " count_include_pad" in text
            yield _with(lines, i, text.replace(" count_include_pad", "") if with_pad
                        else text.replace(" channels_first", " count_include_pad channels_first"))  # fmt: skip


# ------------------------------------------------------------------------------------------------- arithmetic


@mutant("scale")
def _scale(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "scale"):
        found = re.search(r"by ([-\d.e+]+)", rest)
        yield _with(lines, i, lines[i].replace(found[0], f"by {float(found[1]) * 0.5:.17e}"))


@mutant("dropped residual")
def _residual(lines: Lines) -> Iterator[Lines]:
    for i, value, rest in _ops(lines, "add"):
        first, second = re.findall(r"%\w+", rest)[:2]
        types = _types(rest)
        for kept, type_ in ((first, types[0]), (second, types[1])):
            if type_ == types[-1]:
                yield _with(_replaced(lines, value, kept, i + 1), i)


@mutant("sum for product")
def _product(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "mask"):
        if rest.endswith("xf32>"):
            yield _with(lines, i, lines[i].replace("spike.mask", "spike.add"))


@mutant("swapped q and k")
def _swapped(lines: Lines) -> Iterator[Lines]:
    """Two neurons of one type exchange their readers."""
    neurons = [(i, value, rest.rsplit("-> ", 1)[-1]) for i, value, rest in _ops(lines, "neuron")]
    for n, (_, first, type_) in enumerate(neurons):
        for j, second, other in neurons[n + 1 :]:
            readers = "\n".join(lines[j + 1 :])
            if type_ == other and re.search(re.escape(first) + r"\b", readers):
                swapped = _replaced(lines, first, "%mutant", j + 1)
                yield _replaced(_replaced(swapped, second, first, j + 1), "%mutant", second, j + 1)


@mutant("batch norm's eps")
def _eps(lines: Lines) -> Iterator[Lines]:
    for i, _, _ in _ops(lines, "batch_norm"):
        yield _with(lines, i, re.sub(r"eps [-\d.e+]+", "eps 0.25", lines[i]))


@mutant("mean for variance")
def _statistics(lines: Lines) -> Iterator[Lines]:
    for i, _, _ in _ops(lines, "batch_norm"):
        yield _with(lines, i, re.sub(r"mean (%\w+) var (%\w+)", r"mean \2 var \1", lines[i]))


@mutant("dropped bias")
def _bias(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "linear", "conv"):
        operands = re.match(r"%\w+, %\w+(, %\w+)", rest)
        if operands:
            new = lines[i].replace(operands[0], operands[0].removesuffix(operands[1]), 1)
            yield _with(lines, i, re.sub(r", tensor<[^()<>]*>\) ->", ") ->", new))


@mutant("sum for mean")
def _mean(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "reduce"):
        if rest.startswith("mean"):
            yield _with(lines, i, lines[i].replace("spike.reduce mean", "spike.reduce sum"))


# ------------------------------------------------------------------------------------------------ order of axes


@mutant("transposed layout")
def _layout(lines: Lines) -> Iterator[Lines]:
    """Elements stay where they are, only the shape changes."""
    for i, value, rest in _ops(lines, "transpose"):
        yield _with(lines, i, f"    {value} = spike.reshape " + re.sub(r" \[[^\]]*\]", "", rest))


@mutant("reassociation along the wrong axis")
def _reassociated(lines: Lines) -> Iterator[Lines]:
    """A square product is read transposed."""
    for i, value, rest in _ops(lines, "matmul"):
        shape, element = _types(rest)[-1]
        if len(shape) >= 2 and shape[-1] == shape[-2] > 1:
            type_, axes = _tensor(shape, element), list(range(len(shape)))
            axes[-2:] = axes[:-3:-1]
            yield _behind(lines, i, value, f"    %mutant = spike.transpose {value} {axes} : {type_} -> {type_}")


@mutant("repeat_time along the batch")
def _repeat(lines: Lines) -> Iterator[Lines]:
    """The copies of a sample lie next to each other, as repeat_interleave would put them."""
    for i, value, rest in _ops(lines, "repeat_time"):
        shape, element = _types(rest)[-1]
        if len(shape) < 2 or min(shape[:2]) < 2:
            continue
        turned = [shape[1], shape[0], *shape[2:]]
        order = [1, 0, *range(2, len(shape))]
        type_ = _tensor(shape, element)
        yield _behind(
            lines, i, value,
            f"    %turned = spike.reshape {value} : {type_} -> {_tensor(turned, element)}",
            f"    %mutant = spike.transpose %turned {order} : {_tensor(turned, element)} -> {type_}",
        )  # fmt: skip


@mutant("slice off by one")
def _offset(lines: Lines) -> Iterator[Lines]:
    for i, _, rest in _ops(lines, "slice"):
        axis, offset = (int(re.search(rf"{n} (\d+)", rest)[1]) for n in ("axis", "offset"))
        (given, _), (got, _) = _types(rest)
        for new in (offset - 1, offset + 1):
            if 0 <= new <= given[axis] - got[axis]:
                yield _with(lines, i, lines[i].replace(f"offset {offset}", f"offset {new}"))


@mutant("heads and tokens exchanged")
def _heads(lines: Lines) -> Iterator[Lines]:
    """Two axes of one length change places behind a reshape."""
    for i, value, rest in _ops(lines, "reshape"):
        shape, element = _types(rest)[-1]
        type_ = _tensor(shape, element)
        for axis in range(2, len(shape) - 1):
            if shape[axis] == shape[axis + 1] > 1 and prod(shape) > 1:
                order = list(range(len(shape)))
                order[axis], order[axis + 1] = axis + 1, axis
                yield _behind(lines, i, value, f"    %mutant = spike.transpose {value} {order} : {type_} -> {type_}")


# -------------------------------------------------------------------------------------------------- optimiser


@mutant("saturated count", optimized=True)
def _saturated(lines: Lines) -> Iterator[Lines]:
    """A count that stops at one."""
    for i, value, rest in _ops(lines, "add", "matmul", "reduce"):
        result = rest.rsplit("-> ", 1)[-1]
        if "!spike.count" in result and not re.search(r"max = 1>", result):
            once = f"    %mutant = spike.neuron #spike.if single_step({value}) : ({result}) -> {result}"
            yield _behind(lines, i, value, once)


@mutant("folded gain", optimized=True)
def _gain(lines: Lines) -> Iterator[Lines]:
    """A batch norm folded with the wrong factor: all of a synapse's results are a little larger."""
    for i, value, rest in _ops(lines, "linear", "conv"):
        result = rest.rsplit("-> ", 1)[-1]
        yield _behind(lines, i, value, f"    %mutant = spike.scale {value} by 1.0078125 : {result} -> {result}")


@mutant("hoisted neuron", optimized=True)
def _hoisted(lines: Lines) -> Iterator[Lines]:
    """A neuron taken for time-invariant: every step has the spikes of the first."""
    for i, value, rest in _ops(lines, "neuron"):
        result = rest.rsplit("-> ", 1)[-1]
        (shape, element), *_ = _types(result)
        if " single_step" in rest or shape[0] < 2 or not re.match(r"\s*%\w+ =", lines[i]):
            continue
        first, rest_shape = _tensor([1, *shape[1:]], element), _tensor(shape[1:], element)
        yield _behind(
            lines, i, value,
            f"    %first = spike.slice {value} axis 0 offset 0 : {result} -> {first}",
            f"    %flat = spike.reshape %first : {first} -> {rest_shape}",
            f"    %mutant = spike.repeat_time %flat : {rest_shape} -> {result}",
        )  # fmt: skip
