# SPDX-License-Identifier: Apache-2.0
"""A mapped network, as an image holds it: run it on the chip simulator, count, and say what that costs."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from .._errors import reported
from ..exceptions import SecurityError, ValidationError
from ..hardware import load_target
from ..profiling.chip_report import ChipReport
from .host import HostParts, HostRun, host_file

__all__ = ["ChipImage", "ChipRun"]


class ChipRun:
    """What a run left behind.

    outputs  one array for each output: [batch, T, ...], or [batch, ...] where only the last step is read
    probes   int32 arrays by name: [batch, T, ...]
    trains   of the neuron layers that the host computed, by path: [batch, T, ...]
    """

    def __init__(
        self,
        simulator: _core.ChipSimulator,
        outputs: list[np.ndarray],
        probes: Sequence[str],
        trains: Mapping[str, np.ndarray],
    ) -> None:
        self._simulator = simulator
        self.outputs, self.trains = outputs, trains
        self.probes = {name: simulator.probe(name) for name in probes}

    def counters(self) -> dict[str, Any]:
        """Counts per core and chip step, sums over the batch; docs/loihi.md, "Counters", defines them."""
        return self._simulator.counters()

    def activity(self, target: str) -> dict[str, Any]:
        """The same by event, with what cores use and links carry: what ChipReport.make takes."""
        with reported("energy", error_class=ValidationError, error_code="invalid-target"):
            return self._simulator.activity(target)


class ChipImage:
    """A network on a board. `target` is the board's name, or its file; `host` computes the layers that the chip cannot."""

    def __init__(self, network: _core.ChipNetwork, target: str | None = None, host: HostParts | None = None) -> None:
        self.host = host
        self.network = network
        self.summary: Mapping[str, Any] = network.describe()
        self.target = target or self.summary["target"]
        self._lock = threading.Lock()
        self._free: dict[tuple[Any, ...], list[_core.ChipSimulator]] = {}

    @classmethod
    def load(cls, path: str | Path, target: str | None = None) -> ChipImage:
        """Reads an image file, and the host's parts if some were saved beside it. Damaged files, and files of another
        version, are refused by name."""
        if not os.path.isfile(path):
            raise ValidationError(f"'{os.fspath(path)}' is not a file", error_code="no-model-file")
        with reported("read", error_class=SecurityError, error_code="damaged-image"):
            network = _core.ChipNetwork.read(os.fspath(path))
        image = cls(network, target)
        if image.summary["host"] and host_file(path).exists():
            image.host = HostParts.load(host_file(path), image.data)
        return image

    def save(self, path: str | Path) -> None:
        """Writes the image file (`.lsi`), and the host's parts beside it (`.lsi.host`)."""
        with reported("write", error_class=ValidationError, error_code="cannot-write"):
            self.network.write(os.fspath(path))
        if self.host is not None:
            self.host.save(host_file(path), self.data)

    @property
    def data(self) -> bytes:
        """The image file's bytes."""
        return self.network.to_bytes()

    @property
    def time_steps(self) -> int:
        return self.summary["timeSteps"]

    @property
    def chip_steps(self) -> int:
        """Latency of one inference in steps of the chip."""
        return self.summary["chipSteps"]

    @property
    def layers(self) -> dict[str, str]:
        """Populations that are neuron layers of the source model: names by path."""
        return {p["path"]: p["name"] for p in self.summary["populations"] if p["path"]}

    @property
    def timed_outputs(self) -> list[bool]:
        """Of each output of the model, whether it has a time axis."""
        found = {output["name"]: not output["lastStep"] for output in self.summary["outputs"]}
        if self.host is None:
            return list(found.values())
        found |= self.host.outputs
        return [timed for name, timed in sorted(found.items(), key=_number) if name.startswith("output")]

    @property
    def crossing(self) -> tuple[int, int]:
        """Numbers that go to the host and to the chip in each inference, the model's inputs and outputs apart."""
        steps = self.time_steps
        to_host = (
            int(np.prod(output["shape"])) * (1 if output["lastStep"] else steps)
            for output in self.summary["outputs"]
            if output["name"].startswith("cut")
        )
        to_chip = (
            int(np.prod(given["shape"])) * (1 if given["everyStep"] else steps)
            for given in self.summary["inputs"]
            if given["name"].startswith("cut")
        )
        return sum(to_host), sum(to_chip)

    def run(self, inputs: Sequence[np.ndarray], threads: int = 0, probes: Sequence[str] = ()) -> ChipRun:
        """Inferences, each from states of zero. Input i is [batch, ...] of its shape, with time behind the batch where
        it is not the same at every step. Probes: the name of a population for its messages, with `.v` for membranes."""
        if self.summary["host"] and self.host is None:
            raise ValidationError(
                f"the image needs the host, which computes {', '.join(self.summary['host'])}, and its part is not there",
                error_code="host-missing",
                suggestions=["keep the file NAME.lsi.host beside NAME.lsi, and read it with ChipImage.load"],
            )
        key = (threads, *probes)
        with self._lock:
            free = self._free.setdefault(key, [])
            simulator = free.pop() if free else None
        with reported("run"):
            if simulator is None:
                simulator = _core.ChipSimulator(self.network, threads=threads, probes=list(probes))
            if self.host is None:
                run = ChipRun(simulator, simulator.run(list(inputs)), probes, {})
            else:
                host = HostRun(self.host, self.summary, inputs)
                outputs = host.finish(simulator.run(host.begin(), host))
                run = ChipRun(simulator, outputs, probes, host.trains)
        # A simulator knows its last run only: it is free again when nobody asks for that any more.
        weakref.finalize(run, free.append, simulator)
        return run

    def verify(self) -> None:
        """Writes and reads the image in memory, and checks every rule and every limit of the board; a ValidationError
        names what is broken."""
        with reported("verify", error_class=ValidationError, error_code="invalid-image"):
            _core.check_fit(_core.ChipNetwork.from_bytes(self.data), self.target)

    def report(self, run: ChipRun, profile: str | Path) -> ChipReport:
        """Energy, latency, load and memory of what a run did, by an energy profile."""
        measured = run.activity(self.target)
        return ChipReport.make(
            self.summary, load_target(self.target), profile, measured["activity"], measured["uses"], measured["links"]
        )

    def mapping(self) -> dict[str, Any]:
        """What the mapping costs by the rates that it was made for: hops, busiest core and link, memory (per core)."""
        with reported("mapping", error_class=ValidationError, error_code="invalid-target"):
            return _core.mapping_report(self.network, self.target)


def _number(output: tuple[str, bool]) -> int:
    """Of an output of the model; what is cut from it comes first."""
    name = output[0]
    return int(name[len("output") :]) if name.startswith("output") else -1
