# SPDX-License-Identifier: Apache-2.0
"""A case on a chip: quantised, mapped, written as an image and read, run by the chip simulator, and compared with the
quantised program on the CPU: every output, every spike and every membrane.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np

from spike_transformer_compiler import _core
from spike_transformer_compiler import quantization as Q
from spike_transformer_compiler._program import Options
from spike_transformer_compiler.backend import ChipImage, ChipModel, MappingOptions
from spike_transformer_compiler.exceptions import CompilationError, HardwareError
from spike_transformer_compiler.frontend import import_program

from .failure import Failure, guarded
from .network import Case, draw_input
from .plan import Plan

#: Samples that calibrate a network and run on it.
SAMPLES = 3

_OBJECTIVES = ("minimize_communication", "minimize_latency", "balance")


@dataclass
class OnChip:
    """What was compared. `refused` says by whom and why a network does not reach the chip."""

    refused: str = ""
    spikes: int = 0
    membranes: int = 0
    outputs: int = 0
    rates: list[float] = field(default_factory=list)


def samples(plan: Plan) -> list[np.ndarray]:
    """The plan's input, and more of the kind."""
    found = []
    for i in range(SAMPLES):
        other = copy.copy(plan)
        other.seed = plan.seed + i * 1_000_003
        found.append(draw_input(other).numpy())
    return found


def check_on_chip(case: Case, target: str) -> OnChip:
    """Raises a Failure where chip and CPU differ, or where something ends otherwise than by a refusal that names an op."""
    plan, x = case.plan, samples(case.plan)
    steps = plan.steps if plan.stepped else None
    source = guarded("import", lambda: import_program(case.model, x[0].shape, steps))
    axis = source.inputs[0].batch_axis
    bits, granularity = (8, 6, 4)[plan.seed % 3], ("channel", "layer")[plan.seed // 3 % 2]
    data = x[0] if axis is None else np.concatenate(x, axis)
    try:
        program = Q.QuantizedProgram(source, Q.calibrate(source, data), bits, granularity)
    except CompilationError as error:
        return _refused("quantise", error, "cannot be quantized")
    options = MappingOptions(target, _OBJECTIVES[plan.seed // 6 % 3], seed=plan.seed % 100)
    try:
        model = guarded_mapping(program, options)
    except HardwareError as error:
        return _refused("map", error, "op of layer '", "'func.func' op")
    image = guarded("image", lambda: ChipImage(_core.ChipNetwork.from_bytes(model.image), target))
    guarded("limits", image.verify)
    model.chip = image
    done = OnChip()
    for sample in x if axis is not None else x[:1]:
        _compare(model, sample, done)
    return done


def guarded_mapping(program: Q.QuantizedProgram, options: MappingOptions) -> ChipModel:
    """Refusals of the mapping are passed on; whatever else it raises is a Failure."""
    try:
        return ChipModel(program, Options(workers=1), options)
    except HardwareError:
        raise
    except Exception as error:
        raise Failure("map", type(error).__name__, str(error)) from error


def _refused(stage: str, error: CompilationError, *words: str) -> OnChip:
    """A refusal must say what of the model is concerned."""
    text = str(error)
    if not any(word in text for word in words):
        raise Failure(stage, "refused without a name", text) from error
    told = [line["message"] for line in error.diagnostics if line["severity"] == "error"]
    return OnChip(refused=f"{stage}: {told[0] if told else text}")


def _compare(model: ChipModel, sample: np.ndarray, done: OnChip) -> None:
    compared = guarded("chip", lambda: model.compare_with_cpu(sample))
    if not compared.passed:
        raise Failure("chip", "differs", f"outputs equal: {compared.outputs_equal}; numbers that differ: {compared.different}")
    done.spikes += compared.spikes
    done.membranes += compared.membranes
    done.outputs += 1
    done.rates += compared.rates.values()
