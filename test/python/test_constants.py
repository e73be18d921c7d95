# SPDX-License-Identifier: Apache-2.0
"""Expressions of parameters are computed by torch; what is left of them is a constant of the program."""

from __future__ import annotations

import numpy as np
import torch
from frontend_support import interpret
from torch import nn

from spike_transformer_compiler.frontend import import_model
from spike_transformer_compiler.optimization import stage_pipeline


class Standardised(nn.Module):
    """A convolution whose weight is standardised in every forward, scaled by the root of a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, padding=1)
        self.register_buffer("rate", torch.tensor([0.1, 0.2, 0.3]))

    def forward(self, x):
        weight = self.conv.weight
        weight = (weight - weight.mean((1, 2, 3), keepdim=True)) / weight.std((1, 2, 3), keepdim=True)
        x = nn.functional.conv2d(x, weight, self.conv.bias, padding=1)
        return x * (1.0 / torch.sqrt(self.rate * 8)).view(1, -1, 1, 1)


class Assigned(nn.Module):
    """Zeros that are overwritten part by part, by values and by parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.edge = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))

    def forward(self, x):
        y = torch.empty_like(x)
        for i, mix in enumerate(self.mix):
            y[:, i] = mix(x[:, i])
        y = nn.functional.pad(y, [1, 1])
        y[..., :1] = self.edge.view(-1, 1)
        y[..., -1] = 7.0
        return y


class Bilinear(nn.Module):
    """einsum of values, a product with a parameter, powers and roots."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 5))

    def forward(self, x):
        x = torch.einsum("bhij,bhkj->bhik", x, x) @ torch.ones(x.shape[-2], 4)
        return (x.abs() + 1).rsqrt() @ self.weight.clamp(min=-1)


def check(model: nn.Module, *shape: int) -> str:
    model.eval()
    x = torch.randn(*shape)
    imported = import_model(model, shape)
    with torch.no_grad():
        want = model(x)
    results = interpret(imported.module, [x])
    wanted = want if isinstance(want, tuple) else (want,)
    assert len(results) == len(wanted)
    for number, (result, value) in enumerate(zip(results, wanted, strict=True)):
        np.testing.assert_allclose(result, value.numpy(), rtol=1e-5, atol=1e-5, err_msg=f"result {number}")
    optimised = imported.module.clone()
    optimised.run_pipeline(stage_pipeline("optimize", 2))
    compiled = optimised.compile(num_threads=1).run([x.numpy()])
    for result, value in zip(compiled, interpret(optimised, [x]), strict=True):
        np.testing.assert_array_equal(np.asarray(result), value)
    return imported.module.asm(elide_weights=True)


def test_standardised_weights_leave_one_convolution_and_one_product():
    text = check(Standardised(), 2, 2, 5, 5)
    assert text.count("spike.conv ") == 1 and text.count("spike.mask") == 1
    assert "spike.reduce" not in text and "spike.map" not in text


def test_assignment():
    text = check(Assigned(), 2, 2, 3, 4)
    assert "dense<0x7FC00000>" not in text, "what was never read of an empty tensor is gone"
    assert "spike.concat" in text and "spike.map select" in text and "spike.pad" in text


def test_products():
    text = check(Bilinear(), 2, 2, 3, 6)
    assert "spike.matmul" in text and "spike.linear" in text


FUNCTIONS = [
    torch.relu,
    torch.sigmoid,
    torch.abs,
    torch.neg,
    torch.floor,
    torch.ceil,
    torch.round,
    torch.square,
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: nn.functional.relu6(x),
    nn.functional.leaky_relu,
    lambda x: 1 - x,
    lambda x: 1 / (x * x + 1),
    lambda x: x**3,
    lambda x: (x.abs() + 1).sqrt(),
    lambda x: (x > 0.25).float() * x,
    lambda x: (x > 0.25).type_as(x) * x,
    lambda x: x.max(-1, keepdim=True).values * x,
    lambda x: x.min(-1).values.unsqueeze(-1) + x,
    lambda x: torch.where(x >= 0, x, 0.1 * x),
    lambda x: torch.maximum(x, -x),
    lambda x: x / (x.abs() + 1),
    lambda x: nn.functional.max_pool1d(x.flatten(0, 1), 3, 2, 1).unflatten(0, x.shape[:2]),
    lambda x: nn.functional.max_pool3d(x, (1, 3, 3), (1, 1, 1), (0, 1, 1)),
    lambda x: nn.functional.adaptive_max_pool2d(x, 1),
    lambda x: nn.functional.adaptive_avg_pool1d(x.flatten(0, 1), 1),
    lambda x: nn.functional.adaptive_avg_pool2d(x, (4, 12)),
    lambda x: nn.functional.adaptive_avg_pool2d(x, (12, 6)),
    lambda x: nn.functional.pad(x, [1, -1, 0, 2]),
]


class Functions(nn.Module):
    def forward(self, x):
        return tuple(function(x) for function in FUNCTIONS)


def test_functions():
    check(Functions(), 2, 3, 4, 6)
