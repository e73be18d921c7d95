# SPDX-License-Identifier: Apache-2.0
"""Blocks of what models write between their layers: comparisons, assignments, borders, pools of other ranks, long lines."""

from __future__ import annotations

from .blocks import convolution, pool
from .builder import Builder
from .ops import WRAPS
from .ops_compare import CASTS, COMPARISONS
from .plan import Unfit


def _other(b: Builder, x: int) -> int:
    """Another value of the same shape, or spikes of this one."""
    same = [i for i in b.values if i not in (x, 0) and b.shape(i) == b.shape(x)]
    return b.rng.choice(same) if same and b.chance(0.5) else b.neuron(x)


def compared(b: Builder, x: int) -> int:
    """Spikes of the model's own making; in exact plans, since the tie rule knows neurons only."""
    if not b.plan.exact:
        raise Unfit("no bound")
    how = {"how": b.rng.choice(COMPARISONS), "cast": b.rng.choice(CASTS)}
    if b.chance(0.5):
        return b.add("compare", x, **how, **{"with": b.rng.choice((0.5, 0.25, 1.0, 0.0, -0.5))})
    return b.add("compare_two", x, _other(b, x), **how)


def selected(b: Builder, x: int) -> int:
    if not b.plan.exact:
        raise Unfit("no bound")
    return b.add("where", x, _other(b, x))


def power(b: Builder, x: int) -> int:
    if not b.plan.exact:
        raise Unfit("no bound")
    kinds = ("square", "times", "cube", "root", "root", "inverse", "reciprocal", "rsqrt", "sigmoid")
    return b.add("power", x, how=b.rng.choice(kinds))


def limited(b: Builder, x: int) -> int:
    if not b.plan.exact:
        raise Unfit("no bound")
    return b.add("limit", x, how=b.rng.choice(("clamp_min", "clamp_max", "hardtanh", "relu", "relu6", "leaky")))


def assigned(b: Builder, x: int) -> int:
    shape = b.shape(x)
    axis = b.rng.randrange(len(shape))
    if shape[axis] == 1:
        raise Unfit("what is written over leaves nothing of the value")
    how, size = b.rng.choice(("slice", "select", "add", "row")), b.rng.randint(1, shape[axis] - 1)
    size = 1 if how == "select" else size
    start = b.rng.randint(0, shape[axis] - size)
    other = _other(b, x)
    if b.chance(0.3):
        x, other = other, x
    return b.add("assign", x, other, dim=axis - len(shape), start=start, size=size, how=how)


def bordered(b: Builder, x: int) -> int:
    """Zeros around an image or tokens, mostly before a synapse, which may take them in."""
    shape = b.shape(x)
    if b.chance(0.6) and len(shape) == 3:
        pad = [b.rng.randint(0, 2) for _ in range(4)]
        y = b.add("border", x, pad=pad, how=b.rng.choice(("pad", "layer", "constant")))
        kernel = {"kernel": [3, 3], "stride": [1, 1], "dilation": [1, 1], "padding": [b.rng.randint(0, 1)] * 2}
        rest = {"out": b.rng.choice((1, 2, 4)), "groups": "one", "bias": b.chance(0.5), "wrap": b.rng.choice(WRAPS)}
        if min(b.shape(y)[1:]) >= 3 and b.fits(y):
            return b.neuron(b.add("conv2d", y, **kernel, **rest))
        return y
    low = [b.rng.randint(-1, 1) for _ in range(2)]
    if shape[-1] + sum(min(size, 0) for size in low) < 1 or not any(low):
        raise Unfit("nothing left, or nothing done")
    return b.add("border", x, pad=low, how="pad")


def bordered_norm(b: Builder, x: int) -> int:
    """Two convolutions with the border of batch norm in between, whose padding takes it in."""
    if not b.fits(x) or b.flows[x].bound > 2:
        x = b.neuron(x)
    channels = b.shape(x)[0]
    one = {
        "kernel": [1, 1],
        "stride": [1, 1],
        "padding": [0, 0],
        "dilation": [1, 1],
        "groups": "one",
        "wrap": "flatten",
    }
    y = b.add("conv2d", x, **one, out=channels, bias=False)
    attrs = {"affine": b.chance(0.7), "wrap": "flatten", "spread": b.rng.choice((0.25, 1.0)), "eps": 1e-5}
    y = b.add("border_norm", y, **attrs)
    three = {**one, "kernel": [3, 3], "groups": b.rng.choice(("one", "depthwise"))}
    y = b.add("conv2d", y, **three, out=1 if three["groups"] == "depthwise" else b.rng.choice((2, 4)), bias=False)
    return b.neuron(y)


def pooled_tokens(b: Builder, x: int) -> int:
    """Along the last axis of tokens."""
    if b.shape(x)[-1] < 2:
        raise Unfit("nothing to pool")
    wrap = b.rng.choice(WRAPS)
    if b.chance(0.4):
        return b.add("pool_to_one", x, how="avg1d", wrap=wrap)
    kernel = b.rng.choice((2, 3)) if b.shape(x)[-1] > 2 else 2
    padding = b.rng.choice((0, 1))
    return b.add("max_pool1d", x, kernel=kernel, stride=b.rng.choice((1, 2)), padding=padding, wrap=wrap)


def pooled_image(b: Builder, x: int) -> int:
    channels, *spatial = b.shape(x)
    kinds = ["max2d", "avg3d", "avg3d", "max3d", "window"]
    how = b.rng.choice(kinds)
    if how == "window":
        if min(spatial) < 2:
            raise Unfit("nothing to pool")
        return b.add("max_pool3d", x, kernel=2, stride=b.rng.choice((1, 2)))
    return b.add("pool_to_one", x, how=how, wrap=b.rng.choice(WRAPS))


#: The widths of images that fill the runs in which kernels multiply neighbours, with little waste.
LINE = (14, 16)


def has_lines(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and LINE[0] <= shape[2] <= LINE[1]


def by_lines(b: Builder, x: int) -> int:
    """A convolution whose rows kernels read from the image's own lines, perhaps with the pool that they take in."""
    height, width = b.rng.choice(((1, 3), (1, 7), (2, 5), (3, 3), (3, 5), (3, 5), (5, 5)))
    enough = 1 if height == 1 else -(-48 // width)  # of inputs in each line of the filter, which are padded to 64
    x = b.neuron(x if b.shape(x)[0] >= enough else convolution(b, x, enough, same=True))
    window = {"kernel": [height, width], "stride": [1, 1], "dilation": [1, 1]}
    padding = [height // 2, b.rng.choice((width // 2, width // 2, 0))]
    rest = {"out": b.rng.choice((1, 4, 8, 16)), "groups": "one", "bias": b.chance(0.5), "wrap": b.rng.choice(WRAPS)}
    y = b.add("conv2d", x, **window, padding=padding, **rest)
    return b.neuron(pool(b, y) if b.chance(0.4) else y)


def multiplied(b: Builder, x: int) -> int:
    """A synapse by another of torch's products."""
    if not b.fits(x):
        raise Unfit("too many digits")
    hows = ["mm", "addmm"] + (["bmm"] if len(b.shape(x)) > 1 else [])
    return b.neuron(b.add("product", x, out=b.rng.choice((2, 4, 6)), how=b.rng.choice(hows)))


ANY = (multiplied, compared, compared, selected, power, limited, assigned, assigned)
IMAGE = (*ANY, bordered, bordered_norm, bordered_norm, pooled_image, pooled_image)
TOKENS = (*ANY, bordered, pooled_tokens, pooled_tokens)
