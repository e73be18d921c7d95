# SPDX-License-Identifier: Apache-2.0
"""What the host computes of a model on a chip: the layers that the chip cannot do, between the chip's passes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core, saved_model
from .._errors import reported
from .._program import machine_pipeline
from ..compiled import SAVED_DIALECTS
from ..exceptions import SecurityError, ValidationError
from ..optimization import stage_pipeline

__all__ = ["HostParts", "HostRun", "host_file"]


def host_file(image: str | Path) -> Path:
    """Where the host's parts of an image are saved."""
    return Path(f"{image}.host")


@dataclass(frozen=True)
class _Part:
    """A function that runs before a pass: arrays by name, those of one sample."""

    number: int
    executable: _core.Executable
    inputs: list[Mapping[str, Any]]
    outputs: list[Mapping[str, Any]]


class HostParts:
    """The functions of a module that spike-outline-host made for the host, compiled for this machine's CPU.

    `layers` says which layers of the source model they compute, and why.
    """

    def __init__(self, module: _core.Module, level: int, workers: int = 0) -> None:
        self._module, self._level = module, level
        self._parts: list[_Part] = []
        self.layers: dict[str, str] = {}
        for number, part, layers in module.host_parts():
            self.layers |= {name: reason for name, reason in layers if name not in self.layers}
            signature = part.signature()
            pipeline = stage_pipeline("optimize", level)
            with reported("optimize", part, pipeline):
                part.run_pipeline(pipeline)
            with reported("compile", part, machine_pipeline(level)):
                executable = part.compile(workers, level)
            self._parts.append(_Part(number, executable, signature["inputs"], signature["outputs"]))

    @property
    def outputs(self) -> dict[str, bool]:
        """Outputs of the model that the host computes, and whether they have a time axis."""
        found = {spec["name"]: spec["time_axis"] for part in self._parts for spec in part.outputs if not spec["path"]}
        return {name: timed for name, timed in found.items() if name.startswith("output")}

    def run(self, first: int, last: int | None, values: dict[str, np.ndarray], trains: dict[str, np.ndarray]) -> None:
        """Runs the parts from pass `first` to `last`, or to the end. Takes and leaves arrays of [samples, ...] by name,
        and the trains of the host's neurons by path."""
        for part in self._parts:
            if part.number < first or (last is not None and part.number > last):
                continue
            arrays = [values[spec["name"]].astype(spec["dtype"], copy=False) for spec in part.inputs]
            with reported("run"):
                samples = [
                    part.executable.run([np.ascontiguousarray(array[i]) for array in arrays])
                    for i in range(len(next(iter(values.values()))))
                ]
            for spec, *results in zip(part.outputs, *samples, strict=True):
                into, key = (trains, spec["path"]) if spec["path"] else (values, spec["name"])
                into[key] = np.stack(results).astype(np.float32, copy=False)

    def save(self, path: Path, image: bytes) -> None:
        """Writes the functions and their weights beside the image that they belong to."""
        from .. import __version__

        manifest = {
            "library_version": __version__,
            "image_sha256": hashlib.sha256(image).hexdigest(),
            "optimization_level": self._level,
        }
        saved_model.write(path, manifest, self._module.asm(elide_weights=True), self._module.weights())

    @classmethod
    def load(cls, path: Path, image: bytes) -> HostParts:
        """Reads what `save` wrote; a SecurityError if it is damaged, or belongs to another image."""
        file = saved_model.SavedModel(path)
        level = file.manifest.get("optimization_level")
        if level not in range(4) or file.manifest.get("image_sha256") != hashlib.sha256(image).hexdigest():
            raise SecurityError(
                f"'{path}' does not belong to the image beside it",
                error_code="damaged-model",
                suggestions=["save the model again: both files are written together"],
            )
        text, weights = file.read()
        with reported("parse", error_class=SecurityError, error_code="damaged-model"):
            module = _core.Module.parse(text, "host.mlir", weights)
        foreign = set(module.dialects()) - SAVED_DIALECTS
        if foreign:
            raise SecurityError(f"'{path}' uses dialects that no saved model uses: {', '.join(sorted(foreign))}")
        return cls(module, level)


class _Values(dict[str, np.ndarray]):
    """Arrays by name."""

    def __missing__(self, name: str) -> np.ndarray:
        raise ValidationError(f"nothing computes '{name}': the image and the host's part do not belong together")


class HostRun:
    """One run of a chip with its host: called by the simulator before each pass."""

    def __init__(self, parts: HostParts, summary: Mapping[str, Any], inputs: Sequence[np.ndarray]) -> None:
        self._parts, self._summary = parts, summary
        self._values = _Values({f"input{i}": np.asarray(array, np.float32) for i, array in enumerate(inputs)})
        self.trains: dict[str, np.ndarray] = {}

    def begin(self) -> list[np.ndarray]:
        """The inputs of the first pass."""
        return self(0, [])

    def __call__(self, number: int, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The inputs of a pass, of the outputs of the passes before."""
        self._note(outputs, number)
        self._parts.run(number, number, self._values, self.trains)
        return [self._values[i["name"]] for i in self._summary["inputs"] if i["pass"] == number]

    def finish(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The model's outputs in order, of all outputs of the chip."""
        passes = 1 + max(part["pass"] for part in (*self._summary["inputs"], *self._summary["outputs"]))
        self._note(outputs, passes)
        self._parts.run(passes, None, self._values, self.trains)
        names = sorted((name for name in self._values if name.startswith("output")), key=lambda name: int(name[6:]))
        return [self._values[name] for name in names]

    def _note(self, outputs: Sequence[np.ndarray], before: int) -> None:
        names = [output["name"] for output in self._summary["outputs"] if output["pass"] < before]
        self._values.update(zip(names, outputs, strict=True))
