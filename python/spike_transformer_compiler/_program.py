# SPDX-License-Identifier: Apache-2.0
"""A program: spike IR straight after import, and what is needed to compile it for a shape. This is what gets saved."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from . import __version__, _core
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
    #: Makes the optimised module, which is not kept: it holds all weights in f32.
    optimize: Callable[[], _core.Module]
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


class Program:
    """Spike IR after import. `stepped` says that the source computes one step and was lifted over `time_steps`.

    `module` may be a function that reads it when it is first asked for; `digest` is then what its digest is known to be.
    `name` is what a user calls the model; nothing where the function has the user's name.
    """

    name = ""

    def __init__(
        self,
        module: _core.Module | Callable[[], _core.Module],
        inputs: tuple[InputSpec, ...],
        time_steps: int,
        stepped: bool = False,
        digest: str | None = None,
    ) -> None:
        self._read = None if isinstance(module, _core.Module) else module
        self._module = None if self._read else module
        self._lock = threading.Lock()
        self._digest = digest
        self.inputs, self.time_steps, self.stepped = inputs, time_steps, stepped

    @property
    def module(self) -> _core.Module:
        with self._lock:
            if self._module is None:
                self._module = self._read()
            return self._module

    def release(self) -> None:
        """Gives the memory of a module back that can be read again."""
        with self._lock:
            if self._read:
                self._module = None

    def digest(self) -> str:
        """Of text and weights. Weights in the source's memory may have changed, so those are read every time."""
        return self._digest or self.module.digest()

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

    def prepare(self, batch: int, time_steps: int, trains: bool) -> _core.Module:
        """What is optimised and lowered: a copy for a shape, with the neurons' outputs as results if asked for."""
        with reported("optimize"):
            module = self.for_shape(batch, time_steps).detached()
        if trains:
            with reported("optimize", module, "spike-expose-neurons"):
                module.run_pipeline("spike-expose-neurons")
        return module

    def compile(
        self,
        options: Options,
        batch: int | None = None,
        time_steps: int | None = None,
        trains: bool = False,
        progress: Progress | None = None,
        step: bool = False,
        cache: _core.ProgramCache | None = None,
    ) -> Variant:
        """Optimises and lowers a copy of the program; with `step`, of a program for one step that carries its state.

        What the cache holds is taken from there, and what it does not is put there.
        """
        shape = (batch or self.batch, time_steps or self.time_steps)
        level, times = options.optimization_level, []
        passes = options.passes if options.passes is not None else stage_pipeline("optimize", level)

        def prepare() -> tuple[_core.Module, dict[str, Any] | None]:
            module = self.prepare(*shape, trains)
            if not step:
                return module, None
            with reported("optimize", module, "spike-carry-state", ValidationError, "unsupported-stream"):
                module.run_pipeline("spike-carry-state")
            return module, module.signature()

        def optimize(module: _core.Module) -> _core.Module:
            with reported("optimize", module, passes):
                module.run_pipeline(passes)
                if options.debug:
                    module.verify()
            return module

        def again() -> _core.Module:
            return optimize(prepare()[0])

        if options.debug:  # the IR of every stage is to be verified
            cache = None
        key: list[str] = []
        if cache is not None:

            def look() -> _core.Executable | None:
                key[:] = [json.dumps([__version__, passes, level, shape, trains, step, self.manifest()]), self.digest()]
                return cache.load(key, options.workers)

            executable = timed("cache", times, progress, look)
            if executable is not None:
                return Variant(executable, again, times, json.loads(executable.note))

        module, signature = prepare()
        timed("optimize", times, progress, lambda: optimize(module))

        def generate() -> _core.Executable:
            with reported("compile", module, machine_pipeline(level)):
                return module.compile(options.workers, level, cache=cache, key=key, note=json.dumps(signature))

        executable = timed("compile", times, progress, generate)
        return Variant(executable, again, times, signature)

    def manifest(self) -> dict:
        return {
            "inputs": [asdict(spec) for spec in self.inputs],
            "time_steps": self.time_steps,
            "stepped": self.stepped,
        }
