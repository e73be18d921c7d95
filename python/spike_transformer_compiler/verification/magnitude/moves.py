# SPDX-License-Identifier: Apache-2.0
"""Operations that round nothing: values are moved, selected, compared or clipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .tracked import RULES, Jumps, Tracked, argument, map_tree, names, plain, size, terms_of

__all__ = ["same", "whole"]


def _carried(x: Any) -> Any:
    """What the same move is applied to: magnitudes; indices and conditions as they are."""
    return size(x) if isinstance(x, torch.Tensor) and plain(x).is_floating_point() else plain(x)


def same(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Moving or selecting values: the same is done to their magnitudes."""
    result = func(*map_tree(args, _carried), **map_tree(kwargs, _carried))
    cast = isinstance(result, torch.Tensor) and isinstance(args[0], torch.Tensor) and not args[0].is_floating_point()
    return result.abs() if cast and result.is_floating_point() else result, terms_of(args, kwargs)


def _joined(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """stack and cat: parts that are weights have their absolute value."""
    parts = [size(part) for part in argument(args, kwargs, 0, "tensors")]
    rest = {k: v for k, v in kwargs.items() if k != "tensors"}
    return func(parts, *args[1:], **rest), terms_of(args, kwargs)


def _largest(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """The largest or smallest of some values is off by as much as any of them."""
    x = args[0]
    others = [v for v in (*args[1:], *kwargs.values()) if isinstance(v, torch.Tensor)]
    if others:  # elementwise
        return torch.maximum(*torch.broadcast_tensors(size(x), size(others[0]))), terms_of(args, kwargs)
    if len(args) == 1 and not kwargs:
        return x.magnitude.max(), x.terms
    dim, keep = argument(args, kwargs, 1, "dim"), argument(args, kwargs, 2, "keepdim", False)
    found = x.magnitude.amax(dim, keep)
    name = func.__name__
    return ((found, None) if name in ("max", "min") else found), x.terms


def _max_pool(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    return func(args[0].magnitude, *args[1:], **kwargs), args[0].terms


def _unchanged(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Functions that bring two values no farther apart: relu, clamp, abs, a change of sign."""
    x = args[0] if args else kwargs["input"]
    bounds = [v for v in (*args[1:], *kwargs.values()) if isinstance(v, Tracked) and v is not x]
    magnitude = size(x)
    for bound in bounds:
        magnitude = torch.maximum(*torch.broadcast_tensors(magnitude, bound.magnitude))
    return magnitude.clone(), terms_of(args, kwargs)


def _clamped(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """A constant bound may be larger than the value was."""
    magnitude, terms = _unchanged(func, args, kwargs)
    result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
    return torch.maximum(magnitude.expand_as(result), result.abs()), terms


def whole(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Rounding and comparing jump: they are known only where the operands are integers that nothing was rounded for."""
    operands: list[Tracked] = []
    map_tree((args, kwargs), lambda x: operands.append(x) if isinstance(x, Tracked) else None)
    if not all(operand.is_whole for operand in operands):
        raise Jumps
    result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
    return (result.abs() if result.is_floating_point() else None), 0


def _where(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    condition = plain(argument(args, kwargs, 0, "condition"))
    a, b = argument(args, kwargs, 1, "input"), argument(args, kwargs, 2, "other")
    sizes = [s if isinstance(s, torch.Tensor) else torch.tensor(float(s)) for s in (size(a), size(b))]
    return torch.where(condition, *sizes), terms_of(a, b)


def _masked_fill(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    value = size(argument(args, kwargs, 2, "value"))
    return torch.masked_fill(args[0].magnitude, plain(argument(args, kwargs, 1, "mask")), value), args[0].terms


def _setitem(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    target, index, value = args
    magnitude = size(target).clone()
    magnitude[map_tree(index, plain)] = size(value)
    return magnitude, terms_of(target, value)


def _copy(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    source = argument(args, kwargs, 1, "src")
    return size(source).expand_as(plain(args[0])), terms_of(source)


def _scattered(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """slice_scatter and select_scatter: one tensor laid into another."""
    return func(size(args[0]), size(args[1]), *args[2:], **kwargs), terms_of(args)


def _filled(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    result = func(*map_tree(args, plain), **map_tree(kwargs, plain))
    return result.abs(), 0


def _uninitialised(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    return torch.zeros_like(func(*map_tree(args, plain), **map_tree(kwargs, plain))), 0


def _fill(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    value = size(args[1]) if len(args) > 1 else 0.0
    return torch.zeros_like(args[0].magnitude) + value, terms_of(*args[1:])


def _padded(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    value = argument(args, kwargs, 3, "value")
    if value is not None:
        args, kwargs = args[:3], {**kwargs, "value": abs(value)}
    return same(func, args, kwargs)


def _upsampled(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Nearest and linear interpolation weigh with numbers that are not negative."""
    if argument(args, kwargs, 3, "mode", "nearest") == "bicubic":
        raise Jumps
    result, terms = same(func, args, kwargs)
    return result, terms + 8


names(
    "view reshape flatten unflatten permute transpose movedim moveaxis swapaxes swapdims t adjoint contiguous clone detach "
    "chunk split split_with_sizes tensor_split unbind unsqueeze squeeze repeat expand expand_as repeat_interleave tile "
    "__getitem__ select narrow index_select gather take_along_dim double to type type_as roll flip fliplr flipud rot90 "
    "view_as reshape_as ravel broadcast_to unfold diagonal tril triu channel_shuffle pixel_shuffle pixel_unshuffle "
    "alias requires_grad_ masked_select as_strided cpu dropout dropout1d dropout2d dropout3d alpha_dropout "
    "feature_dropout",
    same,
)
names("stack cat concat concatenate hstack vstack dstack column_stack row_stack", _joined)
names("max min amax amin maximum minimum fmax fmin", _largest)
names(
    "max_pool1d max_pool2d max_pool3d _max_pool1d _max_pool2d _max_pool3d boolean_dispatch adaptive_max_pool1d "
    "adaptive_max_pool2d adaptive_max_pool3d",
    _max_pool,
)
names("relu leaky_relu abs neg negative positive __neg__ __pos__ __abs__ absolute", _unchanged)
names("relu6 clamp clip hardtanh clamp_min clamp_max threshold", _clamped)
names(
    "round floor ceil trunc fix sign sgn heaviside eq ne lt le gt ge __eq__ __ne__ __lt__ __le__ __gt__ __ge__ equal "
    "less less_equal greater greater_equal argmax argmin argsort logical_and logical_or logical_not logical_xor "
    "__and__ __or__ __invert__ __xor__ bool int long bitwise_and bitwise_or any all isnan isinf isfinite floor_divide "
    "__floordiv__ remainder __mod__ fmod bincount nonzero one_hot",
    whole,
)
names("where", _where)
names("masked_fill", _masked_fill)
names("__setitem__", _setitem)
names("copy", _copy)
names("slice_scatter select_scatter", _scattered)
names("zeros_like ones_like full_like new_zeros new_ones new_full new_tensor", _filled)
names("empty_like new_empty", _uninitialised)
names("fill zero", _fill)
names("pad constant_pad_nd", _padded)
names("interpolate upsample", _upsampled)
RULES.update({torch.Tensor.T.__get__: same, torch.Tensor.mT.__get__: same, torch.Tensor.data.__get__: same})
