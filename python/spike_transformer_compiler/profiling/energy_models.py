# SPDX-License-Identifier: Apache-2.0
"""Energy models as data: what an operation and a memory access cost, by which convention, and who says so."""

from __future__ import annotations

import bisect
import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ..exceptions import ValidationError

__all__ = ["Conventions", "EnergyModel", "builtin_models", "load_energy_model"]

_LARGEST_FILE = 1 << 20

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Operations(_Strict):
    """Energy of one multiply-accumulate and of one accumulate, in pJ."""

    mac_pJ: Amount
    ac_pJ: Amount


class Conventions(_Strict):
    """How activity becomes operations; see docs/energy.md.

    counting        "exact": the operations really performed; "papers": rate * FLOP, with the taps in the padding
    count_inputs    an input that holds counts: "ac", one accumulate per unit, or "mac", one multiply-accumulate
    time_invariant  what is the same at every step: computed "once", or at "every_step"
    """

    counting: Literal["exact", "papers"] = "exact"
    count_inputs: Literal["ac", "mac"] = "ac"
    time_invariant: Literal["once", "every_step"] = "once"


class Access(_Strict):
    """Energy of one access to a word in a memory of this size."""

    bytes: Annotated[int, Field(gt=0)]
    pJ: Amount


class Memory(_Strict):
    """Accesses per operation, by what is accessed, and their energy by the size of the memory."""

    word_bytes: Annotated[int, Field(gt=0)]
    access: Annotated[tuple[Access, ...], Field(min_length=1)]
    beyond: Literal["extrapolate", "clamp"] = "clamp"
    per_ac: dict[Literal["weights", "sums"], Amount] = {}
    per_mac: dict[Literal["weights", "inputs", "sums"], Amount] = {}
    per_event: dict[Literal["inputs"], Amount] = {}
    per_mac_output: dict[Literal["outputs"], Amount] = {}
    per_bias: dict[Literal["biases"], Amount] = {}
    per_state_and_step: dict[Literal["states"], Amount] = {}
    per_spike: dict[Literal["outputs"], Amount] = {}

    @field_validator("access")
    @classmethod
    def _ascending(cls, access: tuple[Access, ...]) -> tuple[Access, ...]:
        sizes = [entry.bytes for entry in access]
        if sizes != sorted(set(sizes)):
            raise ValueError(f"expected ascending sizes of memory, got {sizes}")
        return access

    def cost_pJ(self, words: float) -> float:
        """Energy of one access to a memory of so many words: linear between the given sizes."""
        size = words * self.word_bytes
        points = self.access
        if size <= points[0].bytes or len(points) == 1:
            return points[0].pJ
        if size >= points[-1].bytes and self.beyond == "clamp":
            return points[-1].pJ
        right = min(max(bisect.bisect_left([point.bytes for point in points], size), 1), len(points) - 1)
        low, high = points[right - 1], points[right]
        return low.pJ + (high.pJ - low.pJ) * (size - low.bytes) / (high.bytes - low.bytes)


class EnergyModel(_Strict):
    """A model of where energy goes. Without `memory` or `static_power_mW`, it says nothing about them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_version: Literal["spike-energy-model/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1)]
    title: str
    technology: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    assumptions: tuple[str, ...] = ()
    operations: Operations
    conventions: Conventions = Conventions()
    memory: Memory | None = None
    static_power_mW: Amount | None = None

    @field_validator("sources")
    @classmethod
    def _not_blank(cls, sources: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not all(source.strip() for source in sources):
            raise ValueError("expected every source to say something")
        return sources

    def with_conventions(self, **changes: str | None) -> EnergyModel:
        """The model with other conventions; None keeps one."""
        given = {key: value for key, value in changes.items() if value is not None}
        return _validated({**self.as_data(), "conventions": {**self.conventions.model_dump(), **given}}, "conventions")

    def as_data(self) -> dict[str, Any]:
        """As a model file has it."""
        return self.model_dump(by_alias=True, mode="json", exclude_none=True)


def _validated(data: Any, where: str) -> EnergyModel:
    import pydantic

    try:
        return EnergyModel.model_validate(data)
    except pydantic.ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg']}" for problem in error.errors()
        )
        raise ValidationError(
            f"{where}: {problems}",
            error_code="invalid-energy-model",
            suggestions=["docs/energy.md lists the fields; start from a copy of a built-in model"],
        ) from None


def builtin_models() -> list[str]:
    """Names of the models that come with the package."""
    folder = resources.files(__package__) / "models"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_energy_model(source: str | Path | EnergyModel) -> EnergyModel:
    """A built-in model by name, or a YAML or JSON file of the same form."""
    if isinstance(source, EnergyModel):
        return source
    if str(source) in builtin_models():
        text = (resources.files(__package__) / "models" / f"{source}.yaml").read_text(encoding="utf-8")
        return _validated(yaml.safe_load(text), str(source))
    path = Path(source)
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise ValidationError(
            f"unknown energy model '{source}': expected {', '.join(builtin_models())} or a .yaml or .json file",
            error_code="unknown-energy-model",
        )
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValidationError(f"'{path}' has more than {_LARGEST_FILE} bytes", error_code="invalid-energy-model")
        text = path.read_text(encoding="utf-8")
        data = json.loads(text, parse_constant=_no_constant) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise ValidationError(
            f"cannot read the energy model '{path}': {error.strerror}", error_code="unknown-energy-model"
        ) from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        if isinstance(error, ValidationError):
            raise
        reason = " ".join(str(error).split())
        raise ValidationError(f"'{path}' cannot be parsed: {reason}", error_code="invalid-energy-model") from None
    return _validated(data, f"'{path}'")


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")
