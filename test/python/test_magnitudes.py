# SPDX-License-Identifier: Apache-2.0
"""Do magnitudes bound what float32 gets wrong? Every operation in float32, its sums in random orders, against float64."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from spike_transformer_compiler.verification.magnitude import Tracked, plain
from spike_transformer_compiler.verification.reference import ULP

SHAPE = (2, 4, 6, 6)


def weight(*shape, seed=0, scale=1.0):
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class Order:
    """Permutations: random ones for float32, none for float64. Weights are float32 numbers in the precision asked for."""

    def __init__(self, seed: int | None, dtype: torch.dtype):
        self.generator = None if seed is None else torch.Generator().manual_seed(seed)
        self.dtype = dtype

    def __call__(self, n: int) -> torch.Tensor:
        return torch.arange(n) if self.generator is None else torch.randperm(n, generator=self.generator)

    def weight(self, *shape, **kwargs) -> torch.Tensor:
        return weight(*shape, **kwargs).to(self.dtype)


def _linear(x, o):
    i = o(6)
    return F.linear(x[..., i], o.weight(6, 6)[:, i], o.weight(6, seed=1))


def _conv2d(x, o):
    i = o(4)
    return F.conv2d(x[:, i], o.weight(4, 4, 3, 3)[:, i], o.weight(4, seed=1), padding=1)


def _conv1d(x, o):
    i = o(4)
    return F.conv1d(x.flatten(2)[:, i], o.weight(4, 4, 3)[:, i], padding=1).unflatten(2, (6, 6))


def _conv3d(x, o):
    i = o(2)
    y = x.unflatten(1, (2, 2))[:, i]
    return F.conv3d(y, o.weight(2, 2, 1, 3, 3)[:, i], padding=(0, 1, 1)).flatten(1, 2)


def _transposed(x, o):
    i = o(4)
    return F.conv_transpose2d(x[:, i], o.weight(4, 4, 3, 3)[i], padding=1)


def _matmul(x, o):
    i = o(6)
    return x[..., i] @ x.transpose(-1, -2)[..., i, :] * 0.25


def _einsum(x, o):
    i = o(6)
    return torch.einsum("bchk,bcwk->bchw", x[..., i], torch.relu(x)[..., i])


def _batch_norm(x, o):
    return F.batch_norm(x, o.weight(4, seed=2), o.weight(4).square() + 0.1, o.weight(4, seed=1), o.weight(4, seed=3))


def _mean(x, o):
    return x - x[..., o(6)].mean(-1, keepdim=True)


def _sum(x, o):
    return x + 0.125 * x.sum((1, 2), keepdim=True)


def _setitem(x, o):
    y = torch.zeros_like(x)
    y[:, 1:] = x[:, :-1]
    y[:, :1] = x.sum(1, keepdim=True) * 0.3
    return y


def _plain_buffer(x, o):
    y = torch.zeros(SHAPE, dtype=o.dtype)
    y[:, 2:] = x[:, :2] * 0.7
    return y + x


def _view_in_place(x, o):
    y = x.clone()
    y[:, 0].copy_(x.mean(1))
    y[..., 1].mul_(0.3).add_(x[..., 0])
    return y


OPERATIONS = {
    "linear": _linear,
    "conv1d": _conv1d,
    "conv2d": _conv2d,
    "conv3d": _conv3d,
    "conv transposed": _transposed,
    "matmul": _matmul,
    "einsum": _einsum,
    "batch norm": _batch_norm,
    "mean": _mean,
    "sum": _sum,
    "slice assignment": _setitem,
    "buffer of the model's own": _plain_buffer,
    "views in place": _view_in_place,
    "relu": lambda x, o: torch.relu(x),
    "relu module": lambda x, o: torch.nn.ReLU(inplace=True)(x * 1.0),
    "leaky relu": lambda x, o: F.leaky_relu(x, 0.1),
    "relu6": lambda x, o: F.relu6(x),
    "clamp": lambda x, o: x.clamp(-0.7, 1.3),
    "clip": lambda x, o: torch.clip(x, min=0.3),
    "hardtanh": lambda x, o: F.hardtanh(x),
    "hardswish": lambda x, o: F.hardswish(x),
    "hardsigmoid": lambda x, o: F.hardsigmoid(x),
    "sigmoid": lambda x, o: torch.sigmoid(x),
    "tanh": lambda x, o: x.tanh(),
    "gelu": lambda x, o: F.gelu(x),
    "gelu tanh": lambda x, o: F.gelu(x, approximate="tanh"),
    "silu": lambda x, o: F.silu(x),
    "softplus": lambda x, o: F.softplus(x),
    "elu": lambda x, o: F.elu(x),
    "mish": lambda x, o: F.mish(x),
    "erf": lambda x, o: torch.erf(x),
    "exp": lambda x, o: torch.exp(x.clamp(max=3.0)),
    "log": lambda x, o: torch.log(x.abs() + 0.5),
    "log1p": lambda x, o: torch.log1p(x.abs()),
    "sqrt": lambda x, o: torch.sqrt(x.abs() + 0.25),
    "rsqrt": lambda x, o: torch.rsqrt(x.abs() + 0.25),
    "reciprocal": lambda x, o: 1 / (x.abs() + 0.5),
    "divide": lambda x, o: x / (x.flip(-1).abs() + 0.5),
    "divide by a number": lambda x, o: x / 3,
    "square": lambda x, o: x.square() * 0.5,
    "power": lambda x, o: (x * 0.5).clamp(-1.5, 1.5) ** 3,
    "negative": lambda x, o: -x + 1,
    "subtract from": lambda x, o: 1.7 - x,
    "multiply": lambda x, o: x * x.flip(-2),
    "multiply in a row": lambda x, o: x * 0.3 * 1.7 * 0.9 * 1.1 * 0.7 * 1.3 * 0.6,
    "add in place": lambda x, o: (x * 1.0).add_(x.flip(-1), alpha=0.3),
    "softmax": lambda x, o: torch.softmax(x, -1),
    "log softmax": lambda x, o: F.log_softmax(x, dim=1),
    "layer norm": lambda x, o: F.layer_norm(x, (6,), o.weight(6), o.weight(6, seed=1)),
    "group norm": lambda x, o: F.group_norm(x, 2, o.weight(4), o.weight(4, seed=1)),
    "max pool": lambda x, o: F.max_pool2d(x, 3, 1, 1),
    "max pool 3d": lambda x, o: F.max_pool3d(x, (1, 3, 3), 1, (0, 1, 1)),
    "average pool": lambda x, o: F.avg_pool2d(x, 3, 1, 1),
    "adaptive pool": lambda x, o: x + F.adaptive_avg_pool2d(x, 1),
    "adaptive max pool": lambda x, o: x + F.adaptive_max_pool2d(x, 1),
    "largest": lambda x, o: torch.maximum(x, x.flip(-1)) + x.amax(1, keepdim=True),
    "max over an axis": lambda x, o: x - x.max(1, keepdim=True).values,
    "smallest": lambda x, o: torch.minimum(x, torch.tensor(0.1)) + x.amin((2, 3), keepdim=True),
    "cumulative sum": lambda x, o: x.cumsum(-1),
    "variance": lambda x, o: x + x[..., o(6)].var(-1, keepdim=True),
    "pad": lambda x, o: F.pad(x, (1, 1, 1, 1), value=-0.3)[..., 1:7, :6],
    "replicated pad": lambda x, o: F.pad(x, (1, 0, 1, 0), mode="replicate")[..., :6, :6],
    "upsample": lambda x, o: F.interpolate(x, scale_factor=2)[..., ::2, ::2],
    "bilinear": lambda x, o: F.interpolate(x, size=(6, 8), mode="bilinear")[..., :6],
    "stack and unbind": lambda x, o: torch.stack(list(reversed(x.unbind(1))), 1),
    "cat of a weight": lambda x, o: torch.cat([x[:, 1:], o.weight(1, 1, 6, 6).expand(2, 1, 6, 6)], 1),
    "chunk": lambda x, o: torch.cat(x.chunk(2, 1)[::-1], 1),
    "where": lambda x, o: torch.where(o.weight(6) > 0, x, x.flip(-1) * 0.5),
    "masked fill": lambda x, o: x.masked_fill(o.weight(6) > 0.5, -1.5),
    "moves": lambda x, o: x.permute(0, 2, 3, 1).flatten(1, 2).roll(1, 1).unflatten(1, (6, 6)).movedim(-1, 1).contiguous(),
    "repeat": lambda x, o: x.repeat(1, 2, 1, 1)[:, ::2],
    "casts": lambda x, o: x.float().to(torch.float32) if o.dtype == torch.float32 else x.float().to(torch.float32),
    "new of its kind": lambda x, o: x + x.new_full((1,), 0.3) + torch.ones_like(x) * 0.1,
}  # fmt: skip


def evaluate(chain, x, order):
    for name in chain:
        x = OPERATIONS[name](x, order)
    return x


def check(chain, seed):
    x = weight(*SHAPE, seed=seed)
    wanted = evaluate(chain, Tracked.input(x), Order(None, torch.float64))
    assert isinstance(wanted, Tracked) and wanted.unknown is None, wanted.unknown
    value = plain(wanted)
    assert value.dtype == torch.float64 and wanted.magnitude.shape == value.shape
    assert bool((wanted.magnitude * (1 + 1e-9) >= value.abs()).all()), "a magnitude is below the value itself"
    for run in range(3):
        got = evaluate(chain, x.clone(), Order(seed * 3 + run, torch.float32)).double()
        bound = ULP * max(1, wanted.terms) ** 0.5 * wanted.magnitude
        excess = ((got - value).abs() / bound.clamp_min(1e-36)).max()
        assert excess <= 1, f"{' > '.join(chain)} is off by {float(excess):.2f} bounds"


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_stays_within_its_bound(name):
    for seed in range(2):
        check([name], seed)
        check(["conv2d", name], seed)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(OPERATIONS)), min_size=2, max_size=5), st.integers(0, 1000))
def test_chains_stay_within_their_bound(chain, seed):
    check(chain, seed)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(sorted(OPERATIONS)), min_size=2, max_size=6), st.integers(0, 10**6))
def test_many_chains_stay_within_their_bound(chain, seed):
    check(chain, seed)


def test_the_bound_is_not_generous_without_end():
    """A bound that nothing could break would find nothing: errors of a thousandth lie far beyond it."""
    for name in ("linear", "conv2d", "matmul", "batch norm", "softmax", "layer norm", "sigmoid", "mean", "divide"):
        wanted = evaluate([name], Tracked.input(weight(*SHAPE)), Order(None, torch.float64))
        bound = ULP * max(1, wanted.terms) ** 0.5 * wanted.magnitude
        assert float((bound / plain(wanted).abs().clamp_min(0.1)).median()) < 1e-5, name


def test_indices_are_looked_up():
    table = weight(10, 4)
    tokens = torch.tensor([[1, 2, 9], [0, 0, 3]])
    out = F.linear(F.embedding(Tracked.input(tokens), table.double()), weight(3, 4).double())
    assert out.terms == 4 and torch.equal(
        out.magnitude, F.linear(table[tokens].abs().double(), weight(3, 4).abs().double())
    )
    assert torch.equal(plain(table.double()[Tracked.input(tokens)]), table[tokens].double())


@pytest.mark.parametrize(
    "jump",
    [torch.round, torch.floor, torch.sign, lambda x: (x > 0).double(), lambda x: x.argmax(-1), lambda x: x // 1],
)
def test_a_jump_is_known_only_for_whole_numbers(jump):
    spikes = Tracked.exact((weight(4, 5) > 0).double())
    assert jump(spikes).unknown is None
    assert jump(spikes * 0.3).unknown and jump(Tracked.exact(weight(4, 5).double())).unknown


def test_an_unknown_operation_is_remembered_by_name():
    x = torch.special.bessel_j0(Tracked.exact(weight(3).double()))
    assert (x + 1).unknown == x.unknown and "bessel_j0" in x.unknown
