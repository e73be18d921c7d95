# SPDX-License-Identifier: Apache-2.0
"""Convolutions, Norse's LIFCell and a leaky integrator as readout, in a loop over time."""

from __future__ import annotations

import norse.torch as norse
import torch
from torch import nn


class Net(nn.Module):
    """Input [T, B, 1, 28, 28], the readout's membranes [T, B, 10]."""

    def __init__(self):
        super().__init__()
        self.conv1, self.lif1 = nn.Conv2d(1, 20, 5), norse.LIFCell()
        self.conv2, self.lif2 = nn.Conv2d(20, 50, 5), norse.LIFCell()
        self.fc, self.lif3 = nn.Linear(800, 500), norse.LIFCell()
        self.out, self.li = nn.Linear(500, 10, bias=False), norse.LICell()

    def forward(self, x):
        s1 = s2 = s3 = so = None
        membranes = []
        for frame in x:
            z, s1 = self.lif1(self.conv1(frame), s1)
            z = nn.functional.max_pool2d(z, 2)
            z, s2 = self.lif2(10 * self.conv2(z), s2)
            z = nn.functional.max_pool2d(z, 2).flatten(1)
            z, s3 = self.lif3(self.fc(z), s3)
            v, so = self.li(self.out(z), so)
            membranes.append(v)
        return torch.stack(membranes)
