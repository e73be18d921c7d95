# SPDX-License-Identifier: Apache-2.0
"""A compiled model beside its source: first whether their outputs agree, then the time of both, in turn."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._inputs import accept
from ..compiled import CompiledModel
from ..compiler import SpikeCompiler
from ..exceptions import CompilationError, ValidationError
from ..optimization import OptimizationPass
from .report import write_text
from .timing import WARM_UP, check_batch_sizes, check_rounds, machine, ratios, side_by_side, spread

if TYPE_CHECKING:
    import torch

__all__ = ["Agreement", "Benchmark", "BenchmarkReport", "Contestant", "Eager", "check_repeats", "compare"]

REPORT_SCHEMA = "spike-benchmark-report/1"
#: Samples that outputs are compared on, at least, and whole batches of different inputs, at least.
SAMPLES, BATCHES = 16, 2
#: Two values are close if they differ by no more than ABSOLUTE + RELATIVE * |the reference's|.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
SOURCE, COMPILED = "PyTorch eager", "compiled"

Shapes = Sequence[int] | Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Agreement:
    """The outputs of a model against those of a reference, on the same inputs.

    samples              of all inputs that were compared
    same_class           samples of the reference's class; None where no output is [B, C, ...] or [T, B, C, ...]
    close                samples whose output values are all close (RELATIVE, ABSOLUTE)
    close_values         share of all output values that are close, 0..1
    largest_difference   of any output value, in its own unit
    """

    samples: int
    same_class: int | None
    close: int
    close_values: float
    largest_difference: float

    @property
    def complete(self) -> bool:
        """Whether every sample's class is the reference's, or, where there are no classes, every output is close."""
        return (self.close if self.same_class is None else self.same_class) == self.samples


@dataclass(frozen=True)
class Contestant:
    """One of those that took turns at one batch size.

    milliseconds      of one run: median, quartiles, best, count
    against, ratio    whom it is compared with, and how many times faster it is: taken within rounds, then summed up
    agreement         its outputs against those of `against`
    compile_seconds   from the PyTorch model in memory to machine code, without the cache
    memory            bytes of weights, and of the arena that one run needs
    """

    batch: int
    name: str
    milliseconds: Mapping[str, Any]
    against: str | None = None
    ratio: Mapping[str, Any] | None = None
    agreement: Agreement | None = None
    compile_seconds: float | None = None
    memory: Mapping[str, int] | None = None

    @property
    def samples_per_second(self) -> float:
        """At the median."""
        return 1e3 * self.batch / self.milliseconds["median"]


@dataclass(frozen=True)
class BenchmarkReport:
    """What was measured, on what: `threads` are those of each contestant."""

    contestants: tuple[Contestant, ...]
    rounds: int
    warm_up: int
    threads: int
    machine: str
    kernels: Mapping[str, str]
    torch: str

    def to_dict(self) -> dict[str, Any]:
        rows = [asdict(row) | {"samples_per_second": row.samples_per_second} for row in self.contestants]
        return {"schema": REPORT_SCHEMA, **asdict(self), "contestants": rows}

    def to_json(self, path: str | Path) -> None:
        write_text(path, json.dumps(self.to_dict(), indent=1) + "\n")


@dataclass(frozen=True)
class _Compiled:
    """A compiled model at one batch size, and what it took."""

    name: str
    model: CompiledModel
    seconds: float
    against: str


class Benchmark:
    """Times a model as `compiler` compiles it against the same model in PyTorch eager, in this process.

    compiler   says level, time steps and threads; what it compiles here does not come from the cache
    model      a torch.nn.Module in evaluation mode
    bits       2 to 16: a second compiled model, with weights of so many bits, against the exact one
    rounds     that count, after `warm_up` others; in each, everyone runs once on the same inputs
    """

    def __init__(
        self,
        compiler: SpikeCompiler,
        model: torch.nn.Module,
        *,
        bits: int | None = None,
        rounds: int = 30,
        warm_up: int = WARM_UP,
    ) -> None:
        if bits is not None and (isinstance(bits, bool) or not isinstance(bits, int) or not 2 <= bits <= 16):
            raise ValidationError(f"expected weights of 2 to 16 bits, got {bits!r}")
        check_rounds(rounds, warm_up)
        uncached = {"cache": compiler.settings.cache.model_copy(update={"enabled": False})}
        self.compiler = SpikeCompiler.from_settings(compiler.settings.model_copy(update=uncached))
        self.compiler.progress = compiler.progress
        self.model, self.bits, self.rounds, self.warm_up = model, bits, rounds, warm_up

    def measure(self, input_shape: Shapes, batch_sizes: Sequence[int] | None = None) -> BenchmarkReport:
        """Compares outputs, then times, for each batch size.

        input_shape   as SpikeCompiler.compile takes it, the batch included
        batch_sizes   in place of the batch in `input_shape`, which is the default

        Inputs are normally distributed, the same for the same shape. A ValidationError says what is wrong with the
        request or the model; a CompilationError with the code "other-outputs", that not one sample agrees.
        """
        import torch

        sizes = None if batch_sizes is None else check_batch_sizes(batch_sizes)
        compiled = self._compile(input_shape)
        contestants: list[Contestant] = []
        threads = compiled[0].model.threads
        with _threads_of_torch(threads):
            for size in sizes or [compiled[0].model.batch_size]:
                if size != compiled[0].model.batch_size:
                    shapes = _with_batch(compiled[0].model, size)
                    compiled.clear()  # the memory of one batch size at a time
                    compiled = self._compile(shapes)
                contestants += self._measure(compiled, size)
        return BenchmarkReport(
            tuple(contestants), self.rounds, self.warm_up, threads, machine(), _core.kernels(), torch.__version__
        )

    def _compile(self, shapes: Shapes) -> list[_Compiled]:
        def compiled(name: str, against: str, optimizer: Any = None) -> _Compiled:
            model = self.compiler.compile(self.model, shapes, optimizer=optimizer)
            return _Compiled(name, model, sum(stage.seconds for stage in model.stage_times), against)

        found = [compiled(COMPILED, SOURCE)]
        if self.bits is not None:
            optimizer = self.compiler.create_optimizer().add_pass(OptimizationPass.WEIGHT_QUANTIZATION, bits=self.bits)
            found.append(compiled(f"{COMPILED}, {self.bits} bits", COMPILED, optimizer))
        return found

    def _measure(self, compiled: Sequence[_Compiled], batch: int) -> list[Contestant]:
        import torch

        exact = compiled[0].model
        batches = _draw(exact, max(BATCHES, -(-SAMPLES // batch)))
        runs: dict[str, Callable[[int], Any]] = {}
        source = Eager(self.model, exact.time_steps if exact.stepped else None)
        runs[SOURCE] = lambda i: source(*batches[i % len(batches)])
        for ours in compiled:
            runs[ours.name] = functools.partial(lambda model, i: model.run(batches[i % len(batches)]), ours.model)
        try:
            with torch.inference_mode():
                check_repeats(runs[SOURCE])
                agreements = self._agreements(runs, compiled, len(batches), batch)
                times = side_by_side(runs, self.rounds, self.warm_up)
        finally:
            source.reset()
        found = [Contestant(batch, SOURCE, _milliseconds(times[SOURCE]))]
        for ours in compiled:
            ratio = spread(ratios(times[ours.against], times[ours.name]))
            found.append(
                Contestant(
                    batch,
                    ours.name,
                    _milliseconds(times[ours.name]),
                    ours.against,
                    ratio,
                    agreements[ours.name],
                    ours.seconds,
                    ours.model.memory,
                )
            )
        return found

    def _agreements(
        self, runs: Mapping[str, Callable[[int], Any]], compiled: Sequence[_Compiled], count: int, batch: int
    ) -> dict[str, Agreement]:
        outputs = {name: [_kept(run(i)) for i in range(count)] for name, run in runs.items()}
        steps = compiled[0].model.time_steps
        found = {o.name: compare(outputs[o.against], outputs[o.name], batch, steps) for o in compiled}
        exact = found[COMPILED]
        if not exact.close and not exact.same_class:
            raise CompilationError(
                f"the compiled model's outputs are not the source's: 0 of {exact.samples} samples agree, values differ by "
                f"up to {exact.largest_difference:.3g}",
                error_code="other-outputs",
                suggestions=["spike-compile verify names the first layer that differs"],
            )
        return found


class Eager:
    """The model as PyTorch runs it op by op, its state put back before every call; to be called in inference mode.

    time_steps   the calls of a model that computes one step, whose outputs are stacked
    """

    def __init__(self, model: torch.nn.Module, time_steps: int | None = None) -> None:
        from ..frontend import neurons
        from ..verification.reference import call_source

        self._call = functools.partial(call_source, model, time_steps=time_steps)
        self._resets: list[Callable[[], object]] = []
        for module in model.modules():
            if neurons.keeps_state(module):
                self._resets.append(functools.partial(neurons.reset_state, module))
            elif callable(getattr(module, "reset", None)):
                self._resets.append(module.reset)

    def reset(self) -> None:
        """Of every neuron that is known, and of every other module that has such a method."""
        for reset in self._resets:
            reset()

    def __call__(self, *inputs: torch.Tensor) -> Any:
        self.reset()
        return self._call(inputs=inputs)


def compare(reference: Sequence[Any], outputs: Sequence[Any], batch: int, time_steps: int) -> Agreement:
    """How far `outputs` agree with `reference`: for each run, the tensors it returned, with `batch` samples.

    A ValidationError with the code "other-outputs" names both shapes where they differ.
    """
    import torch

    from ..verification.outputs import classes_of, paired

    close_samples, same_class, known, values, close_values, largest = 0, 0, False, 0, 0, 0.0
    for theirs, ours in zip(reference, outputs, strict=True):
        arrays = [value.numpy() for value in ours]
        close, same = torch.ones(batch, dtype=torch.bool), torch.ones(batch, dtype=torch.bool)
        for (name, wanted, got), array in zip(paired(theirs, arrays), arrays, strict=True):
            if tuple(wanted.shape) != array.shape:
                raise ValidationError(
                    f"{name}: expected the reference's shape {list(wanted.shape)}, got {list(array.shape)}",
                    error_code="other-outputs",
                )
            near = torch.isclose(got, wanted.double(), RELATIVE, ABSOLUTE, equal_nan=True)
            values += near.numel()
            close_values += int(near.sum())
            differences = (got - wanted.double()).abs().nan_to_num(0.0)
            largest = max(largest, float(differences.max()) if near.numel() else 0.0)
            close &= _by_sample(near, batch, time_steps)
            classes = classes_of(wanted, batch, time_steps)
            if classes is not None:
                known = True
                same &= (classes_of(got, batch, time_steps) == classes).all(1)
        close_samples += int(close.sum())
        same_class += int(same.sum())
    return Agreement(
        batch * len(outputs), same_class if known else None, close_samples, close_values / max(1, values), largest
    )


def _by_sample(near: torch.Tensor, batch: int, time_steps: int) -> torch.Tensor:
    """Of [T, B, ...] or [B, ...], whether all values of a sample are; of anything else, whether all are."""
    if near.shape[:2] == (time_steps, batch):
        near = near.transpose(0, 1)
    if near.shape[:1] == (batch,):
        return near.reshape(batch, -1).all(1)
    return near.all().expand(batch)


def check_repeats(source: Callable[[int], Any]) -> None:
    """Two calls on the same inputs must give the same, or times and outputs would depend on what ran before."""
    import torch

    try:
        first, second = _kept(source(0)), _kept(source(0))
    except CompilationError:
        raise
    except Exception as error:
        raise ValidationError(f"the source does not run in PyTorch: {type(error).__name__}: {error}") from error
    for one, other in zip(first, second, strict=True):
        if one.shape != other.shape or not torch.allclose(one, other, RELATIVE, ABSOLUTE, equal_nan=True):
            at = int((one - other).abs().argmax()) if one.shape == other.shape else None
            values = f"value {at}: {one.flatten()[at]:g}, then {other.flatten()[at]:g}" if at is not None else "shapes"
            raise ValidationError(
                f"the source gives other outputs when it is called again on the same inputs ({values})",
                error_code="no-reset",
                suggestions=["give the modules that keep state a method reset()", "leave random numbers out"],
            )


def _kept(output: Any) -> list[torch.Tensor]:
    """The tensors that a model returned, copied: a model may use its memory again."""
    from ..verification.outputs import named_outputs

    return [value.clone() for value in named_outputs(output).values()]


def _milliseconds(seconds: Sequence[float]) -> dict[str, Any]:
    return spread([1e3 * value for value in seconds])


def _draw(compiled: CompiledModel, count: int) -> list[tuple[torch.Tensor, ...]]:
    import torch

    from ..verification.data import random_inputs

    shapes = {spec.name: spec.shape for spec in compiled.inputs}
    drawn = [list(random_inputs(shapes, seed).values()) for seed in range(count)]
    return [tuple(torch.from_numpy(np.ascontiguousarray(x)) for x in accept(d, compiled.inputs)[0]) for d in drawn]


def _with_batch(compiled: CompiledModel, batch: int) -> dict[str, tuple[int, ...]] | tuple[int, ...]:
    """The compiled shapes with another batch."""
    shapes = {}
    for spec in compiled.inputs:
        if spec.batch_axis is None:
            raise ValidationError(
                f"expected no batch size: input '{spec.name}' of shape {list(spec.shape)} has no batch axis, got {batch}"
            )
        shapes[spec.name] = (*spec.shape[: spec.batch_axis], batch, *spec.shape[spec.batch_axis + 1 :])
    return shapes if len(shapes) > 1 else next(iter(shapes.values()))


@contextlib.contextmanager
def _threads_of_torch(count: int) -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
