# SPDX-License-Identifier: Apache-2.0
"""What a network does on a chip: cores, links, memory, energy and latency of one inference, with every source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import __version__, _core
from .._errors import reported
from ..exceptions import ValidationError
from ..hardware import HardwareModel, load_profile
from .report import write_text

__all__ = ["ChipReport", "CoreReport", "LinkReport", "PopulationReport"]

CHIP_REPORT_SCHEMA = "spike-chip-report/1"


@dataclass(frozen=True)
class CoreReport:
    """A core: what lies on it (population, neurons), bytes of memory by use, and what it did.

    Counts are by event and per inference; `energy_pJ` has None where the profile has no cost of what happened.
    """

    chip: int
    x: int
    y: int
    slices: tuple[tuple[str, int], ...]
    memory: dict[str, int]
    counts: dict[str, float]
    energy_pJ: dict[str, float | None]


@dataclass(frozen=True)
class LinkReport:
    """Messages per inference that leave the tile at (x, y) of a chip in a direction: east, west, south, north, or over the
    link between gateways, which leads to the chip `gateway`."""

    chip: int
    x: int
    y: int
    direction: str
    messages: float
    gateway: int = -1


@dataclass(frozen=True)
class PopulationReport:
    """A population: `path` is its layer in the source model, empty if the mapping added it; `start` its first chip step."""

    name: str
    path: str
    neurons: int
    start: int
    cores: int
    counts: dict[str, float]
    energy_pJ: dict[str, float | None]


@dataclass(frozen=True)
class ChipReport:
    """A mapped network that ran. Counts and energies are of one inference, the mean over `inferences`.

    not_known   events that happened and have no energy in the profile: the energy is a lower bound then
    latency     ns in all and of each chip step, which bound holds in how many steps, what has no time; None if the
                profile has no times
    host        layers that the host computes, whose time and energy are in none of the numbers
    """

    network: str
    target: HardwareModel
    profile: HardwareModel
    time_steps: int
    chip_steps: int
    inferences: int
    chips: tuple[tuple[int, int], ...]
    cores: tuple[CoreReport, ...]
    links: tuple[LinkReport, ...]
    populations: tuple[PopulationReport, ...]
    counts: dict[str, float]
    energy_pJ: dict[str, float | None]
    not_known: tuple[str, ...]
    latency: dict[str, Any] | None
    host: tuple[str, ...] = ()

    @classmethod
    def make(
        cls,
        network: Mapping[str, Any],
        target: HardwareModel,
        profile: str | Path,
        activity: Mapping[str, Any],
        uses: Sequence[Mapping[str, int]],
        links: Sequence[Mapping[str, Any]],
    ) -> ChipReport:
        """The report of a network (the fields of chip::Network), what it did (see `_core.chip_energy`), what its cores
        use (bytes: synapses, axons, neurons), and how many messages its links carry per inference.

        `profile` is a built-in one by name, or a file.
        """
        cores, steps, inferences = network["cores"], activity["steps"], activity.get("inferences", 1)
        if not cores or not network["chips"]:
            raise ValidationError(f"network '{network['name']}' lies on no cores: map it first")
        if any(len(of_each) != len(cores) for of_each in (uses, *(step["cores"] for step in steps))):
            raise ValidationError(
                f"expected uses and counts of the network's {len(cores)} cores, got uses of {len(uses)} and counts of "
                f"{', '.join(str(len(step['cores'])) for step in steps)}"
            )
        with reported("energy", error_class=ValidationError, error_code="invalid-activity"):
            energy = _core.chip_energy(str(profile), dict(activity))
        names = [population["name"] for population in network["populations"]]
        placed = [_slices(core, network["populations"]) for core in cores]
        return cls(
            network["name"],
            target,
            load_profile(profile),
            network["timeSteps"],
            len(steps),
            inferences,
            tuple((chip["x"], chip["y"]) for chip in network["chips"]),
            tuple(
                CoreReport(
                    core["chip"],
                    core["x"],
                    core["y"],
                    slices,
                    dict(use),
                    _mean([step["cores"][i] for step in steps], inferences),
                    energy["cores_pJ"][i],
                )
                for i, (core, slices, use) in enumerate(zip(cores, placed, uses, strict=True))
            ),
            tuple(
                LinkReport(**{name: link[name] for name in LinkReport.__dataclass_fields__ if name in link})
                for link in links
            ),
            tuple(
                PopulationReport(
                    name,
                    population["path"],
                    sum(n for slices in placed for owner, n in slices if owner == name),
                    population["start"],
                    sum(any(owner == name for owner, _ in slices) for slices in placed),
                    _mean([activity["populations"][name]], inferences),
                    energy["populations_pJ"][name],
                )
                for name, population in zip(names, network["populations"], strict=True)
                if name in activity["populations"]
            ),
            energy["counts"],
            energy["kinds_pJ"],
            tuple(energy["not_known"]),
            energy["latency"],
            tuple(network.get("host", ())),
        )

    @property
    def total_energy_pJ(self) -> float:
        """What is known of the energy of one inference, static power apart."""
        return sum(value or 0.0 for value in self.energy_pJ.values())

    @property
    def total_energy_mJ(self) -> float:
        """The same in mJ."""
        return self.total_energy_pJ / 1e9

    @property
    def energy_per_spike_pJ(self) -> float | None:
        """Energy of one inference per spike, or None where nothing fired."""
        spikes = self.counts["spike"]
        return self.total_energy_pJ / spikes if spikes else None

    @property
    def static_power_mW(self) -> float | None:
        """static_power_W in mW."""
        return None if self.static_power_W is None else 1e3 * self.static_power_W

    @property
    def static_power_W(self) -> float | None:
        """Power that the board takes without computing, or None where nothing is known of it."""
        return self.target["staticPower"] if "staticPower" in self.target else None

    def fill(self, core: CoreReport) -> float | None:
        """How full a core's memory is, 0 to 1: the larger of synapses and all; None without limits."""
        shares = [
            used / limit
            for used, limit in (
                (core.memory["synapses"], self.target["synapseBytesPerCore"]),
                (sum(core.memory.values()), self.target["memoryBytesPerCore"]),
            )
            if limit
        ]
        return max(shares, default=None)

    def as_data(self) -> dict[str, Any]:
        """Everything, for JSON."""
        data = {"schema": CHIP_REPORT_SCHEMA, "library_version": __version__, **asdict(self)}
        return {**data, "total_energy_pJ": self.total_energy_pJ, "static_power_W": self.static_power_W}

    def to_json(self, path: str | Path | None = None) -> str:
        """The report as JSON, also written to `path` if there is one."""
        text = json.dumps(self.as_data(), indent=1, allow_nan=False) + "\n"
        if path is not None:
            write_text(path, text)
        return text

    def to_html(self, path: str | Path) -> None:
        """One page that needs nothing else: no network, no other file."""
        from .chip_page import render

        write_text(path, render(self))


def _slices(core: Mapping[str, Any], populations: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    neurons: dict[str, int] = {}
    for box in core["slices"]:
        name = populations[box["population"]]["name"]
        neurons[name] = neurons.get(name, 0) + (box["p1"] - box["p0"]) * (box["c1"] - box["c0"])
    return tuple(neurons.items())


def _mean(counted: Sequence[Mapping[str, int]], inferences: int) -> dict[str, float]:
    totals: dict[str, float] = {}
    for counts in counted:
        for event, count in counts.items():
            totals[event] = totals.get(event, 0) + count / inferences
    return totals
