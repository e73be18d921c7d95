# SPDX-License-Identifier: Apache-2.0
"""A compiled model against its source: layer by layer with teacher forcing, and end to end."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from .outputs import ClassReport, OutputReport, judge_classes, judge_outputs
from .report import Report, to_dict
from .subject import Subject

if TYPE_CHECKING:
    from ..compiled import CompiledModel

__all__ = ["ModelReport", "verify_model"]


@dataclass(frozen=True)
class ModelReport:
    """`print` it for a table; `passed` is the verdict; `to_dict` is what `--json` writes."""

    stage: str
    spikes: Report
    outputs: tuple[OutputReport, ...]
    classes: tuple[ClassReport, ...]

    @property
    def passed(self) -> bool:
        return self.spikes.passed and all(part.passed for part in (*self.outputs, *self.classes))

    @property
    def warnings(self) -> list[str]:
        """What weakens the verdict: layers that hardly ever or almost always fire, outputs that could not be judged."""
        found = self.spikes.warnings
        for output in self.outputs:
            if output.unknown:
                found.append(
                    f"{output.name} is not judged: no magnitude rule for '{output.unknown}', which it comes from"
                )
        return found

    def to_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "stage": self.stage,
            **to_dict(self.spikes),
            "outputs": [{**dataclasses.asdict(o), "passed": o.passed} for o in self.outputs],
            "classes": [{**dataclasses.asdict(c), "passed": c.passed} for c in self.classes],
            "warnings": self.warnings,
        }

    def tables(self) -> list[Any]:
        return [self.spikes.table()]

    def lines(self) -> list[str]:
        """What there is to say beside the table."""
        lines = [f"'{layer.path}' {layer.claim}" for layer in self.spikes.layers if layer.claim]
        if self.spikes.unread:
            lines.append(f"not compiled, for nothing reads their spikes: {', '.join(self.spikes.unread)}")
        if self.spikes.first:
            lines.append(f"first divergence: {self.spikes.first}")
        for output in self.outputs:
            if not output.unknown:
                lines.append(
                    f"{output.name}: {output.beyond} of {output.values} values beyond what float32 allows (largest "
                    f"difference from float64 {output.largest:.3g}, bound there {output.bound:.3g})"
                )
        for part in self.classes:
            text = f"{part.name}: {part.agree} of {part.samples} samples have the source's class"
            if part.restored:
                text += f"; {len(part.restored)} more with the reference's spikes at listed ties {list(part.restored)}"
            if part.wrong:
                text += f"; no tie explains the samples {list(part.wrong)}"
            lines.append(text)
        lines += [f"warning: {text}" for text in self.warnings]
        lines.append(f"{self.stage}: " + ("spike-exact" if self.passed else "FAILED"))
        return lines

    def __str__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        Console(width=140, file=text).print(*self.tables())
        return "\n".join([text.getvalue().rstrip(), *self.lines()])


def verify_model(
    compiled: CompiledModel,
    model: torch.nn.Module,
    inputs: Any,
    *,
    stage: str = "compiled",
    time_steps: int | None = None,
    end_to_end: bool = True,
) -> ModelReport:
    """Is every spike of `compiled` the spike of its source `model`, on these inputs?

    inputs      as CompiledModel.run takes them: float32, [B, ...] or [T, B, ...]; several as a sequence or mapping
    stage       "import", "optimize" (both run by the interpreter) or "compiled"
    time_steps  for a source that computes one step
    end_to_end  also runs freely and compares the classes

    The rule is that of the package's docstring. The source is run once in float32 and once in float64;
    memory holds one layer's float64 values at a time and all layers' spikes, a byte each.
    """
    subject = Subject(compiled._program, compiled._options, model, inputs, compiled._check_steps(time_steps))
    report, forced = subject.judge(subject.at_stage(stage, subject.forced))
    outputs = judge_outputs(subject.reference, forced)
    classes: tuple[ClassReport, ...] = ()
    if end_to_end:
        free = subject.run(subject.at_stage(stage, subject.free))
        explained = report.samples_with_ties() - report.samples_with_errors()
        classes = judge_classes(subject.reference, free, forced, explained, subject.batch, subject.time_steps)
    return ModelReport(stage, report, outputs, classes)
