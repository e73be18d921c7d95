# SPDX-License-Identifier: Apache-2.0
"""Shapes and parameters of NIR nodes, without time and batch; every error names its node."""

from __future__ import annotations

import math
from collections.abc import Sequence

import nir
import numpy as np

from ...exceptions import ValidationError

__all__ = ["array", "describe", "flattened", "neuron_parameters", "output_shape", "padding_of", "window"]

#: Parameters of the nodes whose parameters have the shape of the population.
PARAMETERS = {
    nir.Scale: ("scale",),
    nir.Delay: ("delay",),
    nir.Threshold: ("threshold",),
    nir.I: ("r",),
    nir.IF: ("r", "v_threshold", "v_reset"),
    nir.LI: ("tau", "r", "v_leak"),
    nir.LIF: ("tau", "r", "v_leak", "v_threshold", "v_reset"),
    nir.CubaLI: ("tau_syn", "tau_mem", "r", "v_leak", "w_in"),
    nir.CubaLIF: ("tau_syn", "tau_mem", "r", "v_leak", "w_in", "v_threshold", "v_reset"),
}


def describe(name: str, node: nir.NIRNode) -> str:
    return f"node '{name}' ({type(node).__name__})"


def _wrong(name: str, node: nir.NIRNode, what: str) -> ValidationError:
    return ValidationError(f"{describe(name, node)}: {what}", error_code="nir-shape")


def array(name: str, node: nir.NIRNode, key: str, dtype=np.float64) -> np.ndarray:
    """A field as an array of finite numbers."""
    value = getattr(node, key, None)
    if hasattr(value, "detach"):  # exporters leave PyTorch tensors behind
        value = value.detach().cpu().numpy()
    try:
        found = np.asarray(value)
        if found.dtype.kind not in "biuf":
            raise TypeError(f"{found.dtype}")
    except (TypeError, ValueError) as error:
        raise ValidationError(
            f"{describe(name, node)}: expected {key} to be an array of numbers, got {error}", error_code="malformed-nir"
        ) from None
    with np.errstate(over="ignore"):
        converted = found.astype(dtype)
    wrong = np.argwhere(~np.isfinite(converted))
    if len(wrong):
        at = "" if converted.ndim == 0 else f" at {wrong[0].tolist()}"
        raise ValidationError(
            f"{describe(name, node)}: {key} has {len(wrong)} values that are not finite in {np.dtype(dtype)}, the first"
            f"{at}",
            error_code="malformed-nir",
        )
    return converted


def neuron_parameters(name: str, node: nir.NIRNode, shape: Sequence[int]) -> dict[str, np.ndarray]:
    """Each parameter in float64: without axes if it is the same everywhere, else of the population's shape."""
    found = {}
    for key in PARAMETERS[type(node)]:
        value = array(name, node, key)
        if value.size != 1 and value.shape != tuple(shape):
            raise _wrong(name, node, f"its {key} has the shape {list(value.shape)}, its input {list(shape)}")
        found[key] = value.reshape(-1)[0] if (value == value.reshape(-1)[0]).all() else value
    return found


def _integers(name: str, node: nir.NIRNode, key: str, count: int, least: int) -> list[int]:
    """A field of one integer for each of `count` axes, or of one for all."""
    value = array(name, node, key)
    numbers = value.reshape(-1).tolist()
    if value.ndim > 1 or len(numbers) not in (1, count):
        raise _wrong(name, node, f"expected {key} to have 1 or {count} values, got {value.shape}")
    if any(n != int(n) or not least <= n < 1 << 31 for n in numbers):
        raise _wrong(name, node, f"expected {key} to be integers from {least}, got {[f'{n:g}' for n in numbers]}")
    numbers = [int(n) for n in numbers]
    return numbers * count if len(numbers) == 1 else numbers


def padding_of(
    name: str, node: nir.NIRNode, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> list[int]:
    """Low and high padding of each axis. 'same' is PyTorch's: the odd tap goes to the high side."""
    padding = node.padding
    if isinstance(padding, np.ndarray) and padding.dtype.kind in "SU":
        padding = padding.item()
    padding = padding.decode() if isinstance(padding, bytes) else padding
    if not isinstance(padding, str):
        return [side for pad in _integers(name, node, "padding", len(kernel), 0) for side in (pad, pad)]
    if padding == "valid":
        return [0, 0] * len(kernel)
    if padding == "same":
        if any(stride != 1 for stride in strides):
            raise _wrong(name, node, f"the padding 'same' needs a stride of 1, got {list(strides)}")
        total = [step * (taps - 1) for taps, step in zip(kernel, dilations, strict=True)]
        return [side for pad in total for side in (pad // 2, pad - pad // 2)]
    raise _wrong(name, node, f"expected the padding 'same', 'valid' or integers, got '{padding}'")


def window(name: str, node: nir.NIRNode, shape: Sequence[int], kernel: Sequence[int]) -> dict[str, list[int]]:
    """Strides, padding, dilations and result lengths of a window over the axes behind the channel."""
    rank = len(kernel)
    if len(shape) != rank + 1:
        raise _wrong(name, node, f"expected an input of {rank + 1} axes, channel first, got the shape {list(shape)}")
    strides = _integers(name, node, "stride", rank, 1)
    dilations = _integers(name, node, "dilation", rank, 1) if hasattr(node, "dilation") else [1] * rank
    pads = padding_of(name, node, kernel, strides, dilations)
    lengths = []
    for i, length in enumerate(shape[1:]):
        room = length + pads[2 * i] + pads[2 * i + 1] - dilations[i] * (kernel[i] - 1) - 1
        if room < 0:
            raise _wrong(name, node, f"a window of {list(kernel)} does not fit the input of shape {list(shape)}")
        lengths.append(room // strides[i] + 1)
    return {"stride": strides, "padding": pads, "dilation": dilations, "lengths": lengths, "kernel": list(kernel)}


def flattened(name: str, node: nir.Flatten, shape: Sequence[int]) -> tuple[int, ...]:
    """Shape behind a Flatten; its axes count without the batch, and negative ones from the end."""
    try:
        start, end = int(node.start_dim), int(node.end_dim)
    except (TypeError, ValueError):
        raise _wrong(name, node, f"expected integers, got axes {node.start_dim!r} to {node.end_dim!r}") from None
    rank = len(shape)
    first, last = (axis + rank if axis < 0 else axis for axis in (start, end))
    if not 0 <= first <= last < rank:
        raise _wrong(name, node, f"it flattens axes {start} to {end}, its input has the shape {list(shape)}")
    return (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])


def _matrix(name: str, node: nir.NIRNode, shape: Sequence[int]) -> tuple[int, ...]:
    weight = np.shape(node.weight)
    if len(weight) < 2:
        raise _wrong(name, node, f"expected a weight of 2 axes or more, got the shape {list(weight)}")
    expected = (*weight[:-2], weight[-1])
    if tuple(shape) != expected:
        raise _wrong(
            name,
            node,
            f"its weight of shape {list(weight)} takes the shape {list(expected)}, its input has {list(shape)}",
        )
    result = (*weight[:-2], weight[-2])
    if isinstance(node, nir.Affine) and np.shape(node.bias) not in (result, weight[-2:-1]):
        raise _wrong(name, node, f"expected a bias of shape {list(result)}, got {list(np.shape(node.bias))}")
    return result


def _convolved(name: str, node: nir.NIRNode, shape: Sequence[int]) -> tuple[int, ...]:
    weight, rank = np.shape(node.weight), 1 if isinstance(node, nir.Conv1d) else 2
    if len(weight) != rank + 2 or min(weight) < 1:
        raise _wrong(name, node, f"expected a weight of {rank + 2} axes, got the shape {list(weight)}")
    groups = _integers(name, node, "groups", 1, 1)[0]
    found = window(name, node, shape, weight[2:])
    if shape[0] != weight[1] * groups or weight[0] % groups:
        raise _wrong(
            name,
            node,
            f"its weight of shape {list(weight)} in {groups} groups takes {weight[1] * groups} channels and gives a "
            f"multiple of {groups}, its input has the shape {list(shape)}",
        )
    if node.bias is not None and np.shape(node.bias) != weight[:1]:
        raise _wrong(name, node, f"expected a bias of {weight[0]} values, got the shape {list(np.shape(node.bias))}")
    return (weight[0], *found["lengths"])


def pool_window(name: str, node: nir.NIRNode, shape: Sequence[int]) -> dict[str, list[int]]:
    found = window(name, node, shape, _integers(name, node, "kernel_size", 2, 1))
    for i, taps in enumerate(found["kernel"]):
        if found["padding"][2 * i] >= taps:
            raise _wrong(name, node, f"its padding {found['padding'][2 * i]} is as long as its window {taps}")
    return found


def output_shape(name: str, node: nir.NIRNode, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape of what a node gives for an input of `shape`."""
    if isinstance(node, nir.Linear | nir.Affine):
        return _matrix(name, node, shape)
    if isinstance(node, nir.Conv1d | nir.Conv2d):
        return _convolved(name, node, shape)
    if isinstance(node, nir.SumPool2d | nir.AvgPool2d):
        return (shape[0], *pool_window(name, node, shape)["lengths"])
    if isinstance(node, nir.Flatten):
        return flattened(name, node, shape)
    if type(node) in PARAMETERS:
        neuron_parameters(name, node, shape)
        return shape
    declared = node.input_type["input"] if isinstance(node, nir.Output | nir.Input) else None
    if declared is not None and np.asarray(declared).dtype != object:
        declared = tuple(int(size) for size in np.asarray(declared).reshape(-1))
        if declared != shape:
            raise _wrong(name, node, f"it has the shape {list(declared)}, what flows into it {list(shape)}")
    return shape
