# SPDX-License-Identifier: Apache-2.0
"""One model over several chips: what lies on each, and running all of them in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..exceptions import ValidationError
from ..optimization import ResourceAllocator
from .board import INTERCONNECTS, OBJECTIVES, allocated, linked
from .chip_model import ChipModel

__all__ = ["ChipPartition", "MultiChipManager"]


@dataclass(frozen=True)
class ChipPartition:
    """What one chip holds of a model: its cores, neurons by population, and messages per inference to other chips that
    are expected of it by the rates the mapping was made for."""

    chip_id: str
    index: int
    model: ChipModel
    cores: int
    neurons: dict[str, int]
    messages_out: float


class MultiChipManager:
    """Chips by the names the user gives them, which follow each other row by row.

    `interconnect` is how they are linked (docs/loihi.md, "Links between chips"): as one mesh, as a torus, whose ends meet, or
    hierarchical, in groups of `chips_per_group`, the first of which is the group's gateway. What is public describes
    meshes; the others are assumptions.
    """

    def __init__(
        self, chip_ids: Sequence[str], interconnect: str = "mesh", *, target: str = "loihi3",
        chips_per_group: int | None = None,
    ) -> None:  # fmt: skip
        ids = list(chip_ids)
        if not ids or len(set(ids)) != len(ids):
            raise ValidationError(f"expected different names of chips, got {ids}")
        if interconnect not in INTERCONNECTS:
            raise ValidationError(
                f"expected the interconnect {', '.join(INTERCONNECTS)}, got {interconnect!r}",
                error_code="unsupported-interconnect",
            )
        if (interconnect == "hierarchical") != (chips_per_group is not None):
            raise ValidationError(
                f"expected chips_per_group with the interconnect hierarchical only, got {chips_per_group!r} with "
                f"{interconnect}",
                error_code="unsupported-interconnect",
            )
        self.chip_ids, self.interconnect = ids, interconnect
        linked_target = linked(target, interconnect, chips_per_group)
        self.target = allocated(linked_target, ResourceAllocator(num_chips=len(ids)))
        self._deployed: dict[str, ChipPartition] = {}

    def partition_model(
        self, model: ChipModel, strategy: str = OBJECTIVES[0], balance_load: bool = False, *, seed: int = 1
    ) -> dict[str, ChipPartition]:
        """The model mapped to these chips: what lies on each of them. Chips that nothing lies on have no partition.

        `balance_load` spreads the cores over all chips rather than over as few as hold them.
        """
        if not isinstance(model, ChipModel):
            raise ValidationError(f"expected a model compiled for a chip, got {type(model).__name__}")
        chips = len(self.chip_ids) if balance_load else 0
        mapped = model.mapped(
            replace(model.mapping_options, target=self.target, objective=strategy, seed=seed, chips=chips)
        )
        summary, report = mapped.chip.summary, mapped.chip.mapping()
        names = [population["name"] for population in summary["populations"]]
        found: dict[int, dict[str, Any]] = {}
        for core in summary["cores"]:
            part = found.setdefault(core["chip"], {"cores": 0, "neurons": {}})
            part["cores"] += 1
            for box in core["slices"]:
                name, size = names[box["population"]], (box["p1"] - box["p0"]) * (box["c1"] - box["c0"])
                part["neurons"][name] = part["neurons"].get(name, 0) + size
        return {
            self.chip_ids[index]: ChipPartition(
                self.chip_ids[index], index, mapped, part["cores"], part["neurons"], report["chip_messages"][index]
            )
            for index, part in sorted(found.items())
        }

    def deploy_partition(self, chip_id: str, partition: ChipPartition) -> None:
        """Puts a partition on its chip of the simulator. All must be of one model."""
        if chip_id not in self.chip_ids:
            raise ValidationError(f"there is no chip '{chip_id}'; there are: {', '.join(self.chip_ids)}")
        if partition.chip_id != chip_id:
            raise ValidationError(f"the partition is for chip '{partition.chip_id}', got '{chip_id}'")
        others = [p for p in self._deployed.values() if p.model is not partition.model]
        if others:
            raise ValidationError(
                f"chip '{others[0].chip_id}' holds a part of another model", suggestions=["use another manager"]
            )
        self._deployed[chip_id] = partition

    def run_synchronized(self, input_data: Any, aggregate_outputs: bool = True) -> Any:
        """Runs all chips in step. With `aggregate_outputs` the model's output; without, a dict from chips to the spikes
        of the layers that lie on them."""
        if not self._deployed:
            raise ValidationError("nothing is deployed; call deploy_partition for every partition first")
        model = next(iter(self._deployed.values())).model
        used = {core["chip"] for core in model.chip.summary["cores"]}
        missing = [self.chip_ids[i] for i in sorted(used) if self.chip_ids[i] not in self._deployed]
        if missing:
            raise ValidationError(f"parts of the model are not deployed: those of {', '.join(missing)}")
        if aggregate_outputs:
            return model.run(input_data)
        _, trains = model.run(input_data, return_spike_trains=True)
        names = model.chip.layers
        return {
            chip_id: {path: train for path, train in trains.items() if names.get(path) in partition.neurons}
            for chip_id, partition in self._deployed.items()
        }
