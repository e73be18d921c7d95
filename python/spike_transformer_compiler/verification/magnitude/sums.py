# SPDX-License-Identifier: Apache-2.0
"""Sums of values: additions, reductions, averages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .moves import same
from .tracked import argument, names, plain, rounded, size, terms_of


def _sum_of(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """A sum or mean over axes, or average pooling: as many terms more as values meet in one result."""
    result, terms = same(func, args, kwargs)
    return result, terms + max(1, args[0].numel() // max(1, result.numel()))


def _pooled(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Windows may overlap, so sizes do not tell how many values meet."""
    result, terms = same(func, args, kwargs)
    kernel = argument(args, kwargs, 1, "kernel_size", 1)
    rank = int(func.__name__[-2])
    window = 1
    for extent in kernel if isinstance(kernel, (tuple, list)) else (kernel,) * rank:
        window *= extent
    return result, terms + window


def _running(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    result, terms = same(func, args, kwargs)
    return result, terms + args[0].shape[argument(args, kwargs, 1, "dim")]


def _add(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], argument(args, kwargs, 1, "other")
    alpha = abs(argument(args, kwargs, 2, "alpha", 1))
    result = size(a) + alpha * size(b)
    return result, terms_of(a, b) + rounded(a, b, alpha)


def _variance(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """var(x): 2 |x - mean| / n of every error, and the terms of both sums."""
    x = args[0]
    result = func(plain(x), *args[1:], **kwargs)
    dim = argument(args, kwargs, 1, "dim")
    dim = tuple(range(x.ndim)) if dim is None or isinstance(dim, bool) else dim
    centred = (plain(x) - plain(x).mean(dim, keepdim=True)).abs()
    error = x.magnitude + x.magnitude.mean(dim, keepdim=True)
    wide = (2 * centred * error).mean(dim, keepdim=bool(kwargs.get("keepdim", False)))
    count = max(1, x.numel() // max(1, result.numel()))
    scale = count / max(1, count - 1)
    return wide * scale + result.abs(), x.terms + count


def _deviation(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    variance = torch.Tensor.var(plain(args[0]), *args[1:], **kwargs)
    magnitude, terms = _variance(torch.Tensor.var, args, kwargs)
    root = variance.sqrt()
    return magnitude / (2 * root).clamp_min(1e-300) + root, terms


names("sum mean nansum nanmean", _sum_of)
names("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d", _sum_of)
names("avg_pool1d avg_pool2d avg_pool3d", _pooled)
names("cumsum", _running)
names("add __add__ __radd__ __iadd__ sub __sub__ __isub__ rsub __rsub__ subtract", _add)
names("var", _variance)
names("std", _deviation)
