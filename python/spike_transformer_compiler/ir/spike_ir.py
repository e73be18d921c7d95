# SPDX-License-Identifier: Apache-2.0
"""A module of the spike dialect as a Python object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from .._errors import reported
from ..exceptions import ValidationError
from .drawing import draw

__all__ = ["LayerStatistics", "ModelStatistics", "SpikeIR"]


@dataclass(frozen=True)
class LayerStatistics:
    """One neuron layer or synapse."""

    name: str
    kind: str
    shape: tuple[int, ...]
    neurons: int
    synapses: int
    parameters: int


@dataclass(frozen=True)
class ModelStatistics:
    """How large a model is. Synapses count connections: a convolution's weight counts at every position it is used."""

    num_neurons: int
    num_synapses: int
    num_parameters: int
    memory_bytes: int
    layers: tuple[LayerStatistics, ...]


class SpikeIR:
    """Spike IR that can be read (`str(ir)`), checked, counted, drawn and transformed."""

    def __init__(self, module: _core.Module) -> None:
        self.module = module
        #: What the last failed verify() reported.
        self.diagnostics: list[dict[str, Any]] = []

    @classmethod
    def parse(cls, text: str, weights: Mapping[str, np.ndarray] | None = None, filename: str = "<input>") -> SpikeIR:
        """Reads MLIR text; `weights` holds the memory of its named constants, which is not copied."""
        with reported("parse"):
            return cls(_core.Module.parse(text, filename, None if weights is None else dict(weights)))

    def copy(self) -> SpikeIR:
        """The same IR, to be transformed without touching this one. Weights are shared."""
        return SpikeIR(self.module.clone())

    def verify(self) -> bool:
        """Whether every op keeps its constraints; `diagnostics` says what does not."""
        try:
            self.module.verify()
        except _core.CoreError as error:
            self.diagnostics = error.diagnostics
            return False
        self.diagnostics = []
        return True

    def run_pipeline(self, pipeline: str) -> SpikeIR:
        """A new module after the passes named by `pipeline`, for example "canonicalize,cse"."""
        result = self.copy()
        with reported("passes", result.module, pipeline):
            result.module.run_pipeline(pipeline)
        return result

    def analyze(self) -> ModelStatistics:
        """Numbers of neurons, synapses and parameters, and the memory of weights and membranes, in all and per layer."""
        found = self.module.analyze()
        layers = tuple(LayerStatistics(**{**layer, "shape": tuple(layer["shape"])}) for layer in found.pop("layers"))
        return ModelStatistics(layers=layers, **found)

    def visualize(self, path: str | Path) -> Path:
        """Draws the model into a PDF, PNG or SVG file."""
        return draw(self.module.graph(), path)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Named weights, as read-only views of the compiler's memory."""
        return self.module.weights()

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Name, path, shape and dtype of every input."""
        return self._signature()["inputs"]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Name, path, shape and dtype of every output."""
        return self._signature()["outputs"]

    def _signature(self) -> dict[str, list[dict[str, Any]]]:
        with reported("signature", error_class=ValidationError, error_code="no-function"):
            return self.module.signature()

    def asm(self, locations: bool = False, generic: bool = False) -> str:
        """The IR as text, with named weights left out."""
        return self.module.asm(elide_weights=True, debug_info=locations, generic=generic)

    def __str__(self) -> str:
        return self.module.asm(elide_weights=True, elide_constants=64)

    def __repr__(self) -> str:
        try:
            signature = self.module.signature()
        except _core.CoreError:
            return "<SpikeIR without a function>"
        ends = (", ".join(f"{v['name']}: {list(v['shape'])}" for v in signature[key]) for key in ("inputs", "outputs"))
        return f"<SpikeIR {' -> '.join(ends)}>"
