# SPDX-License-Identifier: Apache-2.0
"""The plan of a network: plain data that says everything about a case, so that it can be kept, shrunk and replayed."""

from __future__ import annotations

import copy
import math
from dataclasses import asdict, dataclass, field
from typing import Any

#: The value that stands for the network's input.
INPUT = 0


@dataclass
class Node:
    """An operation: it computes the value `id` from the values `inputs`."""

    id: int
    op: str
    inputs: list[int]
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """A network and its input.

    `form` says where time comes from: the model repeats its input ("repeat", "expand"), the input has a time axis
    ("timed"), or the model computes a single step ("stepped"). `shape` is that of one sample at one step. With `exact`,
    no sum rounds in float32.
    """

    seed: int
    exact: bool
    form: str
    steps: int
    batch: int
    shape: list[int]
    nodes: list[Node] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)

    @property
    def stepped(self) -> bool:
        return self.form == "stepped"

    @property
    def lead(self) -> int:
        """Axes in front of a sample's, where the model computes."""
        return 1 if self.stepped else 2

    def node(self, ident: int) -> Node:
        return next(node for node in self.nodes if node.id == ident)

    def without_dead_nodes(self) -> Plan:
        """Only what the outputs need."""
        needed = set(self.outputs)
        for node in reversed(self.nodes):
            if node.id in needed:
                needed |= set(node.inputs)
        plan = copy.deepcopy(self)
        plan.nodes = [node for node in plan.nodes if node.id in needed]
        return plan

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Plan:
        nodes = [Node(**node) for node in data["nodes"]]
        return Plan(**{**data, "nodes": nodes})


@dataclass(frozen=True)
class Flow:
    """What is known of a value's numbers in an exact plan: multiples of 2^-fraction, none above bound."""

    fraction: int
    bound: float

    @property
    def digits(self) -> int:
        return self.fraction + math.ceil(math.log2(self.bound + 1))

    @property
    def binary(self) -> bool:
        return self.fraction == 0 and self.bound <= 1


#: The input of an exact plan.
INPUT_FLOW = Flow(2, 2.0)

#: Digits of a float32, and how many a value may have when the next synapse reads it.
DIGITS, SPARE = 24, 13


class NotExact(ValueError):
    """An operation would round."""


class Unfit(ValueError):
    """A value that a block cannot take."""


def checked(fraction: int, bound: float) -> Flow:
    flow = Flow(fraction, bound)
    if flow.digits > DIGITS:
        raise NotExact(f"{flow} has {flow.digits} digits")
    return flow


def binary_digits(number: float) -> int:
    """log2 of a power of two."""
    mantissa, exponent = math.frexp(abs(number))
    if mantissa != 0.5:
        raise NotExact(f"{number} is no power of two")
    return exponent - 1
