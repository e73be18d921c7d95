# SPDX-License-Identifier: Apache-2.0
"""A layer that range analysis calls exact computes without any rounding: every membrane is the one of exact arithmetic."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from spike_transformer_compiler import _core

NEURONS, WIDTH = 300, 16


class Neuron:
    """A random model with a random current on a grid, and its step in exact arithmetic."""

    def __init__(self, rng: random.Random, path: str):
        self.path, self.steps = path, rng.choice([1, 2, 4, 8, 20])
        self.kind = rng.choice(["if", "lif", "plif", "li"])
        self.rate = Fraction(1) if self.kind == "if" else Fraction(1, rng.choice([1, 2, 4, 8, 16]))
        self.threshold, self.reset = (
            rng.choice([0.5, 1.0, 0.75, 2.5, -0.25, 0.1]),
            rng.choice([0.0, 0.0, -0.5, 1.0, 0.3]),
        )
        self.soft, self.decay_input = rng.random() < 0.4 and self.kind != "li", rng.random() < 0.5
        self.simple = self.kind == "lif" and rng.random() < 0.5
        self.max, self.fraction = rng.choice([1, 3, 60, 5000, 2**20]), rng.choice([0, 3, 6, -2])
        counts = np.random.default_rng(rng.randrange(2**32)).integers(0, self.max + 1, (self.steps, WIDTH))
        counts[:, 0] = self.max
        self.counts = counts.astype(np.int32)

    def text(self) -> str:
        options = [] if self.kind == "li" else [f"v_threshold = {self.threshold}"]
        options.append(f"v_reset = {self.reset}")
        if self.kind in ("lif", "li"):
            options.append(f"tau = {float(1 / self.rate)}")
        if self.kind == "plif":
            options.append(f"decay = {float(self.rate)}")
        if self.kind != "if":
            options.append(f"decay_input = {str(self.decay_input).lower()}")
        if self.soft:
            options.append("reset = soft")
        if self.simple:
            options.append("charge = simple")
        shape = f"{self.steps}x{WIDTH}"
        count = f"tensor<{shape}x!spike.count<max = {self.max}>>"
        name = self.path
        return f"""
  %s{name} = spike.scale %{name} by {float(Fraction(2) ** -self.fraction)} : {count} -> tensor<{shape}xf32>
  %o{name}, %v{name} = spike.neuron #spike.{self.kind}<{", ".join(options)}> path "{name}" (%s{name})
      : (tensor<{shape}xf32>) -> (tensor<{shape}xf32>, tensor<{WIDTH}xf32>)"""

    def run(self) -> tuple[list[list[Fraction]], list[Fraction]]:
        threshold, rest = Fraction(float(np.float32(self.threshold))), Fraction(float(np.float32(self.reset)))
        membrane, output = [rest] * WIDTH, []
        for row in self.counts.tolist():
            current = [Fraction(n) * Fraction(2) ** -self.fraction for n in row]
            if self.kind == "if":
                charged = [v + x for v, x in zip(membrane, current, strict=True)]
            elif self.decay_input:
                charged = [v + (x - (v - rest)) * self.rate for v, x in zip(membrane, current, strict=True)]
            else:
                charged = [v - (v - rest) * self.rate + x for v, x in zip(membrane, current, strict=True)]
            if self.kind == "li":
                membrane = charged
                output.append(charged)
                continue
            spikes = [h >= threshold for h in charged]
            after = [h - threshold if self.soft else rest for h in charged]
            membrane = [a if s else h for a, s, h in zip(after, spikes, charged, strict=True)]
            output.append([Fraction(s) for s in spikes])
        return output, membrane


def test_exact_layers_never_round():
    rng = random.Random(3)
    neurons = [Neuron(rng, f"n{i}") for i in range(NEURONS)]
    arguments = ", ".join(f"%{n.path}: tensor<{n.steps}x{WIDTH}x!spike.count<max = {n.max}>>" for n in neurons)
    results = ", ".join(f"%o{n.path}, %v{n.path}" for n in neurons)
    types = ", ".join(f"tensor<{n.steps}x{WIDTH}xf32>, tensor<{WIDTH}xf32>" for n in neurons)
    body = "".join(n.text() for n in neurons)
    module = _core.Module.parse(f"func.func @main({arguments}) -> ({types}) {{{body}\n  return {results} : {types}\n}}")
    exact = module.exact_neurons()
    assert list(exact) == [n.path for n in neurons]
    outputs = module.interpret([n.counts for n in neurons])
    kept = 0
    for i, neuron in enumerate(neurons):
        if not exact[neuron.path]:
            continue
        kept += 1
        output, membrane = neuron.run()
        assert [[Fraction(float(x)) for x in row] for row in outputs[2 * i]] == output, neuron.text()
        assert [Fraction(float(x)) for x in outputs[2 * i + 1]] == membrane, neuron.text()
    # Enough of both kinds for the test to mean something.
    assert NEURONS / 4 < kept < 3 * NEURONS / 4, kept
