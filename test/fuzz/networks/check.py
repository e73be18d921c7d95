# SPDX-License-Identifier: Apache-2.0
"""Everything that a case is checked for. The first difference, refusal or error is raised as a `Failure`.

Exact plans: PyTorch, the interpreter after import, the interpreter after every level's optimize stage and compiled code give
the same numbers. Other plans: teacher-forced spikes are judged by the tie rule of `verification`; the passes of levels that
do not round may not change a bit, and compiled code equals the interpreter in every bit.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from spike_transformer_compiler import _core, verification
from spike_transformer_compiler._program import Program
from spike_transformer_compiler.frontend import import_program
from spike_transformer_compiler.optimization import stage_pipeline
from spike_transformer_compiler.verification.forcing import forced_spikes

from .extras import run_extras
from .failure import Arrays, Failure, NotApplicable, as_floats, as_list, compare, equal, guarded, same_bits
from .mutants import Mutant
from .network import Case, Stepping

LEVELS = (0, 1, 2, 3)


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
    refused_streams: int = 0


class Checker:
    def __init__(self, case: Case, effort: Effort, mutant: Mutant | None = None) -> None:
        self.case, self.plan, self.effort, self.mutant = case, case.plan, effort, mutant
        self.rng = random.Random(case.plan.seed + 1)
        self.x = [case.x.numpy()]
        self.done = Checked()

    def run(self) -> Checked:
        program = self._imported()
        if self.mutant and not self.mutant.optimized:
            mutated = self._mutated(program.module)
            program = Program(mutated, program.inputs, program.time_steps, program.stepped)
        specs, first = self._interpreted("import", program, "spike-expose-neurons")
        if self.plan.exact:
            self._against_source("import", specs, first)
        else:
            reference = self._recorded()
            self._judge("import", program, "spike-teacher-force", reference)
        previous: Arrays | None = None
        compiled: set[str] = set()
        for level in LEVELS:
            stage, optimize = f"level {level}", self.pipeline(level)
            pipeline = f"spike-expose-neurons,{optimize}"
            if level == 3 and self.rng.random() < 0.1:
                pipeline = pipeline.replace(
                    "spike-hoist", f"spike-unroll-time{{factor={self.rng.randint(1, 3)}}},spike-hoist"
                )
            module = self.optimized(stage, program.module.clone(), pipeline)
            if self.mutant and self.mutant.optimized and level >= 2:
                module = self._mutated(module)
            specs, found = self.interpret(f"interpreter, {stage}", module, self.x)
            if self.plan.exact:
                self._against_source(f"interpreter, {stage}", specs, found)
            elif level == 0:
                same_bits(f"interpreter, {stage}", specs, first, found)
            elif previous is not None and level == 3 and self._composes():
                plain = self.optimized(stage, program.module.clone(), pipeline.replace("spike-fold-rep-conv,", ""))
                same_bits(f"interpreter, {stage}", specs, previous, self.interpret(f"plain {stage}", plain, self.x)[1])
                self._judge(stage, program, f"spike-teacher-force,{optimize}", reference)
            elif previous is not None:
                same_bits(f"interpreter, {stage}", specs, previous, found)
            else:
                self._judge(stage, program, f"spike-teacher-force,{optimize}", reference)
            previous = found if level else None
            text = module.asm()
            if level in self.effort.compile_levels and text not in compiled:
                compiled.add(text)
                self._compiled(stage, module, level, specs, found)
                if not self.mutant and self.rng.random() < 0.5:
                    # As models are run: kernels do more at once where no spikes leave.
                    plain = self.optimized(f"plain {stage}", program.module.clone(), optimize)
                    outputs = [value for spec, value in zip(specs, found, strict=True) if not spec["path"]]
                    self._compiled(f"plain {stage}", plain, level, plain.signature()["outputs"], outputs)
                if level and not self.mutant and self.rng.random() < 0.15:
                    self._few_bits(stage, program, level, optimize)
        if self.effort.extras != "never":
            run_extras(self, program, first)
        return self.done

    # ------------------------------------------------------------------------------------------------ steps

    def _few_bits(self, stage: str, program: Program, level: int, optimize: str) -> None:
        """Weights of few bits, which need fewer digit planes: compiled code against the interpreter."""
        stage = f"few bits {stage}"
        rounding = f"spike-quantize-weights{{bits={self.rng.randint(2, 16)}}}"
        module = self.optimized(
            stage, program.module.clone(), optimize.replace("spike-fix-weights", f"{rounding},spike-fix-weights")
        )
        specs, found = self.interpret(f"interpreter, {stage}", module, self.x)
        self._compiled(stage, module, level, specs, found)

    def _mutated(self, module: _core.Module) -> _core.Module:
        changed = guarded("mutant", lambda: self.mutant.apply(module, self.rng))
        if changed is None:
            raise NotApplicable
        return changed

    def _composes(self) -> bool:
        """Whether a convolution follows another without a neuron in between: as one, they round otherwise."""
        behind: set[int] = set()
        for node in self.plan.nodes:
            follows = node.op != "neuron" and not behind.isdisjoint(node.inputs)
            if node.op.startswith("conv"):
                if follows:
                    return True
                behind.add(node.id)
            elif follows:
                behind.add(node.id)
        return False

    def _imported(self) -> Program:
        plan, shape = self.plan, tuple(self.case.x.shape)
        program = guarded(
            "import", lambda: import_program(self.case.model, shape, plan.steps if plan.stepped else None)
        )
        if self.case.timed and (program.time_steps, program.stepped) != (plan.steps, plan.stepped):
            raise Failure("import", "time", f"{program.time_steps} steps, stepped {program.stepped}; see the plan")
        return program

    @staticmethod
    def pipeline(level: int) -> str:
        return stage_pipeline("optimize", level)

    def optimized(self, stage: str, module: _core.Module, pipeline: str) -> _core.Module:
        guarded(f"optimize, {stage}", lambda: module.run_pipeline(pipeline))
        guarded(f"optimize, {stage}", module.verify)
        return module

    def _interpreted(self, stage: str, program: Program, pipeline: str) -> tuple[list[dict], Arrays]:
        module = self.optimized(stage, program.module.clone(), pipeline)
        return self.interpret(f"interpreter, {stage}", module, self.x)

    def interpret(self, stage: str, module: _core.Module, inputs: Arrays) -> tuple[list[dict], Arrays]:
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
        outputs, trains = iter(self.case.outputs), {}
        for spec, array in zip(specs, found, strict=True):
            if spec["path"]:
                # A loop that stays one has a neuron for each step: "cell", "cell#1", ...
                trains.setdefault(spec["path"].partition("#")[0], []).append(array)
            else:
                compare(stage, "output", next(outputs), array, equal)
        for path, parts in trains.items():
            if path in self.case.trains:  # else a readout's membranes: seen in the output
                found = parts[0] if len(parts) == 1 else np.concatenate(parts)
                compare(stage, path, self.case.trains[path], found, equal)

    def _recorded(self) -> verification.Reference | None:
        if not self.case.trains:
            return None
        source = Stepping(self.case.model, self.plan.steps) if self.plan.stepped else self.case.model
        return guarded("verification", lambda: verification.record(source, self.case.x))

    def _judge(self, stage: str, program: Program, pipeline: str, reference: verification.Reference | None) -> None:
        """Teacher-forced spikes by the tie rule, and the output up to rounding."""
        if reference is None:
            return
        module = self.optimized(stage, program.module.clone(), pipeline)
        outputs, spikes = forced_spikes(
            module, lambda inputs: self.interpret(f"forced, {stage}", module, inputs)[1], reference, self.x[0]
        )
        for expected, found in zip(self.case.outputs, as_list(outputs), strict=True):
            room = 1e-4 * max(1.0, float(np.abs(expected).max()))
            compare(f"forced, {stage}", "output", expected, found, lambda a, b, room=room: np.abs(a - b) <= room)
        spikes = {path: spikes[path] for path in reference.layers if path in spikes}
        proved = program.module.exact_neurons()
        exact = {path: all(ok for own, ok in proved.items() if own.partition("#")[0] == path) for path in spikes}
        report = guarded(
            "verification",
            lambda: verification.verify(self.case.model, self.case.x, spikes, exact, reference=reference),
        )
        if not report.passed:
            raise Failure(f"forced, {stage}", "spikes", str(report))


def check_case(case: Case, effort: Effort, mutant: Mutant | None = None) -> Checked:
    """Raises the first Failure of a case."""
    return Checker(case, effort, mutant).run()
