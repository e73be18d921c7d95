# SPDX-License-Identifier: Apache-2.0
"""A compiled model: run it, look at its stages, save it, load it."""

from __future__ import annotations

import collections
import dataclasses
import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, saved_model
from ._cache import open_cache
from ._errors import reported
from ._inputs import accept, check_shapes, in_kind
from ._program import InputSpec, Options, Program, Progress, StageTime, Variant, machine_pipeline
from .config import TARGETS, load_settings
from .exceptions import ExecutionError, SecurityError, ValidationError
from .ir import ModelStatistics, SpikeIR
from .streaming import Stream

if TYPE_CHECKING:
    from .verification import ModelReport

__all__ = ["CompiledModel"]

#: The dialects a saved model may use; anything else could be code of its own.
SAVED_DIALECTS = {"builtin", "func", "spike"}


class CompiledModel:
    """What SpikeCompiler.compile returns. Any number of threads may run one model."""

    def __init__(
        self,
        program: Program,
        options: Options,
        *,
        import_times: Sequence[StageTime] = (),
        memory_limit: int | None = None,
        keep_run_times: bool = False,
        progress: Progress | None = None,
        cache: _core.ProgramCache | None = None,
        compile_now: bool = True,
    ) -> None:
        self._program = program
        self._options = options
        self._cache = cache
        self._memory_limit = memory_limit
        self._variants: dict[tuple[int, int, bool, bool], Future[Variant]] = {}
        self._lock = threading.Lock()
        #: Seconds of the latest runs, where settings ask for them (performance.enable_profiling).
        self.run_times: collections.deque[float] = collections.deque(maxlen=10_000 if keep_run_times else 0)
        self._import_times = list(import_times)
        if compile_now:
            self._variant(program.batch, program.time_steps, False, progress)

    # ------------------------------------------------------------------------------------------------ running

    def run(
        self,
        input_data: Any,
        time_steps: int | None = None,
        return_spike_trains: bool = False,
    ) -> Any:
        """One inference: float32 NumPy arrays or torch tensors in, the same kind out.

        A model of several inputs takes a sequence, or a mapping from their names. Another batch size than the compiled
        one is compiled once and kept. `time_steps` may differ from the compiled number only where the source computes a
        single step. With `return_spike_trains`, returns (output, trains): trains maps the path of every neuron layer in
        the source model to its output, [T, B, ...] in the source's layout.
        """
        arrays, as_torch = accept(input_data, self._program.inputs)
        steps = self._check_steps(time_steps)
        batch = check_shapes(arrays, self._program.inputs) or self._program.batch
        start = time.perf_counter()
        variant, pieces = self._variant_for(batch, steps, return_spike_trains)
        if pieces == 1:
            results = variant.run(arrays)
        else:
            results = self._run_in_pieces(variant, arrays, pieces)
        if self.run_times.maxlen:
            self.run_times.append(time.perf_counter() - start)

        outputs, trains = [], {}
        for spec, array in zip(variant.executable.signature["outputs"], results, strict=True):
            array = in_kind(array, as_torch)
            if spec["path"]:
                trains[spec["path"]] = array
            else:
                outputs.append(array)
        output = outputs[0] if len(outputs) == 1 else tuple(outputs)
        return (output, trains) if return_spike_trains else output

    __call__ = run

    def verify(self, model: Any, inputs: Any, *, stage: str = "compiled", time_steps: int | None = None) -> ModelReport:
        """Is every spike the spike of `model`, the source this was compiled from? See verification.verify_model."""
        from .verification import verify_model

        return verify_model(self, model, inputs, stage=stage, time_steps=time_steps)

    def stream(self, batch_size: int | None = None, return_spike_trains: bool = False) -> Stream:
        """The model as a stream: one time step at a time, with state carried from call to call.

        After any number of steps the output is what the source gives for a run of so many steps, spike for spike, in
        memory that does not grow with them. See Stream. A model whose operations mix time steps (an input code, a
        slice of time) is refused by name.
        """
        batch = self._program.batch if batch_size is None else batch_size
        if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
            raise ValidationError(f"expected a batch size of at least 1, got {batch!r}")
        variant = self._variant(batch, 1, return_spike_trains, step=True)
        return Stream(variant, self._program.inputs, batch, return_spike_trains)

    def _run_in_pieces(self, variant: Variant, arrays: list[np.ndarray], pieces: int) -> list[np.ndarray]:
        """A batch that the model cannot be rewritten for, in pieces of the batch it was compiled for."""
        axes = [spec.batch_axis for spec in self._program.inputs]
        parts = []
        for i in range(pieces):
            size = self._program.batch
            cut = [
                array if axis is None else np.ascontiguousarray(array.take(range(i * size, (i + 1) * size), axis))
                for array, axis in zip(arrays, axes, strict=True)
            ]
            parts.append(variant.run(cut))
        joined = []
        for spec, *results in zip(variant.executable.signature["outputs"], *parts, strict=True):
            axis = self._output_batch_axis(spec)
            joined.append(np.concatenate(results, axis))
        return joined

    def _output_batch_axis(self, spec: Mapping[str, Any]) -> int:
        """Outputs of neurons are [T, B, ...]; the model's own have the batch where its size says, time before it."""
        shape, batch, steps = spec["shape"], self._program.batch, self._program.time_steps
        if spec["path"] or shape[:2] == (steps, batch):
            return 1
        if shape[:1] == (batch,):
            return 0
        raise ExecutionError(f"the output of shape {list(shape)} has no batch axis; run it with a batch of {batch}")

    def _check_steps(self, time_steps: int | None) -> int:
        own = self._program.time_steps
        if time_steps is None or time_steps == own:
            return own
        if isinstance(time_steps, bool) or not isinstance(time_steps, int) or time_steps < 1:
            raise ValidationError(f"expected at least 1 time step, got {time_steps!r}", error_code="wrong-time-steps")
        if not self._program.stepped:
            raise ValidationError(
                f"the model has {own} time steps in its own graph, got time_steps={time_steps}",
                error_code="wrong-time-steps",
                suggestions=[f"leave time_steps out, or compile a source model with T = {time_steps}"],
            )
        return time_steps

    # ----------------------------------------------------------------------------------------------- variants

    def _variant_for(self, batch: int, steps: int, trains: bool) -> tuple[Variant, int]:
        """What to run for a batch, and in how many pieces."""
        try:
            return self._variant(batch, steps, trains), 1
        except ValidationError as error:
            own = self._program.batch
            if error.error_code != "unsupported-batch" or batch % own:
                raise
            return self._variant(own, steps, trains), batch // own

    def _variant(
        self, batch: int, steps: int, trains: bool, progress: Progress | None = None, step: bool = False
    ) -> Variant:
        """The compiled form for a batch size, perhaps for one step; the first who asks compiles, others wait."""
        key = (batch, steps, trains, step)
        with self._lock:
            future = self._variants.get(key)
            mine = future is None
            if mine:
                future = self._variants[key] = Future()
        if mine:
            try:
                steps = self._program.time_steps if step else steps
                variant = self._program.compile(self._options, batch, steps, trains, progress, step, self._cache)
                self._check_memory(variant)
                _core.release_memory()
                future.set_result(variant)
            except BaseException as error:
                refused = isinstance(error, ValidationError) and error.error_code == "unsupported-batch"
                if not refused:  # a refusal stays true; anything else may go better next time
                    with self._lock:
                        del self._variants[key]
                future.set_exception(error)
        return future.result()

    def _check_memory(self, variant: Variant) -> None:
        needed = sum(value for key, value in variant.executable.memory.items() if key.endswith("bytes"))
        if self._memory_limit is not None and needed > self._memory_limit:
            raise ValidationError(
                f"the compiled model needs {needed} bytes, the memory limit is {self._memory_limit}",
                error_code="memory-limit",
                suggestions=["raise performance.memory_limit (NEUROMORPHIC_MEMORY_LIMIT), or use a smaller batch"],
            )

    @property
    def _base(self) -> Variant:
        return self._variant(self._program.batch, self._program.time_steps, False)

    # ------------------------------------------------------------------------------------- what it looks like

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """Name, shape and dtype of every input, as compiled."""
        return self._program.inputs

    @property
    def target(self) -> str:
        """What it was compiled for."""
        return self._options.target

    @property
    def time_steps(self) -> int:
        """Time steps of one inference."""
        return self._program.time_steps

    @property
    def stepped(self) -> bool:
        """Whether the source computes one time step, and is called once for each."""
        return self._program.stepped

    @property
    def batch_size(self) -> int:
        """Samples of one run, as compiled."""
        return self._program.batch

    @property
    def threads(self) -> int:
        """Threads of one run."""
        return self._options.workers or os.cpu_count() or 1

    def timed_executable(self, batch_size: int | None = None) -> _core.Executable:
        """The model as code that takes the time of every piece of its work; see profiling.PerformanceAnalyzer."""
        variant = self._variant(batch_size or self.batch_size, self.time_steps, False)
        with reported("compile"):
            return variant.optimize().compile(self.threads, self._options.optimization_level, timed=True)

    @property
    def spike_ir(self) -> SpikeIR:
        """The model in the spike dialect, as imported."""
        return SpikeIR(self._program.module.clone())

    @property
    def optimized_ir(self) -> SpikeIR:
        """The model in the spike dialect, as it was lowered."""
        return SpikeIR(self._base.optimize())

    @property
    def llvm_ir(self) -> str:
        """The model in the LLVM dialect, as it becomes machine code; weights are behind pointers."""
        pipeline = machine_pipeline(self._options.optimization_level)
        module = self._base.optimize()
        with reported("compile", module, pipeline):
            module.run_pipeline(pipeline)
        return module.asm(elide_weights=True, elide_constants=16)

    @property
    def memory(self) -> dict[str, int]:
        """Bytes of weights, and of the arena one run needs."""
        return dict(self._base.executable.memory)

    @property
    def statistics(self) -> ModelStatistics:
        """Neurons, synapses, parameters and memory, in all and per layer, for one sample if the model allows it."""
        try:
            return SpikeIR(self._program.for_shape(1, self.time_steps)).analyze()
        except ValidationError:
            return self.spike_ir.analyze()

    @property
    def stage_times(self) -> list[StageTime]:
        """Seconds of every stage of the compilation."""
        base = self._base
        inner = [StageTime(name, seconds) for name, seconds in base.executable.timings]
        return [*self._import_times, *(t for t in base.times if t.stage != "compile" or not inner), *inner]

    def __repr__(self) -> str:
        shapes = ", ".join(f"{spec.name}: {list(spec.shape)}" for spec in self.inputs)
        return f"<CompiledModel for {self._options.target}: {shapes}, T = {self.time_steps}>"

    # ------------------------------------------------------------------------------------------- save and load

    def save(self, path: str | Path) -> None:
        """Writes IR, weights and options into one file; never native code."""
        from . import __version__

        manifest = {
            "library_version": __version__,
            **self._program.manifest(),
            "options": dataclasses.asdict(self._options),
        }
        module = self._program.module
        saved_model.write(path, manifest, module.asm(elide_weights=True), module.weights())

    @classmethod
    def load(cls, path: str | Path) -> CompiledModel:
        """Reads a saved model and compiles it for this machine, unless the cache holds what comes of it.

        The file is read, and its digest verified, in any case.
        """
        settings = load_settings()
        start = time.perf_counter()
        file = saved_model.SavedModel(path, settings.security.max_model_size)
        try:
            inputs = tuple(InputSpec.from_manifest(entry) for entry in file.manifest["inputs"])
            # How many threads run it is this machine's business.
            options = Options(**{**file.manifest["options"], "workers": settings.performance.workers})
            time_steps, stepped = int(file.manifest["time_steps"]), bool(file.manifest["stepped"])
            if options.target not in TARGETS or options.optimization_level not in range(4) or time_steps < 1:
                raise ValueError("unknown options")
        except (KeyError, TypeError, ValueError) as error:
            raise SecurityError(
                f"'{path}': the manifest is not complete ({error})", error_code="damaged-model"
            ) from None

        def read() -> _core.Module:
            return _parse(file, inputs)

        cache = open_cache(settings.cache)
        # Of a file whose bytes this build has parsed and checked before, the module's digest is known.
        key = ["saved model", file.digest]
        known = cache.read_note(key) if cache is not None else None
        program = Program(read, inputs, time_steps, stepped, known)
        if known is None:
            digest = program.digest()  # reads the module
            if cache is not None:
                cache.write_note(key, digest)
        times = [StageTime("load", time.perf_counter() - start)]
        model = cls(
            program,
            options,
            import_times=times,
            memory_limit=settings.performance.memory_limit,
            keep_run_times=settings.performance.enable_profiling,
            cache=cache,
        )
        program.release()  # its weights are packed now
        _core.release_memory()
        return model


def _parse(file: saved_model.SavedModel, inputs: Sequence[InputSpec]) -> _core.Module:
    """The module of a saved model, if it is one that a saved model may hold."""
    text, weights = file.read()
    with reported("parse", error_class=SecurityError, error_code="damaged-model"):
        module = _core.Module.parse(text, "model.mlir", weights)
        foreign = set(module.dialects()) - SAVED_DIALECTS
        if foreign:
            raise SecurityError(f"'{file.path}' uses dialects that no saved model uses: {', '.join(sorted(foreign))}")
        found = [(value["shape"], value["dtype"]) for value in module.signature()["inputs"]]
    if found != [(spec.shape, spec.dtype) for spec in inputs]:
        raise SecurityError(f"'{file.path}': the manifest does not fit the model", error_code="damaged-model")
    return module
