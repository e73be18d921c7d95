# SPDX-License-Identifier: Apache-2.0
"""SpikeCompiler: from a PyTorch module to a compiled model."""

from __future__ import annotations

import logging
import platform
import re
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._cache import open_cache
from ._program import Options, Program, Progress, StageTime, timed
from .compiled import CompiledModel
from .config import TARGETS, Settings, load_settings
from .exceptions import CompilationError, SecurityError, ValidationError
from .ir import IRBuilder, SpikeIR
from .optimization import OptimizationPass, Optimizer, ResourceAllocator

__all__ = ["SpikeCompiler"]

log = logging.getLogger("spike_transformer_compiler")

#: torch.export works with global state: one at a time.
_exporting = threading.Lock()


class SpikeCompiler:
    """Compiles spiking models.

    target              "simulation": compiled code for this machine's CPU
    optimization_level  0 (as written) to 3 (everything)
    time_steps          must be the model's own number of steps; used for models that compute one step (default: 4)
    debug               verify the IR after every stage
    verbose             say which stage runs and how long it took

    What is not given comes from the environment (SPIKE_COMPILER_TARGET and others, see config.ENVIRONMENT), then from
    defaults. `SpikeCompiler.from_config` reads a file between the two.
    """

    def __init__(
        self,
        target: str | None = None,
        optimization_level: int | None = None,
        time_steps: int | None = None,
        debug: bool | None = None,
        verbose: bool | None = None,
    ) -> None:
        given = {
            "target": target,
            "optimization_level": optimization_level,
            "time_steps": time_steps,
            "debug": debug,
            "verbose": verbose,
        }
        self._set_up(load_settings(None, {"compiler": {k: v for k, v in given.items() if v is not None}}))

    @classmethod
    def from_config(cls, path: str | Path, **arguments: Any) -> SpikeCompiler:
        """A compiler with the settings of a YAML or JSON file; arguments and the environment take precedence."""
        compiler = cls.__new__(cls)
        compiler._set_up(load_settings(path, {"compiler": {k: v for k, v in arguments.items() if v is not None}}))
        return compiler

    @classmethod
    def from_settings(cls, settings: Settings) -> SpikeCompiler:
        compiler = cls.__new__(cls)
        compiler._set_up(settings)
        return compiler

    def _set_up(self, settings: Settings) -> None:
        self.settings = settings
        #: Called with a stage's name when it starts, and again with its seconds when it ends.
        self.progress: Progress | None = _print_stage if settings.compiler.verbose else None
        self._history: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        log.setLevel(settings.compiler.log_level)

    target = property(lambda self: self.settings.compiler.target)
    optimization_level = property(lambda self: self.settings.compiler.optimization_level)
    time_steps = property(lambda self: self.settings.compiler.time_steps or 4)

    def compile(
        self,
        model: Any,
        input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
        chip_config: str | Path | None = None,
        optimizer: Optimizer | None = None,
        resource_allocator: ResourceAllocator | None = None,
        profile_energy: bool = False,
        *,
        calibration_data: Any = None,
        strategy: str = "minimize_communication",
        seed: int = 1,
        attention: str = "auto",
        host_fallback: bool = False,
        nir_scheme: str | None = None,
        dt: float | None = None,
    ) -> CompiledModel:
        """Compiles a torch.nn.Module in evaluation mode, a NIR graph or `.nir` file, or spike IR, as it is.

        `input_shape` includes the batch and, where the model's input has one, the time axis: (1, 3, 32, 32). A model of
        several inputs takes a mapping from names to shapes. The compiled model uses the memory of the module's
        parameters: compile again after changing them.

        A NIR graph has its own shapes, takes [time_steps, batch, ...] and runs the compiler's time steps; `input_shape`,
        which is optional, gives the batch: (batch, ...). `nir_scheme` and `dt` say how its equations become discrete
        (see frontend.read_nir).

        For a chip, the model is quantised on `calibration_data` (arrays along the batch axis, or an iterable of batches)
        and mapped; what comes back is a backend.ChipModel, a CompiledModel that runs on the chip simulator.

        chip_config         a board by name ("ncl-2chip", see hardware.targets()) or a file; else one chip of the target
        optimizer           may hold WEIGHT_QUANTIZATION(bits=8, 6 or 4); a chip has no other choice of passes
        resource_allocator  what of the board may be used
        strategy, seed      what cores are chosen for (backend.OBJECTIVES), and the seed of the mapping
        attention           how activations are multiplied (backend.ATTENTION)
        profile_energy      run the calibration data on the chip simulator for energy_per_inference
        host_fallback       leave to the host (the CPU) what the chip cannot do, in place of refusing the model; see
                            ChipModel.host_layers
        """
        settings = self.settings
        on_chip = settings.compiler.target != "simulation"
        if not on_chip:
            _refuse_chip_options(
                chip_config=chip_config,
                resource_allocator=resource_allocator,
                profile_energy=profile_energy or None,
                calibration_data=calibration_data,
                host_fallback=host_fallback or None,
            )
        times: list[StageTime] = []
        program: Program = timed(
            "import", times, self.progress, lambda: self._import(model, input_shape, nir_scheme, dt)
        )
        program.name = _name_of(model)
        self._check_size(program)
        options = Options(
            target=settings.compiler.target,
            optimization_level=settings.compiler.optimization_level,
            passes=None if optimizer is None or on_chip else optimizer.pipeline,
            workers=settings.performance.workers,
            debug=settings.compiler.debug,
        )
        arguments = {
            "import_times": times,
            "memory_limit": settings.performance.memory_limit,
            "keep_run_times": settings.performance.enable_profiling,
            "progress": self.progress,
            "cache": open_cache(settings.cache),
        }
        if on_chip:
            from .backend import MappingOptions, compile_for_chip
            from .backend.board import allocated, check_generation
            from .quantization.calibration import readable_again

            if chip_config is not None:
                check_generation(settings.compiler.target, str(chip_config))
            board = allocated(str(chip_config or settings.compiler.target), resource_allocator)
            if calibration_data is None:
                calibration_data = _random_data(program)
            calibration_data = readable_again(calibration_data)
            compiled = compile_for_chip(
                program, calibration_data, options, MappingOptions(board, strategy, seed, attention=attention),
                bits=_weight_bits(optimizer), host_fallback=host_fallback, **arguments,
            )  # fmt: skip
            if profile_energy:
                compiled.profile_energy(calibration_data)
        else:
            compiled = CompiledModel(program, options, **arguments)
        self._remember(compiled)
        return compiled

    def _import(
        self,
        model: Any,
        input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None,
        nir_scheme: str | None,
        dt: float | None,
    ) -> Program:
        from .frontend import import_program, program_of
        from .frontend.nir import is_nir, read_for

        if is_nir(model):
            limit = self.settings.security.max_model_size
            return program_of(read_for(model, input_shape, self.settings.compiler.time_steps, nir_scheme, dt, limit))
        if nir_scheme is not None or dt is not None:
            raise ValidationError("nir_scheme and dt are for NIR graphs and files only")
        if isinstance(model, SpikeIR):
            return program_of(model)
        if input_shape is None:
            raise ValidationError("expected an input_shape such as (1, 3, 32, 32), got None")
        with _exporting:
            return import_program(model, input_shape, self.settings.compiler.time_steps)

    def _check_size(self, program: Program) -> None:
        limit = self.settings.security.max_model_size
        size = sum(weight.nbytes for weight in program.module.weights().values())
        if limit is not None and size > limit:
            raise SecurityError(
                f"the model has {size} bytes of weights, the limit is {limit}",
                error_code="oversized-model",
                suggestions=["raise security.max_model_size (MAX_MODEL_SIZE)"],
            )

    def _remember(self, compiled: CompiledModel) -> None:
        times = {time.stage: time.seconds for time in compiled.stage_times}
        log.info("compiled in %.2f s: %s", sum(times.values()), times)
        with self._lock:
            memory = {} if compiled.target != "simulation" else compiled.memory
            self._history.append({"seconds": times, "total_seconds": sum(times.values()), "memory": memory})

    def create_optimizer(self) -> Optimizer:
        """The passes of this compiler's level, to be edited and given to compile()."""
        return Optimizer(self.settings.compiler.optimization_level)

    def get_compilation_stats(self) -> dict[str, Any]:
        """How many models this compiler compiled, the time of each stage in all, and the last compilation."""
        with self._lock:
            history = list(self._history)
        stages: dict[str, float] = {}
        for entry in history:
            for stage, seconds in entry["seconds"].items():
                stages[stage] = stages.get(stage, 0.0) + seconds
        return {
            "models": len(history),
            "total_seconds": sum(entry["total_seconds"] for entry in history),
            "seconds_per_stage": stages,
            "last": history[-1] if history else None,
        }

    def health_check(self) -> dict[str, Any]:
        """Compiles and runs a tiny network and looks for what import needs; `status` is "ok" or "failed"."""
        checks: dict[str, str] = {}

        def check(name: str, probe) -> None:
            try:
                checks[name] = f"ok: {probe()}"
            except Exception as error:  # whatever it is, it is the answer
                checks[name] = f"failed: {type(error).__name__}: {error}"

        kernels = ", ".join(f"{isa} for {kind}" for kind, isa in _core.kernels().items())
        check("core", lambda: f"LLVM {_core.llvm_version()}, {_core.host_cpu()}, kernels: {kernels}")
        check("torch", lambda: __import__("torch").__version__)
        check("importer", lambda: __import__("torch_mlir.extras.fx_importer").__name__)
        check("compile and run", _probe)
        failed = [name for name, answer in checks.items() if not answer.startswith("ok")]
        return {
            "status": "failed" if failed else "ok",
            "target": self.target,
            "targets": dict(TARGETS),
            "python": platform.python_version(),
            "checks": checks,
        }


def _refuse_chip_options(**given: Any) -> None:
    names = [name for name, value in given.items() if value is not None]
    if names:
        raise ValidationError(
            f"{', '.join(names)}: for a chip only, but the target is 'simulation'",
            suggestions=['SpikeCompiler(target="loihi3")'],
        )


def _name_of(model: Any) -> str:
    """The class of a module or the name of a file, as a symbol; nothing for IR and graphs, which have names of their own."""
    if isinstance(model, (str, Path)):
        text = Path(model).stem
    else:
        text = type(model).__name__ if hasattr(model, "named_modules") else ""
    return re.sub(r"[^A-Za-z0-9_]", "_", text)


def _random_data(program: Program) -> list[np.ndarray]:
    """Standard normal samples, where the user gives none: enough to map a model, not to keep its accuracy."""
    warnings.warn(
        "quantised on 4 random samples, so the integers of the input may not fit yours; give calibration_data",
        stacklevel=3,
    )
    random = np.random.default_rng(0)
    shapes = [
        [4 if axis == spec.batch_axis else size for axis, size in enumerate(spec.shape)] for spec in program.inputs
    ]
    return [random.standard_normal(shape).astype(np.float32) for shape in shapes]


def _weight_bits(optimizer: Optimizer | None) -> int:
    """Bits of an optimizer's WEIGHT_QUANTIZATION, 8 without."""
    if optimizer is None:
        return 8
    return int(optimizer.options(OptimizationPass.WEIGHT_QUANTIZATION).get("bits", 8))


def _probe() -> str:
    """A network of two neurons whose spikes are known."""
    builder = IRBuilder()
    x = builder.input("x", (2, 1, 2))
    current = builder.linear(x, np.array([[1.0, 0.0], [0.5, 0.25]], np.float32))
    builder.output(builder.neuron(current, "if"))
    module = builder.build().module
    (spikes,) = module.compile(num_threads=1).run([np.ones((2, 1, 2), np.float32)])
    if np.asarray(spikes).astype(int).ravel().tolist() != [1, 0, 1, 1]:
        raise CompilationError(f"expected the spikes 1 0 1 1, got {np.asarray(spikes).ravel().tolist()}")
    return "the known spikes"


def _print_stage(stage: str, seconds: float | None) -> None:
    if seconds is not None:
        print(f"{stage:10} {seconds * 1e3:9.1f} ms", flush=True)
