# SPDX-License-Identifier: Apache-2.0
"""Sums, products, factors and reductions."""

from __future__ import annotations

import math

import torch

from .ops import Op, op
from .plan import Flow, binary_digits, checked


@op("add")
class Add(Op):
    def forward(self, a, b):
        return a + b

    def flow(self, a: Flow, b: Flow) -> Flow:
        return checked(max(a.fraction, b.fraction), a.bound + b.bound)


@op("sub")
class Sub(Add):
    def forward(self, a, b):
        return a - b


@op("mul")
class Mul(Op):
    def forward(self, a, b):
        return a * b

    def flow(self, a: Flow, b: Flow) -> Flow:
        return checked(a.fraction + b.fraction, a.bound * b.bound)


@op("iand")
class Iand(Op):
    """SEW's IAND of spikes: a and not b, as a - a * b (an `a * (1 - b)` without a constant operand)."""

    def forward(self, a, b):
        return a - a * b

    def flow(self, a: Flow, b: Flow) -> Flow:
        return checked(a.fraction + b.fraction, a.bound * (1 + b.bound))


@op("unary")
class Unary(Op):
    """`how`: "relu", "neg", "abs", "floor", "ceil", "round", "clamp", "square", "rsub" (1 - x)."""

    def forward(self, x):
        how = self.attrs["how"]
        if how == "clamp":
            return x.clamp(-0.5, 1.5)
        if how == "rsub":
            return 1 - x
        return getattr(torch, how)(x)

    def flow(self, x: Flow) -> Flow:
        how = self.attrs["how"]
        if how == "square":
            return checked(2 * x.fraction, x.bound**2)
        if how == "clamp":
            return Flow(max(x.fraction, 1), 1.5)
        return checked(x.fraction, x.bound + 1)


@op("extreme")
class Extreme(Op):
    """`how`: "maximum" or "minimum"."""

    def forward(self, a, b):
        return getattr(torch, self.attrs["how"])(a, b)

    def flow(self, a: Flow, b: Flow) -> Flow:
        return Flow(max(a.fraction, b.fraction), max(a.bound, b.bound))


@op("matmul")
class Matmul(Op):
    def forward(self, a, b):
        a = a.transpose(-2, -1) if self.attrs.get("ta") else a
        b = b.transpose(-2, -1) if self.attrs.get("tb") else b
        return a @ b

    def flow(self, a: Flow, b: Flow) -> Flow:
        inner = self.shape[-2 if self.attrs.get("ta") else -1]
        return checked(a.fraction + b.fraction, a.bound * b.bound * inner)


@op("scale")
class Scale(Op):
    """`how`: "mul", "rmul", "div", or "buffer", "div_buffer" (by a tensor of one element)."""

    def build(self) -> None:
        if self.attrs["how"].endswith("buffer"):
            self.register_buffer("factor", torch.tensor(self.attrs["factor"]))

    def forward(self, x):
        factor, how = self.attrs["factor"], self.attrs["how"]
        if how == "buffer":
            return x * self.factor
        if how == "div_buffer":
            return x / self.factor
        return x / factor if how == "div" else factor * x if how == "rmul" else x * factor

    def flow(self, x: Flow) -> Flow:
        factor = 1 / self.attrs["factor"] if self.attrs["how"].startswith("div") else self.attrs["factor"]
        return checked(max(x.fraction - binary_digits(factor), 0), x.bound * abs(factor))


@op("shift")
class Shift(Op):
    def forward(self, x):
        return x - self.attrs["by"] if self.attrs["how"] == "sub" else x + self.attrs["by"]

    def flow(self, x: Flow) -> Flow:
        return checked(max(x.fraction, 2), x.bound + abs(self.attrs["by"]))


@op("reduce")
class Reduce(Op):
    """`dims` are negative: axes of a sample."""

    def forward(self, x):
        dims = tuple(self.attrs["dims"])
        return getattr(torch, self.attrs["kind"])(x, dim=dims, keepdim=self.attrs["keep"])

    def flow(self, x: Flow) -> Flow:
        count = math.prod(self.shape[d] for d in self.attrs["dims"])
        if self.attrs["kind"] == "amax":
            return x
        if self.attrs["kind"] == "sum":
            return checked(x.fraction, x.bound * count)
        return checked(x.fraction + binary_digits(count), x.bound)


@op("reduce_all")
class ReduceAll(Op):
    """A single number, of all samples (and steps); only for outputs."""

    def forward(self, x):
        return x.mean() if self.attrs["kind"] == "mean" else x.sum()

    def flow(self, x: Flow) -> Flow:
        # Multi-step models reduce over time as well.
        count = math.prod(self.shape) * self.attrs["batch"] * (self.place.steps if self.place.lead == 2 else 1)
        if self.attrs["kind"] == "sum":
            return checked(x.fraction, x.bound * count)
        return checked(x.fraction + binary_digits(count), x.bound)


@op("reduce_time")
class ReduceTime(Op):
    """The head's mean or sum over time; only where time is an axis of the model, and only for outputs."""

    def forward(self, x):
        return x.mean(0) if self.attrs["kind"] == "mean" else x.sum(0)

    def flow(self, x: Flow) -> Flow:
        if self.attrs["kind"] == "sum":
            return checked(x.fraction, x.bound * self.place.steps)
        return checked(x.fraction + binary_digits(self.place.steps), x.bound)
