# SPDX-License-Identifier: Apache-2.0
"""Is every spike of a compiled model the spike of its PyTorch source? The rule, applied layer by layer.

It is worked out from the source model alone, in float64, without our importer or IR:

1. The reference is the source in float32. Its spikes are recorded at every neuron module.
2. The candidate (the compiled model) is *teacher forced*: every neuron layer sees the reference's spikes upstream, so one
   wrong spike cannot spread to other layers.
3. In float64, each layer's membrane is stepped on the float64 current with its resets forced to the reference's spikes:
   `H64`, the membrane before the threshold.
4. A step where the candidate's spike differs is a *tie* if `|H64 - threshold| <= 4 * 2^-24 * sqrt(K) * A`: K is the fan-in
   and A the decayed sum over time of `|gain| * (sum |w||x| + |mean|) + |bias|`. Anything else is an *error*. Layers that
   range analysis proves exact (`exact`) may not differ at all, and their current is checked to be equal in float32 and
   float64.
5. After a tie the candidate's own membrane has been reset, or not, at another step than the reference's, and nothing in
   the candidate can be put back. So from there on that neuron (of that sample) is judged on a second float64 membrane whose
   resets are forced to the *candidate's* spikes: where the candidate's spike is the one this membrane demands, the step
   counts as a *consequence* of the tie and not as a new one; where it lies within the bound, as another tie; otherwise it
   is an error. This second membrane agrees with `H64` until the first tie and again once a hard reset has come in both.
6. The layer fails with any error, or with ties in more than 1e-4 of its steps (a single tie is always allowed: it cannot be
   told from chance).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ._magnitude import Tracked, plain
from ._verification_report import LayerReport, Mismatch, Report

_ULP = 4 * 2.0**-24


# ---------------------------------------------------------------------------------------------- neuron models


@dataclass(frozen=True)
class NeuronRule:
    """One neuron model in float64. Parameters are rounded to float32 first, as the source computes with them."""

    charge: Callable[[Any, Any], Any]  # (membrane, current) -> membrane before the threshold
    decay: float  # d charge / d membrane, for the decayed sum of magnitudes
    gain: float  # d charge / d current
    threshold: float
    reset_to: float | None  # hard reset value, or None: the threshold is subtracted
    initial: float
    multi_step: bool
    strict: bool = False  # fires at `membrane > threshold` rather than `>=`

    def fires(self, membrane: torch.Tensor) -> torch.Tensor:
        return membrane > self.threshold if self.strict else membrane >= self.threshold

    def after(self, membrane: torch.Tensor, spike: torch.Tensor) -> torch.Tensor:
        if self.reset_to is None:
            return membrane - spike * self.threshold
        return torch.where(spike > 0, self.reset_to, membrane)


_MODELS: list[Callable[[torch.nn.Module], NeuronRule | None]] = []


def register_neurons(describe: Callable[[torch.nn.Module], NeuronRule | None]) -> Callable:
    """Add a library: `describe(module)` gives the rule of a neuron module, and None for any other module."""
    _MODELS.append(describe)
    return describe


def rule_of(module: torch.nn.Module) -> NeuronRule | None:
    return next((rule for describe in _MODELS if (rule := describe(module)) is not None), None)


def _f32(x: float) -> float:
    return float(np.float32(x))


@register_neurons
def _spikingjelly(module: torch.nn.Module) -> NeuronRule | None:
    cls = type(module)
    if not cls.__module__.startswith("spikingjelly.") or not hasattr(module, "v_threshold"):
        return None
    rest = 0.0 if module.v_reset is None else _f32(module.v_reset)
    old = cls.__module__.startswith("spikingjelly.clock_driven.")
    name = cls.__name__.removeprefix("MultiStep") if old else cls.__name__
    if name in ("IFNode", "SimpleIFNode"):
        charge, decay, gain = (lambda v, x: v + x), 1.0, 1.0
    elif name in ("LIFNode", "SimpleLIFNode", "ParametricLIFNode"):
        # They divide by tau, multiply by sigmoid(w) or order the terms otherwise; in float64 all of them read alike.
        rate = float(torch.sigmoid(module.w.detach().float())) if hasattr(module, "w") else 1 / _f32(module.tau)
        decay = 1 - rate
        if module.decay_input:
            charge, gain = (lambda v, x: v + (x - (v - rest)) * rate), rate
        else:
            charge, gain = (lambda v, x: v - (v - rest) * rate + x), 1.0
    else:
        raise TypeError(f"no rule for the neuron class {cls.__module__}.{cls.__name__}; add one with register_neurons")
    return NeuronRule(
        charge,
        decay,
        gain,
        _f32(module.v_threshold),
        None if module.v_reset is None else rest,
        0.0 if cls.__name__.startswith("Simple") else rest,  # those start at 0 whatever they are reset to
        cls.__name__.startswith("MultiStep") if old else module.step_mode == "m",
    )


# ------------------------------------------------------------------------------------------------- the passes


@dataclass
class Layer:
    """What one neuron module did in the reference: all arrays are [T, B, ...]."""

    path: str
    rule: NeuronRule
    spikes: list[torch.Tensor] = field(default_factory=list)  # bool, from float32
    current: list[torch.Tensor] = field(default_factory=list)  # float32
    current64: list[torch.Tensor] = field(default_factory=list)
    magnitude: list[torch.Tensor] = field(default_factory=list)  # sum of absolute terms of the current
    terms: int = 1


@dataclass
class Reference:
    """The source model on one batch: its output, and every neuron layer in order of execution."""

    output: torch.Tensor
    layers: dict[str, Layer]

    def spikes(self) -> dict[str, np.ndarray]:
        return {path: torch.cat(layer.spikes).numpy() for path, layer in self.layers.items()}


class _Forced(torch.nn.Module):
    """Stands in for a neuron: notes the current that reaches it and answers with the reference's spikes."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer, self.calls = layer, 0

    def forward(self, x: torch.Tensor, *_: Any) -> torch.Tensor:
        if not isinstance(x, Tracked) or x.unknown:
            what = getattr(x, "unknown", None) or "an operation"
            raise NotImplementedError(f"no magnitude rule for '{what}', which feeds the neuron '{self.layer.path}'")
        multi = self.layer.rule.multi_step
        self.layer.current64.append(plain(x) if multi else plain(x)[None])
        self.layer.magnitude.append(x.magnitude if multi else x.magnitude[None])
        self.layer.terms = max(1, x.terms)
        spikes = self.layer.spikes[self.calls].double()
        self.calls += 1
        return Tracked.exact(spikes if multi else spikes[0])


def _copy_at_rest(model: torch.nn.Module) -> torch.nn.Module:
    model = copy.deepcopy(model).eval()
    for module in model.modules():
        if module is not model and callable(getattr(module, "reset", None)):
            module.reset()
    return model


@torch.no_grad()
def record(model: torch.nn.Module, inputs: torch.Tensor) -> Reference:
    """Run a copy of the model in float32 and in float64 and note what reaches and leaves every neuron."""
    copied = _copy_at_rest(model)
    layers: dict[str, Layer] = {}
    hooks = []
    for path, module in copied.named_modules():
        if (rule := rule_of(module)) is not None:
            layers[path] = layer = Layer(path, rule)
            hooks.append(module.register_forward_hook(lambda _, args, out, layer=layer: _note(layer, args[0], out)))
    if not layers:
        raise ValueError("the model has no neuron module that is known here; add its library with register_neurons")
    output = copied(inputs)
    for hook in hooks:
        hook.remove()

    double = _copy_at_rest(model).double()
    for path, layer in layers.items():
        parent, _, name = path.rpartition(".")
        setattr(double.get_submodule(parent), name, _Forced(layer))
    double(Tracked.exact(inputs.double()))
    ran = {path: layer for path, layer in layers.items() if layer.spikes}
    return Reference(output, ran)


def _note(layer: Layer, current: torch.Tensor, spikes: torch.Tensor) -> None:
    if not bool(((spikes == 0) | (spikes == 1)).all()):
        raise ValueError(f"the neuron '{layer.path}' gives values other than 0 and 1")
    if not layer.rule.multi_step:
        current, spikes = current[None], spikes[None]
    layer.current.append(current.detach().clone())
    layer.spikes.append(spikes.bool())


def membranes(layer: Layer, spikes: torch.Tensor) -> torch.Tensor:
    """The float64 membrane before the threshold at every step, resets forced to `spikes` ([T, B, ...])."""
    current = torch.cat(layer.current64)
    v = torch.full_like(current[0], layer.rule.initial)
    out = torch.empty_like(current)
    for t in range(len(current)):
        out[t] = layer.rule.charge(v, current[t])
        v = layer.rule.after(out[t], spikes[t].double())
    return out


def tie_bound(layer: Layer) -> torch.Tensor:
    """How far from the threshold float32 can be mistaken, at every step."""
    magnitude = torch.cat(layer.magnitude)
    total = torch.full_like(magnitude[0], abs(layer.rule.initial))
    out = torch.empty_like(magnitude)
    for t in range(len(magnitude)):
        total = abs(layer.rule.decay) * total + layer.rule.gain * magnitude[t]
        out[t] = total
    return out * (_ULP * layer.terms**0.5)


# -------------------------------------------------------------------------------------------------- the rule


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
    reference = reference or record(model, torch.as_tensor(np.asarray(inputs)))
    missing, surplus = reference.layers.keys() - candidate.keys(), candidate.keys() - reference.layers.keys()
    if missing or surplus:
        raise ValueError(f"the candidate lacks the layers {sorted(missing)} and has {sorted(surplus)} in excess")
    exact = exact or {}
    return Report(
        tuple(
            _judge(layer, candidate[path], bool(exact.get(path)), list_limit)
            for path, layer in reference.layers.items()
        )
    )


@torch.no_grad()
def _judge(layer: Layer, candidate: Any, exact: bool, list_limit: int) -> LayerReport:
    theirs = torch.cat(layer.spikes)
    values = torch.as_tensor(np.asarray(candidate))
    if values.shape != theirs.shape:
        raise ValueError(
            f"layer '{layer.path}': expected spikes of shape {tuple(theirs.shape)}, got {tuple(values.shape)}"
        )
    ours = values != 0
    if not bool(((values == 0) | (values == 1)).all()):
        raise ValueError(f"layer '{layer.path}': the candidate's spikes hold values other than 0 and 1")

    differs = ours != theirs
    # A neuron that has differed before is judged on its own membrane, whether it agrees with the reference now or not.
    before = torch.zeros_like(differs)
    before[1:] = torch.cumsum(differs, 0)[:-1] > 0
    claim = _claim(layer) if exact else None

    listed: list[Mismatch] = []
    ties = errors = consequences = 0
    if bool(differs.any()):
        forced, own, bound = membranes(layer, theirs), membranes(layer, ours), tie_bound(layer)
        demanded = layer.rule.fires(own)
        contradicts = torch.where(before, ours != demanded, differs)
        near = (own - layer.rule.threshold).abs() <= bound
        error = contradicts & (torch.ones_like(near) if exact else ~near)
        # A step within the bound that agrees with the reference is nobody's mismatch.
        tie = contradicts & ~error & differs
        ties, errors, consequences = int(tie.sum()), int(error.sum()), int((differs & ~contradicts).sum())
        for kind, where in (("error", error), ("tie", tie)):
            for index in where.nonzero()[: list_limit - len(listed)].tolist():
                at = tuple(index)
                listed.append(
                    Mismatch(
                        layer.path,
                        kind,
                        at[0],
                        at[1],
                        at[2:],
                        bool(theirs[at]),
                        bool(ours[at]),
                        float(forced[at]),
                        float(own[at]),
                        layer.rule.threshold,
                        float(bound[at]),
                    )
                )
    count = int(differs.sum())
    return LayerReport(
        path=layer.path,
        neurons=theirs[0, 0].numel(),
        steps=theirs.numel(),
        exact=exact,
        mismatches=count,
        ties=ties,
        errors=errors,
        consequences=consequences,
        rate=float(theirs.double().mean()),
        first=min(listed, key=lambda m: (m.step, m.sample, m.neuron), default=None),
        listed=tuple(listed),
        claim=claim,
    )


def _claim(layer: Layer) -> str | None:
    """Nothing if float32 and float64 give the same current, else what contradicts the claim that they must."""
    single, double = torch.cat(layer.current).double(), torch.cat(layer.current64)
    wrong = int((single != double).sum())
    if wrong == 0:
        return None
    return f"is said to be exact, but {wrong} of {single.numel()} currents differ between float32 and float64"


# --------------------------------------------------------------------------------------------- teacher forcing


def forced_spikes(
    module: Any, execute: Callable[[list[np.ndarray]], list[np.ndarray]], reference: Reference, inputs: Any
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The model's output and each layer's own spikes, from a module that `spike-teacher-force` has been applied to.

    `execute` runs the module: its interpreter, or code compiled from it. Arguments that carry a layer's path are fed the
    reference's spikes, the one that does not is fed `inputs`.
    """
    teachers, signature = reference.spikes(), module.signature()
    arguments = [
        np.ascontiguousarray(teachers[v["path"]] if v["path"] else np.asarray(inputs), dtype=v["dtype"]).reshape(
            v["shape"]
        )
        for v in signature["inputs"]
    ]
    output, spikes = None, {}
    for value, result in zip(signature["outputs"], execute(arguments), strict=True):
        if value["path"]:
            spikes[value["path"]] = np.asarray(result)
        elif output is None:
            output = np.asarray(result)
    return output, spikes


def exact_layers(ir: Any) -> dict[str, bool]:
    """Which neuron layers of an imported model range analysis proves exact: path -> whether ties are ruled out."""
    return ir.module.exact_neurons()
