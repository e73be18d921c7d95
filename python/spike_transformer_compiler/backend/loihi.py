# SPDX-License-Identifier: Apache-2.0
"""The Loihi backend: map a model, say how it is fed and read, deploy it on the chip simulator, profile it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..exceptions import HardwareError, ValidationError
from ..hardware import load_target
from ..optimization import ResourceAllocator
from ..profiling.chip_report import ChipReport
from .base import Backend
from .board import OBJECTIVES, allocated
from .chip_model import ChipModel

__all__ = ["Deployment", "DeploymentConfig", "Loihi3Backend"]

#: How each decoding makes an answer of an output over time, [T, batch, ...].
_DECODINGS = {"mean": lambda train: train.mean(0), "sum": lambda train: train.sum(0), "last": lambda train: train[-1]}


@dataclass(frozen=True)
class DeploymentConfig:
    """A mapped model and how the host feeds and reads it; see Loihi3Backend.generate_config."""

    model: ChipModel
    input_encoding: str
    output_decoding: str | None
    simulation_time: int


class Deployment:
    """A model on the chip simulator."""

    def __init__(self, config: DeploymentConfig) -> None:
        self.config = config

    def run(self, inputs: Any) -> Any:
        """One inference for each sample; the output as `output_decoding` says."""
        output = self.config.model.run(inputs)
        if self.config.output_decoding is None:
            return output
        decode = _DECODINGS[self.config.output_decoding]
        given = output if isinstance(output, tuple) else (output,)
        timed = self.config.model.timed_outputs
        read = [decode(train) if has_time else train for train, has_time in zip(given, timed, strict=True)]
        return read[0] if len(read) == 1 else tuple(read)


class Loihi3Backend(Backend):
    """Maps models to boards of chips and runs them on the chip simulator.

    No specification of a Loihi 3 is public: unless another target is given, the chips are assumed to be as Loihi 2 is
    documented (`spike-compile hardware-stats --target loihi3`).

    num_chips            chips of the board
    neuromorphic_cores   neurocores of the whole board that may be used; None: all
    target               a chip or a board by name, or a file
    """

    name = "loihi3"

    def __init__(
        self, num_chips: int = 1, neuromorphic_cores: int | None = None, *, target: str = "loihi3", seed: int = 1
    ) -> None:
        per_chip = None
        if neuromorphic_cores is not None:
            if neuromorphic_cores < num_chips or neuromorphic_cores % num_chips:
                raise ValidationError(
                    f"expected neuromorphic_cores to be a multiple of num_chips, got {neuromorphic_cores} and {num_chips}"
                )
            per_chip = neuromorphic_cores // num_chips
        self.target = allocated(target, ResourceAllocator(num_chips, per_chip))
        self.seed = seed
        self._deployed: list[Deployment] = []

    def compile(self, model: Any, input_shape: Any, **options: Any) -> ChipModel:
        """A model compiled for this board; options as for SpikeCompiler.compile, and `compiler`, its settings."""
        from ..compiler import SpikeCompiler

        compiler = SpikeCompiler(target="loihi3", **options.pop("compiler", {}))
        return compiler.compile(model, input_shape, chip_config=self.target, **options)

    def map_model(self, model: ChipModel, strategy: str = OBJECTIVES[0], load_balance: bool = False) -> ChipModel:
        """A model that was compiled for a chip, mapped to this board. `load_balance` evens out the load of as few cores
        as hold it, in place of the strategy."""
        if not isinstance(model, ChipModel):
            raise ValidationError(
                f"expected a model compiled for a chip, got {type(model).__name__}",
                suggestions=['compile it with SpikeCompiler(target="loihi3")'],
            )
        if strategy not in OBJECTIVES:
            raise ValidationError(f"expected the strategy {', '.join(OBJECTIVES)}, got {strategy!r}")
        objective = "balance" if load_balance and strategy == OBJECTIVES[0] else strategy
        return model.mapped(replace(model.mapping_options, target=self.target, objective=objective, seed=self.seed))

    def generate_config(
        self,
        mapping: ChipModel,
        input_encoding: str = "direct",
        output_decoding: str | None = None,
        simulation_time: int | None = None,
    ) -> DeploymentConfig:
        """How a mapped model is fed and read.

        input_encoding   "direct": the model's own input, as graded messages; other codes belong into the model
        output_decoding  None: the model's output as it is; "mean", "sum" or "last" of an output over time
        simulation_time  chip steps to run; no less than an inference takes, which is what None means
        """
        if input_encoding != "direct":
            raise ValidationError(
                f"expected the input encoding 'direct', got {input_encoding!r}",
                suggestions=["encode in the model: import it with frontend.ModelParser(spike_encoding=...)"],
            )
        if output_decoding is not None and output_decoding not in _DECODINGS:
            raise ValidationError(
                f"expected the output decoding {', '.join(_DECODINGS)} or None, got {output_decoding!r}"
            )
        needed = mapping.chip.chip_steps
        if simulation_time is not None and simulation_time < needed:
            raise ValidationError(f"an inference takes {needed} chip steps, got simulation_time={simulation_time}")
        return DeploymentConfig(mapping, input_encoding, output_decoding, simulation_time or needed)

    def deploy(self, config: DeploymentConfig | ChipModel, verify: bool = True) -> Deployment:
        """Puts a model on the chip simulator. With `verify`, the image is written, read back and checked rule by rule
        against the board's limits first."""
        if isinstance(config, ChipModel):
            config = self.generate_config(config)
        if verify:
            try:
                config.model.chip.verify()
            except ValidationError as error:
                raise HardwareError(error.message, error_code="invalid-image") from None
        deployment = Deployment(config)
        self._deployed.append(deployment)
        return deployment

    def execute(self, deployed: Deployment, inputs: Any) -> Any:
        return deployed.run(inputs)

    def profile(self, deployed: Deployment, inputs: Any, profile: str | Path | None = None) -> ChipReport:
        """Energy and latency of inferences; see ChipModel.profile_energy."""
        return deployed.config.model.profile_energy(inputs, profile)

    def get_hardware_status(self) -> dict[str, Any]:
        """The board, what is simulated rather than there, and what is deployed."""
        board = load_target(self.target)
        return {
            "board": board.name,
            "title": board.title,
            "hardware": "none: the chip simulator",
            "chips": board["chips"],
            "cores": board["chips"] * board["coresPerChip"],
            "assumed_fields": sum(field.provenance == "assumed" for field in board.fields),
            "deployed": [_status(deployment.config.model) for deployment in self._deployed],
        }


def _status(model: ChipModel) -> dict[str, Any]:
    return {
        "network": model.chip.summary["name"],
        "cores": len(model.chip.summary["cores"]),
        "chips": len(_chips(model)),
        "utilization": model.utilization,
    }


def _chips(model: ChipModel) -> Sequence[int]:
    return np.unique([core["chip"] for core in model.chip.summary["cores"]]).tolist()
