# SPDX-License-Identifier: Apache-2.0
"""Fully connected layers and snnTorch's Leaky in a loop over time, as its tutorials build them."""

from __future__ import annotations

import snntorch as snn
import torch
from torch import nn


class Net(nn.Module):
    """Input [T, B, 784], spikes and membranes of the last layer [T, B, 10]."""

    def __init__(self, hidden: int = 1000, beta: float = 0.95):
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(784, hidden), snn.Leaky(beta=beta)
        self.fc2, self.lif2 = nn.Linear(hidden, 10), snn.Leaky(beta=beta)

    def forward(self, x):
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        spikes, membranes = [], []
        for current in x:
            spk1, mem1 = self.lif1(self.fc1(current), mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            membranes.append(mem2)
        return torch.stack(spikes), torch.stack(membranes)
