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

__all__ = [
    "IN_PLACE",
    "Jumps",
    "RULES",
    "Rule",
    "Tracked",
    "argument",
    "both",
    "map_tree",
    "names",
    "plain",
    "rounded",
    "size",
    "terms_of",
]

#: (func, args, kwargs) -> (magnitude, terms); several results have a sequence of magnitudes, None for one without.
Rule = Callable[[Callable, tuple, dict], tuple[Any, int]]

#: The rules by the function's name, or by the function itself where the name is no help.
RULES: dict[Any, Rule] = {}

#: Functions that change their first argument and return it, in other words or none.
IN_PLACE = {"__setitem__", "__iadd__", "__isub__", "__imul__", "__itruediv__"}


#: The source's own precisions: what it computes in them is float64 here.
_NARROW = (torch.float32, torch.float16, torch.bfloat16)


#: Functions whose Python numbers the source rounds to its own precision before it computes.
_ARITHMETIC = frozenset(
    "add sub rsub mul div true_divide divide multiply subtract clamp clamp_min clamp_max maximum minimum where "
    "__add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__ __itruediv__ "
    "ge gt le lt eq ne __ge__ __gt__ __le__ __lt__ __eq__ __ne__".split()
)


class Jumps(Exception):
    """The result of an operation may be anything, because it jumps where a rounding may be."""


def names(text: str, rule: Rule) -> None:
    """Gives one rule to several functions."""
    RULES.update(dict.fromkeys(text.split(), rule))


class Tracked(torch.Tensor):
    """A float64 tensor with `magnitude` (same shape, or None where unknown), `terms` and `unknown` (why it is unknown).

    Tensors of indices are tracked, too; their values are exact.
    """

    magnitude: torch.Tensor | None
    terms: int
    unknown: str | None
    root: Tracked | None = None  # what this is a view of

    @staticmethod
    def of(value: torch.Tensor, magnitude: torch.Tensor | None, terms: int, unknown: str | None = None) -> Tracked:
        out = value.as_subclass(Tracked)
        out.magnitude, out.terms, out.unknown = magnitude, terms, unknown
        return out

    @staticmethod
    def exact(value: torch.Tensor) -> Tracked:
        """A value that holds no rounding yet: an input image, spikes, indices."""
        value = plain(value)
        return Tracked.of(value, value.abs() if value.dtype != torch.bool else value.double(), 0)

    @staticmethod
    def input(value: torch.Tensor) -> Tracked:
        """An argument of the model: in float64 if it is a floating point tensor, as it is otherwise (indices)."""
        return Tracked.exact(value.double() if value.is_floating_point() else value)

    @property
    def is_whole(self) -> bool:
        """Integers that nothing has been rounded for."""
        value = plain(self)
        return (
            self.unknown is None and self.terms == 0 and (not value.is_floating_point() or bool((value % 1 == 0).all()))
        )

    @classmethod
    def __torch_function__(cls, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        in_place = name in IN_PLACE or (name.endswith("_") and not name.endswith("__"))
        with torch._C.DisableTorchFunctionSubclass():
            args, kwargs = map_tree(
                (args, kwargs), lambda x: torch.float64 if isinstance(x, torch.dtype) and x in _NARROW else x
            )
            if name.removesuffix("_") in _ARITHMETIC or name in _ARITHMETIC:
                args, kwargs = map_tree((args, kwargs), lambda x: rounded_number(x) if type(x) is float else x)
            if name in ("float", "half", "bfloat16"):
                return args[0] if args[0].is_floating_point() else Tracked.exact(plain(args[0]).double())
            tracked = _find((args, kwargs))
            unknown = next((t.unknown for t in tracked if t.unknown), None)
            rule = RULES.get(func) or RULES.get(name)
            if in_place and rule is None and name not in IN_PLACE:
                rule = RULES.get(name[:-1])
            # Before the value is computed: an operation in place would change what the rule reads.
            known = None
            if rule is not None and unknown is None and in_place:
                known = _apply(rule, _out_of_place(func, name), args, kwargs)
            value = func(*map_tree(args, plain), **map_tree(kwargs, plain))
            if in_place:
                return _changed(args[0], name, known, unknown)
            if not _holds_tensors(value):
                return value
            known = None if unknown or rule is None else _apply(rule, func, args, kwargs)
            if known is None:
                return _wrap(value, None, 0, unknown or name, args)
            return _wrap(value, *known, None, args)


def rounded_number(value: float) -> float:
    """A Python number as a float32 tensor meets it; too large ones become infinite there."""
    return float(torch.tensor(value, dtype=torch.float32))


def _apply(rule: Rule, func: Callable, args: tuple, kwargs: dict) -> tuple[Any, int] | None:
    try:
        return rule(func, args, kwargs)
    except Jumps:
        return None


def _out_of_place(func: Callable, name: str) -> Callable:
    """`func` itself, or what it is called where it leaves its argument alone."""
    if name == "__setitem__":
        return func
    if name in IN_PLACE:
        name = "__" + name[3:]
        return getattr(torch.Tensor, name)
    other = name[:-1]
    return (
        getattr(torch.Tensor, other, None) or getattr(torch, other, None) or getattr(torch.nn.functional, other, func)
    )


def _changed(target: torch.Tensor, name: str, known: tuple[Any, int] | None, unknown: str | None) -> Any:
    """The argument of an operation in place, after it. Views share memory, so their magnitudes are changed in place too."""
    if not isinstance(target, Tracked):
        before = plain(target).abs() if target.is_floating_point() else None
        target.__class__ = Tracked
        target.magnitude, target.terms, target.unknown = before, 0, None
    if known is None:
        _spread(target, 0, unknown or name)
        target.magnitude = None
    else:
        magnitude, terms = known
        if target.magnitude is not None and magnitude is not target.magnitude:
            target.magnitude.copy_(magnitude)
        _spread(target, terms, None)
    return target


def _spread(target: Tracked, terms: int, unknown: str | None) -> None:
    whole = target.root is None
    target.terms = terms if whole else max(target.terms, terms)
    target.unknown = unknown if whole else target.unknown or unknown
    root = target.root
    while root is not None:
        root.terms, root.unknown = max(root.terms, terms), root.unknown or unknown
        root = root.root


def plain(x: Any) -> Any:
    return x.as_subclass(torch.Tensor) if isinstance(x, Tracked) else x


def map_tree(tree: Any, f: Callable) -> Any:
    if isinstance(tree, torch.Size):
        return tree
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_tree(x, f) for x in tree))
    if isinstance(tree, (tuple, list)):
        return type(tree)(map_tree(x, f) for x in tree)
    if isinstance(tree, slice):
        return slice(map_tree(tree.start, f), map_tree(tree.stop, f), map_tree(tree.step, f))
    if isinstance(tree, dict):
        return {k: map_tree(x, f) for k, x in tree.items()}
    return f(tree)


def _find(tree: Any) -> list[Tracked]:
    found: list[Tracked] = []
    map_tree(tree, lambda x: found.append(x) if isinstance(x, Tracked) else None)
    return found


def _holds_tensors(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_holds_tensors(v) for v in value)
    return isinstance(value, torch.Tensor)


def _wrap(value: Any, magnitude: Any, terms: int, unknown: str | None, args: tuple) -> Any:
    if isinstance(value, (tuple, list)):
        parts = magnitude if magnitude is not None else [None] * len(value)
        return type(value)([_wrap(v, m, terms, unknown, args) for v, m in zip(value, parts, strict=True)])
    if not isinstance(value, torch.Tensor):
        return value
    if not value.is_floating_point():  # comparisons and indices: exact, if their rule allows them at all
        return Tracked.of(value, value.double().abs() if unknown is None else None, 0, unknown)
    out = Tracked.of(value, magnitude, terms, unknown)
    base = args[0] if args and isinstance(args[0], Tracked) else None
    if base is not None and magnitude is not None and base.magnitude is not None:
        shared = value.untyped_storage().data_ptr() == plain(base).untyped_storage().data_ptr()
        if shared and magnitude.untyped_storage().data_ptr() == base.magnitude.untyped_storage().data_ptr():
            out.root = base
    return out


# ------------------------------------------------------------------------------------------------- for the rules


def size(x: Any) -> Any:
    """The magnitude of an operand; of a weight or a number, its absolute value."""
    if isinstance(x, Tracked):
        return x.magnitude
    return x.abs() if isinstance(x, torch.Tensor) else abs(x) if isinstance(x, (int, float)) else x


def terms_of(*operands: Any) -> int:
    """The largest number of terms of several operands, also within lists."""
    return max((x.terms for x in _find(operands)), default=0)


def both(a: Any, b: Any) -> int:
    """The terms of a product."""
    return terms_of(a) + terms_of(b)


def argument(args: tuple, kwargs: dict, index: int, name: str, default: Any = None) -> Any:
    return args[index] if len(args) > index else kwargs.get(name, default)


def rounded(*operands: Any) -> bool:
    """Whether a sum or product of the operands is rounded: not if all are integers, as spikes and counts are."""
    for x in operands:
        if isinstance(x, Tracked):
            if not x.is_whole:
                return True
        elif isinstance(x, torch.Tensor):
            if x.is_floating_point() and not bool((x % 1 == 0).all()):
                return True
        elif not float(x).is_integer():
            return True
    return False
