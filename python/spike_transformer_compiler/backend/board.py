# SPDX-License-Identifier: Apache-2.0
"""Which board a model is mapped to, and what of it may be used."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..exceptions import ValidationError
from ..hardware import HardwareModel, load_target
from ..optimization import ResourceAllocator

__all__ = ["ATTENTION", "INTERCONNECTS", "OBJECTIVES", "MappingOptions", "allocated", "lasting_name", "linked"]

#: What cores are chosen for.
OBJECTIVES = ("minimize_communication", "minimize_latency", "balance")
#: How two activations are multiplied: a neuron for each pair of factors, or pairs one after the other in up to 64 chip
#: steps, which takes far fewer neurons; "auto" takes the fewest steps for which half of the board's neurons suffice.
ATTENTION = ("auto", "parallel", "serial")
#: How chips can be linked.
INTERCONNECTS = ("mesh", "torus", "hierarchical")


@dataclass(frozen=True)
class MappingOptions:
    """How a quantised program is mapped.

    target     a built-in chip or board by name, "name:4" for one of 4 chips, or a JSON file (docs/targets.md)
    objective  one of OBJECTIVES
    seed       of everything that is drawn at random; the same seed gives the same mapping
    chips      chips to spread over; 0: as few as hold the cores
    attention  one of ATTENTION
    """

    target: str = "loihi3"
    objective: str = OBJECTIVES[0]
    seed: int = 1
    chips: int = 0
    attention: str = ATTENTION[0]

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise ValidationError(f"expected the objective {', '.join(OBJECTIVES)}, got {self.objective!r}")
        if self.attention not in ATTENTION:
            raise ValidationError(f"expected attention {', '.join(ATTENTION)}, got {self.attention!r}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 1 << 32:
            raise ValidationError(f"expected a seed between 0 and {(1 << 32) - 1}, got {self.seed!r}")
        if isinstance(self.chips, bool) or not isinstance(self.chips, int) or not 0 <= self.chips <= 65536:
            raise ValidationError(f"expected 0 to 65536 chips to spread over, got {self.chips!r}")
        if not isinstance(self.target, str) or set(self.target) & set("{}"):
            raise ValidationError(
                f"expected the name of a target, or a path without braces, got {self.target!r}",
                error_code="invalid-target",
            )


@dataclass
class _Boards:
    """Files of boards that allocators made, kept as long as the process lives: IR names its target by file."""

    folder: tempfile.TemporaryDirectory | None = None
    whole: dict[str, str] = field(default_factory=dict)  # by file: the board of which it is a part
    lock: threading.Lock = field(default_factory=threading.Lock)

    def path(self, text: str, whole: str | None = None) -> str:
        with self.lock:
            if self.folder is None:
                self.folder = tempfile.TemporaryDirectory(prefix="spike-boards-")
            name = hashlib.sha256(f"{whole}\n{text}".encode()).hexdigest()[:16]
            path = str(Path(self.folder.name, f"{name}.json"))
            if path not in self.whole:
                Path(path).write_text(text)
                self.whole[path] = whole or path
        return path


_boards = _Boards()


def allocated(target: str, allocator: ResourceAllocator | None) -> str:
    """The target, with as many chips as the allocator says, or a file of a board that has only what it grants."""
    if allocator is None:
        return target
    if not isinstance(allocator, ResourceAllocator):
        raise ValidationError(f"expected a ResourceAllocator, got {type(allocator).__name__}")
    model: HardwareModel = load_target(target, allocator.num_chips)
    if allocator.num_chips not in (None, load_target(target)["chips"]):
        target = f"{target.rpartition(':')[0] if _is_sized(target) else target}:{allocator.num_chips}"
    if allocator.cores_per_chip is None and allocator.synapses_per_core is None:
        return target
    granted = {}
    if allocator.cores_per_chip is not None:
        _within("cores_per_chip", allocator.cores_per_chip, model["coresPerChip"], model.name)
        granted["coresPerChip"] = allocator.cores_per_chip
    if allocator.synapses_per_core is not None:
        # The unit of a target is bytes; a synapse of 8 bits takes one, besides what its list costs.
        _within("synapses_per_core", allocator.synapses_per_core, model["synapseBytesPerCore"], model.name)
        granted["synapseBytesPerCore"] = allocator.synapses_per_core
    text = _derived(model, "allocated", f"{model.title}, as allocated", granted, f"ResourceAllocator for {model.name}")
    return _boards.path(text, target)


def linked(target: str, interconnect: str, chips_per_group: int | None = None) -> str:
    """The target itself, or a file of its board with one chip, to which others are to be linked in this way."""
    model = load_target(target)
    found = model["interconnect"] if "interconnect" in model else "mesh"
    if found == interconnect and (not chips_per_group or model["chipsPerGroup"] == chips_per_group):
        return target
    if found == "hierarchical":
        raise ValidationError(
            f"the chips of {model.name} are linked as hierarchical, expected a target of another interconnect, or its own",
            error_code="unsupported-interconnect",
        )
    if chips_per_group is not None and (
        isinstance(chips_per_group, bool) or not isinstance(chips_per_group, int) or not 1 <= chips_per_group <= 65536
    ):
        raise ValidationError(
            f"expected chips_per_group from 1 to 65536, got {chips_per_group!r}", error_code="unsupported-interconnect"
        )
    values = {"chips": 1, "chipColumns": 1, "interconnect": interconnect}
    if chips_per_group is not None:
        values["chipsPerGroup"] = chips_per_group
    title = f"{model.title}, chips linked as {interconnect}"
    return _boards.path(_derived(model, interconnect, title, values, "MultiChipManager"))


def _derived(model: HardwareModel, ending: str, title: str, values: dict[str, Any], source: str) -> str:
    """The file of a board that differs from a target in these fields."""
    # It extends nothing: a board of another size has fewer fields than what it would extend.
    fields = {f.name: {"value": f.value, "provenance": f.provenance, "source": f.source} for f in model.fields}
    fields |= {name: {"value": v, "provenance": "assumed", "source": source} for name, v in values.items()}
    board = {
        "schema": "spike-target/1",
        "name": f"{model.name}-{ending}",
        "title": title,
        "references": model.references,
        "fields": fields,
    }
    return json.dumps(board, indent=1)


def lasting_name(target: str) -> str:
    """A target that another process knows, too: of a part of a board the board itself."""
    return _boards.whole.get(target, target)


def is_loihi1(board: str) -> bool:
    """Whether a target is Loihi 1, or a board of its chips."""
    model = load_target(lasting_name(board))
    return "loihi1" in (model.name, *model.extends)


def check_generation(target: str, board: str) -> None:
    """Loihi 1 has other limits than its successors, so its models are not put on their boards, nor theirs on its."""
    if (target == "loihi1") != is_loihi1(board):
        raise ValidationError(
            f"target {target!r}, but the board {board!r} has {'' if target != 'loihi1' else 'no '}Loihi 1 chips",
            error_code="unsupported-target",
            suggestions=["leave the board out, which is one chip of the target", "name a target that fits the board"],
        )


def _is_sized(target: str) -> bool:
    return target.rpartition(":")[2].isdecimal() and ":" in target


def _within(name: str, wanted: int, limit: int, target: str) -> None:
    if limit and wanted > limit:
        raise ValidationError(f"{name}: {target} has {limit}, got {wanted}", error_code="over-allocated")
