# SPDX-License-Identifier: Apache-2.0
"""Parts of a tensor written over in place, borders, and pools of unusual ranks."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from .ops import Flat, Op, make, op
from .plan import Flow, binary_digits, checked


@op("assign")
class Assign(Op):
    """A copy of `a` with `size` places along `dim` from `start` on taken from `b`; `how`: "slice", "select" (one place) or
    "add" (added in place), "row" (the first of `b`'s places in all of them)."""

    def forward(self, a, b):
        dim, start, size, how = (self.attrs[k] for k in ("dim", "start", "size", "how"))
        y = a.clone()
        if how == "select":
            y.select(dim, start).copy_(b.select(dim, start))
        elif how == "row":
            y.narrow(dim, start, size).copy_(b.narrow(dim, 0, 1))
        elif how == "add":
            y.narrow(dim, start, size).add_(b.narrow(dim, start, size))
        else:
            index = [slice(None)] * a.dim()
            index[dim] = slice(start, start + size)
            y[tuple(index)] = b[tuple(index)]
        return y

    def flow(self, a: Flow, b: Flow) -> Flow:
        return checked(max(a.fraction, b.fraction), a.bound + b.bound)


@op("border")
class Border(Op):
    """Zeros around the last axes, or places cut off where `pad` is negative; `pad` lists the last axis first. `how`: "pad",
    "constant" or "layer"."""

    def build(self) -> None:
        self.layer = nn.ZeroPad2d(tuple(self.attrs["pad"])) if self.attrs["how"] == "layer" else nn.Identity()

    def forward(self, x):
        how, pad = self.attrs["how"], self.attrs["pad"]
        if how == "constant":
            return torch.constant_pad_nd(x, pad, 0.0)
        return self.layer(x) if how == "layer" else functional.pad(x, pad)


@op("border_norm")
class BorderNorm(Op):
    """Batch norm of an image with a border of what it makes of zero, as Spike-Driven Transformer V2 writes it."""

    def build(self) -> None:
        self.inner = make("batch_norm", {**self.attrs, "layout": "image"}, self.place)
        norm, size = self.inner.norm, self.shape[0]
        weight = norm.weight if norm.affine else torch.ones(size)
        bias = norm.bias if norm.affine else torch.zeros(size)
        zero = bias - norm.running_mean * weight / torch.sqrt(norm.running_var + norm.eps)
        self.register_buffer("zero", zero.detach().view(1, -1, 1, 1))

    def forward(self, x):
        lead = x.shape[:-3]
        y = functional.pad(self.inner(x).flatten(0, -4) if len(lead) > 1 else self.inner(x), [1] * 4)
        y[:, :, 0:1, :] = self.zero
        y[:, :, -1:, :] = self.zero
        y[:, :, :, 0:1] = self.zero
        y[:, :, :, -1:] = self.zero
        return y.reshape(*lead, *y.shape[1:])

    def flow(self, x: Flow) -> Flow:
        return self.inner.flow(x)


@op("max_pool1d")
class MaxPool1d(Op):
    """On [..., C, N]."""

    def build(self) -> None:
        a = self.attrs
        self.layer = Flat(nn.MaxPool1d(a["kernel"], a["stride"], a["padding"]), self.place.lead, a["wrap"])

    def forward(self, x):
        return self.layer(x)


@op("max_pool3d")
class MaxPool3d(Op):
    """Of the last two axes, with a window of one along the channels, whose place is taken by an axis in front."""

    def build(self) -> None:
        k = self.attrs["kernel"]
        self.layer = nn.MaxPool3d((1, k, k), (1, self.attrs["stride"], self.attrs["stride"]))

    def forward(self, x):
        return self.layer(x)


@op("pool_to_one")
class PoolToOne(Op):
    """Adaptive pools to a single place. `how`: "avg1d" on [..., C, N]; "max2d", "avg3d", "max3d" on [..., C, H, W]."""

    def build(self) -> None:
        kinds = {
            "avg1d": nn.AdaptiveAvgPool1d, "max2d": nn.AdaptiveMaxPool2d,
            "avg3d": nn.AdaptiveAvgPool3d, "max3d": nn.AdaptiveMaxPool3d,
        }  # fmt: skip
        layer = kinds[self.attrs["how"]](1)
        # The three axes of the last two are a sample's own: the batch is their channel.
        self.layer = layer if self.attrs["how"].endswith("3d") else Flat(layer, self.place.lead, self.attrs["wrap"])

    def forward(self, x):
        return self.layer(x)

    def flow(self, x: Flow) -> Flow:
        if self.attrs["how"].startswith("max"):
            return x
        axes = self.shape[-1:] if self.attrs["how"] == "avg1d" else self.shape[-3:]
        return checked(x.fraction + binary_digits(math.prod(axes)), x.bound)
