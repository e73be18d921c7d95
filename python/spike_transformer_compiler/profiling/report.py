# SPDX-License-Identifier: Apache-2.0
"""The energy report: totals, layers, breakdowns, provenance; as a table and as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from ..exceptions import ValidationError
from .activity import Activity, NeuronActivity, SynapseActivity
from .energy import LayerEnergy, layer_energies
from .energy_models import EnergyModel

__all__ = ["BREAKDOWNS", "EnergyReport", "check_breakdown", "make_report"]

REPORT_SCHEMA = "spike-energy-report/1"
BREAKDOWNS = ("layer", "operation", "memory_access")
_MJ = 1e-9  # one pJ in mJ


@dataclass(frozen=True)
class EnergyReport:
    """Activity and energy of a data set. Energies are means over its samples: one inference of one sample.

    total_energy_mJ       energy of one inference
    energy_per_spike_pJ   the same per spike of a neuron layer, or None where nothing fired
    static_power_mW       of the energy model, or None where it has none
    breakdown             what was asked for: "layer" and "operation" in mJ, "memory_access" in mJ or None where the energy
                          model says nothing about memory
    """

    activity: Activity
    model: EnergyModel
    energies: tuple[LayerEnergy, ...]
    breakdown: Mapping[str, Mapping[str, float] | None]
    source: str = ""

    @property
    def samples(self) -> int:
        return self.activity.samples

    @property
    def time_steps(self) -> int:
        return self.activity.time_steps

    @property
    def total_energy_mJ(self) -> float:
        return sum(layer.total_pJ for layer in self.energies) * _MJ / self.samples

    @property
    def spikes(self) -> float:
        """Spikes of one inference."""
        return sum(layer.spikes for layer in self.activity.neurons) / self.samples

    @property
    def energy_per_spike_pJ(self) -> float | None:
        return self.total_energy_mJ / _MJ / self.spikes if self.spikes else None

    @property
    def static_power_mW(self) -> float | None:
        return self.model.static_power_mW

    def total(self, name: str) -> float:
        """Sum of a number of the synapse layers (dense, inside, sops, unit_sops) or of "macs" and "acs", per inference."""
        if name in ("macs", "acs"):
            return sum(getattr(layer.operations, name) for layer in self.energies) / self.samples
        return sum(getattr(layer, name) for layer in self.activity.synapses) / self.samples

    @property
    def firing_rate(self) -> float | None:
        """Spikes per neuron and step over all neuron layers."""
        elements = sum(layer.elements for layer in self.activity.neurons)
        return sum(layer.spikes for layer in self.activity.neurons) / elements if elements else None

    def conventions(self) -> list[dict[str, Any]]:
        """The total under every convention, so that a number can be compared with one from elsewhere."""
        rows = []
        for counting, count_inputs, invariant in product(("exact", "papers"), ("ac", "mac"), ("once", "every_step")):
            choice = {"counting": counting, "count_inputs": count_inputs, "time_invariant": invariant}
            energies = layer_energies(self.activity, self.model.with_conventions(**choice))
            rows.append(
                {
                    **choice,
                    "MAC": sum(layer.operations.macs for layer in energies) / self.samples,
                    "AC": sum(layer.operations.acs for layer in energies) / self.samples,
                    "energy_mJ": sum(layer.total_pJ for layer in energies) * _MJ / self.samples,
                    "chosen": choice == self.model.conventions.model_dump(),
                }
            )
        return rows

    def as_data(self) -> dict[str, Any]:
        """Everything, for JSON. Counts are exact sums over the data set; energies are per inference."""
        from .. import __version__

        return {
            "schema": REPORT_SCHEMA,
            "library_version": __version__,
            "source": self.source,
            "samples": self.samples,
            "time_steps": self.time_steps,
            "energy_model": self.model.as_data(),
            "totals": {
                "energy_mJ": self.total_energy_mJ,
                "energy_per_spike_pJ": self.energy_per_spike_pJ,
                "static_power_mW": self.static_power_mW,
                "MAC": self.total("macs"),
                "AC": self.total("acs"),
                "SOP": self.total("sops"),
                "dense": self.total("dense"),
                "spikes": self.spikes,
                "firing_rate": self.firing_rate,
            },
            "breakdown": self.breakdown,
            "conventions": self.conventions(),
            "layers": [
                self._layer_data(layer, energy)
                for layer, energy in zip(self.activity.layers, self.energies, strict=True)
            ],
        }

    def _layer_data(self, layer: SynapseActivity | NeuronActivity, energy: LayerEnergy) -> dict[str, Any]:
        data: dict[str, Any] = {"name": layer.name, "energy_mJ": energy.total_pJ * _MJ / self.samples}
        if energy.accesses_pJ:
            data["memory_access_mJ"] = {k: pJ * _MJ / self.samples for k, pJ in energy.accesses_pJ.items()}
        if isinstance(layer, NeuronActivity):
            counts = {"elements": layer.elements, "active": layer.active, "spikes": layer.spikes}
            return {
                **data,
                "kind": "neuron",
                "model": layer.model,
                "values": layer.values,
                "sources": layer.sources,
                "neurons": layer.neurons,
                "firing_rate": layer.rate,
                "sparsity": layer.sparsity,
                "spikes_per_step": [count / self.samples for count in layer.spikes_per_step],
                "counts": counts,
            }
        names = ("elements", "nonzero", "total", "outputs", "dense", "inside", "sops", "unit_sops")
        return {
            **data,
            "kind": layer.kind,
            "values": layer.values,
            "sources": layer.sources,
            "parameters": layer.parameters,
            "fan_out": layer.fan_out,
            "repeated": layer.repeated,
            "rates": layer.rates,
            "MAC": energy.operations.macs / self.samples,
            "AC": energy.operations.acs / self.samples,
            "SOP": layer.sops / self.samples,
            "dense": layer.dense / self.samples,
            "counts": {name: getattr(layer, name) for name in names},
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """The report as JSON, also written to `path` if there is one."""
        text = json.dumps(self.as_data(), indent=2, allow_nan=False) + "\n"
        if path is not None:
            write_text(path, text)
        return text

    def to_html(self, path: str | Path) -> None:
        """One page that needs nothing else: no network, no other file."""
        from .page import render

        write_text(path, render(self.as_data()))

    def table(self) -> Any:
        """A rich table, one row per layer."""
        from .table import layer_table

        return layer_table(self)

    def __str__(self) -> str:
        from rich.console import Console

        from .table import print_report

        text = io.StringIO()
        print_report(self, Console(width=150, file=text))
        return text.getvalue().rstrip()


def write_text(path: str | Path, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ValidationError(f"cannot write '{path}': {error.strerror}", error_code="cannot-write") from None


def check_breakdown(breakdown_by: Sequence[str]) -> list[str]:
    """The wanted breakdowns, all of them known."""
    wanted = [breakdown_by] if isinstance(breakdown_by, str) else list(breakdown_by)
    unknown = [name for name in wanted if name not in BREAKDOWNS]
    if unknown:
        raise ValidationError(
            f"unknown breakdown {', '.join(map(repr, unknown))}, expected some of {', '.join(BREAKDOWNS)}",
            error_code="unknown-breakdown",
        )
    return wanted


def make_report(
    activity: Activity, model: EnergyModel, breakdown_by: Sequence[str] = BREAKDOWNS, source: str = ""
) -> EnergyReport:
    """Energies of an activity that is already counted; another model or convention needs no second run."""
    wanted = check_breakdown(breakdown_by)
    energies = layer_energies(activity, model)
    breakdown: dict[str, dict[str, float] | None] = {}
    for name in wanted:
        if name == "layer":
            parts: dict[str, float] | None = {layer.name: layer.total_pJ for layer in energies}
        elif name == "operation":
            parts = {kind: sum(layer.operations_pJ.get(kind, 0.0) for layer in energies) for kind in ("MAC", "AC")}
        elif model.memory is None:
            parts = None
        else:
            parts = {}
            for layer in energies:
                for what, pJ in layer.accesses_pJ.items():
                    parts[what] = parts.get(what, 0.0) + pJ
        breakdown[name] = None if parts is None else {key: pJ * _MJ / activity.samples for key, pJ in parts.items()}
    return EnergyReport(activity, model, tuple(energies), breakdown, source)
