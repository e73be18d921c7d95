# SPDX-License-Identifier: Apache-2.0
"""Synapses, normalisation and pools."""

from __future__ import annotations

import math

import torch
from torch import nn

from .ops import Flat, Op, op
from .plan import Flow, binary_digits, checked


class _Synapse(Op):
    def fill(self, layer: nn.Module) -> nn.Module:
        layer.weight.data = self.weights.synapse(tuple(layer.weight.shape))
        if layer.bias is not None:
            layer.bias.data = self.weights.bias(layer.bias.shape[0])
        return layer

    def flow(self, x: Flow) -> Flow:
        layer = self.layer.layer if isinstance(self.layer, Flat) else self.layer
        layer = layer[0] if isinstance(layer, nn.Sequential) else layer
        bound = float(layer.weight.abs().flatten(1).sum(1).max()) * x.bound
        if layer.bias is not None:
            bound += float(layer.bias.abs().max())
        return checked(max(x.fraction + 2, 2), bound)


@op("linear")
class Linear(_Synapse):
    def build(self) -> None:
        self.layer = self.fill(nn.Linear(self.shape[-1], self.attrs["out"], bias=self.attrs["bias"]))

    def forward(self, x):
        return self.layer(x)


@op("product")
class Product(_Synapse):
    """The last axis times a matrix. `how`: "mm" or "addmm" on rows, "bmm" for each sample."""

    def build(self) -> None:
        self.layer = self.fill(nn.Linear(self.shape[-1], self.attrs["out"], bias=self.attrs["how"] == "addmm"))

    def forward(self, x):
        how, matrix = self.attrs["how"], self.layer.weight.t()
        if how == "bmm":
            batch = x.flatten(0, -3) if x.dim() > 3 else x
            y = torch.bmm(batch, matrix.expand(batch.shape[0], *matrix.shape))
        else:
            rows = x.flatten(0, -2)
            y = torch.mm(rows, matrix) if how == "mm" else torch.addmm(self.layer.bias, rows, matrix)
        return y.reshape(*x.shape[:-1], y.shape[-1])


class _Conv(_Synapse):
    rank: int

    def build(self) -> None:
        a, channels = self.attrs, self.shape[0]
        groups = {"one": 1, "depthwise": channels}.get(a["groups"], a["groups"])
        outputs = channels * a["out"] if a["groups"] == "depthwise" else a["out"]
        cls = nn.Conv1d if self.rank == 1 else nn.Conv2d
        conv = cls(channels, outputs, a["kernel"], a["stride"], a["padding"], a["dilation"], groups, a["bias"])
        self.layer = Flat(self.fill(conv), self.place.lead, a["wrap"])

    def forward(self, x):
        return self.layer(x)


@op("conv2d")
class Conv2d(_Conv):
    rank = 2


@op("conv1d")
class Conv1d(_Conv):
    """On [..., C, N]."""

    rank = 1


@op("batch_norm")
class BatchNorm(Op):
    """`layout`: "image" [..., C, H, W], "cn" [..., C, N], "nc" [..., N, C] transposed for the norm, "rows" [..., N, C] as
    rows of C, "vector" [..., C]."""

    def build(self) -> None:
        layout, affine = self.attrs["layout"], self.attrs["affine"]
        channels = self.shape[0] if layout in ("image", "cn") else self.shape[-1]
        cls = nn.BatchNorm2d if layout == "image" else nn.BatchNorm1d
        eps = 2.0**-10 if self.place.exact else self.attrs.get("eps", 1e-5)
        self.norm = cls(channels, eps=eps, affine=affine)
        draw = self.weights
        if self.place.exact:
            # A power of four: its root is exact.
            self.norm.running_var = torch.full((channels,), self.attrs["spread"] - eps)
            self.norm.running_mean = draw.grid((channels,), -1, 1, 1)
        else:
            self.norm.running_var = draw.real((channels,), 0.3).abs() + 0.1
            self.norm.running_mean = draw.real((channels,), 0.3)
        if affine:
            self.norm.weight.data = (
                draw.grid((channels,), 0.5, 1.5, 1) if draw.exact else draw.real((channels,), 0.3, 1.0)
            )
            self.norm.bias.data = draw.grid((channels,), -1, 1, 1) if draw.exact else draw.real((channels,), 0.3)
        self.flat = Flat(self.norm, self.place.lead, self.attrs["wrap"])

    def forward(self, x):
        layout = self.attrs["layout"]
        if layout == "nc":
            y = x.transpose(-1, -2)
            return self.flat(y.contiguous() if self.attrs.get("contiguous") else y).transpose(-1, -2)
        if layout == "rows":
            return self.norm(x.flatten(0, -2)).reshape(x.shape)
        return self.flat(x)

    def flow(self, x: Flow) -> Flow:
        spread = float(self.attrs["spread"])
        gain = 1 / math.sqrt(spread)
        fraction, bound = max(x.fraction, 1) + (1 if gain < 1 else 0), (x.bound + 1) * gain
        if self.attrs["affine"]:
            fraction, bound = fraction + 1, bound * 1.5 + 1
        return checked(fraction, bound)


@op("max_pool")
class MaxPool(Op):
    def build(self) -> None:
        a = self.attrs
        pool = nn.MaxPool2d(a["kernel"], a["stride"], a["padding"], a["dilation"], ceil_mode=a["ceil"])
        self.layer = Flat(pool, self.place.lead, a["wrap"])

    def forward(self, x):
        return self.layer(x)


@op("avg_pool")
class AvgPool(Op):
    def build(self) -> None:
        a = self.attrs
        pool = nn.AvgPool2d(a["kernel"], a["stride"], a["padding"], ceil_mode=a["ceil"], count_include_pad=a["include"])
        self.layer = Flat(pool, self.place.lead, a["wrap"])

    def forward(self, x):
        return self.layer(x)

    def flow(self, x: Flow) -> Flow:
        area = self.attrs["kernel"][0] * self.attrs["kernel"][1]
        if any(self.attrs["padding"]) and not self.attrs["include"]:
            # Windows at the border divide by fewer: exact only if those numbers are powers of two, too.
            binary_digits(3)
        return checked(x.fraction + binary_digits(area), x.bound)


@op("adaptive_avg_pool")
class AdaptiveAvgPool(Op):
    def build(self) -> None:
        self.layer = Flat(nn.AdaptiveAvgPool2d(tuple(self.attrs["size"])), self.place.lead, self.attrs["wrap"])

    def forward(self, x):
        return self.layer(x)

    def flow(self, x: Flow) -> Flow:
        area = self.shape[1] * self.shape[2] // math.prod(self.attrs["size"])
        return checked(x.fraction + binary_digits(area), x.bound)
