# SPDX-License-Identifier: Apache-2.0
"""Tensors that carry, next to their value, how large the terms were that went into it.

A float32 sum of K terms is off by a small multiple of `2^-24 * sqrt(K) * sum |term|`. A `Tracked` tensor holds a float64
value, the sum of absolute terms (`magnitude`) and K (`terms`), and passes them through the operations that stand between
two neurons. An operation without a rule leaves the magnitude unknown and remembers its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class Tracked(torch.Tensor):
    """A float64 tensor with `magnitude` (same shape, or None where unknown), `terms` and `unknown` (why it is unknown)."""

    magnitude: torch.Tensor | None
    terms: int
    unknown: str | None

    @staticmethod
    def of(value: torch.Tensor, magnitude: torch.Tensor | None, terms: int, unknown: str | None = None) -> Tracked:
        out = value.as_subclass(Tracked)
        out.magnitude, out.terms, out.unknown = magnitude, terms, unknown
        return out

    @staticmethod
    def exact(value: torch.Tensor) -> Tracked:
        """A value that holds no rounding yet: an input image, spikes."""
        value = plain(value)
        return Tracked.of(value, value.abs(), 0)

    @staticmethod
    def input(value: torch.Tensor) -> torch.Tensor:
        """An argument of the model: in float64 if it is a floating point tensor, as it is otherwise (indices)."""
        return Tracked.exact(value.double()) if value.is_floating_point() else value

    @classmethod
    def __torch_function__(cls, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        with torch._C.DisableTorchFunctionSubclass():
            value = func(*_map(args, plain), **_map(kwargs, plain))
            if name == "__setitem__":
                value = plain(args[0])
            if not _holds_tensors(value):
                return value
            tracked = _find(args) + _find(kwargs)
            unknown = next((t.unknown for t in tracked if t.unknown), None)
            rule = _RULES.get(name) or _RULES.get(func)
            if unknown or rule is None:
                return _wrap(value, None, 0, unknown or name)
            magnitude, terms = rule(func, args, kwargs)
            out = _wrap(value, magnitude, terms, None)
        if name in _IN_PLACE:  # the value was changed where it lies: the first argument carries the new magnitude on
            args[0].magnitude, args[0].terms, args[0].unknown = out.magnitude, out.terms, out.unknown
            return args[0]
        return out


def plain(x: Any) -> Any:
    return x.as_subclass(torch.Tensor) if isinstance(x, Tracked) else x


def _map(tree: Any, f: Callable) -> Any:
    if isinstance(tree, (tuple, list)):
        return type(tree)(_map(x, f) for x in tree) if not isinstance(tree, torch.Size) else tree
    if isinstance(tree, dict):
        return {k: _map(x, f) for k, x in tree.items()}
    return f(tree)


def _find(tree: Any) -> list[Tracked]:
    if isinstance(tree, (tuple, list)):
        return [t for x in tree for t in _find(x)]
    if isinstance(tree, dict):
        return _find(list(tree.values()))
    return [tree] if isinstance(tree, Tracked) else []


def _holds_tensors(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(isinstance(v, torch.Tensor) for v in value)
    return isinstance(value, torch.Tensor)


def _wrap(value: Any, magnitude: Any, terms: int, unknown: str | None) -> Any:
    if isinstance(value, (tuple, list)):
        parts = magnitude if magnitude is not None else [None] * len(value)
        return type(value)(Tracked.of(v, m, terms, unknown) for v, m in zip(value, parts, strict=True))
    return Tracked.of(value, magnitude, terms, unknown)


def _size(x: Any) -> Any:
    """The magnitude of an operand; of a weight or a number, its absolute value."""
    if isinstance(x, Tracked):
        return x.magnitude
    return x.abs() if isinstance(x, torch.Tensor) else abs(x) if isinstance(x, (int, float)) else x


def _terms(*operands: Any) -> int:
    return max((x.terms for x in operands if isinstance(x, Tracked)), default=0)


def _argument(args: tuple, kwargs: dict, index: int, name: str, default: Any = None) -> Any:
    return args[index] if len(args) > index else kwargs.get(name, default)


def _same(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """Moving, selecting or taking the largest of values: the same is done to their magnitudes."""
    return func(*_map(args, _magnitudes_only), **_map(kwargs, _magnitudes_only)), _terms(*_find(args), *_find(kwargs))


def _magnitudes_only(x: Any) -> Any:
    return x.magnitude if isinstance(x, Tracked) else x


def _sum_of(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """A sum or mean over axes, or average pooling: as many terms more as values meet in one result."""
    result, terms = _same(func, args, kwargs)
    return result, terms + max(1, args[0].numel() // max(1, result.numel()))


def _weighted(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """linear and convolution: absolute values everywhere, and the fan-in as terms."""
    weight = _argument(args, kwargs, 1, "weight")
    absolute = func(
        *[_size(a) if i < 3 else a for i, a in enumerate(args)],
        **{k: _size(v) if k in ("input", "weight", "bias") else v for k, v in kwargs.items()},
    )
    return absolute, _terms(*args, *kwargs.values()) + weight[0].numel()


def _matmul(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], _argument(args, kwargs, 1, "other")
    return torch.matmul(_size(a), _size(b)), _both(a, b) + a.shape[-1]


def _both(a: Any, b: Any) -> int:
    return _terms(a) + _terms(b)


def _add(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], _argument(args, kwargs, 1, "other")
    alpha = abs(_argument(args, kwargs, 2, "alpha", 1))
    result = _size(a) + alpha * _size(b)
    terms = _terms(a, b)
    both = isinstance(a, Tracked) and isinstance(b, Tracked)
    return result, terms + 1 if both and terms else terms  # sums of spikes and counts are not rounded


def _mul(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    a, b = args[0], _argument(args, kwargs, 1, "other")
    return _size(a) * _size(b), _both(a, b)


def _div(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    return args[0].magnitude / _size(plain(_argument(args, kwargs, 1, "other"))), _terms(args[0])


def _batch_norm(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given = {n: _argument(args, kwargs, i, n) for i, n in enumerate(names)}
    x = given["input"]
    shape = [1, -1] + [1] * (x.dim() - 2)
    gain = (given["running_var"] + (given["eps"] if given["eps"] is not None else 1e-5)).rsqrt()
    if given["weight"] is not None:
        gain = gain * given["weight"].abs()
    size = gain.view(shape) * (x.magnitude + given["running_mean"].abs().view(shape))
    if given["bias"] is not None:
        size = size + given["bias"].abs().view(shape)
    return size, _terms(x)


def _constant(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    return plain(func(plain(args[0]))).abs(), 0


def _no_steeper(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """A function that moves by no more than its argument."""
    return args[0].magnitude.clone(), args[0].terms


def _sigmoid(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """It moves by a quarter of its argument at most, and is a few roundings of numbers up to 1 away from its value."""
    return args[0].magnitude / 4 + 1, args[0].terms + 1


def _assign(func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int]:
    """`x[index] = y`; the magnitudes of y, or the size of a constant, take the place of those of x."""
    target, index, new = args
    magnitude = target.magnitude.clone()
    size = _size(new)
    magnitude[index] = size.to(magnitude.dtype) if isinstance(size, torch.Tensor) else size
    return magnitude, _terms(target, new)


def _names(text: str, rule: Callable) -> dict[str, Callable]:
    return {name: rule for name in text.split()}


_IN_PLACE = {
    "__setitem__",
    "relu_",
    "clamp_",
    "add_",
    "__iadd__",
    "sub_",
    "__isub__",
    "mul_",
    "__imul__",
    "div_",
    "__itruediv__",
}
_RULES: dict[Any, Callable] = {
    **_names(
        "view reshape flatten unflatten permute transpose movedim swapaxes t contiguous clone detach "
        "chunk split unbind stack cat concat unsqueeze squeeze repeat expand expand_as repeat_interleave "
        "__getitem__ select narrow index_select double to type_as roll flip view_as pad",
        _same,
    ),
    **_names("max_pool1d max_pool2d max_pool3d amax boolean_dispatch _max_pool1d _max_pool2d _max_pool3d", _same),
    **_names("zeros_like ones_like", _constant),
    **_names("relu relu_ clamp clamp_ clamp_min clamp_max abs neg __neg__ hardtanh", _no_steeper),
    **_names("sum mean avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d", _sum_of),
    **_names("linear conv1d conv2d conv3d", _weighted),
    **_names("matmul __matmul__ bmm", _matmul),
    **_names("add __add__ __radd__ add_ __iadd__ sub __sub__ sub_ __isub__ rsub __rsub__", _add),
    **_names("mul __mul__ __rmul__ mul_ __imul__ multiply", _mul),
    **_names("div __truediv__ div_ __itruediv__ true_divide", _div),
    "batch_norm": _batch_norm,
    "sigmoid": _sigmoid,
    "__setitem__": _assign,
    torch.Tensor.T.__get__: _same,
    torch.Tensor.mT.__get__: _same,
    "dropout": lambda func, args, kwargs: (args[0].magnitude, args[0].terms),
}
