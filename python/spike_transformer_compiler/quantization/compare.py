# SPDX-License-Identifier: Apache-2.0
"""What quantisation changed: firing rates and spikes layer by layer, and how many samples are still right."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from ..compiled import CompiledModel
from ..exceptions import ValidationError
from ..profiling.activity import check_finite, pieces
from .program import QuantizedModel

__all__ = ["LayerComparison", "QuantizationReport", "compare"]

#: Samples that run at a time.
_CHUNK = 60


@dataclass
class LayerComparison:
    """One neuron layer over the data set. Rates are spikes per neuron and step."""

    path: str
    source_rate: float
    quantized_rate: float
    agreement: float  # share of neurons and steps with the same output

    @property
    def rate_change(self) -> float:
        return self.quantized_rate - self.source_rate


@dataclass
class QuantizationReport:
    """Both models on the same data. Accuracies are there if labels were given."""

    bits: int
    granularity: str
    samples: int
    same_class: float  # share of samples
    source_accuracy: float | None = None
    quantized_accuracy: float | None = None
    layers: list[LayerComparison] = field(default_factory=list)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2)

    def table(self) -> Table:
        """Rates and agreement of every layer, as a table to print."""
        title = f"{self.bits} bits per {self.granularity}, {self.samples} samples: {self.same_class:.2%} the same class"
        if self.source_accuracy is not None:
            title += f", {self.source_accuracy:.2%} right in the source, {self.quantized_accuracy:.2%} quantised"
        table = Table(title=title)
        table.add_column("layer")
        for name in ("rate", "quantised", "change", "same outputs"):
            table.add_column(name, justify="right")
        for layer in self.layers:
            table.add_row(
                layer.path,
                f"{layer.source_rate:.2%}",
                f"{layer.quantized_rate:.2%}",
                f"{layer.rate_change:+.2%}",
                f"{layer.agreement:.3%}",
            )
        return table

    def __str__(self) -> str:
        console = Console(width=120, color_system=None)
        with console.capture() as capture:
            console.print(self.table())
        return capture.get()


def _labels(labels: Any) -> np.ndarray:
    wanted = np.asarray(labels)
    if wanted.dtype.kind not in "iu":
        raise ValidationError(f"expected labels of integers, got {wanted.dtype}", error_code="wrong-labels")
    if wanted.ndim != 1:
        raise ValidationError(
            f"expected labels along one axis, got an array of shape {list(wanted.shape)}", error_code="wrong-labels"
        )
    return wanted


def _check_range(labels: np.ndarray, classes: int) -> None:
    wrong = np.argwhere((labels < 0) | (labels >= classes))
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise ValidationError(
            f"label {labels[at]} of sample {at[0]} is out of range, expected 0 to {classes - 1}: the model has {classes} "
            "classes",
            error_code="wrong-labels",
        )


def _scores(output: Any, batch: int) -> np.ndarray:
    """A number for each sample and class: the mean over time where the output has steps."""
    scores = np.asarray(output[0] if isinstance(output, tuple) else output)
    if scores.ndim == 3:
        scores = scores.mean(0)
    if scores.ndim != 2 or len(scores) != batch:
        raise ValidationError(
            f"expected an output of [batch, classes] or [T, batch, classes], got {list(scores.shape)}",
            error_code="no-classes",
        )
    return scores


def compare(source: CompiledModel, quantized: QuantizedModel, data: Any, labels: Any = None) -> QuantizationReport:
    """Runs a data set through both models, side by side.

    `data` is what `profiling.measure_activity` takes; `labels`, one class for each sample, gives accuracies.
    """
    if not isinstance(source, CompiledModel) or not isinstance(quantized, QuantizedModel):
        raise ValidationError(
            f"expected a compiled model and a quantised one, got {type(source).__name__} and {type(quantized).__name__}"
        )
    program = quantized.program
    wanted = None if labels is None else _labels(labels)
    samples = 0
    sums: dict[str, np.ndarray] = {}
    classes: list[np.ndarray] = []
    for arrays in pieces(data, source.inputs, _CHUNK):
        check_finite(arrays, source.inputs, samples)
        inputs = arrays if len(arrays) > 1 else arrays[0]
        (expected, spikes), (output, integers) = (m.run(inputs, return_spike_trains=True) for m in (source, quantized))
        batch = next(
            (a.shape[s.batch_axis] for a, s in zip(arrays, source.inputs, strict=True) if s.batch_axis is not None), 1
        )
        before, after = (_scores(found, batch) for found in (expected, output))
        if wanted is not None and not samples:
            _check_range(wanted, before.shape[1])
        samples += batch
        classes.append(np.stack([before.argmax(-1), after.argmax(-1)]))
        for path, train in spikes.items():
            if path in integers:
                mine = integers[path]
                found = [train.sum(dtype=np.float64), mine.sum(dtype=np.float64), (train == mine).sum(), train.size]
                sums[path] = sums.get(path, np.zeros(4)) + found
    if not classes:
        raise ValidationError("the data set is empty, expected at least one sample", error_code="empty-data-set")
    read = np.concatenate(classes, axis=1)
    report = QuantizationReport(program.bits, program.granularity, read.shape[1], float((read[0] == read[1]).mean()))
    if wanted is not None:
        if wanted.shape != (samples,):
            raise ValidationError(
                f"expected {samples} labels, one for each sample, got an array of shape {list(wanted.shape)}",
                error_code="wrong-labels",
            )
        report.source_accuracy, report.quantized_accuracy = ((row == wanted).mean().item() for row in read)
    for path, (fired, quantized_fired, same, elements) in sums.items():
        report.layers.append(LayerComparison(path, fired / elements, quantized_fired / elements, same / elements))
    return report
