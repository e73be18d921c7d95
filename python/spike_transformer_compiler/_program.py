# SPDX-License-Identifier: Apache-2.0
"""A program: spike IR straight after import, and what is needed to compile it for a shape. This is what gets saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from . import _core
from ._errors import reported
from .exceptions import ValidationError
from .optimization import stage_pipeline

__all__ = ["InputSpec", "Options", "Program", "StageTime", "Variant"]


@dataclass(frozen=True)
class InputSpec:
    """One input as the model was compiled for it. `batch_axis` is None where the model has no batch."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    batch_axis: int | None

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> InputSpec:
        """Reads what Program.manifest wrote; a ValueError, TypeError or KeyError if it cannot have."""
        shape, axis = tuple(entry["shape"]), entry["batch_axis"]
        if axis is not None and (type(axis) is not int or axis not in range(len(shape))):
            raise ValueError(f"a batch axis of {axis!r}")
        return cls(str(entry["name"]), shape, str(entry["dtype"]), axis)


@dataclass(frozen=True)
class Options:
    """How to compile a program."""

    target: str = "simulation"
    optimization_level: int = 2
    passes: str | None = None  # the pipeline of an Optimizer, in place of the level's
    workers: int = 0
    debug: bool = False


@dataclass(frozen=True)
class StageTime:
    stage: str
    seconds: float


@dataclass
class Variant:
    """A program compiled for one batch size and number of steps, with or without the neurons' outputs."""

    executable: _core.Executable
    optimized: _core.Module
    times: list[StageTime] = field(default_factory=list)
    #: What goes in and comes out, as `spike-carry-state` describes it; of programs for one step only.
    step: dict[str, list[dict[str, Any]]] | None = None

    def run(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The results; spikes and counts leave as the source has them, in float32."""
        with reported("run"):
            results = self.executable.run(arrays)
        return [array if array.dtype == np.float32 else array.astype(np.float32) for array in results]


#: Called with a stage's name when it starts, and again with the seconds it took when it ends.
Progress = Callable[[str, float | None], None]


def timed(stage: str, times: list[StageTime], progress: Progress | None, step: Callable[[], object]) -> object:
    """Runs a stage, keeps its time and tells who wants to know."""
    if progress:
        progress(stage, None)
    start = time.perf_counter()
    result = step()
    seconds = time.perf_counter() - start
    times.append(StageTime(stage, seconds))
    if progress:
        progress(stage, seconds)
    return result


def machine_pipeline(level: int) -> str:
    """The passes from optimised spike IR to the LLVM dialect."""
    return ",".join(stage_pipeline(stage, level) for stage in ("lower", "bufferize", "llvm"))


@dataclass
class Program:
    """Spike IR after import. `stepped` says that the source computes one step and was lifted over `time_steps`."""

    module: _core.Module
    inputs: tuple[InputSpec, ...]
    time_steps: int
    stepped: bool = False

    @property
    def batch(self) -> int:
        return next((spec.shape[spec.batch_axis] for spec in self.inputs if spec.batch_axis is not None), 1)

    def for_shape(self, batch: int, time_steps: int) -> _core.Module:
        """The program for another batch size or number of steps. The caller owns the module."""
        pipeline = []
        if batch != self.batch:
            axes = " ".join(str(-1 if spec.batch_axis is None else spec.batch_axis) for spec in self.inputs)
            pipeline.append(f"spike-set-batch{{size={batch} axes={axes.replace(' ', ',')}}}")
        if time_steps != self.time_steps:
            pipeline.append(f"spike-set-time{{steps={time_steps}}}")
        module = self.module.clone()
        if pipeline:
            with reported("reshape", module, ",".join(pipeline), ValidationError, "unsupported-batch"):
                module.run_pipeline(",".join(pipeline))
        return module

    def compile(
        self,
        options: Options,
        batch: int | None = None,
        time_steps: int | None = None,
        trains: bool = False,
        progress: Progress | None = None,
        step: bool = False,
    ) -> Variant:
        """Optimises and lowers a copy of the program; with `step`, of a program for one step that carries its state."""
        times: list[StageTime] = []
        module = self.for_shape(batch or self.batch, time_steps or self.time_steps)
        pipeline = (
            options.passes if options.passes is not None else stage_pipeline("optimize", options.optimization_level)
        )
        if trains:
            with reported("optimize", module, "spike-expose-neurons"):
                module.run_pipeline("spike-expose-neurons")
        signature = None
        if step:
            with reported("optimize", module, "spike-carry-state", ValidationError, "unsupported-stream"):
                module.run_pipeline("spike-carry-state")
            signature = module.signature()

        def optimize() -> None:
            with reported("optimize", module, pipeline):
                module.run_pipeline(pipeline)
                if options.debug:
                    module.verify()

        def generate() -> _core.Executable:
            with reported("compile", module, machine_pipeline(options.optimization_level)):
                return module.compile(num_threads=options.workers, level=options.optimization_level)

        timed("optimize", times, progress, optimize)
        executable = timed("compile", times, progress, generate)
        return Variant(executable, module, times, signature)

    def manifest(self) -> dict:
        return {
            "inputs": [asdict(spec) for spec in self.inputs],
            "time_steps": self.time_steps,
            "stepped": self.stepped,
        }
