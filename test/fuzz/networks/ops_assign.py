# SPDX-License-Identifier: Apache-2.0
"""Parts of a tensor written over in place, borders, and pools of unusual ranks."""

from __future__ import annotations

import math

from torch import nn
from torch.nn import functional

from .ops import Flat, Op, op
from .plan import Flow, binary_digits, checked


@op("assign")
class Assign(Op):
    """A copy of `a` with `size` places along `dim` from `start` on taken from `b`; `how`: "slice", "select" (one place) or
    "add" (added in place)."""

    def forward(self, a, b):
        dim, start, size, how = (self.attrs[k] for k in ("dim", "start", "size", "how"))
        y = a.clone()
        if how == "select":
            y.select(dim, start).copy_(b.select(dim, start))
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
    """Zeros around the last axes, or places cut off where `pad` is negative; `pad` lists the last axis first. `how`: "pad"
    or "layer"."""

    def build(self) -> None:
        self.layer = nn.ZeroPad2d(tuple(self.attrs["pad"])) if self.attrs["how"] == "layer" else nn.Identity()

    def forward(self, x):
        return self.layer(x) if self.attrs["how"] == "layer" else functional.pad(x, self.attrs["pad"])


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
