# SPDX-License-Identifier: Apache-2.0
"""Smooth functions: the error of the operand times the slope there, and the function's own rounding.

The slope is taken at the value, or bounded wherever it is bounded everywhere. Libraries evaluate these functions to a few
units in the last place: that is within the factor of four for one term.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .tracked import argument, map_tree, names, plain, size


def _function(slope: Callable[[torch.Tensor], torch.Tensor | float]) -> Callable:
    def rule(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
        x = args[0] if args else kwargs["input"]
        result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
        return slope(plain(x)) * x.magnitude + result.abs(), x.terms + 1

    return rule


def _steep(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """gelu, silu, mish, softplus, elu and the like: slope at most 1.2, and a cancellation of the operand's own size."""
    x = args[0] if args else kwargs["input"]
    result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
    return 1.2 * x.magnitude + plain(x).abs() + result.abs(), x.terms + 2


def _power(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    x, exponent = args[0], argument(args, kwargs, 1, "exponent", 2)
    if isinstance(exponent, torch.Tensor):
        exponent = exponent.item()
    if not hasattr(x, "magnitude") or func.__name__ == "__rpow__":  # number ** tensor
        x, base = args[0], args[1]
        result = base ** plain(x)
        return result.abs() * (
            size(base) and abs(torch.tensor(float(base)).log())
        ) * x.magnitude + result.abs(), x.terms + 1
    value = plain(x)
    slope = abs(exponent) * value.abs() ** (exponent - 1) if exponent != 0 else torch.zeros_like(value)
    return slope * x.magnitude + (value**exponent).abs(), x.terms + 1


def _softmax(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """d y_i = y_i (d x_i - sum_j y_j d x_j); the sum in the denominator has one term for each value."""
    x = args[0] if args else kwargs["input"]
    dim = argument(args, kwargs, 1, "dim", -1)
    y = torch.softmax(plain(x), dim)
    centred = (plain(x) - plain(x).amax(dim, keepdim=True)).abs()
    error = x.magnitude + centred
    spread = error + (y * error).sum(dim, keepdim=True)
    if "log" in func.__name__:
        return spread + torch.log_softmax(plain(x), dim).abs() + 1, x.terms + x.shape[dim]
    return y * (spread + 1), x.terms + x.shape[dim]


def _normalised(value: torch.Tensor, error: torch.Tensor, axes: tuple[int, ...], eps: float) -> torch.Tensor:
    """The magnitude of (x - mean) / sqrt(var + eps), both taken over `axes`."""
    mean = value.mean(axes, keepdim=True)
    deviation = (value.var(axes, unbiased=False, keepdim=True) + eps).sqrt()
    shifted = error + error.mean(axes, keepdim=True) + value.abs() + mean.abs()
    unit = ((value - mean) / deviation).abs()
    return shifted / deviation + unit * ((unit * shifted).mean(axes, keepdim=True) / deviation) + unit


def _layer_norm(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    x = args[0]
    axes = tuple(range(-len(argument(args, kwargs, 1, "normalized_shape")), 0))
    total = _normalised(plain(x), x.magnitude, axes, argument(args, kwargs, 4, "eps", 1e-5))
    weight, bias = argument(args, kwargs, 2, "weight"), argument(args, kwargs, 3, "bias")
    total = total if weight is None else total * weight.abs()
    count = x.shape[-len(axes) :].numel()
    return (total if bias is None else total + bias.abs()), x.terms + count


def _group_norm(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    x, groups = args[0], argument(args, kwargs, 1, "num_groups")
    value = plain(x).reshape(x.shape[0], groups, -1)
    eps = argument(args, kwargs, 4, "eps", 1e-5)
    total = _normalised(value, x.magnitude.reshape(value.shape), (-1,), eps).reshape(x.shape)
    shape = [1, -1] + [1] * (x.ndim - 2)
    weight, bias = argument(args, kwargs, 2, "weight"), argument(args, kwargs, 3, "bias")
    total = total if weight is None else total * weight.abs().view(shape)
    return (total if bias is None else total + bias.abs().view(shape)), x.terms + value.shape[-1]


def _root_slope(value: torch.Tensor) -> torch.Tensor:
    return 0.5 / value.clamp_min(1e-300).sqrt()


names("sigmoid", _function(lambda x: 0.25))
names("hardsigmoid", _function(lambda x: 1.0))
names("tanh sin cos atan erf softsign logsigmoid", _function(lambda x: 1.13))
names("exp", _function(torch.exp))
names("exp2", _function(torch.exp2))
names("expm1", _function(torch.exp))
names("sqrt", _function(_root_slope))
names("rsqrt", _function(lambda x: 0.5 * x.clamp_min(1e-300) ** -1.5))
names("reciprocal", _function(lambda x: x**-2))
names("log log2 log10", _function(lambda x: 1.5 / x.clamp_min(1e-300)))
names("log1p", _function(lambda x: 1 / (1 + x).clamp_min(1e-300)))
names("square", _function(lambda x: 2 * x.abs()))
names("gelu silu mish softplus elu celu hardswish selu", _steep)
names("pow __pow__ __rpow__ float_power", _power)
names("softmax log_softmax", _softmax)
names("layer_norm", _layer_norm)
names("group_norm", _group_norm)
