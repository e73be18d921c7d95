# SPDX-License-Identifier: Apache-2.0
"""The rule applied: each layer's teacher-forced spikes against the float64 membranes of the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from .reference import Layer, Reference, membranes, record, tie_bound
from .report import LayerReport, Mismatch, Report

__all__ = ["verify"]


def verify(
    model: torch.nn.Module,
    inputs: Any,
    candidate: Mapping[str, Any],
    exact: Mapping[str, bool] | None = None,
    *,
    reference: Reference | None = None,
    list_limit: int = 1000,
) -> Report:
    """Judge teacher-forced spikes (`candidate`: module path -> [T, B, ...]) against the source model.

    `exact` names the layers whose values range analysis proves exact. `reference` saves recording the model again.
    """
    exact = exact or {}
    claimed = [path for path, proved in exact.items() if proved]
    reference = reference or record(model, inputs, keep=False, currents=claimed)
    missing, surplus = (
        reference.layers.keys() - candidate.keys() - reference.unread,
        candidate.keys() - reference.layers.keys(),
    )
    if missing or surplus:
        raise ValueError(f"the candidate lacks the layers {sorted(missing)} and has {sorted(surplus)} in excess")
    judged: dict[str, LayerReport] = {}

    def judge(layer: Layer) -> None:
        if layer.path in candidate:
            judged[layer.path] = _judge(layer, candidate[layer.path], bool(exact.get(layer.path)), list_limit)

    if reference.kept:
        for layer in reference.layers.values():
            judge(layer)
    else:
        reference.walk(judge)
    return Report(tuple(judged[path] for path in reference.layers if path in judged), tuple(sorted(reference.unread)))


def _values(layer: Layer, candidate: Any, theirs: torch.Tensor) -> torch.Tensor:
    """The candidate's outputs as the reference's are kept."""
    levels = layer.rule.levels
    values = torch.as_tensor(np.asarray(candidate))
    if not layer.rule.initial and values.numel() == theirs.numel():
        values = values.reshape(theirs.shape)  # without state it does not matter which axis is time
    if values.shape != theirs.shape:
        raise ValueError(
            f"layer '{layer.path}': expected spikes of shape {tuple(theirs.shape)}, got {tuple(values.shape)}"
        )
    if not bool(levels.holds(values).all()):
        raise ValueError(
            f"layer '{layer.path}': the candidate's spikes hold values other than {' and '.join(map(str, levels.values))}"
        )
    return values.to(levels.dtype)


@torch.no_grad()
def _judge(layer: Layer, candidate: Any, exact: bool, list_limit: int) -> LayerReport:
    levels, theirs = layer.rule.levels, layer.outputs()
    ours = _values(layer, candidate, theirs)
    differs = ours != theirs
    forced, bound = membranes(layer, theirs), tie_bound(layer)
    source_agrees = levels.output(forced) == theirs
    claim = _claim(layer, forced, theirs, source_agrees) if exact else None
    unexplained = ~(source_agrees | levels.within(forced, bound, theirs))
    if claim is None and bool(unexplained.any()):
        claim = (
            f"is not described by its rule: {int(unexplained.sum())} of {theirs.numel()} outputs of the source are not "
            "those of float64, and not ties"
        )

    listed: list[Mismatch] = []
    ties = errors = consequences = 0
    agreed = source_agrees
    if bool(differs.any()):
        # A neuron that has differed before is judged on its own membrane, whether it agrees with the reference or not.
        before = torch.zeros_like(differs)
        before[1:] = torch.cumsum(differs, 0)[:-1] > 0
        own = membranes(layer, ours)
        agreed = levels.output(own) == ours
        contradicts = torch.where(before, ~agreed, differs)
        error = contradicts if exact else contradicts & ~levels.within(own, bound, ours)
        # A step within the bound that agrees with the reference is nobody's mismatch.
        tie = contradicts & ~error & differs
        ties, errors, consequences = int(tie.sum()), int(error.sum()), int((differs & ~contradicts).sum())
        for kind, where in (("error", error), ("tie", tie)):
            for index in where.nonzero()[: list_limit - len(listed)].tolist():
                listed.append(_mismatch(layer, kind, tuple(index), theirs, ours, forced, own, bound))
    return LayerReport(
        path=layer.path,
        neurons=theirs[:1, :1].numel(),
        steps=theirs.numel(),
        exact=exact,
        mismatches=int(differs.sum()),
        ties=ties,
        errors=errors,
        consequences=consequences,
        rate=float((theirs != 0).double().mean()),
        first=min(listed, key=lambda m: (m.step, m.sample, m.neuron), default=None),
        listed=tuple(listed),
        claim=claim,
        source_agreement=float(source_agrees.double().mean()),
        agreement=float(agreed.double().mean()),
    )


def _mismatch(
    layer: Layer,
    kind: str,
    at: tuple[int, ...],
    theirs: torch.Tensor,
    ours: torch.Tensor,
    forced: torch.Tensor,
    own: torch.Tensor,
    bound: torch.Tensor,
) -> Mismatch:
    return Mismatch(
        layer=layer.path,
        kind=kind,
        step=at[0],
        sample=at[1] if len(at) > 1 else 0,
        neuron=at[2:],
        reference=int(theirs[at]),
        candidate=int(ours[at]),
        membrane=float(forced[at]),
        candidate_membrane=float(own[at]),
        threshold=float(layer.rule.levels.nearest(own)[at]),
        bound=float(bound[at]),
    )


def _claim(layer: Layer, forced: torch.Tensor, theirs: torch.Tensor, source_agrees: torch.Tensor) -> str | None:
    """Nothing if float32 and float64 give the same current, membrane and spikes, else what contradicts the claim."""
    if not layer.current:
        raise ValueError(f"layer '{layer.path}' is said to be exact: record the model with currents=['{layer.path}']")
    steps = theirs.numel()
    wrong = int((torch.cat(layer.current).double() != torch.cat(layer.current64)).sum())
    if wrong:
        return f"is said to be exact, but {wrong} of {steps} currents differ between float32 and float64"
    wrong = int((membranes(layer, theirs, single=True).double() != forced).sum())
    if wrong:
        return f"is said to be exact, but {wrong} of {steps} membranes differ between float32 and float64"
    wrong = int((~source_agrees).sum())
    if wrong:
        return f"is said to be exact, but {wrong} of {steps} spikes of the source are not those of float64"
    return None
