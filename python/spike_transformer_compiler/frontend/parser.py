# SPDX-License-Identifier: Apache-2.0
"""From a PyTorch module to spike IR: the import as a whole, with the rules for time, batch and input codes."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from .. import _core
from .._errors import reported
from ..exceptions import CompilationError, ValidationError
from ..ir import SpikeIR
from .checks import check_inputs, check_model, check_repeatable, check_time_steps, order_inputs
from .importer import import_module, private_copy
from .neurons import NeuronRun, to_text

__all__ = ["DEFAULT_TIME_STEPS", "ImportedModel", "ModelParser", "import_model"]

#: For models that compute one time step, if nobody says how many there are.
DEFAULT_TIME_STEPS = 4

_CODES = {
    "direct": None,
    "rate": "#spike.rate",
    "poisson": "#spike.rate",
    "temporal": "#spike.latency",
    "phase": "#spike.phase",
    "delta": "#spike.delta",
}


@dataclass(frozen=True)
class ImportedModel:
    """Spike IR straight after import. `stepped`: the model computes one step and was lifted over `time_steps`."""

    module: _core.Module
    time_steps: int
    stepped: bool


class ModelParser:
    """Reads PyTorch models into spike IR."""

    def parse(
        self,
        model: torch.nn.Module,
        input_shapes: Mapping[str, Sequence[int]],
        spike_encoding: str = "direct",
        threshold: float = 1.0,
        time_steps: int | None = None,
    ) -> SpikeIR:
        """Imports `model`, which must be in evaluation mode and is not changed.

        input_shapes    what the model takes, by name, with batch and, where the model's input has one, time axis
        spike_encoding  how input becomes spikes: "direct" (not at all), "rate" or "poisson", "temporal" (latency),
                        "phase" or "delta"; the encoded model takes input without a time axis, with delta one with it
        threshold       of the delta code
        time_steps      for models that compute one step, and for codes; the model's own number of steps wins, another
                        one is an error
        """
        imported = import_model(
            model, input_shapes, spike_encoding=spike_encoding, threshold=threshold, time_steps=time_steps
        )
        return SpikeIR(imported.module)


def import_model(
    model: torch.nn.Module,
    input_shapes: Mapping[str, Sequence[int]] | Sequence[int],
    *,
    time_steps: int | None = None,
    spike_encoding: str = "direct",
    threshold: float = 1.0,
) -> ImportedModel:
    """As ModelParser.parse; a single shape is that of the first input."""
    check_model(model)
    if not isinstance(input_shapes, Mapping):
        input_shapes = {_first_parameter(model): input_shapes}
    shapes = check_inputs(input_shapes)
    steps = check_time_steps(time_steps)
    code = _code(spike_encoding, threshold)
    names = order_inputs(model, shapes)
    try:
        return _import(model, names, shapes, steps, code)
    except CompilationError as error:
        # A code adds the time axis, so the model itself may need one that the given shape does not have: it fails
        # without, or takes the batch for time and fails later.
        if not code or spike_encoding == "delta" or not steps:
            raise
        try:
            shapes = {name: (steps, *shape) for name, shape in shapes.items()}
            return _import(model, names, shapes, steps, code, timed=True)
        except CompilationError:
            raise error from None


def _import(
    model: torch.nn.Module,
    names: Sequence[str],
    shapes: Mapping[str, tuple[int, ...]],
    time_steps: int | None,
    code: str | None,
    timed: bool = False,
) -> ImportedModel:
    """`timed`: the shapes have a time axis. A model for which nothing says so is given one if it reads a code."""
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(shapes[name], generator=generator) for name in names]
    check_repeatable(model, inputs)
    program = import_module(private_copy(model), inputs, names)
    with reported("import"):
        module = _core.Module.from_torch(program.text, program.weights)
    _run(module, "convert-torch-to-spike", "unsupported-op")

    stepped, own = _own_steps(program.neurons)
    _run(module, "spike-roll-time" if stepped else "spike-roll-time{always}", "unsupported-op")
    steps = time_steps or (own[0] if own else DEFAULT_TIME_STEPS if stepped or code else 1)
    lift = f"time-steps={steps}" + (" always" if code and not timed and not own else "")
    _run(module, f"spike-lift-time{{{lift}}}", "unsupported-op")
    if own and own[0] != steps:
        raise _conflict(own[0], steps, module)
    if code:
        _run(module, f"spike-encode-input{{code={code}}}", "unsupported-encoding")
    _run(module, "verify-spike-contract", "unsupported-op")
    return ImportedModel(module, steps, stepped)


def _own_steps(runs: Sequence[NeuronRun]) -> tuple[bool, list[int]]:
    """Whether the model computes one time step; and the number of steps that it runs itself, if any.

    A model that calls a single-step neuron several times, or resets it or gives it its state, runs its time itself.
    """
    single = Counter(run.path for run in runs if run.single_step)
    hidden = Counter(run.path for run in runs if run.single_step and run.hidden)
    stepped = bool(single) and single == hidden and max(single.values()) == 1
    own = {run.time_steps for run in runs if not run.single_step}
    if hidden and len(set(hidden.values())) > 1:
        (least, few), (most, many) = hidden.most_common()[-1], hidden.most_common()[0]
        raise ValidationError(
            f"neuron '{most}' runs {many} times in one run of the model and neuron '{least}' {few} times, each going on "
            f"from its own last state",
            error_code="time-steps-conflict",
            suggestions=["use one module for each place, and call all of them at every time step"],
        )
    if single and not stepped:
        own.add(max(single.values()))
    elif len(own) > 1:
        raise ValidationError(
            f"the neurons of the model run different numbers of time steps: {', '.join(map(str, sorted(own)))}",
            error_code="time-steps-conflict",
        )
    return stepped, [max(own)] if own else []


def _run(module: _core.Module, pipeline: str, error_code: str) -> None:
    with reported("import", module, pipeline, CompilationError, error_code):
        module.run_pipeline(pipeline)


def _conflict(own: int, given: int, module: _core.Module) -> ValidationError:
    with_time = [spec["name"] for spec in module.signature()["inputs"] if spec["time_axis"]]
    if with_time:
        hint = f"give input '{with_time[0]}' a leading time axis of {given}, or leave time_steps out"
    else:
        hint = f"build the model for {given} time steps, or leave time_steps out"
    return ValidationError(
        f"the model runs {own} time steps, but time_steps is {given}",
        error_code="time-steps-conflict",
        suggestions=[hint],
    )


def _code(name: object, threshold: object) -> str | None:
    if name not in _CODES:
        raise ValidationError(f"expected spike_encoding to be one of {', '.join(_CODES)}, got {name!r}")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not math.isfinite(threshold):
        raise ValidationError(f"expected threshold to be a finite number, got {threshold!r}")
    if name != "delta":
        return _CODES[name]
    return f"#spike.delta<threshold={to_text(float(threshold))}>"


def _first_parameter(model: torch.nn.Module) -> str:
    try:
        return next(iter(inspect.signature(model.forward).parameters), "input")
    except (TypeError, ValueError):
        return "input"
