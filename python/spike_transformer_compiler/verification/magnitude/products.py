# SPDX-License-Identifier: Apache-2.0
"""Products and sums of products: synapses, attention, normalisation with constants."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch

from .tracked import Tracked, argument, both, map_tree, names, plain, rounded, size, terms_of


def _weighted(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """linear and convolution: absolute values everywhere, and the fan-in as terms."""
    weight = argument(args, kwargs, 1, "weight")
    absolute = func(
        *[size(a) if i < 3 else a for i, a in enumerate(args)],
        **{k: size(v) if k in ("input", "weight", "bias") else v for k, v in kwargs.items()},
    )
    fan_in = weight[:, 0].numel() if "transpose" in func.__name__ else weight[0].numel()
    return absolute, terms_of(args, kwargs) + fan_in


def _bilinear(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    absolute = func(*map(size, args), **{k: size(v) for k, v in kwargs.items()})
    return absolute, both(args[0], args[1]) + argument(args, kwargs, 2, "weight")[0].numel()


def _matmul(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], argument(args, kwargs, 1, "other", kwargs.get("mat2"))
    if func.__name__ == "__rmatmul__":
        a, b = b, a
    return torch.matmul(size(a), size(b)), both(a, b) + a.shape[-1]


def _added_matmul(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """addmm, baddbmm: beta * input + alpha * (a @ b)."""
    added, a, b = args[:3]
    absolute = abs(kwargs.get("beta", 1)) * size(added) + abs(kwargs.get("alpha", 1)) * torch.matmul(size(a), size(b))
    return absolute, max(terms_of(added), both(a, b)) + a.shape[-1] + 1


def _einsum(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """As many terms as values of the indices that are summed over."""
    operands = args[1:] if not isinstance(args[1], (list, tuple)) else tuple(args[1])
    inputs, _, output = args[0].replace(" ", "").partition("->")
    sizes: dict[str, int] = {}
    for labels, operand in zip(inputs.split(","), operands, strict=True):
        head, dots, tail = labels.partition("...")
        sizes.update(zip(head, operand.shape, strict=False))
        if dots and tail:
            sizes.update(zip(tail, operand.shape[-len(tail) :], strict=True))
    joined = inputs.replace(",", "")
    kept = output if "->" in args[0] else [c for c in joined if joined.count(c) == 1]
    summed = prod(extent for label, extent in sizes.items() if label not in kept)
    return func(args[0], *map(size, operands)), sum(terms_of(o) for o in operands) + summed


def _mul(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], argument(args, kwargs, 1, "other")
    return size(a) * size(b), both(a, b) + rounded(a, b)


def _div(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], argument(args, kwargs, 1, "other")
    if func.__name__ in ("__rtruediv__", "__rdiv__"):
        a, b = b, a
    divisor = size(plain(b))
    magnitude = size(a) / divisor
    if isinstance(b, Tracked):
        magnitude = magnitude + size(plain(a)) * b.magnitude / divisor**2
    return magnitude, both(a, b) + 1


def _batch_norm(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    keys = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given = {n: argument(args, kwargs, i, n) for i, n in enumerate(keys)}
    x = given["input"]
    shape = [1, -1] + [1] * (x.dim() - 2)
    gain = (given["running_var"] + (given["eps"] if given["eps"] is not None else 1e-5)).rsqrt()
    if given["weight"] is not None:
        gain = gain * given["weight"].abs()
    total = gain.view(shape) * (x.magnitude + given["running_mean"].abs().view(shape))
    if given["bias"] is not None:
        total = total + given["bias"].abs().view(shape)
    return total, terms_of(x)


def _embedding(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """A table look-up: the rows as they are."""
    result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
    return result.abs(), terms_of(argument(args, kwargs, 1, "weight"))


names("linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d", _weighted)
names("bilinear", _bilinear)
names("matmul __matmul__ __rmatmul__ bmm mm mv dot inner_product", _matmul)
names("addmm baddbmm", _added_matmul)
names("einsum", _einsum)
names("mul __mul__ __rmul__ __imul__ multiply", _mul)
names("div __truediv__ __rdiv__ __rtruediv__ __itruediv__ true_divide divide", _div)
names("batch_norm", _batch_norm)
names("embedding", _embedding)
