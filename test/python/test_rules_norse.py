# SPDX-License-Identifier: Apache-2.0
"""The rules of Norse's neurons, against the library's own runs."""

from __future__ import annotations

import pytest
import torch
from norse.torch.functional.lif import LIFParameters
from norse.torch.functional.lif_box import LIFBoxParameters
from norse.torch.module.lif import LIF, LIFCell
from norse.torch.module.lif_box import LIFBoxCell
from rule_checks import check_rule

STEPS, INPUTS = 7, 1.5 * torch.randn(7, 3, 12, generator=torch.Generator().manual_seed(0))


class Loop(torch.nn.Module):
    """Two layers; the loop over time keeps the states."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2 = torch.nn.Linear(12, 24), torch.nn.Linear(24, 8)
        self.a, self.b = make(), make()

    def forward(self, xs):
        a = b = None
        spikes = []
        for x in xs:
            s, a = self.a(self.fc1(x), a)
            t, b = self.b(self.fc2(s) * 2 + 0.3, b)
            spikes.append(t)
        return torch.stack(spikes), a.v


@pytest.mark.parametrize(
    "make",
    [
        lambda: LIFCell(p=LIFParameters(v_th=torch.tensor(0.15)), dt=0.002),
        lambda: LIFCell(
            p=LIFParameters(v_leak=torch.tensor(0.05), v_reset=torch.tensor(-0.1), v_th=torch.tensor(0.15))
        ),
        lambda: LIFBoxCell(p=LIFBoxParameters(v_th=torch.tensor(0.2)), dt=0.005),
    ],
    ids=["default", "leak and reset", "box"],
)
def test_norse_cells_in_a_loop(make):
    check_rule(Loop(make), INPUTS)


def test_norse_over_time():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.fc, self.spike = torch.nn.Linear(12, 24), LIF(p=LIFParameters(v_th=torch.tensor(0.1)))

        def forward(self, x):
            spikes, state = self.spike(self.fc(x))
            return spikes, state.v

    check_rule(Net(), INPUTS)
