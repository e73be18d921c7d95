# SPDX-License-Identifier: Apache-2.0
"""Comparisons, selections, powers and roots, in forms that are exact for the numbers of an exact plan."""

from __future__ import annotations

import operator

import torch
from torch import nn

from .ops import Op, op
from .plan import Flow, NotExact, checked

_COMPARISONS = {name: getattr(operator, name) for name in ("ge", "gt", "le", "lt", "eq", "ne")}
COMPARISONS = tuple(_COMPARISONS)
CASTS = ("float", "to")


def _cast(flags: torch.Tensor, how: str) -> torch.Tensor:
    return flags.to(torch.float32) if how == "to" else flags.float()


@op("compare")
class Compare(Op):
    """Where a relation holds between a value and the number `with`; `how` and `cast` name the relation and what makes a
    number of the answer."""

    def forward(self, x):
        return _cast(_COMPARISONS[self.attrs["how"]](x, self.attrs["with"]), self.attrs["cast"])

    def flow(self, x: Flow) -> Flow:
        return Flow(0, 1.0)


@op("compare_two")
class CompareTwo(Op):
    def forward(self, a, b):
        return _cast(_COMPARISONS[self.attrs["how"]](a, b), self.attrs["cast"])

    def flow(self, a: Flow, b: Flow) -> Flow:
        return Flow(0, 1.0)


@op("where")
class Where(Op):
    """One value where it is positive, else the other."""

    def forward(self, a, b):
        return torch.where(a > 0, a, b)

    def flow(self, a: Flow, b: Flow) -> Flow:
        return Flow(max(a.fraction, b.fraction), max(a.bound, b.bound))


@op("power")
class Power(Op):
    """`how`: "square" and "cube" by pow; "times" by square; "root" of the square; "inverse", "reciprocal" and "rsqrt" of one or four, one
    where the value is positive; "sigmoid", and whether it is at least a half."""

    def forward(self, x):
        how = self.attrs["how"]
        if how == "times":
            return torch.square(x)
        if how in ("square", "cube"):
            return x.pow(2 if how == "square" else 3)
        if how == "root":
            return (x * x).sqrt()
        if how == "sigmoid":
            return (torch.sigmoid(x) >= 0.5).float()
        four = (x > 0).float() * -3 + 4
        return {"inverse": four.pow, "reciprocal": four.reciprocal, "rsqrt": four.rsqrt}[how](
            *((-0.5,) if how == "inverse" else ())
        )

    def flow(self, x: Flow) -> Flow:
        how = self.attrs["how"]
        if how == "sigmoid":
            if x.fraction > 10:
                raise NotExact("a sigmoid next to its half")
            return Flow(0, 1.0)
        if how in ("inverse", "reciprocal", "rsqrt"):
            return Flow(2, 1.0)
        times = 3 if how == "cube" else 2
        product = checked(times * x.fraction, x.bound**times)
        return x if how == "root" else product


@op("limit")
class Limit(Op):
    """`how`: "clamp_min", "clamp_max", "hardtanh", "relu", and "relu6", "leaky", which the importer writes out."""

    def build(self) -> None:
        layers = {
            "hardtanh": lambda: nn.Hardtanh(-0.5, 1.5),
            "relu": nn.ReLU,
            "relu6": nn.ReLU6,
            "leaky": lambda: nn.LeakyReLU(0.25),
        }
        self.layer = layers.get(self.attrs["how"], nn.Identity)()

    def forward(self, x):
        how = self.attrs["how"]
        return getattr(x, how)(0.5) if how.startswith("clamp") else self.layer(x)

    def flow(self, x: Flow) -> Flow:
        if self.attrs["how"] == "leaky":
            return checked(x.fraction + 2, x.bound)
        return checked(max(x.fraction, 1), max(x.bound, 6.0))
