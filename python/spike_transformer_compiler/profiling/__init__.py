# SPDX-License-Identifier: Apache-2.0
"""Profiles: what every layer does on a data set and costs under an energy model; where the time of a run goes, and what it is beside the source's."""

from __future__ import annotations

from .activity import Activity, NeuronActivity, SynapseActivity, measure_activity
from .benchmark import Agreement, Benchmark, BenchmarkReport, Contestant
from .chip_report import ChipReport
from .datasets import load_data
from .energy import count_operations, layer_energies
from .energy_models import Conventions, EnergyModel, builtin_models, load_energy_model
from .figure import plot_energy_breakdown
from .performance import PerformanceAnalyzer, PerformanceReport
from .profiler import EnergyProfiler
from .report import EnergyReport, make_report

__all__ = [
    "Activity",
    "Agreement",
    "Benchmark",
    "BenchmarkReport",
    "ChipReport",
    "Contestant",
    "Conventions",
    "EnergyModel",
    "EnergyProfiler",
    "EnergyReport",
    "NeuronActivity",
    "PerformanceAnalyzer",
    "PerformanceReport",
    "SynapseActivity",
    "builtin_models",
    "count_operations",
    "layer_energies",
    "load_data",
    "load_energy_model",
    "make_report",
    "measure_activity",
    "plot_energy_breakdown",
]
