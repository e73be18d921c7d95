# SPDX-License-Identifier: Apache-2.0
"""Everything that a case is checked for. The first difference, refusal or error is raised as a `Failure`.

Exact plans: PyTorch, the interpreter after import, the interpreter after every level's optimize stage and compiled code give
the same numbers. Other plans: teacher-forced spikes are judged by the tie rule of `verification`; the passes of levels that
do not round may not change a bit, and compiled code equals the interpreter in every bit.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from spike_transformer_compiler import _core, verification
from spike_transformer_compiler._program import Options, Program
from spike_transformer_compiler.compiled import CompiledModel
from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.frontend import import_program
from spike_transformer_compiler.optimization import stage_pipeline

from .mutants import Mutant
from .network import Case, Network

Arrays = list[np.ndarray]
LEVELS = (0, 1, 2, 3)


class Failure(Exception):
    """`stage` and `kind` say in what way a case fails; `detail` says where."""

    def __init__(self, stage: str, kind: str, detail: str) -> None:
        super().__init__(f"{stage}: {kind}: {detail}")
        self.stage, self.kind, self.detail = stage, kind, detail


class NotApplicable(Exception):
    """The mutant has no place in this case."""


@dataclass(frozen=True)
class Effort:
    """What is done beside the interpreter. `compile_levels` are the levels compiled; `extras` adds another batch, another
    number of steps and a saved file: "sometimes" (drawn from the seed), "always" or "never"."""

    compile_levels: tuple[int, ...] = LEVELS
    extras: str = "sometimes"


@dataclass
class Checked:
    """What was done, for the statistics."""

    compiled: int = 0
    refused_batches: int = 0
    pipelines: list[str] = field(default_factory=list)


class Checker:
    def __init__(self, case: Case, effort: Effort, mutant: Mutant | None = None) -> None:
        self.case, self.plan, self.effort, self.mutant = case, case.plan, effort, mutant
        self.rng = random.Random(case.plan.seed + 1)
        self.x = [case.x.numpy()]
        self.done = Checked()

    def run(self) -> Checked:
        program = self._imported()
        if self.mutant and not self.mutant.optimized:
            program.module = self._mutated(program.module)
        specs, first = self._interpreted("import", program, "spike-expose-neurons")
        if self.plan.exact:
            self._against_source("import", specs, first)
        else:
            reference = self._recorded()
            self._judge("import", program, "spike-teacher-force", reference)
        previous: Arrays | None = None
        compiled: set[str] = set()
        for level in LEVELS:
            stage, optimize = f"level {level}", stage_pipeline("optimize", level)
            pipeline = f"spike-expose-neurons,{optimize}"
            if level == 3 and self.rng.random() < 0.1:
                pipeline = pipeline.replace(
                    "spike-hoist", f"spike-unroll-time{{factor={self.rng.randint(1, 3)}}},spike-hoist"
                )
            module = self._optimized(stage, program.module.clone(), pipeline)
            if self.mutant and self.mutant.optimized and level >= 2:
                module = self._mutated(module)
            specs, found = self._interpret(f"interpreter, {stage}", module, self.x)
            if self.plan.exact:
                self._against_source(f"interpreter, {stage}", specs, found)
            elif level == 0:
                same_bits(f"interpreter, {stage}", specs, first, found)
            elif previous is not None:
                same_bits(f"interpreter, {stage}", specs, previous, found)
            else:
                self._judge(stage, program, f"spike-teacher-force,{optimize}", reference)
            previous = found if level else None
            text = module.asm()
            if level in self.effort.compile_levels and text not in compiled:
                compiled.add(text)
                self._compiled(stage, module, level, specs, found)
        if self.effort.extras != "never":
            self._extras(program, first)
        return self.done

    # ------------------------------------------------------------------------------------------------ steps

    def _mutated(self, module: _core.Module) -> _core.Module:
        changed = guarded("mutant", lambda: self.mutant.apply(module, self.rng))
        if changed is None:
            raise NotApplicable
        return changed

    def _imported(self) -> Program:
        plan, shape = self.plan, tuple(self.case.x.shape)
        program = guarded(
            "import", lambda: import_program(self.case.model, shape, plan.steps if plan.stepped else None)
        )
        if self.case.trains and (program.time_steps, program.stepped) != (plan.steps, plan.stepped):
            raise Failure("import", "time", f"{program.time_steps} steps, stepped {program.stepped}; see the plan")
        return program

    def _optimized(self, stage: str, module: _core.Module, pipeline: str) -> _core.Module:
        self.done.pipelines.append(pipeline)
        guarded(f"optimize, {stage}", lambda: module.run_pipeline(pipeline))
        guarded(f"optimize, {stage}", module.verify)
        return module

    def _interpreted(self, stage: str, program: Program, pipeline: str) -> tuple[list[dict], Arrays]:
        module = self._optimized(stage, program.module.clone(), pipeline)
        return self._interpret(f"interpreter, {stage}", module, self.x)

    def _interpret(self, stage: str, module: _core.Module, inputs: Arrays) -> tuple[list[dict], Arrays]:
        found = guarded(stage, lambda: module.interpret(inputs))
        return module.signature()["outputs"], as_floats(found)

    def _compiled(self, stage: str, module: _core.Module, level: int, specs: list[dict], expected: Arrays) -> None:
        workers = self.rng.choice((1, 1, 2))
        contractions = self.rng.choice(("kernel", "kernel", "kernel", "generic"))
        executable = guarded(f"compile, {stage}", lambda: module.compile(workers, level, contractions))
        found = guarded(f"run, {stage}", lambda: as_floats(executable.run(self.x)))
        same_bits(f"compiled, {stage} ({contractions}, {workers} threads)", specs, expected, found)
        again = as_floats(executable.run(self.x))
        same_bits(f"compiled, {stage}, second run", specs, found, again)
        self.done.compiled += 1

    # ------------------------------------------------------------------------------------------- comparisons

    def _against_source(self, stage: str, specs: list[dict], found: Arrays) -> None:
        """An exact plan's outputs and trains are PyTorch's numbers."""
        outputs = iter(self.case.outputs)
        for spec, array in zip(specs, found, strict=True):
            if spec["path"] and spec["path"] not in self.case.trains:
                continue  # a readout's membranes: seen in the output
            expected = self.case.trains[spec["path"]] if spec["path"] else next(outputs)
            compare(stage, spec["path"] or "output", expected, array, lambda a, b: a == b)

    def _recorded(self) -> verification.Reference | None:
        if not self.case.trains:
            return None
        source = Stepping(self.case.model, self.plan.steps) if self.plan.stepped else self.case.model
        return guarded("verification", lambda: verification.record(source, self.case.x))

    def _judge(self, stage: str, program: Program, pipeline: str, reference: verification.Reference | None) -> None:
        """Teacher-forced spikes by the tie rule, and the output up to rounding."""
        if reference is None:
            return
        module = self._optimized(stage, program.module.clone(), pipeline)
        teachers, signature = reference.spikes(), module.signature()
        inputs = [
            np.ascontiguousarray(teachers[v["path"]] if v["path"] else self.x[0], dtype=v["dtype"]).reshape(v["shape"])
            for v in signature["inputs"]
        ]
        specs, found = self._interpret(f"forced, {stage}", module, inputs)
        outputs, spikes = iter(self.case.outputs), {}
        for spec, array in zip(specs, found, strict=True):
            if spec["path"]:
                spikes[spec["path"]] = array
                continue
            expected = next(outputs)
            room = 1e-4 * max(1.0, float(np.abs(expected).max()))
            compare(f"forced, {stage}", "output", expected, array, lambda a, b, room=room: np.abs(a - b) <= room)
        spikes = {path: spikes[path] for path in reference.layers if path in spikes}
        exact = program.module.exact_neurons()
        report = guarded(
            "verification",
            lambda: verification.verify(self.case.model, self.case.x, spikes, exact, reference=reference),
        )
        if not report.passed:
            raise Failure(f"forced, {stage}", "spikes", str(report))

    # ----------------------------------------------------------------------------------------------- extras

    def _extras(self, program: Program, first: Arrays) -> None:
        def draw(chance: float) -> bool:
            return self.rng.random() < chance or self.effort.extras == "always"

        if draw(0.3) and self.case.trains:  # without neurons nothing says which axis is time
            self._other_batch(program, first)
        if draw(0.5) and self.plan.stepped:
            self._other_time(program, first)
        if draw(0.05):
            self._saved(program)

    def _other_batch(self, program: Program, first: Arrays) -> None:
        """Samples do not depend on each other: a batch of copies gives copies."""
        batch, axis = self.rng.choice([n for n in (1, 2, 3, 5) if n != self.plan.batch]), program.inputs[0].batch_axis
        if axis is None:
            return
        order = [self.rng.randrange(self.plan.batch) for _ in range(batch)]
        try:
            module = program.for_shape(batch, program.time_steps)
        except ValidationError as error:
            if error.error_code != "unsupported-batch":
                raise Failure("set batch", error.error_code, error.message) from None
            self.done.refused_batches += 1
            return
        module = self._optimized("set batch", module, "spike-expose-neurons")
        specs, found = self._interpret("set batch", module, [np.ascontiguousarray(self.x[0].take(order, axis))])
        for spec, before, after in zip(specs, first, found, strict=True):
            place = next((i for i, (a, b) in enumerate(zip(before.shape, after.shape, strict=True)) if a != b), None)
            if place is None:
                raise Failure("set batch", "shape", f"{spec['path'] or 'output'} has kept the shape {after.shape}")
            compare("set batch", spec["path"] or "output", before.take(order, place), after, lambda a, b: a == b)

    def _other_time(self, program: Program, first: Arrays) -> None:
        """A neuron does not know the future: more steps begin with the same spikes."""
        steps = self.rng.choice([n for n in (1, 2, 3, 6) if n != self.plan.steps])
        module = guarded("set time", lambda: program.for_shape(program.batch, steps))
        module = self._optimized("set time", module, "spike-expose-neurons")
        specs, found = self._interpret("set time", module, self.x)
        shared = min(steps, self.plan.steps)
        for spec, before, after in zip(specs, first, found, strict=True):
            compare("set time", spec["path"] or "output", before[:shared], after[:shared], lambda a, b: a == b)

    def _saved(self, program: Program) -> None:
        import tempfile
        from pathlib import Path

        model = guarded("compile, model", lambda: CompiledModel(program, Options(workers=1)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.spike")
            guarded("save", lambda: model.save(path))
            loaded = guarded("load", lambda: CompiledModel.load(path))
        for a, b in zip(as_list(model.run(self.x[0])), as_list(loaded.run(self.x[0])), strict=True):
            compare("load", "output", a, b, lambda a, b: a == b)


class Stepping(Network):
    """A single-step network run over time, with the same module paths."""

    def __init__(self, network: Network, steps: int) -> None:
        self.__dict__.update(network.__dict__)
        self.__dict__["repeats"] = steps

    def forward(self, x):
        import torch

        runs = [super(Stepping, self).forward(x) for _ in range(self.repeats)]
        if isinstance(runs[0], torch.Tensor):
            return torch.stack(runs)
        return tuple(torch.stack(parts) for parts in zip(*runs, strict=True))


def check_case(case: Case, effort: Effort, mutant: Mutant | None = None) -> Checked:
    """Raises the first Failure of a case."""
    return Checker(case, effort, mutant).run()


# ---------------------------------------------------------------------------------------------------- helpers


def guarded(stage: str, step: Callable):
    """A step of the compiler: what it raises is a Failure."""
    try:
        return step()
    except (Failure, NotApplicable):
        raise
    except CompilationError as error:
        raise Failure(stage, f"{type(error).__name__} {error.error_code}", str(error)) from error
    except _core.CoreError as error:
        first = error.diagnostics[0]["message"] if error.diagnostics else str(error)
        raise Failure(stage, "CoreError", first) from error
    except Exception as error:
        raise Failure(stage, type(error).__name__, str(error)) from error


def as_list(output) -> Arrays:
    return list(output) if isinstance(output, tuple) else [output]


def as_floats(arrays: Arrays) -> Arrays:
    return [np.asarray(array, np.float32) for array in arrays]


def compare(stage: str, what: str, expected: np.ndarray, found: np.ndarray, equal: Callable) -> None:
    if expected.shape != found.shape:
        raise Failure(stage, "shape", f"{what} has shape {found.shape}, expected {expected.shape}")
    wrong = ~equal(expected, found)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise Failure(
            stage,
            "differs",
            f"{int(wrong.sum())} of {wrong.size} values of {what}; at {at} {found[at]}, expected {expected[at]}",
        )


def same_bits(stage: str, specs: list[dict], expected: Arrays, found: Arrays) -> None:
    for spec, a, b in zip(specs, expected, found, strict=True):
        compare(stage, spec["path"] or "output", a, b, lambda a, b: a.view(np.int32) == b.view(np.int32))
