# SPDX-License-Identifier: Apache-2.0
"""What the readers of nodes share: the builder, the time step, and weights that are made once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import nir
import numpy as np

from ...exceptions import ValidationError
from ...ir import IRBuilder, Value
from .schemes import Scheme

__all__ = ["Context", "Handler"]


@dataclass
class Context:
    """One reading of one graph. Values are [steps, batch, *shape of the node]."""

    builder: IRBuilder
    scheme: Scheme
    dt: float
    batch: int
    _weights: dict[tuple[str, str], Value] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def constant(self, name: str, key: str, make: Callable[[], np.ndarray]) -> Value:
        """A weight of a node, made at its first use."""
        found = self._weights.get((name, key))
        if found is None:
            base = re.sub(r"[^A-Za-z0-9_.]", "_", f"{name}.{key}")
            base = base if base[0].isalpha() else f"_{base}"
            label, count = base, 1
            while label in self._names:
                label, count = f"{base}_{count}", count + 1
            self._names.add(label)
            found = self._weights[name, key] = self.builder.constant(make().astype(np.float32), label)
        return found

    def steps_of(self, where: str, what: str, seconds: float) -> int:
        """A time as a whole number of steps, to the nearest."""
        steps = seconds / self.dt
        if not 0 <= steps < 1 << 31:
            raise ValidationError(f"{where}: expected {what} of at least 0 and below 2^31 steps, got {seconds} s")
        return round(steps)

    def zeros(self, name: str, shape: Sequence[int]) -> Value:
        return self.constant(name, "zeros_" + "x".join(map(str, shape)), lambda: np.zeros(shape, np.float32))


#: Reads a node without state: (context, path, node, what flows in) to what flows out.
Handler = Callable[[Context, str, nir.NIRNode, Value], Value]
