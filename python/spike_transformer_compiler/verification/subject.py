# SPDX-License-Identifier: Apache-2.0
"""What is to be verified: a compiled model next to its source, on one batch of inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import _core
from .._errors import reported
from .._inputs import accept, check_shapes
from .._program import Options, Program
from ..exceptions import ValidationError
from ..optimization import stage_pipeline
from .forcing import forced_spikes
from .judgement import verify
from .reference import record
from .report import Report

__all__ = ["STAGES", "Execute", "Subject"]

#: What can be verified: the program as imported and as optimised, run by the interpreter, and the machine code.
STAGES = ("import", "optimize", "compiled")

Execute = Callable[[list[np.ndarray]], list[np.ndarray]]


class Subject:
    """The source's record on the inputs, and the program for their batch, free and teacher forced."""

    def __init__(
        self,
        program: Program,
        options: Options,
        model: torch.nn.Module,
        inputs: Any,
        time_steps: int | None = None,
        *,
        keep: bool = False,
    ) -> None:
        if not isinstance(model, torch.nn.Module):
            raise ValidationError(f"expected the source, a torch.nn.Module, got {type(model).__name__}")
        self.options, self.model = options, model
        self.arrays, _ = accept(inputs, program.inputs)
        self.batch = check_shapes(self.arrays, program.inputs) or program.batch
        for spec, array in zip(program.inputs, self.arrays, strict=True):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                at = np.argwhere(~np.isfinite(array))[0].tolist()
                raise ValidationError(
                    f"input '{spec.name}' holds {array[tuple(at)]} at {at}: spikes cannot be compared where values are "
                    "not finite",
                    error_code="not-finite",
                )
        steps = time_steps or program.time_steps
        self.time_steps = steps
        self.free = program.for_shape(self.batch, steps)
        self.exact: dict[str, bool] = self.free.exact_neurons()
        self.forced = self.free.clone()
        with reported("teacher forcing", self.forced, "spike-teacher-force"):
            self.forced.run_pipeline("spike-teacher-force")
        claimed = [path.partition("#")[0] for path, proved in self.exact.items() if proved]
        self.inputs = {spec.name: array for spec, array in zip(program.inputs, self.arrays, strict=True)}
        self.reference = record(
            model,
            [self.inputs[spec.name] for spec in program.inputs],
            time_steps=steps if program.stepped else None,
            keep=keep,
            currents=claimed,
        )
        self._same_layers()

    def _same_layers(self) -> None:
        theirs = set(self.reference.layers)
        if "" in theirs:
            raise ValidationError(
                "the model is a neuron itself and so has no layer with a name",
                error_code="nameless-layer",
                suggestions=["compile and verify torch.nn.Sequential(model)"],
            )
        ours = {path if path in theirs else path.partition("#")[0] for path in self.neurons()}
        if ours < theirs and self.reference.find_unread(theirs - ours):
            return
        if ours != theirs:
            raise ValidationError(
                f"the source and the compiled model are not the same: only the source has the neuron layers "
                f"{sorted(theirs - ours)}, only the compiled model {sorted(ours - theirs)}",
                error_code="other-model",
                suggestions=["verify against the module that was compiled"],
            )

    def neurons(self) -> list[str]:
        """Paths of the layers whose spikes are compared."""
        return [value["path"] for value in self.forced.signature()["inputs"] if value["path"]]

    @property
    def passes(self) -> str:
        own = self.options.passes
        return stage_pipeline("optimize", self.options.optimization_level) if own is None else own

    def compile(self, module: _core.Module, contractions: str = "kernel") -> Execute:
        """Machine code of a module in the spike dialect."""
        return module.compile(
            num_threads=self.options.workers, level=self.options.optimization_level, contractions=contractions
        ).run

    def at_stage(self, stage: str, module: _core.Module) -> Execute:
        """What runs `module` (free or forced, as imported) at a stage."""
        if stage not in STAGES:
            raise ValidationError(f"expected a stage of {', '.join(STAGES)}, got '{stage}'")
        module = module.clone()
        if stage != "import":
            with reported("optimize", module, self.passes):
                module.run_pipeline(self.passes)
        if stage != "compiled":
            return module.interpret
        with reported("compile"):
            return self.compile(module)

    def judge(self, execute: Execute, list_limit: int = 1000) -> tuple[Report, tuple[np.ndarray, ...]]:
        """The spikes of a teacher-forced module by the rule, and its outputs."""
        with reported("run"):
            output, spikes = forced_spikes(self.forced, execute, self.reference, self.arrays)
        known = {path: train for path, train in spikes.items() if path in self.reference.layers}
        exact = {path: all(self._proofs(path)) for path in self.reference.layers}
        report = verify(self.model, None, known, exact, reference=self.reference, list_limit=list_limit)
        return report, output if isinstance(output, tuple) else (output,)

    def _proofs(self, path: str) -> list[bool]:
        proofs = [ok for own, ok in self.exact.items() if own == path or own.rpartition("#")[0] == path]
        return proofs or [False]

    def run(self, execute: Execute) -> tuple[np.ndarray, ...]:
        """The outputs of the free module."""
        with reported("run"):
            results = execute(self.arrays)
        return tuple(np.asarray(result) for result in results)
