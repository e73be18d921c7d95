# SPDX-License-Identifier: Apache-2.0
"""A stand-in for compiled code, in plain torch: a teacher-forced copy of a model whose neurons can be given a fault."""

from __future__ import annotations

import copy

import numpy as np
import torch

from spike_transformer_compiler.verification import Reference


class SteppedNeuron(torch.nn.Module):
    """A SpikingJelly LIF or IF written out in float32. It notes its own spikes and answers with the reference's."""

    def __init__(self, source, teacher: np.ndarray, fault: str | None) -> None:
        super().__init__()
        self.source, self.fault = source, fault
        self.teacher = torch.from_numpy(teacher).float()
        self.own: list[torch.Tensor] = []

    def charge(self, v, x):
        if type(self.source).__name__ == "IFNode":
            return v + x
        tau = self.source.tau * (1.01 if self.fault == "wrong decay" else 1.0)
        rest = self.source.v_reset or 0.0
        if self.source.decay_input:
            return v + (x - (v - rest)) / tau
        return v - (v - rest) / tau + x

    def step(self, v, x):
        h = self.charge(v, x)
        threshold = self.source.v_threshold
        spike = (h > threshold if self.fault == "greater than" else h >= threshold).float()
        soft = self.source.v_reset is None or self.fault == "soft reset"
        v = h - spike * threshold if soft else (1 - spike) * h + spike * self.source.v_reset
        return v, spike

    def forward(self, x):
        single = self.source.step_mode == "s"
        currents = x[None] if single else x
        if not self.own or not single:
            self.v = torch.full_like(currents[0], self.source.v_reset or 0.0)
        first = len(self.own)
        for current in currents:
            self.v, spike = self.step(self.v, current)
            self.own.append(spike)
        answer = self.teacher[first : first + len(currents)]
        return answer[0] if single else answer


@torch.no_grad()
def candidate_spikes(model, inputs, reference: Reference, faults: dict[str, str] | None = None, change=None):
    """Teacher-forced spikes per layer. `faults`: path (or "*") -> fault of the neuron; `change` alters the copied model."""
    faults = faults or {}
    forced = copy.deepcopy(model).eval()
    if change is not None:
        change(forced)
    teachers, neurons = reference.spikes(), {}
    for path in reference.layers:
        parent, _, name = path.rpartition(".")
        owner = forced.get_submodule(parent)
        neurons[path] = SteppedNeuron(getattr(owner, name), teachers[path], faults.get(path, faults.get("*")))
        setattr(owner, name, neurons[path])
    forced(inputs)
    return {path: torch.stack(neuron.own).numpy() for path, neuron in neurons.items()}
