# SPDX-License-Identifier: Apache-2.0
"""Shapes, and what does nothing."""

from __future__ import annotations

import torch
from torch import nn

from .ops import Op, op
from .plan import Flow


@op("transpose")
class Transpose(Op):
    """`dims`: two negative axes of a sample."""

    def forward(self, x):
        return x.transpose(*self.attrs["dims"])


@op("permute")
class Permute(Op):
    """`order`: of a sample's axes."""

    def forward(self, x):
        lead = self.place.lead
        return x.permute(*range(lead), *(lead + axis for axis in self.attrs["order"]))


@op("reshape")
class Reshape(Op):
    def forward(self, x):
        return x.reshape(*x.shape[: self.place.lead], *self.attrs["shape"])


@op("flatten")
class Flatten(Op):
    def forward(self, x):
        return x.flatten(self.attrs["start"], self.attrs["end"])


@op("heads")
class Heads(Op):
    """[..., N, C] -> [..., h, N, C/h]; `how`: "unflatten" or "reshape" (with permute)."""

    def forward(self, x):
        heads = self.attrs["heads"]
        if self.attrs["how"] == "unflatten":
            return x.unflatten(-1, (heads, x.shape[-1] // heads)).transpose(-2, -3)
        lead = self.place.lead
        y = x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads)
        return y.permute(*range(lead), lead + 1, lead, lead + 2).contiguous()


@op("merge_heads")
class MergeHeads(Op):
    """[..., h, N, d] -> [..., N, h d]."""

    def forward(self, x):
        return x.transpose(-2, -3).flatten(-2)


@op("tokens")
class Tokens(Op):
    """[..., C, H, W] -> [..., H W, C]."""

    def forward(self, x):
        return x.flatten(-2).transpose(-1, -2)


@op("image")
class Image(Op):
    """[..., N, C] -> [..., C, H, W]."""

    def forward(self, x):
        return x.transpose(-1, -2).unflatten(-1, tuple(self.attrs["size"]))


@op("unsqueeze")
class Unsqueeze(Op):
    def forward(self, x):
        return x.unsqueeze(self.attrs["dim"])


@op("squeeze")
class Squeeze(Op):
    """Without `dim`, of all axes of one; only for outputs."""

    def forward(self, x):
        return x.squeeze(self.attrs["dim"]) if "dim" in self.attrs else x.squeeze()


@op("part")
class Part(Op):
    """One part of an axis. `how`: "slice", "chunk", "split", "split_sizes", "select", "unbind"."""

    def forward(self, x):
        dim, start, size, how = (self.attrs[k] for k in ("dim", "start", "size", "how"))
        length = x.shape[dim]
        if how == "chunk":
            return x.chunk(length // size, dim)[start // size]
        if how == "split":
            return x.split(size, dim)[start // size]
        if how == "split_sizes":
            sizes = [n for n in (start, size, length - start - size) if n]
            return x.split(sizes, dim)[1 if start else 0]
        if how == "select":
            return x.select(dim, start)
        if how == "unbind":
            return x.unbind(dim)[start]
        index = [slice(None)] * x.dim()
        index[dim] = slice(start, start + size)
        return x[tuple(index)]


@op("concat")
class Concat(Op):
    """`how`: "cat" or "stack" along `dim`."""

    def forward(self, *xs):
        return torch.stack(xs, self.attrs["dim"]) if self.attrs["how"] == "stack" else torch.cat(xs, self.attrs["dim"])

    def flow(self, *flows: Flow) -> Flow:
        return Flow(max(f.fraction for f in flows), max(f.bound for f in flows))


@op("nothing")
class Nothing(Op):
    """`how`: "dropout", "identity", "contiguous", "clone", "detach", "float"."""

    def build(self) -> None:
        how = self.attrs["how"]
        self.layer = nn.Dropout(0.5) if how == "dropout" else nn.Identity()

    def forward(self, x):
        how = self.attrs["how"]
        return self.layer(x) if how in ("dropout", "identity") else getattr(x, how)()
