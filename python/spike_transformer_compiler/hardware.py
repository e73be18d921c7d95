# SPDX-License-Identifier: Apache-2.0
"""Chips and boards as data: what each holds, how well founded every number is, and who says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import _core
from ._errors import reported
from .exceptions import ValidationError

__all__ = ["HardwareField", "HardwareModel", "load_profile", "load_target", "profiles", "targets"]


@dataclass(frozen=True)
class HardwareField:
    """A number of a target or a profile. `provenance` is documented, derived or assumed."""

    name: str
    value: Any
    unit: str
    description: str
    provenance: str
    source: str


@dataclass(frozen=True)
class HardwareModel:
    """A target or an energy profile. Words in brackets in a field's source are keys of `references`."""

    name: str
    title: str
    extends: tuple[str, ...]
    fields: tuple[HardwareField, ...]
    references: dict[str, str]

    def __getitem__(self, name: str) -> Any:
        """The value of a field; a KeyError where it is not known."""
        return self.field(name).value

    def __contains__(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)

    def field(self, name: str) -> HardwareField:
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def as_data(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)


def _model(data: dict[str, Any]) -> HardwareModel:
    fields = tuple(HardwareField(**field) for field in data["fields"])
    return HardwareModel(data["name"], data["title"], tuple(data["extends"]), fields, data["references"])


def targets() -> list[str]:
    """Names of the built-in targets."""
    return _core.targets()


def profiles() -> list[str]:
    """Names of the built-in energy profiles."""
    return _core.energy_profiles()


def load_target(target: str | Path, chips: int | None = None) -> HardwareModel:
    """A built-in target by name, "name:4" for a board of 4 of its chips, or a JSON file of the same form; with `chips`,
    a board of so many."""
    if chips is not None and (isinstance(chips, bool) or not isinstance(chips, int) or not 1 <= chips <= 65536):
        raise ValidationError(f"expected 1 to 65536 chips, got {chips!r}", error_code="invalid-target")
    with reported("target", error_class=ValidationError, error_code="invalid-target"):
        return _model(_core.target(str(target), chips or 0))


def load_profile(profile: str | Path) -> HardwareModel:
    """A built-in energy profile by name, or a JSON file of the same form."""
    with reported("energy profile", error_class=ValidationError, error_code="invalid-energy-profile"):
        return _model(_core.energy_profile(str(profile)))
