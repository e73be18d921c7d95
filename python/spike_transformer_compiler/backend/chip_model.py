# SPDX-License-Identifier: Apache-2.0
"""A model on a chip: the quantised program on the CPU, and the image that computes the same, spike for spike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from .._errors import reported
from .._inputs import accept, check_shapes, in_kind
from .._program import Options, Program, Progress, StageTime, timed
from ..exceptions import ExecutionError, HardwareError, ValidationError
from ..hardware import load_target
from ..profiling.activity import pieces
from ..profiling.chip_report import ChipReport
from ..quantization import QuantizedModel, QuantizedProgram, quantize_program
from .board import MappingOptions, is_loihi1, lasting_name
from .host import HostParts
from .image import ChipImage

__all__ = ["ChipComparison", "ChipModel", "compile_for_chip", "default_profile"]


#: Samples that are looked at at a time.
_CHUNK = 64


def default_profile(target: str) -> str:
    """The energy profile that suits a target best: what was fitted on Loihi 1 for that and its boards, what is scaled
    from it else."""
    return "loihi1_fit" if is_loihi1(target) else "loihi2_scaled"


@dataclass(frozen=True)
class ChipComparison:
    """Chip and CPU on the same inputs: how many numbers were compared, and where they differ (nowhere, or it is a defect).

    `rates` are spikes per neuron and step of each layer: a silent layer compares nothing.
    """

    samples: int
    spikes: int
    membranes: int
    layers: int
    outputs_equal: bool
    different: dict[str, int]
    rates: dict[str, float]

    @property
    def passed(self) -> bool:
        return self.outputs_equal and not self.different


class ChipModel(QuantizedModel):
    """What SpikeCompiler.compile returns for a chip. `run` runs the image on the chip simulator.

    `spike_ir` is the quantised program, `loihi_ir` the mapped network, `image` the file that a chip would be given;
    `run_on_cpu` runs the quantised program as compiled code. Both compute the same integers.
    """

    def __init__(
        self, program: QuantizedProgram, options: Options, mapping: MappingOptions, *, progress: Progress | None = None,
        **arguments: Any,
    ) -> None:  # fmt: skip
        self.mapping_options = mapping
        self._mapped, self._map_times = _map(program, mapping, progress)
        with reported("map"):
            self._mapped.set_target(lasting_name(mapping.target))
            network = self._mapped.chip_network()
        host = (
            HostParts(self._mapped.host_module(), options.optimization_level, options.workers)
            if network.describe()["host"]
            else None
        )
        self.chip = ChipImage(network, mapping.target, host)
        self._timed: list[bool] | None = None
        self._layouts: dict[str, list[tuple[str, list[int]]]] | None = None
        self._energy: ChipReport | None = None
        super().__init__(program, options, progress=progress, compile_now=False, **arguments)

    def mapped(self, mapping: MappingOptions) -> ChipModel:
        """The same quantised program, mapped in another way or to another board."""
        return ChipModel(
            self._program,
            self._options,
            mapping,
            import_times=self._import_times,
            memory_limit=self._memory_limit,
            cache=self._cache,
        )

    # ------------------------------------------------------------------------------------------------ running

    def run(self, input_data: Any, time_steps: int | None = None, return_spike_trains: bool = False) -> Any:
        """One inference for each sample on the chip simulator; arguments and results as CompiledModel.run."""
        self._check_steps(time_steps)
        arrays, as_torch = self._accept(input_data)
        layers = self.chip.layers if return_spike_trains else {}
        run = self.chip.run(self._per_sample(arrays), self.threads, list(layers.values()))
        outputs = [in_kind(array, as_torch) for array in self._model_outputs(run.outputs)]
        output = outputs[0] if len(outputs) == 1 else tuple(outputs)
        if not return_spike_trains:
            return output
        found = {**{path: run.probes[name] for path, name in layers.items()}, **run.trains}
        trains = {path: self._as_source(path, train) for path, train in found.items()}
        return output, {path: in_kind(train, as_torch) for path, train in trains.items()}

    __call__ = run

    def run_on_cpu(self, input_data: Any, return_spike_trains: bool = False) -> Any:
        """The quantised program as compiled code."""
        return super().run(input_data, return_spike_trains=return_spike_trains)

    def compare_with_cpu(self, input_data: Any) -> ChipComparison:
        """Every spike and every membrane of every layer, on the chip simulator and on the CPU, number by number. Outputs
        that the host computes in real numbers are compared up to the rounding of their sums."""
        arrays, _ = self._accept(input_data)
        layers = self.chip.layers
        probes = [name + suffix for name in layers.values() for suffix in ("", self._membrane(name))]
        run = self.chip.run(self._per_sample(arrays), self.threads, probes)
        output, spikes, membranes = self.trace(input_data)
        outputs = output if isinstance(output, tuple) else (output,)
        counts, different, rates = {"spikes": 0, "membranes": 0}, {}, {}

        def compare(path: str, what: str, expected: np.ndarray, probe: np.ndarray) -> None:
            found = np.moveaxis(probe, 0, 1).reshape(expected.shape)
            counts[what] += expected.size
            wrong = int((found != expected).sum())
            if wrong:
                different[f"{path}, {what}"] = wrong

        for path, name in layers.items():
            rates[path] = float(spikes[path].mean()) if spikes[path].size else 0.0
            compare(path, "spikes", spikes[path], run.probes[name])
            compare(path, "membranes", membranes[path], run.probes[name + self._membrane(name)])
        for path, train in run.trains.items():
            rates[path] = float(spikes[path].mean()) if spikes[path].size else 0.0
            compare(path, "spikes", spikes[path], train)
        # Compiled by itself, a part of the host may add real numbers in another order.
        real = {} if self.chip.host is None else self.chip.host.outputs
        equal = all(
            np.allclose(a, b, rtol=1e-5, atol=1e-6) if f"output{i}" in real else np.array_equal(a, b)
            for i, (a, b) in enumerate(zip(self._model_outputs(run.outputs), outputs, strict=True))
        )
        samples = len(run.outputs[0])
        compared = len(layers) + len(run.trains)
        return ChipComparison(samples, counts["spikes"], counts["membranes"], compared, equal, different, rates)

    def _accept(self, input_data: Any) -> tuple[list[np.ndarray], bool]:
        arrays, as_torch = accept(input_data, self._program.inputs)
        check_shapes(arrays, self._program.inputs)
        return arrays, as_torch

    def _per_sample(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Every array with samples in front and a batch of one in each."""
        parts = []
        for array, spec in zip(arrays, self._program.inputs, strict=True):
            axis = spec.batch_axis
            parts.append(array[None] if axis is None else np.expand_dims(np.moveaxis(array, axis, 0), axis + 1))
        return [np.ascontiguousarray(part) for part in parts]

    def _model_outputs(self, outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Outputs of single samples put together along the model's batch axis."""
        joined = []
        for array, has_time in zip(outputs, self.timed_outputs, strict=True):
            axis = 1 if has_time else 0
            if len(array) > 1 and array.ndim - 1 <= axis:
                raise ExecutionError(f"an output of shape {list(array.shape[1:])} has no batch axis; give one sample")
            joined.append(array[0] if len(array) == 1 else np.concatenate(list(array), axis))
        return joined

    @property
    def timed_outputs(self) -> list[bool]:
        """Of each output, whether it has a time axis, before that of the batch."""
        if self._timed is None:
            self._timed = self.chip.timed_outputs
            if self.chip.host is not None:
                self._timed = [self._is_timed(i, guess) for i, guess in enumerate(self._timed)]
        return self._timed

    def _is_timed(self, output: int, guess: bool) -> bool:
        """What the host computes may have any axes: that of the batch is the one that grows with it."""
        try:
            one, two = (
                self._program.source.for_shape(batch, self.time_steps).signature()["outputs"][output]["shape"]
                for batch in (1, 2)
            )
        except ValidationError:
            return guess
        grown = [axis for axis, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
        return grown[0] > 0 if grown else guess

    def _membrane(self, population: str) -> str:
        kinds = {p["name"]: p["kind"] for p in self.chip.summary["populations"]}
        return ".v" if kinds[population] == "lif" else ".s0"

    def _as_source(self, path: str, probe: np.ndarray) -> np.ndarray:
        """A probe, [batch, T, ...], in the layout of the source's layer: [T, batch, ...], float32."""
        if self._layouts is None:
            self._layouts = self._program.prepare(1, self.time_steps, True).train_layouts()
        samples = []
        for sample in probe:
            for step, numbers in self._layouts[path]:
                sample = sample.transpose(numbers) if step == "transpose" else sample.reshape(numbers)
            samples.append(sample)
        return np.concatenate(samples, 1).astype(np.float32)

    # ------------------------------------------------------------------------------------------- what it costs

    def profile_energy(self, input_data: Any, profile: str | Path | None = None) -> ChipReport:
        """Runs the inputs on the chip simulator; energy and latency per inference by an energy profile (a built-in one by
        name, or a file). What it finds is what `energy_per_inference` gives from then on.

        `input_data` is what `profiling.measure_activity` takes: arrays with the data set along the batch axis, or an
        iterable of batches.
        """
        specs = self._program.inputs
        batches = []
        for arrays in pieces(input_data, specs, _CHUNK):
            check_shapes(arrays, specs)
            batches.append(self._per_sample(arrays))
        if not batches:
            raise ValidationError("the data set is empty, expected at least one sample", error_code="empty-data-set")
        run = self.chip.run([np.concatenate(parts) for parts in zip(*batches, strict=True)], self.threads)
        self._energy = self.chip.report(run, profile or default_profile(self.mapping_options.target))
        return self._energy

    @property
    def energy_report(self) -> ChipReport:
        """What the last profile_energy found."""
        if self._energy is None:
            raise ValidationError(
                "the model's energy has not been profiled",
                error_code="not-profiled",
                suggestions=["compile with profile_energy=True", "call profile_energy(inputs)"],
            )
        return self._energy

    @property
    def energy_per_inference(self) -> float:
        """Dynamic energy of one inference in nJ, static power apart, by the last profile_energy."""
        return self.energy_report.total_energy_pJ / 1e3

    @property
    def host_layers(self) -> dict[str, str]:
        """Layers that the host computes, and why the chip does not; none unless compiled with host_fallback."""
        return {} if self.chip.host is None else dict(self.chip.host.layers)

    @property
    def utilization(self) -> float:
        """Share of the board's neurocores that hold something, 0 to 1."""
        target = load_target(self.mapping_options.target)
        return len(self.chip.summary["cores"]) / (target["chips"] * target["coresPerChip"])

    def get_energy_stats(self) -> dict[str, Any]:
        """Energy in nJ and latency in ns of one inference, by kind and by layer, and where the numbers come from. What the
        host computes (`host_layers`) takes time and energy that are not in them."""
        report = self.energy_report
        return {
            "energy_per_inference_nJ": self.energy_per_inference,
            "by_kind_nJ": {kind: None if pj is None else pj / 1e3 for kind, pj in report.energy_pJ.items()},
            "by_layer_nJ": {
                p.path or p.name: sum(pj or 0.0 for pj in p.energy_pJ.values()) / 1e3 for p in report.populations
            },
            "latency_ns": report.latency["ns"] if report.latency else None,
            "chip_steps": report.chip_steps,
            "static_power_W": report.static_power_W,
            "inferences": report.inferences,
            "profile": report.profile.name,
            "profile_provenance": sorted({field.provenance for field in report.profile.fields}),
            "not_known": list(report.not_known),
            "host_layers": list(report.host),
        }

    # ------------------------------------------------------------------------------------- what it looks like

    @property
    def loihi_ir(self) -> str:
        """The mapped network in the loihi dialect."""
        return self._mapped.asm(elide_weights=True, elide_constants=16)

    @property
    def image(self) -> bytes:
        """The image file's bytes."""
        return self.chip.data

    def save(self, path: str | Path) -> None:
        """Writes the image; `ChipImage.load` and `spike-run` run it. Where the host computes layers, a file beside it
        (`NAME.lsi.host`) holds them, and only `ChipImage.load` runs both."""
        self.chip.save(path)

    @property
    def stage_times(self) -> list[StageTime]:
        return [*self._import_times, *self._map_times]

    def __repr__(self) -> str:
        cores, chips = len(self.chip.summary["cores"]), len(self.chip.summary["chips"])
        return f"<ChipModel for {self.mapping_options.target}: {cores} cores on {chips} chips, T = {self.time_steps}>"


def _map(
    program: QuantizedProgram, options: MappingOptions, progress: Progress | None
) -> tuple[_core.Module, list[StageTime]]:
    """The network of a quantised program, with cores and places."""
    with reported("map"):
        module = program.prepare(1, program.time_steps, False)
        module.set_rates(program.rates)
    times: list[StageTime] = []
    target, seed = f'target="{options.target}"', f"seed={options.seed}"
    name = f" name={program.name}" if program.name else ""
    stages = {
        "convert": f"spike-outline-host,convert-spike-to-loihi{{{target}{name} attention={options.attention}}}",
        "schedule": "loihi.network(loihi-schedule)",
        "partition": f"loihi.network(loihi-partition{{objective={options.objective} {seed}}})",
        "place": f"loihi.network(loihi-place{{{seed} chips={options.chips}}},loihi-route)",
    }
    for stage, pipeline in stages.items():

        def step(pipeline: str = pipeline) -> None:
            with reported("map", module, pipeline, HardwareError, "cannot-map"):
                module.run_pipeline(pipeline)

        timed(stage, times, progress, step)
    return module, times


def compile_for_chip(
    program: Program, data: Any, options: Options, mapping: MappingOptions, *, bits: int = 8,
    granularity: str = "channel", host_fallback: bool = False, import_times: Sequence[StageTime] = (),
    progress: Progress | None = None, **arguments: Any,
) -> ChipModel:  # fmt: skip
    """Quantises a program on a data set and maps it; with `host_fallback`, what the chip cannot do is left to the host."""
    times = list(import_times)
    quantized = timed(
        "quantize",
        times,
        progress,
        lambda: quantize_program(
            program, data, bits=bits, granularity=granularity, options=options, host_fallback=host_fallback
        ),
    )
    return ChipModel(quantized, options, mapping, import_times=times, progress=progress, **arguments)
