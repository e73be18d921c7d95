# SPDX-License-Identifier: Apache-2.0
"""A program of integers, and the model that runs it on the CPU."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _core
from .._errors import reported
from .._inputs import accept, check_shapes
from .._program import Options, Program, machine_pipeline
from ..compiled import CompiledModel
from ..exceptions import CompilationError, ValidationError
from ..optimization import stage_pipeline
from ..profiling.activity import measure_activity
from .calibration import InputFormat, calibrate, readable_again

__all__ = ["GRANULARITIES", "QuantizedModel", "QuantizedProgram", "WEIGHT_BITS", "quantize", "quantize_program"]

WEIGHT_BITS = (8, 6, 4)
GRANULARITIES = ("channel", "layer")


class QuantizedProgram(Program):
    """A program in the form of docs/loihi.md, "Quantised programs".

    `layers` reports the numbers chosen for each synapse and neuron layer, `rates` maps the path of each neuron layer to
    its messages per neuron and step on the data set it was calibrated with.
    """

    def __init__(
        self,
        source: Program,
        formats: Sequence[InputFormat],
        bits: int,
        granularity: str,
        host_fallback: bool = False,
    ) -> None:
        if isinstance(bits, float) or bits not in WEIGHT_BITS:
            raise ValidationError(f"expected 8, 6 or 4 bits, got {bits!r}", error_code="invalid-bits")
        if granularity not in GRANULARITIES:
            raise ValidationError(
                f"expected granularity 'channel' or 'layer', got {granularity!r}", error_code="invalid-granularity"
            )
        self.source, self.formats, self.bits, self.granularity = source, tuple(formats), bits, granularity
        self.host_fallback = host_fallback
        with reported("quantize"):
            module = source.module.clone().detached()
        super().__init__(self._quantize(module), source.inputs, source.time_steps, source.stepped)
        self.name = source.name
        self.layers: list[dict[str, Any]] = self.module.quantization()
        self.rates: dict[str, float] = {}

    @property
    def pipeline(self) -> str:
        """The passes from the source's program to this one."""
        options = {
            "bits": self.bits,
            "granularity": self.granularity,
            "input-scales": ",".join(repr(form.scale) for form in self.formats),
            "input-lows": ",".join(str(form.low) for form in self.formats),
            "input-highs": ",".join(str(form.high) for form in self.formats),
            "host-fallback": str(self.host_fallback).lower(),
        }
        text = " ".join(f"{name}={value}" for name, value in options.items())
        return f"{stage_pipeline('simplify', 3)},spike-quantize{{{text}}},verify-spike-contract,verify-spike-quantized"

    def _quantize(self, module: _core.Module) -> _core.Module:
        with reported("quantize", module, self.pipeline, CompilationError, "quantization-failed"):
            module.run_pipeline(self.pipeline)
        return module

    def for_shape(self, batch: int, time_steps: int) -> _core.Module:
        """Quantised anew: what fits 24 bits depends on the number of steps."""
        if (batch, time_steps) == (self.batch, self.time_steps):
            return self.module.clone()
        return self._quantize(self.source.for_shape(batch, time_steps).detached())

    def prepare(self, batch: int, time_steps: int, trains: bool) -> _core.Module:
        """With trains, the source's neurons are exposed first, so that trains come in the source's layout."""
        if not trains:
            return super().prepare(batch, time_steps, False)
        return self._quantize(self.source.prepare(batch, time_steps, True))


class QuantizedModel(CompiledModel):
    """A quantised program compiled for the CPU: runs as any compiled model does, and shows its membranes."""

    _program: QuantizedProgram

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self._traced: dict[int, _core.Executable] = {}
        super().__init__(*arguments, **keywords)

    @property
    def program(self) -> QuantizedProgram:
        return self._program

    def trace(self, input_data: Any) -> tuple[Any, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """One inference: (output, spikes, membranes), both of every neuron layer and step as integers in float32.

        They have the layout of the quantised program, whose images have their channels last.
        """
        arrays, _ = accept(input_data, self._program.inputs)
        batch = check_shapes(arrays, self._program.inputs) or self._program.batch
        executable = self._tracing(batch)
        with reported("run"):
            results = executable.run(arrays)
        outputs, spikes, membranes = [], {}, {}
        for spec, array in zip(executable.signature["outputs"], results, strict=True):
            array = array.astype(np.float32, copy=False)
            if not spec["path"]:
                outputs.append(array)
            elif spec["name"] == "v":
                membranes[spec["path"]] = array
            else:
                spikes[spec["path"]] = array
        return (outputs[0] if len(outputs) == 1 else tuple(outputs)), spikes, membranes

    def _tracing(self, batch: int) -> _core.Executable:
        """The program that returns spikes and membranes, compiled once for each batch size."""
        if batch not in self._traced:
            module = self._program.prepare(batch, self._program.time_steps, False)
            level = self._options.optimization_level
            pipeline = f"spike-expose-neurons{{membranes=true}},{stage_pipeline('optimize', level)}"
            with reported("optimize", module, pipeline):
                module.run_pipeline(pipeline)
            with reported("compile", module, machine_pipeline(level)):
                self._traced[batch] = module.compile(self._options.workers, level)
        return self._traced[batch]


def quantize_program(
    program: Program,
    data: Any,
    *,
    bits: int = 8,
    granularity: str = "channel",
    input_bits: int = 8,
    options: Options | None = None,
    host_fallback: bool = False,
) -> QuantizedProgram:
    """Quantises a program to integers, calibrated on a data set, which also gives the neuron layers' rates.

    `data`, `bits`, `granularity`, `input_bits` and `host_fallback` are those of `quantize`; `options` say how the rates
    are measured.
    """
    data = readable_again(data)
    formats = calibrate(program, data, input_bits=input_bits)
    quantized = QuantizedProgram(program, formats, bits, granularity, host_fallback)
    activity = measure_activity(QuantizedModel(quantized, options or Options()), data)
    quantized.rates = {layer.name: layer.active / layer.elements for layer in activity.neurons}
    return quantized


def quantize(
    model: CompiledModel,
    data: Any,
    *,
    bits: int = 8,
    granularity: str = "channel",
    input_bits: int = 8,
    host_fallback: bool = False,
) -> QuantizedModel:
    """The compiled model with integers in place of real numbers: weights of 8, 6 or 4 bits, calibrated on a data set.

    `data` is what `calibrate` takes, and `input_bits` the integers of an input; `granularity` says whether each output
    channel or each layer has a scale of its own. A program that integers cannot express is refused; the error names the
    layer and what is supported. With `host_fallback`, what they cannot express stays in real numbers, which a chip leaves
    to the host.
    """
    if not isinstance(model, CompiledModel):
        raise ValidationError(
            f"expected a compiled model, got {type(model).__name__}", suggestions=["compile it first: SpikeCompiler()"]
        )
    options = dataclasses.replace(model._options, passes=None)
    program = quantize_program(
        model._program,
        data,
        bits=bits,
        granularity=granularity,
        input_bits=input_bits,
        options=options,
        host_fallback=host_fallback,
    )
    return QuantizedModel(program, options, cache=model._cache)
