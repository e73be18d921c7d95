# SPDX-License-Identifier: Apache-2.0
"""Blocks of images, tokens and vectors: each takes a value and gives the one that the network goes on with."""

from __future__ import annotations

from .builder import Builder
from .ops import WRAPS
from .plan import INPUT, NotExact, Unfit


def windowed(n: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    return (n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def _axis(b: Builder, n: int, kernels, same: bool) -> tuple[int, int, int, int]:
    """Kernel, stride, padding and dilation along an axis of n."""
    for _ in range(20):
        kernel = b.rng.choice(kernels)
        dilation = b.rng.choice((1, 1, 1, 2, 3)) if kernel > 1 else 1
        if same:
            reach = dilation * (kernel - 1)
            if reach % 2 == 0:
                return kernel, 1, reach // 2, dilation
            continue
        stride, padding = b.rng.choice((1, 1, 2, 3)), b.rng.choice((0, 0, 1, 2, 3))
        if windowed(n, kernel, stride, padding, dilation) >= 1:
            return kernel, stride, padding, dilation
    return 1, 1, 0, 1


def _window(b: Builder, shape: tuple[int, ...], kernels, same: bool) -> dict[str, list[int]]:
    axes = [_axis(b, n, kernels, same) for n in shape]
    if len(axes) == 2 and b.chance(0.5) and not same and shape[0] == shape[1]:
        axes[1] = axes[0]
    return {
        name: list(part)
        for name, part in zip(("kernel", "stride", "padding", "dilation"), zip(*axes, strict=True), strict=True)
    }


def convolution(b: Builder, x: int, out: int | None = None, same: bool = False) -> int:
    channels, *spatial = b.shape(x)
    depthwise = out in (None, channels) and channels > 1 and b.chance(0.25)
    outputs = out or b.rng.choice((1, 2, 3, 4, 6, 8))
    groups: str | int = "one"
    if depthwise:
        groups, outputs = "depthwise", 1 if out else b.rng.choice((1, 1, 2))
    elif common := [g for g in range(2, channels + 1) if channels % g == 0 and outputs % g == 0]:
        groups = b.rng.choice(common) if b.chance(0.25) else groups
    kernels = (1, 1, 2, 3, 3, 3, 4, 5, 7)
    window = _window(b, tuple(spatial), kernels, same)
    rest = {"out": outputs, "groups": groups, "bias": b.chance(0.5), "wrap": b.rng.choice(WRAPS)}
    return b.add("conv2d" if len(spatial) == 2 else "conv1d", x, **window, **rest)


def norm(b: Builder, x: int, layout: str) -> int:
    attrs = {"layout": layout, "affine": b.chance(0.7), "wrap": b.rng.choice(WRAPS), "contiguous": b.chance(0.5)}
    attrs["spread"] = b.rng.choice((0.25, 1.0, 4.0))
    attrs["eps"] = b.rng.choice((1e-5, 1e-5, 1e-3))
    return b.add("batch_norm", x, **attrs)


def linear(b: Builder, x: int, out: int | None = None) -> int:
    return b.add("linear", x, out=out or b.rng.choice((1, 2, 4, 6, 8, 10)), bias=b.chance(0.5))


def token_synapse(b: Builder, x: int, out: int) -> int:
    """[N, C] -> [N, out], as a linear layer or as a convolution with a kernel of one, perhaps with batch norm."""
    if b.chance(0.5):
        y = linear(b, x, out)
        return norm(b, y, b.rng.choice(("nc", "rows"))) if b.chance(0.7) else y
    y = b.add("transpose", x, dims=[-1, -2])
    channels = b.shape(y)[0]
    groups = 2 if b.chance(0.15) and channels % 2 == 0 and out % 2 == 0 else "one"
    same = {"kernel": [1], "stride": [1], "padding": [0], "dilation": [1]}
    if b.chance(0.3):
        same = _window(b, b.shape(y)[1:], (1, 3, 5), same=True)
    y = b.add("conv1d", y, out=out, groups=groups, bias=b.chance(0.5), wrap=b.rng.choice(WRAPS), **same)
    if b.chance(0.7):
        y = norm(b, y, "cn")
    return b.add("transpose", y, dims=[-2, -1])


def current(b: Builder, x: int, out: int | None = None, same: bool = False) -> int:
    """Synapse, perhaps batch norm, perhaps a factor: what a neuron is fed."""
    if not b.fits(x):
        x = b.neuron(x)
    rank = len(b.shape(x))
    if rank == 3:
        y = convolution(b, x, out, same)
        y = norm(b, y, "image") if b.chance(0.6) else y
    elif rank == 2:
        y = token_synapse(b, x, out or b.rng.choice((2, 4, 6, 8)))
    else:
        y = linear(b, x, out)
        y = norm(b, y, "vector") if b.chance(0.5) else y
    if b.chance(0.15):
        y = factor(b, y)
    return y


def factor(b: Builder, x: int) -> int:
    value = b.rng.choice((0.5, 0.25, 2.0, 0.125)) if b.plan.exact else b.rng.choice((0.3, 1.7, 0.125, 0.353553))
    if b.chance(0.2):
        by = b.rng.choice((0.25, -0.5, 1.0)) if b.plan.exact else b.rng.choice((0.1, -0.3))
        return b.add("shift", x, by=by, how=b.rng.choice(("add", "sub")))
    if b.chance(0.2):
        x = b.add("scale", x, factor=0.5, how="mul")
    return b.add("scale", x, factor=value, how=b.rng.choice(("mul", "rmul", "div", "buffer", "div_buffer")))


def spikes(b: Builder, x: int) -> int:
    return b.neuron(current(b, x))


def residual(b: Builder, x: int) -> int:
    """Behind the neuron (SEW: sum, product or IAND) or in front of it (membrane shortcut)."""
    shape = b.shape(x)
    out = shape[0] if len(shape) == 3 else shape[-1]
    if b.chance(0.35):  # the neuron first, then the synapse; the sum stays a membrane
        y = current(b, b.neuron(x), out, same=True)
        if not b.fits(x, SHORTCUT):
            raise NotExact("the shortcut carries too many digits")
        return b.add("add", *_either(b, x, y))
    y = b.neuron(current(b, x, out, same=True))
    kind = b.rng.choice(("add", "add", "add", "mul", "iand", "sub"))
    if kind == "iand":
        return b.add("iand", y, x)
    return b.add(kind, *_either(b, x, y))


SHORTCUT = 12


def _either(b: Builder, x: int, y: int) -> tuple[int, int]:
    return (x, y) if b.chance(0.5) else (y, x)


def pool(b: Builder, x: int) -> int:
    _, *spatial = b.shape(x)
    if min(spatial) < 2:
        raise Unfit("nothing to pool")
    kind = b.rng.choice(("max_pool", "max_pool", "avg_pool", "adaptive_avg_pool"))
    wrap = b.rng.choice(WRAPS)
    if kind == "adaptive_avg_pool":
        size = [b.rng.choice([d for d in range(1, n + 1) if n % d == 0]) for n in spatial]
        return b.add(kind, x, size=size, wrap=wrap)
    window = {"kernel": [], "stride": [], "padding": [], "dilation": []}
    for n in spatial:
        for _ in range(20):
            kernel = b.rng.choice((2, 2, 3, 3, 4, 5))
            stride, padding = b.rng.choice((1, 2, 2, 3)), b.rng.choice((0, 0, 1, 2))
            dilation = b.rng.choice((1, 1, 1, 2)) if kind == "max_pool" else 1
            if 2 * padding <= kernel and windowed(n, kernel, stride, padding, dilation) >= 1:
                break
        else:
            kernel, stride, padding, dilation = 2, 2, 0, 1
        for name, part in zip(window, (kernel, stride, padding, dilation), strict=True):
            window[name].append(part)
    if kind == "avg_pool":
        del window["dilation"]
        return b.add(kind, x, **window, include=b.chance(0.5), ceil=False, wrap=wrap)
    return b.add(kind, x, **window, ceil=False, wrap=wrap)


def pooled_spikes(b: Builder, x: int) -> int:
    """The pool in front of the neuron."""
    return b.neuron(pool(b, current(b, x)))


def separable(b: Builder, x: int) -> int:
    """1x1, depthwise and 1x1 again without a neuron between the last two."""
    channels, *spatial = b.shape(x)
    y = b.neuron(convolution(b, x, channels * 2, same=True))
    one = {"kernel": [1, 1], "stride": [1, 1], "padding": [0, 0], "dilation": [1, 1], "wrap": b.rng.choice(WRAPS)}
    y = b.add("conv2d", y, **{**one, "kernel": [3, 3], "padding": [1, 1]}, out=1, groups="depthwise", bias=False)
    y = b.add("conv2d", y, **one, out=channels, groups="one", bias=b.chance(0.5))
    return b.neuron(norm(b, y, "image") if b.chance(0.5) else y)


def to_tokens(b: Builder, x: int) -> int:
    return b.add("tokens", x)


def to_image(b: Builder, x: int) -> int:
    count = b.shape(x)[0]
    height = b.rng.choice([d for d in range(1, count + 1) if count % d == 0])
    return b.add("image", x, size=[height, count // height])


def reduced(b: Builder, x: int) -> int:
    """Image or tokens to a vector."""
    dims = [-2, -1] if len(b.shape(x)) == 3 else [-2]
    return b.add("reduce", x, kind=b.rng.choice(("sum", "mean", "mean", "amax")), dims=dims, keep=False)


def flattened(b: Builder, x: int) -> int:
    return b.add("flatten", x, start=-len(b.shape(x)), end=-1)


def kept_reduction(b: Builder, x: int) -> int:
    """A sum over an axis that stays, gating the value it is a sum of."""
    axis = -b.rng.randint(1, len(b.shape(x)))
    y = b.neuron(b.add("reduce", x, kind=b.rng.choice(("sum", "mean", "amax")), dims=[axis], keep=True))
    return b.add("mul", *_either(b, x, y))


def parts(b: Builder, x: int) -> int:
    """Two halves of an axis, treated apart and joined by a sum or side by side."""
    shape = b.shape(x)
    axes = [i for i, n in enumerate(shape) if n % 2 == 0]
    if not axes:
        raise Unfit("no axis of even length")
    axis = b.rng.choice(axes) - len(shape)
    half = shape[axis] // 2
    how = b.rng.choice(("slice", "chunk", "split", "split_sizes"))
    low = b.add("part", x, dim=axis, start=0, size=half, how=how)
    high = b.add("part", x, dim=axis, start=half, size=half, how=how)
    if b.chance(0.5):
        high = b.neuron(high)
    return b.add("add" if b.chance(0.7) else "mul", low, high)


def joined(b: Builder, x: int) -> int:
    """Side by side with another value, or stacked with it and reduced."""
    shape = b.shape(x)
    same = [i for i in b.values if i != INPUT and b.shape(i) == shape] or [x]
    other = b.rng.choice(same)
    if b.chance(0.5):
        other = b.neuron(other)
    axis = -b.rng.randint(1, len(shape))
    if b.chance(0.4):
        both = b.add("concat", *_either(b, x, other), dim=axis, how="stack")
        return b.add("reduce", both, kind=b.rng.choice(("sum", "amax")), dims=[axis], keep=False)
    return b.add("concat", *_either(b, x, other), dim=axis, how="cat")


def single(b: Builder, x: int) -> int:
    """One element of an axis, broadcast against the whole."""
    shape = b.shape(x)
    axis = b.rng.randrange(len(shape)) - len(shape)
    start = b.rng.randrange(shape[axis])
    y = b.add("part", x, dim=axis, start=start, size=1, how=b.rng.choice(("select", "unbind")))
    y = b.add("unsqueeze", y, dim=axis)
    return b.add(b.rng.choice(("add", "mul")), *_either(b, x, y))


def shuffled(b: Builder, x: int) -> int:
    """Axes permuted, or reshaped, around a neuron, and put back."""
    shape = b.shape(x)
    if len(shape) == 1 or b.chance(0.3):
        y = b.add("unsqueeze", x, dim=-1)
        return b.add("squeeze", b.neuron(y), dim=-1)
    if b.chance(0.3):
        count = 1
        for n in shape:
            count *= n
        y = b.neuron(b.add("reshape", x, shape=[count]))
        return b.add("reshape", y, shape=list(shape))
    order = list(range(len(shape)))
    b.rng.shuffle(order)
    back = [order.index(i) for i in range(len(order))]
    return b.add("permute", b.neuron(b.add("permute", x, order=order)), order=back)


def function(b: Builder, x: int) -> int:
    """A function of each element, or of two; in exact plans, since the tie rule has no bound for all of them."""
    if not b.plan.exact:
        raise Unfit("no bound")
    if b.chance(0.3):
        other = b.neuron(x) if b.chance(0.5) else x
        return b.add("extreme", *_either(b, x, other), how=b.rng.choice(("maximum", "minimum")))
    kinds = ("relu", "neg", "abs", "floor", "ceil", "round", "clamp", "square", "rsub")
    return b.add("unary", x, how=b.rng.choice(kinds))


def nothing(b: Builder, x: int) -> int:
    kinds = ("dropout", "identity", "contiguous", "clone", "detach", "float")
    # In other plans the reference is computed in double as well.
    return b.add("nothing", x, how=b.rng.choice(kinds if b.plan.exact else kinds[:-1]))


def shortcut(b: Builder, x: int) -> int:
    """A sum with any earlier value of the same shape."""
    shape = b.shape(x)
    earlier = [i for i in b.values if i not in (x, INPUT) and b.shape(i) == shape and b.fits(i, SHORTCUT)]
    if not earlier:
        raise Unfit("nothing to add")
    return b.add("add", *_either(b, x, b.rng.choice(earlier)))


def outputs(b: Builder, x: int) -> list[int]:
    """What the network returns: spikes, a head's numbers, a readout's membranes; sometimes two values."""
    if len(b.shape(x)) > 1 and b.chance(0.6):
        try:
            x = reduced(b, x)
        except (NotExact, Unfit):
            pass
    if len(b.shape(x)) == 1 and b.chance(0.6):
        x = _attempt(b, lambda: linear(b, x), x)
    found = [x]
    kind = b.rng.random()
    if kind < 0.2 and not b.plan.stepped:
        found = [_attempt(b, lambda: b.add("reduce_time", x, kind=b.rng.choice(("mean", "sum"))), x)]
    elif kind < 0.25:
        attrs = {"kind": b.rng.choice(("mean", "sum")), "batch": b.plan.batch}
        found = [_attempt(b, lambda: b.add("reduce_all", x, **attrs), x)]
    elif kind < 0.28 and not b.plan.stepped:
        found = [_attempt(b, lambda: b.add("squeeze", x), x)]
    elif kind < 0.4:
        found = [_attempt(b, lambda: b.readout(x), x)]
    if b.chance(0.15):
        earlier = [i for i in b.values if i not in (INPUT, *found)]
        found += [b.rng.choice(earlier)] if earlier else []
    return [i for i in found if i != INPUT] or [b.add("nothing", INPUT, how="clone")]


def _attempt(b: Builder, step, otherwise: int) -> int:
    try:
        return step()
    except (NotExact, Unfit):
        return otherwise


_ANY = (
    spikes,
    spikes,
    residual,
    residual,
    nothing,
    parts,
    joined,
    single,
    shuffled,
    kept_reduction,
    shortcut,
    factor,
    function,
)
BLOCKS = {
    3: (
        *_ANY,
        spikes,
        pool,
        pool,
        pool,
        pooled_spikes,
        pooled_spikes,
        separable,
        to_tokens,
        to_tokens,
        reduced,
        flattened,
    ),
    2: (*_ANY, to_image, reduced, flattened),
    1: _ANY,
}
