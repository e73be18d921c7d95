# SPDX-License-Identifier: Apache-2.0
"""The function of a module as Python data: ops, types and constants, as a writer of another format needs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .. import _core
from .._errors import reported
from ..exceptions import ValidationError
from ..ir import SpikeIR
from ..ir.builder import parse_type

__all__ = ["Function", "Op"]


@dataclass(frozen=True)
class Op:
    """An op; `layer` is the module of the source, if known, `operands` and `results` are numbers of values, `attributes`
    MLIR text."""

    name: str
    layer: str
    operands: list[int]
    results: list[int]
    attributes: dict[str, str]

    def ints(self, key: str) -> list[int]:
        """An array of integers, or one integer."""
        text = self.attributes[key]
        return [
            int(number)
            for number in re.findall(r"-?\d+", text.partition(":")[2] if "array" in text else text.partition(":")[0])
        ]

    def word(self, key: str) -> str:
        """The last word of an enumeration: `max` of #spike<pool_kind max>."""
        return re.findall(r"\w+", self.attributes.get(key, ""))[-1]

    def text(self, key: str) -> str | None:
        """A string attribute."""
        quoted = self.attributes.get(key)
        if quoted is None:
            return None
        raw = re.sub(rb"\\([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), quoted[1:-1].encode())
        return raw.replace(b"\\\\", b"\\").decode("utf-8", "replace")

    def number(self, key: str) -> float:
        """A float, written in decimal or as its bits."""
        text = self.attributes[key].partition(" ")[0]
        if not text.startswith("0x"):
            return float(text)
        bits = bytes.fromhex(text[2:])
        return float(np.frombuffer(bits, ">f4" if len(bits) == 4 else ">f8")[0])


class Function:
    """What SpikeIR holds, in order."""

    def __init__(self, ir: SpikeIR) -> None:
        module: _core.Module = ir.module
        with reported("export", module, "verify-spike-contract", ValidationError, "malformed-ir"):
            module.clone().run_pipeline("verify-spike-contract")
        content = module.operations()
        self.types: list[str] = content["types"]
        self.shapes = [parse_type(text)[0] for text in self.types]
        self.ops = [Op(**operation) for operation in content["operations"]]
        self.inputs = module.signature()["inputs"]
        self.outputs = self.ops[-1].operands
        self.users: dict[int, list[Op]] = {}
        self.producer: dict[int, Op] = {value: op for op in self.ops for value in op.results}
        for op in self.ops:
            for value in op.operands:
                self.users.setdefault(value, []).append(op)
        weights = module.weights()
        #: Constants of float32: their values, and the names they have in the module.
        self.constants: dict[int, np.ndarray] = {}
        self.names: dict[int, str] = {}
        for op in self.ops:
            if op.name != "spike.constant":
                continue
            named = re.match(r'dense_resource<(?:"([^"]+)"|([^>]+))>', op.attributes["value"])
            key = (named[1] or named[2]) if named else None
            if key in weights and weights[key].dtype == np.float32:
                self.constants[op.results[0]] = weights[key].reshape(self.shapes[op.results[0]])
                self.names[op.results[0]] = key
        self.time_steps = self._time_steps()
        self.batch = self._batch()

    def _time_steps(self) -> int:
        for spec in self.inputs:
            if spec["time_axis"]:
                return spec["shape"][0]
        timed = [op for op in self.ops if op.name in ("spike.neuron", "spike.repeat_time", "spike.encode")]
        return self.shapes[timed[0].results[0]][0] if timed else 1

    def _batch(self) -> int:
        for spec in self.inputs:
            axis = 1 if spec["time_axis"] else 0
            if len(spec["shape"]) > axis:
                return spec["shape"][axis]
        return 1
