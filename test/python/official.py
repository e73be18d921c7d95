# SPDX-License-Identifier: Apache-2.0
"""The model files of test/python/models: loading, firing rates, and the verdict on every spike."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from calibration import threshold_for

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import verification as V
from spike_transformer_compiler._model_file import load_model
from spike_transformer_compiler.optimization import stage_pipeline

MODELS = Path(__file__).parent / "models"


def reset(model: torch.nn.Module) -> None:
    for module in model.modules():
        if callable(getattr(module, "reset", None)):
            module.reset()


def build(source: str, seed: int = 0, **arguments) -> torch.nn.Module:
    """`source` is `file.py:factory` below models/; weights are drawn from `seed`."""
    torch.manual_seed(seed)
    return load_model(f"{MODELS / source.partition(':')[0]}:{source.partition(':')[2]}", arguments)


def images(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _halving(node: torch.nn.Module, currents: torch.Tensor, rate: float) -> float:
    """The threshold at which a copy of the neuron fires at about `rate`."""
    low, high = 0.0, 4 * float(currents.abs().max()) + 1e-3
    for _ in range(16):
        trial = copy.deepcopy(node)
        trial.reset()
        trial.v_threshold = (low + high) / 2
        low, high = (trial.v_threshold, high) if trial.forward(currents).mean() > rate else (low, trial.v_threshold)
    return float(torch.tensor(high, dtype=torch.float32))


def _calibrate(node: torch.nn.Module, currents: torch.Tensor, rate: float) -> None:
    if hasattr(node, "thresh"):  # STMixer's own: v / 2 + x is v + (2 x - v) / 2
        node.thresh = threshold_for(2 * currents.unflatten(0, (node.T, -1)), 2.0, rate)
        return
    if hasattr(node, "w") or hasattr(node, "tau"):
        tau = 1 / float(node.w.sigmoid()) if hasattr(node, "w") else node.tau
        node.v_threshold = threshold_for(currents, tau, rate)
    else:
        node.v_threshold = _halving(node, currents.flatten(1)[:, ::7], rate)
    if "v_threshold" in node._memories:  # clock_driven resets it, too
        node.set_reset_value("v_threshold", node.v_threshold)


@torch.no_grad()
def fire(model: torch.nn.Module, data: torch.Tensor, rate: float = 0.15) -> torch.nn.Module:
    """Thresholds and batch norm statistics for about `rate` firing in every layer; back in evaluation mode."""
    nodes = [module for module in model.modules() if hasattr(module, "v_threshold") or hasattr(module, "thresh")]
    hooks = [node.register_forward_pre_hook(lambda node, args: _calibrate(node, args[0], rate)) for node in nodes]
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None
    reset(model)
    model.train()(data)
    for hook in hooks:
        hook.remove()
    reset(model)
    return model.eval()


class Exact:
    """A compiled model, its reference, and what the rule of docs/verification.md says of it."""

    def __init__(self, model: torch.nn.Module, data: torch.Tensor) -> None:
        self.model, self.data = model, data.numpy()
        self.compiled = SpikeCompiler(target="simulation").compile(model, self.data.shape)
        self.reference = V.record(model, data)
        self.exact = V.exact_layers(self.compiled.spike_ir)

    def rates(self) -> dict[str, float]:
        return {path: float((train != 0).mean()) for path, train in self.reference.spikes().items()}

    def judge(self, how: str, level: int = 2) -> V.Report:
        """`how`: "interpret" the imported module, or "compile" the optimised one; asserts that no spike is an error."""
        forced = self.compiled.spike_ir.module.clone()
        forced.run_pipeline("spike-teacher-force")
        module = forced.clone()
        if how == "compile":
            module.run_pipeline(stage_pipeline("optimize", level))
        execute = module.interpret if how == "interpret" else module.compile(num_threads=2).run
        output, spikes = V.forced_spikes(forced, execute, self.reference, self.data)
        report = V.verify(self.model, self.data, spikes, self.exact, reference=self.reference)
        assert report.passed, str(report)
        theirs = self.reference.output
        theirs = (theirs[0] if isinstance(theirs, tuple) else theirs).numpy()
        np.testing.assert_allclose(output.reshape(theirs.shape), theirs, rtol=1e-3, atol=1e-4)
        return report
