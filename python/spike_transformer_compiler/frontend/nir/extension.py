# SPDX-License-Identifier: Apache-2.0
"""What a NIR file holds beyond NIR: operations of the spike dialect, in a group beside the graph's nodes.

`nir.read` refuses such a file by the group's name, so nobody reads half of it. docs/nir.md describes the fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nir
import numpy as np

from ...exceptions import ValidationError
from ...ir.builder import parse_type
from .file import EXTENSION

__all__ = ["VERSION", "Extension", "ExtendedGraph", "Operation"]

VERSION = 1


def _malformed(what: str) -> ValidationError:
    return ValidationError(f"extension: {what}", error_code="malformed-nir")


@dataclass
class Operation:
    """An op of the spike dialect. `operands` are names of nodes or operations, `name#1` for a further result; a constant
    has a `value` instead. `shape` is that of the first result without time and batch, for nodes that read it."""

    op: str
    operands: list[str] = field(default_factory=list)
    operand_types: list[str] = field(default_factory=list)
    result_types: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    shape: tuple[int, ...] | None = None
    value: np.ndarray | None = None


@dataclass
class Extension:
    """All of it: how the graph is to be stepped, the types of its ends, and its operations."""

    time_steps: int
    batch: int
    scheme: str
    dt: float
    #: Types of the inputs and outputs, in order, by the name of their NIR nodes.
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """As nir.write takes it."""
        operations = {}
        for name, operation in self.operations.items():
            entry: dict[str, Any] = {"op": operation.op}
            if operation.value is not None:
                entry["value"] = operation.value
            else:
                for key in ("operands", "operand_types", "result_types"):
                    entry[key] = {str(i): text for i, text in enumerate(getattr(operation, key))}
                entry["attributes"] = dict(operation.attributes)
                if operation.shape is not None:
                    entry["shape"] = np.array(operation.shape, np.int64)
            operations[name] = entry
        return {
            "version": VERSION,
            "time_steps": self.time_steps,
            "batch": self.batch,
            "scheme": self.scheme,
            "dt": self.dt,
            "inputs": {str(i): {"name": name, "type": text} for i, (name, text) in enumerate(self.inputs.items())},
            "outputs": {str(i): {"name": name, "type": text} for i, (name, text) in enumerate(self.outputs.items())},
            "operations": operations,
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Extension:
        """The inverse of `fields`; nothing in a file is taken for granted."""
        version = fields.get("version")
        if not isinstance(version, int | np.integer) or version > VERSION:
            raise ValidationError(
                f"the extension of the file is in version {version}, this package reads up to {VERSION}",
                error_code="newer-model-format",
                suggestions=["update spike-transformer-compiler"],
            )
        try:
            result = cls(int(fields["time_steps"]), int(fields["batch"]), str(fields["scheme"]), float(fields["dt"]))
            for ends, key in ((result.inputs, "inputs"), (result.outputs, "outputs")):
                for entry in _in_order(fields[key]):
                    parse_type(entry["type"])
                    ends[str(entry["name"])] = entry["type"]
            for name, entry in fields["operations"].items():
                result.operations[name] = _operation(name, entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, ValidationError):
                raise
            raise _malformed(f"expected the fields of docs/nir.md, missing or wrong: {error}") from None
        if result.time_steps < 1 or result.batch < 1:
            raise _malformed(f"expected positive sizes, got {result.time_steps} steps and a batch of {result.batch}")
        return result


def _in_order(group: Mapping[str, Any]) -> list[Any]:
    return [group[str(i)] for i in range(len(group))]


def _operation(name: str, entry: Mapping[str, Any]) -> Operation:
    op = entry["op"]
    if not isinstance(op, str) or not re.fullmatch(r"[a-z_]+", op):
        raise _malformed(f"operation '{name}' has the op {op!r}, expected a name of the spike dialect")
    if "value" in entry:
        value = np.asarray(entry["value"])
        if op != "constant" or value.dtype != np.float32 or not np.isfinite(value).all():
            raise _malformed(f"operation '{name}' ({op}): expected finite float32 numbers, got {value.dtype}")
        return Operation(op, value=value)
    lists = {
        key: [str(text) for text in _in_order(entry[key])] for key in ("operands", "operand_types", "result_types")
    }
    for text in (*lists["operand_types"], *lists["result_types"]):
        parse_type(text)
    if len(lists["operands"]) != len(lists["operand_types"]):
        raise _malformed(f"operation '{name}' ({op}): expected one type for each operand")
    attributes = {str(key): str(text) for key, text in entry["attributes"].items()}
    wrong = [key for key in attributes if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", key)]
    if wrong:
        raise _malformed(f"operation '{name}' ({op}): {wrong[0]!r} is no name of an attribute")
    shape = tuple(int(size) for size in np.ravel(entry["shape"])) if "shape" in entry else None
    return Operation(op, attributes=attributes, shape=shape, **lists)


class ExtendedGraph(nir.NIRGraph):
    """A NIR graph with an extension, as nir.write writes it."""

    def __init__(self, nodes: dict, edges: list, metadata: dict, extension: Extension) -> None:
        super().__init__(nodes=nodes, edges=edges, metadata=metadata, type_check=False)
        self.extension = extension

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": "NIRGraph",
            "metadata": self.metadata,
            "nodes": {name: node.to_dict() for name, node in self.nodes.items()},
            "edges": self.edges,
            EXTENSION: self.extension.fields(),
        }
