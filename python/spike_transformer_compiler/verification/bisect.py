# SPDX-License-Identifier: Apache-2.0
"""Which pass broke a spike? The teacher-forced program is judged after every pass."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .. import _core
from .._errors import reported
from ..exceptions import ValidationError
from ..optimization import split_pipeline
from .outputs import OutputReport, judge_outputs
from .report import Report, to_dict
from .subject import Execute, Subject

if TYPE_CHECKING:
    from ..compiled import CompiledModel

__all__ = ["Bisection", "Step", "bisect_passes"]

#: Called after every pass with its name and the module; what it returns goes on.
Between = Callable[[str, _core.Module], _core.Module]


@dataclass(frozen=True)
class Step:
    """One point of the pipeline, and how the program did there."""

    stage: str
    name: str  # the pass that has just run
    spikes: Report
    outputs: tuple[OutputReport, ...]

    @property
    def passed(self) -> bool:
        return self.spikes.passed and all(output.passed for output in self.outputs)


@dataclass(frozen=True)
class Bisection:
    """Every point of the pipeline up to the first that fails."""

    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        return all(step.passed for step in self.steps)

    @property
    def culprit(self) -> Step | None:
        """The first point at which spikes or outputs are wrong: its pass broke them."""
        return next((step for step in self.steps if not step.passed), None)

    def to_dict(self) -> dict[str, Any]:
        culprit = self.culprit
        steps = [
            {
                "stage": s.stage,
                "pass": s.name,
                "passed": s.passed,
                **{name: s.spikes.total(name) for name in ("mismatches", "ties", "errors")},
            }
            for s in self.steps
        ]
        found = None if culprit is None else {"stage": culprit.stage, "pass": culprit.name, **to_dict(culprit.spikes)}
        return {"passed": self.passed, "steps": steps, "culprit": found}

    def tables(self) -> list[Any]:
        from rich.table import Table

        table = Table("stage", "after", title="the pipeline, pass by pass", title_justify="left")
        for name in ("mismatches", "ties", "errors", ""):
            table.add_column(name, justify="right" if name else "left")
        for step in self.steps:
            numbers = (f"{step.spikes.total(name):,}" for name in ("mismatches", "ties", "errors"))
            table.add_row(step.stage, step.name, *numbers, "[green]ok[/]" if step.passed else "[red]FAILED[/]")
        return [table]

    def lines(self) -> list[str]:
        culprit = self.culprit
        if culprit is None:
            return [f"spike-exact after each of {len(self.steps)} points"]
        lines = [f"broken by '{culprit.name}' in stage '{culprit.stage}'"]
        lines += [f"'{layer.path}' {layer.claim}" for layer in culprit.spikes.layers if layer.claim]
        if culprit.spikes.first:
            lines.append(f"first divergence: {culprit.spikes.first}")
        lines += [
            f"{output.name}: {output.beyond} of {output.values} values beyond what float32 allows"
            for output in culprit.outputs
            if not output.passed
        ]
        return lines

    def __str__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        console = Console(width=140, file=text)
        for table in self.tables():
            console.print(table)
        return "\n".join([text.getvalue().rstrip(), *self.lines()])


def bisect_passes(
    compiled: CompiledModel,
    model: torch.nn.Module,
    inputs: Any,
    *,
    run: str = "interpreter",
    time_steps: int | None = None,
    between: Between | None = None,
) -> Bisection:
    """Judges the program after import, after every pass of its optimisation (those of its Optimizer, if it was compiled
    with one), and as machine code, and stops at the first point that fails.

    run      what runs the program between passes: "interpreter", which is slow and obvious, or "compiled", for large
             models; then a fault of the code generator shows at every point
    between  is called after every pass with its name and the module; what it returns goes on

    The stages behind the optimisation have no program that could be run on its own. They are told apart by what they are
    used for: "generic" is machine code without the kernels of the runtime, "kernel" is the code that users get.
    """
    if run not in ("interpreter", "compiled"):
        raise ValidationError(f"expected run to be 'interpreter' or 'compiled', got {run!r}")
    subject = Subject(compiled._program, compiled._options, model, inputs, compiled._check_steps(time_steps), keep=True)
    module = subject.forced.clone()
    steps: list[Step] = []

    def judge(stage: str, name: str, execute: Execute) -> bool:
        spikes, forced = subject.judge(execute)
        steps.append(Step(stage, name, spikes, judge_outputs(subject.reference, forced)))
        return steps[-1].passed

    def current() -> Execute:
        return module.interpret if run == "interpreter" else _compiled(subject, module)

    going = judge("import", "import", current())
    for name in split_pipeline(subject.passes):
        if not going:
            break
        with reported("optimize", module, name):
            module.run_pipeline(name)
        if between is not None:
            module = between(name, module)
        going = judge("optimize", name, current())
    for contractions in ("generic", "kernel"):
        going = going and judge("machine code", contractions, _compiled(subject, module, contractions))
    return Bisection(tuple(steps))


def _compiled(subject: Subject, module: _core.Module, contractions: str = "kernel") -> Execute:
    with reported("compile"):
        run = subject.compile(module, contractions)
    return lambda arguments: [np.asarray(result) for result in run(arguments)]
