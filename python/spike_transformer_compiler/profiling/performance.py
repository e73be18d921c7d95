# SPDX-License-Identifier: Apache-2.0
"""Where the time of a run goes: every piece of compiled work, its rate, and how near that is to the machine's limits."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from ..compiled import CompiledModel
from ..exceptions import ValidationError
from .report import write_text
from .timing import check_batch_sizes, machine

__all__ = ["BatchTime", "PerformanceAnalyzer", "PerformanceReport", "PieceTime"]

REPORT_SCHEMA = "spike-performance-report/1"


@dataclass(frozen=True)
class PieceTime:
    """One piece of work: an op of the compiled code, and the module of the source model that it belongs to.

    seconds           median over the runs
    multiplications   of a kernel, dense: zeros are counted; iterations of a loop
    planes            whether they are integer products of digit planes (docs/kernels.md)
    bytes             of all memory that the op names: inputs, weights, results
    """

    layer: str
    work: str
    seconds: float
    multiplications: int
    planes: bool
    bytes: int


@dataclass(frozen=True)
class BatchTime:
    """Seconds of whole runs of a batch, as a caller sees them: median, and the middle nine tenths."""

    batch: int
    seconds: float
    low: float
    high: float


@dataclass(frozen=True)
class PerformanceReport:
    """`products` and `bytes` are the rates per second that `threads` threads of this machine reach at best."""

    pieces: tuple[PieceTime, ...]
    batches: tuple[BatchTime, ...]
    threads: int
    machine: str
    kernels: Mapping[str, str]
    products: float
    bytes: float

    @property
    def seconds(self) -> float:
        """Of one run, without what surrounds it in Python."""
        return sum(piece.seconds for piece in self.pieces)

    def product_share(self, piece: PieceTime) -> float | None:
        """Achieved rate of products of a piece of digit planes, as a fraction of the limit."""
        return piece.multiplications / piece.seconds / self.products if piece.planes and piece.seconds else None

    def reading_share(self, piece: PieceTime) -> float | None:
        """The memory that a piece names, once, against what can be read in its time. More than one: from caches."""
        return piece.bytes / piece.seconds / self.bytes if piece.seconds else None

    def to_dict(self) -> dict[str, Any]:
        return {"schema": REPORT_SCHEMA, **asdict(self)}

    def to_json(self, path: str | Path) -> None:
        write_text(path, json.dumps(self.to_dict(), indent=1) + "\n")


class PerformanceAnalyzer:
    """Times compiled models on this machine. `warm_up` runs come before those that count."""

    def __init__(self, warm_up: int = 5) -> None:
        self.warm_up = warm_up

    def analyze(
        self,
        compiled: CompiledModel,
        batch_sizes: Sequence[int] | None = None,
        measure_points: int = 30,
        inputs: Sequence[np.ndarray] | None = None,
    ) -> PerformanceReport:
        """Times `measure_points` runs of each batch size, and every piece of work for the first.

        batch_sizes   by default the one that the model was compiled for
        inputs        arrays of the compiled shapes; without them normally distributed ones. What most layers cost
                      depends on how much fires, as docs/kernels.md says.
        """
        if measure_points < 1 or not isinstance(measure_points, int):
            raise ValidationError(f"expected at least one point to measure, got {measure_points!r}")
        sizes = check_batch_sizes([compiled.batch_size] if batch_sizes is None else batch_sizes)
        if inputs is not None and sizes != [compiled.batch_size]:
            raise ValidationError("inputs of the compiled batch size go with that batch size only")
        batches, pieces = [], ()
        for size in sizes:
            arrays = list(inputs) if inputs is not None else _draw(compiled, size)
            batches.append(self._time_runs(compiled, size, arrays, measure_points))
            if not pieces:
                pieces = self._time_pieces(compiled, size, arrays, measure_points)
        threads = compiled.threads
        limits = _core.measure_limits(threads)
        return PerformanceReport(
            pieces, tuple(batches), threads, machine(), _core.kernels(), limits["products"], limits["bytes"]
        )

    def _time_runs(self, compiled: CompiledModel, batch: int, arrays: list[np.ndarray], points: int) -> BatchTime:
        seconds = []
        for _ in range(self.warm_up + points):
            start = time.perf_counter()
            compiled.run(arrays if len(arrays) > 1 else arrays[0])
            seconds.append(time.perf_counter() - start)
        low, middle, high = np.quantile(seconds[self.warm_up :], (0.05, 0.5, 0.95))
        return BatchTime(batch, float(middle), float(low), float(high))

    def _time_pieces(
        self, compiled: CompiledModel, batch: int, arrays: list[np.ndarray], points: int
    ) -> tuple[PieceTime, ...]:
        executable = compiled.timed_executable(batch)
        stamps = [executable.run_timed(arrays)[1] for _ in range(self.warm_up + points)][self.warm_up :]
        pieces = []
        for i, work in enumerate(executable.work):
            nanoseconds = statistics.median(run[i + 1] - run[i] for run in stamps)
            pieces.append(PieceTime(seconds=1e-9 * nanoseconds, **work))
        return tuple(pieces)


def _draw(compiled: CompiledModel, batch: int) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    arrays = []
    for spec in compiled.inputs:
        shape = list(spec.shape)
        if spec.batch_axis is not None:
            shape[spec.batch_axis] = batch
        arrays.append(random.standard_normal(shape, dtype=np.float32))
    return arrays
