# SPDX-License-Identifier: Apache-2.0
"""What every layer of a compiled model does on a data set, as exact integers from compiled code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._errors import reported
from .._inputs import accept, check_shapes
from .._program import InputSpec
from ..compiled import CompiledModel
from ..exceptions import ValidationError
from ..optimization import stage_pipeline

__all__ = ["Activity", "NeuronActivity", "SynapseActivity", "check_finite", "measure_activity", "pieces"]

#: Called with the number of samples that are done.
Advance = Callable[[int], None]


@dataclass
class NeuronActivity:
    """One neuron layer that fires. Numbers are sums over the data set."""

    name: str
    model: str
    neurons: int  # of one sample
    time_steps: int
    states: int
    values: str  # "spike", "ternary" or "count"
    sources: list[str]
    elements: int = 0  # neurons * steps * samples
    active_per_step: list[int] = field(default_factory=list)  # outputs that are not zero
    spikes_per_step: list[int] = field(default_factory=list)  # their sum; a count of n is n spikes

    @property
    def active(self) -> int:
        return sum(self.active_per_step)

    @property
    def spikes(self) -> int:
        return sum(self.spikes_per_step)

    @property
    def rate(self) -> float:
        """Spikes per neuron and step; above one only for counts."""
        return self.spikes / self.elements

    @property
    def sparsity(self) -> float:
        """Share of outputs that are zero."""
        return 1 - self.active / self.elements


@dataclass
class SynapseActivity:
    """One linear, conv, matmul or mask. Numbers are sums over the data set, over all steps as the source computes them.

    dense     products of the equivalent ANN layer, times T; taps in the padding included, as papers count FLOP
    inside    the same without the taps in the padding
    sops      products with inputs that are not zero: each active input times its true fan-out, borders exact;
              of two activations: pairs that are both not zero
    unit_sops the same, an input of n counted n times (equal to `sops` for spikes)
    repeated  how often a layer that is the same at every step repeats its work, else 1
    """

    name: str
    kind: str
    values: list[str]  # "spike", "ternary", "count" or "real" of every operand
    sources: list[list[str]]
    time_steps: int
    repeated: int
    parameters: int
    fan_out: list[int]
    words: list[float] = field(default_factory=list)  # elements of every operand in one step of one sample
    output_words: float = 0.0
    elements: list[int] = field(default_factory=list)
    outputs: int = 0
    biases: int = 0
    dense: int = 0
    inside: int = 0
    nonzero: list[int] = field(default_factory=list)
    total: int | None = None  # sum of the first operand's units, where it holds counts
    sops: int = 0
    unit_sops: int = 0

    @property
    def rates(self) -> list[float]:
        """Nonzero share of every operand; of counts, units per element as papers do."""
        rates = [n / size for n, size in zip(self.nonzero, self.elements, strict=True)]
        if self.total is not None:
            rates[0] = self.total / self.elements[0]
        return rates


@dataclass
class Activity:
    """A data set's activity, layer by layer in the order of the program."""

    samples: int
    time_steps: int
    layers: list[SynapseActivity | NeuronActivity]

    @property
    def synapses(self) -> list[SynapseActivity]:
        return [layer for layer in self.layers if isinstance(layer, SynapseActivity)]

    @property
    def neurons(self) -> list[NeuronActivity]:
        return [layer for layer in self.layers if isinstance(layer, NeuronActivity)]


class _Probe:
    """The program with its activity exposed, compiled for one batch size."""

    def __init__(self, compiled: CompiledModel, batch: int) -> None:
        program, options = compiled._program, compiled._options
        module = program.for_shape(batch, program.time_steps)
        expose = "spike-remove-dead-modules,spike-expose-activity"
        with reported("expose activity", module, expose, ValidationError, "uncountable-activity"):
            module.run_pipeline(expose)
        self.facts, self.results = module.activity()
        pipeline = (
            options.passes if options.passes is not None else stage_pipeline("optimize", options.optimization_level)
        )
        with reported("optimize", module, pipeline):
            module.run_pipeline(pipeline)
        with reported("compile", module):
            self.executable = module.compile(num_threads=options.workers, level=options.optimization_level)

    def run(self, arrays: list[np.ndarray]) -> list[dict[str, np.ndarray]]:
        """The quantities of every layer."""
        with reported("run"):
            results = self.executable.run(arrays)
        quantities: list[dict[str, np.ndarray]] = [{} for _ in self.facts]
        for (layer, quantity), result in zip(self.results, results, strict=True):
            if layer >= 0:
                quantities[layer][quantity] = np.asarray(result)
        return quantities


def _sum(counts: np.ndarray | None) -> int:
    return 0 if counts is None else int(counts.sum(dtype=np.int64))


def _start(facts: dict[str, Any]) -> SynapseActivity | NeuronActivity:
    if "neurons" in facts:
        return NeuronActivity(
            facts["name"],
            facts["kind"],
            neurons=0,
            time_steps=facts["steps"],
            states=facts["states"],
            values=facts["values"][0],
            sources=facts["sources"][0],
            active_per_step=[0] * facts["steps"],
            spikes_per_step=[0] * facts["steps"],
        )
    operands = len(facts["values"])
    return SynapseActivity(
        facts["name"],
        facts["kind"],
        facts["values"],
        facts["sources"],
        facts["steps"],
        facts["repeated"],
        facts["parameters"],
        facts["fan_out"],
        elements=[0] * operands,
        nonzero=[0] * operands,
        total=0 if operands == 1 and facts["values"] == ["count"] else None,
    )


def _add(
    layer: SynapseActivity | NeuronActivity, facts: dict[str, Any], found: dict[str, np.ndarray], batch: int
) -> None:
    """Adds one run over `batch` samples."""
    if isinstance(layer, NeuronActivity):
        layer.neurons = facts["neurons"] // batch
        layer.elements += facts["elements"][0]
        units = found.get("sum0", found["nonzero0"])
        for step in range(layer.time_steps):
            layer.active_per_step[step] += int(found["nonzero0"][step])
            layer.spikes_per_step[step] += int(units[step])
        return
    layer.words = [size / (batch * layer.time_steps) for size in facts["elements"]]
    layer.output_words = facts["outputs"] / (batch * layer.time_steps)
    for i, size in enumerate(facts["elements"]):
        layer.elements[i] += size
        layer.nonzero[i] += _sum(found[f"nonzero{i}"])
    for name in ("outputs", "biases", "dense", "inside"):
        setattr(layer, name, getattr(layer, name) + facts[name])
    if layer.total is not None:
        layer.total += _sum(found["sum0"])
    if "pairs" in found:
        pairs = _sum(found["pairs"])
        layer.sops += pairs
        layer.unit_sops += pairs
        return
    # A convolution whose every input is read by one window has no `taps`.
    events = _sum(found.get("taps", found["nonzero0"]))
    units = events if "sum0" not in found else _sum(found.get("tap_sum", found["sum0"]))
    layer.sops += events * facts["fan_out"][0]
    layer.unit_sops += units * facts["fan_out"][0]


def measure_activity(
    compiled: CompiledModel, data: Any, batch_size: int | None = None, advance: Advance | None = None
) -> Activity:
    """Runs a data set through the compiled model and counts what every layer does.

    `data`: arrays as `CompiledModel.run` takes them, with the whole data set along the batch axis; or an iterable of such
    batches, where a tuple's elements behind the inputs (labels) are left out. `batch_size` samples, by default as many as
    the model was compiled for, run at a time, so that memory does not grow with the data set.
    """
    specs, own = compiled.inputs, compiled._program.batch
    size = own if batch_size is None else batch_size
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValidationError(f"expected a batch size of at least 1, got {size!r}", error_code="invalid-batch-size")
    if all(spec.batch_axis is None for spec in specs):
        size = 1
    probes: dict[int, _Probe] = {}
    layers: list[SynapseActivity | NeuronActivity] = []
    samples = 0
    for arrays in pieces(data, specs, size):
        batch = check_shapes(arrays, specs) or 1
        check_finite(arrays, specs, samples)
        if batch not in probes:
            if len(probes) == 2:  # the usual size, and one for what is left over
                probes.pop(next(key for key in probes if key != size))
            probes[batch] = _Probe(compiled, batch)
        probe = probes[batch]
        layers = layers or [_start(facts) for facts in probe.facts]
        for layer, facts, found in zip(layers, probe.facts, probe.run(arrays), strict=True):
            _add(layer, facts, found, batch)
        samples += batch
        if advance:
            advance(samples)
    if samples == 0:
        raise ValidationError("the data set is empty, expected at least one sample", error_code="empty-data-set")
    if not layers:
        raise ValidationError("the model has no layer whose activity could be counted", error_code="no-layers")
    return Activity(samples, compiled.time_steps, layers)


def _batches(data: Any, specs: tuple[InputSpec, ...]) -> Iterator[Any]:
    """Whole arrays as one batch, else what the iterable gives without the labels."""
    is_array = isinstance(data, (np.ndarray, dict)) or hasattr(data, "detach")
    if is_array or (isinstance(data, (list, tuple)) and len(specs) > 1 and len(data) == len(specs)):
        yield data
        return
    if not isinstance(data, Iterable) or isinstance(data, (str, bytes)):
        raise ValidationError(
            f"expected arrays or an iterable of batches, got {type(data).__name__}", error_code="wrong-input-type"
        )
    for batch in data:
        if isinstance(batch, (list, tuple)):
            batch = list(batch)[: len(specs)]
        yield batch


def pieces(data: Any, specs: tuple[InputSpec, ...], size: int) -> Iterator[list[np.ndarray]]:
    """Batches of at most `size` samples, copied one at a time, so a memory-mapped file is never read whole."""
    for batch in _batches(data, specs):
        if isinstance(batch, dict):
            names = [spec.name for spec in specs]
            if sorted(batch) != sorted(names):
                raise ValidationError(f"expected inputs named {', '.join(names)}, got {', '.join(map(str, batch))}")
            values = [batch[name] for name in names]
        else:
            values = list(batch) if isinstance(batch, (list, tuple)) else [batch]
        count = _count_samples(values, specs)
        for start in range(0, count, size):
            arrays, _ = accept([_cut(v, s, start, start + size) for v, s in zip(values, specs, strict=False)], specs)
            yield arrays


def _count_samples(values: list[Any], specs: tuple[InputSpec, ...]) -> int:
    for value, spec in zip(values, specs, strict=False):
        shape = getattr(value, "shape", ())
        if spec.batch_axis is not None and spec.batch_axis < len(shape):
            return int(shape[spec.batch_axis])
    return 1  # nothing to cut: whatever is wrong with the values is said when they are accepted


def _cut(value: Any, spec: InputSpec, start: int, end: int) -> Any:
    axis = spec.batch_axis
    if axis is None or axis >= len(getattr(value, "shape", ())):
        return value
    return value[(slice(None),) * axis + (slice(start, end),)]


def check_finite(arrays: list[np.ndarray], specs: tuple[InputSpec, ...], first: int) -> None:
    for array, spec in zip(arrays, specs, strict=True):
        # One sum finds a batch that is all right; it may overflow, so only what it finds is looked at closely.
        if math.isfinite(float(array.sum(dtype=np.float64))):
            continue
        wrong = ~np.isfinite(array)
        if not wrong.any():
            continue
        index = [int(i) for i in np.argwhere(wrong)[0]]
        value = array[tuple(index)]
        if spec.batch_axis is not None:
            index[spec.batch_axis] += first
        raise ValidationError(
            f"input '{spec.name}': the data set holds {value} at {index}, expected finite numbers",
            error_code="not-finite",
            suggestions=["leave such samples out, or replace the values: np.nan_to_num(x)"],
        )
