# SPDX-License-Identifier: Apache-2.0
"""Random small spiking networks in PyTorch whose every float32 sum is exact.

Inputs, weights, normalisations and thresholds are multiples of powers of two, and the generator keeps count of the binary
digits of every value (`Flow`): as long as they fit a float32, no order of summation rounds, so the compiled network must
agree with PyTorch in every bit, membranes that meet their threshold exactly included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st
from spikingjelly.activation_based import functional, neuron
from torch import nn

DIGITS = 24
SPARE = 13  # digits that a value may have when the next synapse reads it


@dataclass(frozen=True)
class Flow:
    """Values at a point of the network: shape of one sample, multiples of 2^-fraction, none above bound."""

    shape: tuple[int, ...]
    fraction: int
    bound: float

    @property
    def digits(self) -> int:
        return self.fraction + math.ceil(math.log2(self.bound + 1))


# ---------------------------------------------------------------------------------------------------------- layers


class Flat(nn.Module):
    """A PyTorch layer that knows only a batch, on input that may have time in front of it."""

    def __init__(self, layer: nn.Module, rank: int) -> None:
        super().__init__()
        self.layer, self.rank = layer, rank

    def forward(self, x):
        if x.dim() == self.rank + 1:
            return self.layer(x)
        return self.layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class TokenNorm(nn.Module):
    """Batch norm over the last axis of [..., tokens, channels]."""

    def __init__(self, norm: nn.BatchNorm1d) -> None:
        super().__init__()
        self.norm = Flat(norm, 2)

    def forward(self, x):
        return self.norm(x.transpose(-1, -2).contiguous()).transpose(-1, -2)


class Residual(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


class Tokens(nn.Module):
    def forward(self, x):
        return x.flatten(-2).transpose(-1, -2)


class Attention(nn.Module):
    """Spiking self-attention over binary q, k, v; `linear_first` computes q (k^T v)."""

    def __init__(self, q, k, v, out, heads: int, scale: float, linear_first: bool) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = q, k, v, out
        self.heads, self.scale, self.linear_first = heads, scale, linear_first

    def forward(self, x):
        def split(y):
            return y.unflatten(-1, (self.heads, y.shape[-1] // self.heads)).transpose(-2, -3)

        q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        y = q @ (k.transpose(-1, -2) @ v) if self.linear_first else (q @ k.transpose(-1, -2)) @ v
        return self.out((y * self.scale).transpose(-2, -3).flatten(-2))


class TokenGate(nn.Module):
    """QK token attention: a neuron on the sum of q over channels gates k."""

    def __init__(self, q, k, gate) -> None:
        super().__init__()
        self.q, self.k, self.gate = q, k, gate

    def forward(self, x):
        return self.gate(self.q(x).sum(dim=-1, keepdim=True)) * self.k(x)


class Pooled(nn.Module):
    def __init__(self, kind: str, dims: tuple[int, ...]) -> None:
        super().__init__()
        self.kind, self.dims = kind, dims

    def forward(self, x):
        return x.mean(dim=self.dims) if self.kind == "mean" else x.sum(dim=self.dims)


class Network(nn.Module):
    """`repeat`: the model itself repeats its input over time."""

    def __init__(self, layers: list[nn.Module], repeat: int | None) -> None:
        super().__init__()
        self.layers, self.repeat = nn.Sequential(*layers), repeat

    def forward(self, x):
        if self.repeat:
            x = x.unsqueeze(0).repeat(self.repeat, *([1] * x.dim()))
        return self.layers(x)


# ------------------------------------------------------------------------------------------------------- generator


class Builder:
    """Draws a network layer by layer, running it as it grows, so that thresholds suit the currents."""

    def __init__(self, draw, time_steps: int, stepped: bool, x: torch.Tensor, flow: Flow) -> None:
        self.draw, self.time_steps, self.stepped = draw, time_steps, stepped
        self.numbers = np.random.RandomState(draw(st.integers(0, 2**31 - 1)))
        self.x, self.flow, self.layers = x, flow, []

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def grid(self, shape, low: float, high: float, fraction: int) -> torch.Tensor:
        scale = 2.0**fraction
        return torch.from_numpy(self.numbers.randint(low * scale, high * scale + 1, shape) / scale).float()

    def add(self, layer: nn.Module, flow: Flow, x: torch.Tensor | None = None) -> None:
        self.layers.append(layer)
        self.flow = flow
        self.x = self.run(layer, self.x) if x is None else x

    def run(self, layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """The layer's values at all time steps; the layer is left as new."""
        layer.eval()
        with torch.no_grad():
            if self.stepped:
                y = torch.stack([layer(step) for step in x])
            else:
                y = layer(x)
        functional.reset_net(layer)
        return y

    # Synapses.

    def linear(self, flow: Flow, outputs: int) -> tuple[nn.Module, Flow]:
        inputs, bias = flow.shape[-1], self.draw(st.booleans())
        layer = nn.Linear(inputs, outputs, bias=bias)
        layer.weight.data = self.grid((outputs, inputs), -0.5, 1, 2)
        bound = flow.bound * inputs
        if bias:
            layer.bias.data = self.grid(outputs, -1, 1, 2)
            bound += 1
        return layer, Flow((*flow.shape[:-1], outputs), flow.fraction + 2, bound)

    def conv(self, flow: Flow, outputs: int, same: bool = False) -> tuple[nn.Module, Flow]:
        channels, height, width = flow.shape
        kernel = 3 if same else self.pick(1, 2, 3)
        stride = 1 if same else self.pick(1, 2)
        padding = 1 if same else self.pick(0, 1)
        kernel = min(kernel, height, width) if not padding else kernel
        groups = self.pick(*(g for g in (1, channels) if outputs % g == 0))
        dilation = 2 if kernel == 2 and padding and min(height, width) > 2 and self.draw(st.booleans()) else 1
        bias = self.draw(st.booleans())
        layer = nn.Conv2d(channels, outputs, kernel, stride, padding, dilation, groups, bias)
        layer.weight.data = self.grid(tuple(layer.weight.shape), -0.5, 1, 2)
        bound = flow.bound * (channels // groups) * kernel * kernel
        if bias:
            layer.bias.data = self.grid(outputs, -1, 1, 2)
            bound += 1
        size = [(n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for n in (height, width)]
        return Flat(layer, 3), Flow((outputs, *size), flow.fraction + 2, bound)

    def norm(self, flow: Flow, tokens: bool) -> tuple[nn.Module, Flow]:
        channels = flow.shape[-1] if tokens else flow.shape[0]
        affine = self.draw(st.booleans())
        norm = (nn.BatchNorm1d if tokens else nn.BatchNorm2d)(channels, eps=2.0**-10, affine=affine)
        spread = self.pick(0.25, 1.0, 4.0)  # a power of four: its root is exact
        norm.running_var = torch.full((channels,), spread - 2.0**-10)
        norm.running_mean = self.grid(channels, -1, 1, 1)
        gain = 1 / math.sqrt(spread)
        fraction = max(flow.fraction, 1) + (gain < 1)
        bound = (flow.bound + 1) * gain
        if affine:
            norm.weight.data, norm.bias.data = self.grid(channels, 0.5, 1.5, 1), self.grid(channels, -1, 1, 1)
            fraction, bound = fraction + 1, bound * 1.5 + 1
        return TokenNorm(norm) if tokens else Flat(norm, 3), Flow(flow.shape, fraction, bound)

    # Neurons.

    def neuron(self, x: torch.Tensor, flow: Flow) -> nn.Module:
        positive = x[x > 0]
        level = float(torch.quantile(positive.flatten()[:4096], self.pick(0.3, 0.6, 0.9))) if positive.numel() else 1.0
        threshold = min(max(round(level * 4) / 4, 0.25), 64.0)
        reset = self.pick(0.0, None, 0.25, -0.5)
        mode = "s" if self.stepped else "m"
        fraction, high = max(flow.fraction, 2), max(flow.bound, threshold, 1.0)
        kinds = []
        for kind, tau in (("lif", 2), ("lif", 4), ("plif", 2)):
            # Each step adds the digits of tau; the membrane stays below tau times the current.
            if fraction + int(math.log2(tau)) * self.time_steps + math.ceil(math.log2(4 * tau * high)) <= DIGITS:
                kinds.append((kind, tau))
        if fraction + math.ceil(math.log2(2 * (self.time_steps + 1) * high)) <= DIGITS:
            kinds.append(("if", 1))
        assert kinds, f"{flow} is too long for any neuron"
        kind, tau = self.pick(*kinds)
        common = {"v_threshold": threshold, "v_reset": reset, "step_mode": mode}
        if kind == "if":
            return neuron.IFNode(**common)
        decay = self.draw(st.booleans())
        if kind == "lif":
            return neuron.LIFNode(tau=float(tau), decay_input=decay, **common)
        return neuron.ParametricLIFNode(init_tau=float(tau), decay_input=decay, **common)

    def synapse(self, x: torch.Tensor, flow: Flow, channels: int, tokens: bool, same: bool = False):
        """Synapse, perhaps batch norm, and neuron: the layer and what it computes."""
        layer, after = self.linear(flow, channels) if tokens else self.conv(flow, channels, same)
        parts = [layer]
        if self.draw(st.booleans()):
            layer, after = self.norm(after, tokens)
            parts.append(layer)
        y = self.run(nn.Sequential(*parts), x)
        assert float(y.abs().max()) <= after.bound, "the generator's own bound is wrong"
        parts.append(self.neuron(y, after))
        return nn.Sequential(*parts), self.run(parts[-1], y), Flow(after.shape, 0, 1.0)

    # Blocks.

    def pool(self) -> None:
        channels, height, width = self.flow.shape
        if min(height, width) < 2:
            return
        if self.draw(st.booleans()) and self.flow.digits + 2 <= SPARE:
            layer, flow = (
                nn.AvgPool2d(2),
                Flow((channels, height // 2, width // 2), self.flow.fraction + 2, self.flow.bound),
            )
        else:
            kernel, stride, padding = self.pick((2, 2, 0), (2, 1, 0), (2, 2, 1), (3, 2, 1))
            size = [(n + 2 * padding - kernel) // stride + 1 for n in (height, width)]
            layer, flow = (
                nn.MaxPool2d(kernel, stride, padding),
                Flow((channels, *size), self.flow.fraction, self.flow.bound),
            )
        self.add(Flat(layer, 3), flow)

    def residual(self, tokens: bool) -> None:
        channels = self.flow.shape[-1] if tokens else self.flow.shape[0]
        inner, y, flow = self.synapse(self.x, self.flow, channels, tokens, same=True)
        total = Flow(self.flow.shape, max(self.flow.fraction, flow.fraction), self.flow.bound + flow.bound)
        self.add(Residual(inner), total, self.x + y)

    def attention(self) -> None:
        tokens, channels = self.flow.shape
        heads = self.pick(*(h for h in (1, 2) if channels % h == 0))
        scale = self.pick(0.25, 0.125, 0.5)
        parts = [self.synapse(self.x, self.flow, channels, tokens=True)[0] for _ in range(3)]
        bound = min(tokens * channels // heads, tokens * channels) * scale
        flow = Flow(self.flow.shape, 3, max(bound, 1.0))
        linear_first = self.draw(st.booleans())
        y = self.run(Attention(*parts, nn.Identity(), heads, scale, linear_first), self.x)
        out = self.neuron(y, flow)
        self.add(Attention(*parts, out, heads, scale, linear_first), Flow(flow.shape, 0, 1.0))

    def gate(self) -> None:
        q, y, _ = self.synapse(self.x, self.flow, self.flow.shape[-1], tokens=True)
        k, _, flow = self.synapse(self.x, self.flow, self.flow.shape[-1], tokens=True)
        gate = self.neuron(y.sum(dim=-1, keepdim=True), Flow((), 0, float(self.flow.shape[-1])))
        self.add(TokenGate(q, k, gate), flow)

    def block(self, tokens: bool) -> None:
        if self.flow.digits > SPARE - 6:  # bring the values back to spikes
            self.spikes(tokens)
            return
        kind = (
            self.pick("synapse", "residual", "attention", "gate")
            if tokens
            else self.pick("synapse", "residual", "pool")
        )
        if kind == "synapse":
            self.spikes(tokens)
        elif kind == "residual":
            self.residual(tokens)
        else:
            getattr(self, kind)()

    def spikes(self, tokens: bool) -> None:
        layer, y, flow = self.synapse(self.x, self.flow, self.pick(1, 2, 4), tokens)
        self.add(layer, flow, y)

    def head(self) -> None:
        """Spikes to numbers."""
        if self.flow.digits > SPARE - 4:
            self.spikes(len(self.flow.shape) == 2)
        dims = tuple(range(-len(self.flow.shape) + (len(self.flow.shape) == 3), 0))
        dims = dims if len(self.flow.shape) == 3 else (-2,)
        count = math.prod(self.flow.shape[d] for d in dims)
        kind = self.pick("mean", "sum") if count & (count - 1) == 0 else "sum"
        left = tuple(n for i, n in enumerate(self.flow.shape) if i - len(self.flow.shape) not in dims)
        extra = int(math.log2(count)) if kind == "mean" else 0
        self.add(Pooled(kind, dims), Flow(left, self.flow.fraction + extra, self.flow.bound * count))
        if self.draw(st.booleans()) and self.flow.digits + 2 <= DIGITS - 6:
            self.add(*self.linear(self.flow, 3))


@dataclass
class Case:
    """A network, its input, and what PyTorch makes of it."""

    model: nn.Module
    x: torch.Tensor
    time_steps: int
    stepped: bool
    output: np.ndarray
    trains: dict[str, np.ndarray]

    def __repr__(self) -> str:
        return f"Case(T={self.time_steps}, stepped={self.stepped}, x={tuple(self.x.shape)}, {self.model})"


def reference(
    model: nn.Module, x: torch.Tensor, time_steps: int, stepped: bool
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """PyTorch's output and spike trains, time leading."""
    trains: dict[str, list[torch.Tensor]] = {}
    hooks = [
        module.register_forward_hook(lambda m, i, y, path=path: trains.setdefault(path, []).append(y.clone()))
        for path, module in model.named_modules()
        if isinstance(module, neuron.BaseNode)
    ]
    functional.reset_net(model)
    with torch.no_grad():
        output = torch.stack([model(x) for _ in range(time_steps)]) if stepped else model(x)
    functional.reset_net(model)
    for hook in hooks:
        hook.remove()
    joined = {path: (torch.stack(found) if stepped else found[0]).numpy() for path, found in trains.items()}
    return output.numpy(), joined


@st.composite
def cases(draw) -> Case:
    time_steps, batch = draw(st.integers(1, 8)), draw(st.integers(1, 3))
    form = draw(st.sampled_from(["repeat", "timed", "stepped"]))
    stepped = form == "stepped"
    image = draw(st.booleans())
    sizes = st.integers(2, 6)
    shape = (
        (draw(st.integers(1, 3)), draw(sizes), draw(sizes)) if image else (draw(sizes), draw(st.sampled_from([2, 4])))
    )
    numbers = np.random.RandomState(draw(st.integers(0, 2**31 - 1)))
    lead = (time_steps, batch) if form == "timed" else (batch,)
    x = torch.from_numpy(numbers.randint(-4, 9, (*lead, *shape)) / 4).float()
    over_time = x if form == "timed" else x.unsqueeze(0).repeat(time_steps, *([1] * x.dim()))
    builder = Builder(draw, time_steps, stepped, over_time, Flow(shape, 2, 2.0))
    builder.spikes(tokens=not image)
    for _ in range(draw(st.integers(0, 3))):
        builder.block(tokens=len(builder.flow.shape) == 2)
    if image and draw(st.booleans()):
        builder.add(
            Tokens(),
            Flow((math.prod(builder.flow.shape[1:]), builder.flow.shape[0]), builder.flow.fraction, builder.flow.bound),
        )
        for _ in range(draw(st.integers(1, 2))):
            builder.block(tokens=True)
    if draw(st.booleans()):
        builder.head()
    model = Network(builder.layers, time_steps if form == "repeat" else None).eval()
    output, trains = reference(model, x, time_steps, stepped)
    return Case(model, x, time_steps, stepped, output, trains)
