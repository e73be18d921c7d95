# SPDX-License-Identifier: Apache-2.0
"""Checks a NeuronRule against the library's own run."""

from __future__ import annotations

import torch

from spike_transformer_compiler import verification as V


def check_rule(model: torch.nn.Module, inputs, **options) -> V.Report:
    """Every layer of the model fires reasonably often, its rule describes it, and a wrong output is an error.

    `options` are those of `record`.
    """
    reference = V.record(model, inputs, **options)
    spikes = reference.spikes()
    report = V.verify(model, inputs, spikes, reference=reference)
    for layer in report.layers:
        assert layer.claim is None, f"{layer.path} {layer.claim}"
        assert 0.02 < layer.rate < 0.98, f"{layer.path} fires at {layer.rate:.1%}, which proves nothing"
    assert report.passed and report.total("mismatches") == 0
    for path, layer in reference.layers.items():
        values = torch.tensor(layer.rule.levels.values)
        wrong = torch.from_numpy(spikes[path].copy())
        distance = (
            V.membranes(layer, layer.outputs()) - layer.rule.levels.nearest(V.membranes(layer, layer.outputs()))
        ).abs()
        at = tuple((distance == distance.max()).nonzero()[0].tolist())
        wrong[at] = (
            bool(values[0] if wrong[at] == values[-1] else values[-1])
            if wrong.dtype == torch.bool
            else (values[0] if wrong[at] == values[-1] else values[-1])
        )
        judged = V.verify(model, inputs, {**spikes, path: wrong.numpy()}, reference=reference)
        assert [bad.path for bad in judged.layers if not bad.passed] == [path]
        assert judged.first.step == at[0] and judged.first.kind == "error"
    return report
