# SPDX-License-Identifier: Apache-2.0
"""What a NIR graph without cycles means under forward Euler: NumPy, float32, one node and one time step after the other.

Written from NIR's documentation and docs/nir.md alone; it shares no code with the package. And random graphs.
"""

from __future__ import annotations

import nir
import numpy as np
from hypothesis import strategies as st

F = np.float32
DT = 1e-4


def f32(value) -> np.ndarray:
    return np.asarray(value, np.float64).astype(F)


class Node:
    """One node for a batch; `step` takes what flows in at one time step, [batch, ...]."""

    def __init__(self, node: nir.NIRNode, dt: float) -> None:
        self.node, self.dt, self.state = node, dt, None

    def step(self, x: np.ndarray) -> np.ndarray:
        return getattr(self, type(self.node).__name__.lower())(x.astype(F))

    def input(self, x):
        return x

    output = input

    def linear(self, x):
        return np.einsum("...nk,b...k->b...n", f32(self.node.weight).astype(np.float64), x.astype(np.float64)).astype(F)

    def affine(self, x):
        return self.linear(x) + f32(self.node.bias)

    def scale(self, x):
        return x * f32(self.node.scale)

    def flatten(self, x):
        shape = x.shape[1:]
        start, end = self.node.start_dim % len(shape), self.node.end_dim % len(shape)
        return x.reshape(x.shape[0], *shape[:start], -1, *shape[end + 1 :])

    def _windows(self, x, kernel, stride, padding, dilation=(1, 1)):
        """[batch, channel, place, place, tap, tap], zeros in the padding."""
        (top, bottom), (left, right) = padding
        x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
        span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        view = np.lib.stride_tricks.sliding_window_view(x, span, axis=(2, 3))
        return view[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]

    def _padding(self, kernel, dilation):
        padding = self.node.padding
        if isinstance(padding, str):
            totals = [d * (k - 1) * (padding == "same") for k, d in zip(kernel, dilation, strict=True)]
            return [(total // 2, total - total // 2) for total in totals]
        return [(int(p), int(p)) for p in np.broadcast_to(padding, 2)]

    def conv2d(self, x):
        node = self.node
        kernel = node.weight.shape[2:]
        stride, dilation = (tuple(np.broadcast_to(v, 2)) for v in (node.stride, node.dilation))
        windows = self._windows(x.astype(np.float64), kernel, stride, self._padding(kernel, dilation), dilation)
        groups = int(node.groups)
        outs, ins = node.weight.shape[0] // groups, node.weight.shape[1]
        parts = [
            np.einsum(
                "oihw,bixyhw->boxy",
                f32(node.weight[g * outs : (g + 1) * outs]).astype(np.float64),
                windows[:, g * ins : (g + 1) * ins],
            )
            for g in range(groups)
        ]
        y = np.concatenate(parts, 1).astype(F)
        return y if node.bias is None else y + f32(node.bias)[:, None, None]

    def conv1d(self, x):
        node = self.node
        kernel = (1, node.weight.shape[2])
        padding = node.padding if isinstance(node.padding, str) else (0, int(np.ravel(node.padding)[0]))
        flat = nir.Conv2d(
            None,
            node.weight[:, :, None],
            (1, int(node.stride)),
            padding,
            (1, int(node.dilation)),
            node.groups,
            node.bias,
        )
        assert flat.weight.shape[2:] == kernel
        return Node(flat, self.dt).conv2d(x[:, :, None])[:, :, 0]

    def sumpool2d(self, x):
        kernel, stride, padding = (
            tuple(np.broadcast_to(getattr(self.node, k), 2)) for k in ("kernel_size", "stride", "padding")
        )
        return self._windows(x.astype(np.float64), kernel, stride, [(p, p) for p in padding]).sum((-1, -2)).astype(F)

    def avgpool2d(self, x):
        return self.sumpool2d(x) / F(np.prod(np.broadcast_to(self.node.kernel_size, 2)))

    def delay(self, x):
        if self.state is None:
            self.state = []
        self.state.append(x)
        steps = np.round(np.broadcast_to(self.node.delay, x.shape[1:]) / self.dt).astype(int)
        out = np.zeros_like(x)
        for place in np.ndindex(x.shape[1:]):
            at = len(self.state) - 1 - steps[place]
            if at >= 0:
                out[(slice(None), *place)] = self.state[at][(slice(None), *place)]
        return out

    def threshold(self, x):
        return (x > f32(self.node.threshold)).astype(F)

    def i(self, x):
        v = np.zeros_like(x) if self.state is None else self.state
        self.state = v + x * f32(np.asarray(self.node.r, np.float64) * self.dt)
        return self.state

    def _fire(self, h):
        spikes = h > f32(self.node.v_threshold)
        return spikes.astype(F), np.where(spikes, f32(self.node.v_reset), h)

    def _if(self, x):
        v = np.broadcast_to(f32(self.node.v_reset), x.shape) if self.state is None else self.state
        spikes, self.state = self._fire(v + x * f32(np.asarray(self.node.r, np.float64) * self.dt))
        return spikes

    def _charged(self, v, x, tau):
        factor = f32(self.dt / np.asarray(tau, np.float64))
        return v + factor * ((f32(self.node.v_leak) - v) + f32(self.node.r) * x)

    def _rest(self, x):
        return np.broadcast_to(f32(self.node.v_leak), x.shape)

    def li(self, x):
        self.state = self._charged(self._rest(x) if self.state is None else self.state, x, self.node.tau)
        return self.state

    def lif(self, x):
        spikes, self.state = self._fire(
            self._charged(self._rest(x) if self.state is None else self.state, x, self.node.tau)
        )
        return spikes

    def _cuba(self, x):
        v, i = (self._rest(x), np.zeros_like(x)) if self.state is None else self.state
        factor = f32(self.dt / np.asarray(self.node.tau_syn, np.float64))
        i = i + factor * (f32(self.node.w_in) * x - i)
        return self._charged(v, i, self.node.tau_mem), i

    def cubali(self, x):
        self.state = self._cuba(x)
        return self.state[0]

    def cubalif(self, x):
        h, i = self._cuba(x)
        spikes, v = self._fire(h)
        self.state = v, i
        return spikes


setattr(Node, "if", Node._if)


def simulate(graph: nir.NIRGraph, x: np.ndarray, dt: float = DT) -> np.ndarray:
    """What the one output gives for the one input, [time, batch, ...]; nodes in the order of their edges."""
    nodes = {name: Node(node, dt) for name, node in graph.nodes.items()}
    order = [name for name, node in graph.nodes.items() if isinstance(node, nir.Input)]
    while len(order) < len(nodes):
        order += [
            name
            for name in nodes
            if name not in order and all(source in order for source, target in graph.edges if target == name)
        ]
    result = []
    for step in x:
        values = {}
        for name in order:
            sources = [values[source] for source, target in graph.edges if target == name]
            total = step if not sources else sources[0]
            for value in sources[1:]:
                total = total + value
            values[name] = nodes[name].step(total)
        result.append(values[next(name for name in nodes if isinstance(graph.nodes[name], nir.Output))])
    return np.stack(result)


@st.composite
def graphs(draw) -> nir.NIRGraph:
    """Layers of the same width with skips, in random order of nodes."""
    width = draw(st.integers(1, 5))
    nodes: dict[str, nir.NIRNode] = {"in": nir.Input(np.array([width]))}
    edges = []
    seed = np.random.default_rng(draw(st.integers(0, 1 << 16)))

    def uniform(low, high):
        value = seed.uniform(low, high, width)
        return np.full(width, value[0]) if draw(st.booleans()) else value

    makers = [
        lambda: nir.Linear((seed.integers(-8, 9, (width, width)) / 8).astype(np.float32)),
        lambda: nir.Scale((seed.integers(-4, 9, width) / 4).astype(np.float32)),
        lambda: nir.Threshold(uniform(0, 1)),
        lambda: nir.Delay(seed.integers(0, 5, width) * DT),
        lambda: nir.IF(uniform(5e3, 2e4), uniform(0.3, 1), uniform(-0.3, 0.2)),
        lambda: nir.LIF(uniform(DT, 5 * DT), uniform(0.5, 3), uniform(-0.2, 0.2), uniform(0.2, 1), uniform(-0.2, 0.1)),
        lambda: nir.CubaLIF(
            uniform(DT, 5 * DT), uniform(DT, 5 * DT), uniform(1, 3), uniform(-0.2, 0.2), uniform(0.2, 1)
        ),
    ]
    for i in range(draw(st.integers(1, 6))):
        names = list(nodes)
        nodes[f"n{i}"] = draw(st.sampled_from(makers))()
        for source in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
            edges.append((source, f"n{i}"))
    nodes["out"] = nir.Output(np.array([width]))
    edges.append((list(nodes)[-2], "out"))
    return nir.NIRGraph(dict(draw(st.permutations(list(nodes.items())))), edges, type_check=False)
