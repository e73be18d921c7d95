# SPDX-License-Identifier: Apache-2.0
"""EnergyProfiler: activity of a compiled model on a data set, and its energy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..compiled import CompiledModel
from ..exceptions import ValidationError
from .activity import Advance, measure_activity
from .chip_report import ChipReport
from .energy_models import EnergyModel, load_energy_model
from .figure import plot_energy_breakdown
from .report import BREAKDOWNS, EnergyReport, check_breakdown, make_report

__all__ = ["EnergyProfiler"]

#: What runs a model: compiled code, or the chip simulator.
BACKENDS = ("simulation", "loihi1", "loihi2", "loihi3")


class EnergyProfiler:
    """Profiles compiled models.

    `backend` says what runs the model: "simulation", compiled code on this machine, or a chip, that is the chip simulator.
    The energy is that of the hardware which `energy_model` describes (a built-in model's name, or a YAML or JSON file), not
    of this machine; for a chip it is an energy profile (hardware.profiles(), or a file). `counting`, `count_inputs` and
    `time_invariant` replace an energy model's conventions (see Conventions); a profile has none.
    """

    def __init__(
        self,
        backend: str = "simulation",
        energy_model: str | Path | EnergyModel = "45nm",
        counting: str | None = None,
        count_inputs: str | None = None,
        time_invariant: str | None = None,
    ) -> None:
        if backend not in BACKENDS:
            raise ValidationError(
                f"unknown backend '{backend}', expected {', '.join(BACKENDS)}", error_code="unknown-backend"
            )
        self.backend = backend
        if backend != "simulation":
            if counting or count_inputs or time_invariant or isinstance(energy_model, EnergyModel):
                raise ValidationError(
                    "a chip counts what happens on it: expected the name or file of an energy profile, and no conventions"
                )
            self.energy_model = energy_model
            return
        self.energy_model = load_energy_model(energy_model).with_conventions(
            counting=counting, count_inputs=count_inputs, time_invariant=time_invariant
        )

    def profile(
        self,
        compiled: CompiledModel,
        test_inputs: Any,
        breakdown_by: Sequence[str] = BREAKDOWNS,
        batch_size: int | None = None,
        source: str = "",
        advance: Advance | None = None,
    ) -> EnergyReport | ChipReport:
        """Runs `test_inputs` (see measure_activity) and reports; `source` names the model in the report's output.

        On a chip, the model is one compiled for it, and the report is of every breakdown at once.
        """
        if self.backend != "simulation":
            return self._profile_on_chip(compiled, test_inputs)
        if not isinstance(compiled, CompiledModel):
            raise ValidationError(
                f"expected a CompiledModel, got {type(compiled).__name__}",
                suggestions=["compile the model first: SpikeCompiler().compile(model, input_shape)"],
            )
        wanted = check_breakdown(breakdown_by)  # before the data set runs
        activity = measure_activity(compiled, test_inputs, batch_size, advance)
        return make_report(activity, self.energy_model, wanted, source)

    def _profile_on_chip(self, compiled: Any, test_inputs: Any) -> ChipReport:
        from ..backend import ChipModel

        if not isinstance(compiled, ChipModel):
            raise ValidationError(
                f"expected a model compiled for a chip, got {type(compiled).__name__}",
                suggestions=[f'compile the model first: SpikeCompiler(target="{self.backend}")'],
            )
        return compiled.profile_energy(test_inputs, self.energy_model)

    @staticmethod
    def plot_energy_breakdown(report: EnergyReport, save_path: str | Path) -> Path:
        """See profiling.plot_energy_breakdown."""
        return plot_energy_breakdown(report, save_path)
