# SPDX-License-Identifier: Apache-2.0
"""Small models for the tests of the Python package."""

from __future__ import annotations

import torch
from spikingjelly.activation_based import functional, layer, neuron
from torch import nn

T = 4


class Small(nn.Module):
    """Convolution, batch norm, LIF, linear, IF; it repeats its input over four time steps."""

    def __init__(self, steps: int = T) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.steps = steps
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.conv_lif = neuron.LIFNode(tau=2.0, v_threshold=0.25, step_mode="m")
        self.head, self.head_if = nn.Linear(4 * 4 * 4, 5), neuron.IFNode(v_threshold=0.125, v_reset=None, step_mode="m")

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1)
        x = self.norm(self.conv(x.flatten(0, 1))).unflatten(0, (self.steps, -1))
        return self.head_if(self.head(self.conv_lif(x).flatten(2)))


def small() -> Small:
    return Small().eval()


def one_step() -> nn.Module:
    """A model that computes a single time step."""
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(6, 8), neuron.LIFNode(v_threshold=0.25), layer.Linear(8, 3)).eval()


def image(batch: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.rand(batch, 1, 4, 4, generator=torch.Generator().manual_seed(seed))


def in_pytorch(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    functional.reset_net(model)
    with torch.no_grad():
        y = model(x)
    functional.reset_net(model)
    return y
