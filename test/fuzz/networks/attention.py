# SPDX-License-Identifier: Apache-2.0
"""The attention of spiking transformers, on tokens [..., N, C]."""

from __future__ import annotations

from . import blocks
from .builder import Builder
from .plan import NotExact


def _qkv(b: Builder, x: int, count: int) -> list[int]:
    """Binary q, k, v: one synapse each, or one for all, cut into parts."""
    channels = b.shape(x)[-1]
    if b.chance(0.3):
        y = b.neuron(blocks.current(b, x, channels * count))
        how = b.rng.choice(("chunk", "split", "slice"))
        return [b.add("part", y, dim=-1, start=i * channels, size=channels, how=how) for i in range(count)]
    return [b.neuron(blocks.current(b, x, channels)) for _ in range(count)]


def _heads(b: Builder, x: int, values: list[int]) -> list[int]:
    channels = b.shape(x)[-1]
    heads = b.rng.choice([h for h in (1, 2, 4) if channels % h == 0])
    how = b.rng.choice(("unflatten", "reshape"))
    return [b.add("heads", value, heads=heads, how=how) for value in values]


def _scaled(b: Builder, x: int) -> int:
    factor = b.rng.choice((0.125, 0.25, 0.5)) if b.plan.exact else b.rng.choice((0.125, 0.25, 0.3, 0.408248))
    return b.add("scale", x, factor=factor, how=b.rng.choice(("mul", "mul", "rmul", "buffer")))


def _out(b: Builder, x: int, y: int) -> int:
    """Neuron, projection and its neuron, and the residual."""
    return _project(b, x, b.neuron(y))


def _project(b: Builder, x: int, y: int) -> int:
    if b.chance(0.6):
        y = b.neuron(blocks.current(b, y, b.shape(x)[-1]))
    if b.chance(0.5) and b.fits(x):
        y = b.add("add", x, y)
    return y


def ssa(b: Builder, x: int) -> int:
    """Spikformer: (q k^T) v or q (k^T v), scaled between or behind."""
    q, k, v = _heads(b, x, _qkv(b, x, 3))
    between = b.chance(0.5)
    if b.chance(0.5):
        y = b.add("matmul", q, k, tb=True)
        y = _scaled(b, y) if between else y
        y = b.add("matmul", y, v)
    else:
        y = b.add("matmul", k, v, ta=True)
        y = _scaled(b, y) if between else y
        y = b.add("matmul", q, y)
    y = y if between else _scaled(b, y)
    return _out(b, x, b.add("merge_heads", y))


def ssa_by_channels(b: Builder, x: int) -> int:
    """SpikingJelly's Spikformer: (v k^T) q on heads of channels by tokens, and neurons before the heads are merged."""
    q, k, v = (b.add("transpose", y, dims=[-1, -2]) for y in _heads(b, x, _qkv(b, x, 3)))
    y = b.neuron(_scaled(b, b.add("matmul", b.add("matmul", v, k, tb=True), q)))
    return _project(b, x, b.add("transpose", b.add("flatten", y, start=-3, end=-2), dims=[-1, -2]))


def sdsa(b: Builder, x: int) -> int:
    """Spike-driven: q masked by a neuron on the column sum of k * v."""
    q, k, v = _heads(b, x, _qkv(b, x, 3))
    kv = b.add("reduce", b.add("mul", k, v), kind="sum", dims=[-2], keep=True)
    return _out(b, x, b.add("merge_heads", b.add("mul", q, b.neuron(kv))))


def qk_token(b: Builder, x: int) -> int:
    """QKFormer: a neuron on the sum of q over channels (or, for channel attention, over tokens) gates k."""
    q, k = _heads(b, x, _qkv(b, x, 2))
    gate = b.neuron(b.add("reduce", q, kind="sum", dims=[b.rng.choice((-1, -2))], keep=True))
    return _out(b, x, b.add("merge_heads", b.add("mul", *((gate, k) if b.chance(0.5) else (k, gate)))))


def dssa(b: Builder, x: int) -> int:
    """SpikingResformer: LIF(y1^T x * s1), then LIF(y2 a * s2), on spikes x [N, C]."""
    if b.plan.exact and not b.flows[x].binary:
        x = b.neuron(x)
    channels = b.shape(x)[-1]
    both = blocks.token_synapse(b, x, 2 * channels)
    y1 = b.add("part", both, dim=-1, start=0, size=channels, how="chunk")
    y2 = b.add("part", both, dim=-1, start=channels, size=channels, how="chunk")
    y1, y2, h = _heads(b, x, [y1, y2, x])
    a = b.add("matmul", y1, h, tb=True)
    a = b.neuron(_scaled(b, a))
    y = _scaled(b, b.add("matmul", a, y2, ta=b.chance(0.5)))
    return b.neuron(b.add("merge_heads", y))


def mlp(b: Builder, x: int) -> int:
    channels = b.shape(x)[-1]
    y = b.neuron(blocks.current(b, x, channels * 2))
    y = b.neuron(blocks.current(b, y, channels))
    if not b.fits(x):
        raise NotExact("the residual carries too many digits")
    return b.add("add", x, y)


BLOCKS = (ssa, ssa, ssa, ssa_by_channels, sdsa, qk_token, dssa, mlp)
