# SPDX-License-Identifier: Apache-2.0
"""What is checked of some cases only: another batch, another number of steps, a saved file, a stream, an input code."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from spike_transformer_compiler._program import Options, Program
from spike_transformer_compiler.compiled import CompiledModel
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import import_model

from .failure import Arrays, Failure, as_floats, as_list, compare, equal, guarded
from .network import reference
from .neurons import ENTRIES

if TYPE_CHECKING:
    from .check import Checker


def run_extras(c: Checker, program: Program, first: Arrays) -> None:
    """`first` is what the interpreter gave after import."""

    def draw(chance: float) -> bool:
        return c.rng.random() < chance or c.effort.extras == "always"

    if draw(0.3) and c.case.timed:  # without neurons nothing says which axis is time
        _other_batch(c, program, first)
    if draw(0.5) and c.plan.stepped and c.case.timed:
        _other_time(c, program, first)
    # A shape whose first axis is as long as there are steps may be meant with time or without.
    timed = c.plan.exact and c.plan.form == "timed" and c.plan.batch != c.plan.steps and c.case.timed
    if draw(0.1) and timed and all(_memories(c)):
        _coded(c)
    if draw(0.03):
        _saved(c, program)
    if draw(0.04) and c.case.timed:
        _streamed(c, program)


def _other_batch(c: Checker, program: Program, first: Arrays) -> None:
    """Samples do not depend on each other: a batch of copies gives copies."""
    batch, axis = c.rng.choice([n for n in (1, 2, 3, 5) if n != c.plan.batch]), program.inputs[0].batch_axis
    if axis is None:
        return
    order = [c.rng.randrange(c.plan.batch) for _ in range(batch)]
    try:
        module = program.for_shape(batch, program.time_steps)
    except ValidationError as error:
        if error.error_code != "unsupported-batch":
            raise Failure("set batch", error.error_code, error.message) from None
        c.done.refused_batches += 1
        return
    module = c.optimized("set batch", module, "spike-expose-neurons")
    specs, found = c.interpret("set batch", module, [np.ascontiguousarray(c.x[0].take(order, axis))])
    for spec, before, after in zip(specs, first, found, strict=True):
        place = next((i for i, (a, b) in enumerate(zip(before.shape, after.shape, strict=True)) if a != b), None)
        if place is None:
            raise Failure("set batch", "shape", f"{spec['path'] or 'output'} has kept the shape {after.shape}")
        compare("set batch", spec["path"] or "output", before.take(order, place), after, equal)


def _other_time(c: Checker, program: Program, first: Arrays) -> None:
    """A neuron does not know the future: more steps begin with the same spikes."""
    steps = c.rng.choice([n for n in (1, 2, 3, 6) if n != c.plan.steps])
    module = guarded("set time", lambda: program.for_shape(program.batch, steps))
    module = c.optimized("set time", module, "spike-expose-neurons")
    specs, found = c.interpret("set time", module, c.x)
    shared = min(steps, c.plan.steps)
    for spec, before, after in zip(specs, first, found, strict=True):
        compare("set time", spec["path"] or "output", before[:shared], after[:shared], equal)


def _memories(c: Checker) -> list[bool]:
    """Which neurons remember something. To one that does not, no axis of the input is time."""
    return [ENTRIES[node.attrs["class"]].memory for node in c.plan.nodes if node.op == "neuron"]


def _saved(c: Checker, program: Program) -> None:
    model = guarded("compile, model", lambda: CompiledModel(program, Options(workers=1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.spike")
        guarded("save", lambda: model.save(path))
        loaded = guarded("load", lambda: CompiledModel.load(path))
    for a, b in zip(as_list(model.run(c.x[0])), as_list(loaded.run(c.x[0])), strict=True):
        compare("load", "output", a, b, equal)


def _streamed(c: Checker, program: Program) -> None:
    """Step by step: the trains of the whole run, and at the end its output."""
    model = guarded("compile, model", lambda: CompiledModel(program, Options(workers=1)))
    outputs, trains = model.run(c.x[0], return_spike_trains=True)
    try:
        stream = model.stream(return_spike_trains=True)
    except ValidationError as error:
        if error.error_code != "unsupported-stream":
            raise Failure("stream", error.error_code, error.message) from None
        c.done.refused_streams += 1
        return
    last: list[np.ndarray] = []
    for step in range(c.plan.steps):
        frame = c.x[0][step] if c.plan.form == "timed" else c.x[0]
        found, spikes = guarded("stream", lambda frame=frame: stream.step(np.ascontiguousarray(frame)))
        last = as_list(found)
        for path, train in trains.items():
            compare("stream", f"{path} at step {step}", train[step], np.asarray(spikes[path]), equal)
    for whole, end in zip(as_list(outputs), last, strict=True):
        # An output over time is given step by step.
        kept = whole[-1] if whole.shape != end.shape and whole.shape[0] == c.plan.steps else whole
        compare("stream", "output after the last step", kept.reshape(end.shape), end, equal)


def encoded(code: str, x: np.ndarray, steps: int) -> np.ndarray:
    """The input codes as docs/spec.md defines them, in NumPy; `x` is [B, ...], for delta [T, B, ...]."""
    one = np.float32(1)
    if code == "latency":
        at = np.rint(np.float32(steps - 1) * (one - np.clip(x, 0, 1)))
        return np.stack([at == t for t in range(steps)]).astype(np.float32)
    if code == "phase":
        clipped = np.clip(x, 0, one - np.float32(2.0 ** -min(steps, 24))).astype(np.float64)
        return np.stack([np.floor(clipped * 2.0 ** (t + 1)) % 2 for t in range(steps)]).astype(np.float32)
    if code == "delta":
        before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
        return (x - before >= np.float32(0.25)).astype(np.float32)
    return np.stack([x] * steps)


def _coded(c: Checker) -> None:
    """The model behind an input code: PyTorch is given the coded train."""
    code = c.rng.choice(("latency", "phase", "delta"))
    timed = c.x[0] / np.float32(2)
    x = timed if code == "delta" else np.ascontiguousarray(timed[0])
    train = torch.from_numpy(encoded(code, x, c.plan.steps))
    outputs, _ = reference(c.case.model, c.plan, train)
    name = "temporal" if code == "latency" else code
    imported = guarded(
        f"code {code}",
        lambda: import_model(
            c.case.model, {"x": x.shape}, time_steps=c.plan.steps, spike_encoding=name, threshold=0.25
        ),
    )
    for pipeline in ("canonicalize", c.pipeline(2)):
        module = c.optimized(f"code {code}", imported.module.clone(), pipeline)
        _, found = c.interpret(f"code {code}", module, [x])
        for expected, got in zip(outputs, found, strict=True):
            compare(f"code {code}", "output", expected, got, equal)
    compiled = guarded(f"code {code}, compiled", lambda: module.compile(1, 2, "kernel"))
    for a, b in zip(found, as_floats(compiled.run([x])), strict=True):
        compare(f"code {code}, compiled", "output", a, b, equal)
