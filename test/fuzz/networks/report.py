# SPDX-License-Identifier: Apache-2.0
"""What a run prints."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

_EDGES = (0.0, 1e-9, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.50, 1.0 + 1e-9)
_NAMES = ("silent", "< 5 %", "5-10 %", "10-15 %", "15-20 %", "20-25 %", "25-30 %", "30-50 %", "> 50 %")


def describe(answer: dict[str, Any]) -> str:
    """The failure in words; nothing if there is none."""
    if "broken" in answer:
        return "the fuzzer itself failed\n" + answer["broken"]
    failure = answer.get("failure")
    return f"{failure['stage']}: {failure['kind']}\n{failure['detail'][:2000]}" if failure else ""


class Summary:
    def __init__(self) -> None:
        self.cases = self.compiled = self.refused_batches = self.refused_streams = 0
        self.failures: Counter[str] = Counter()
        self.rates: list[float] = []
        self.coverage: Counter[str] = Counter()

    def add(self, answer: dict[str, Any]) -> None:
        self.cases += 1
        self.compiled += answer.get("compiled", 0)
        self.refused_batches += answer.get("refused_batches", 0)
        self.refused_streams += answer.get("refused_streams", 0)
        self.rates += answer.get("rates", [])
        self.coverage.update(answer.get("coverage", {}))
        if "broken" in answer:
            self.failures["the fuzzer itself"] += 1
        elif "failure" in answer:
            self.failures[f"{answer['failure']['stage']}: {answer['failure']['kind']}"] += 1

    def text(self, seconds: float) -> str:
        lines = [
            f"{self.cases} cases, {sum(self.failures.values())} failures, "
            f"{seconds:.1f} s, {self.cases / max(seconds, 1e-9):.2f} cases per second",
            *self.done(),
            f"firing rates of {len(self.rates)} neuron layers:",
        ]
        for name, low, high in zip(_NAMES, _EDGES, _EDGES[1:], strict=False):
            count = sum(low <= rate < high for rate in self.rates)
            lines.append(f"  {name:>8}  {100 * count / max(len(self.rates), 1):5.1f} %")
        lines += [f"{count} x {kind}" for kind, count in self.failures.most_common()]
        return "\n".join(lines)

    def done(self) -> list[str]:
        return [
            f"{self.compiled} programs compiled, {self.refused_batches} refused another batch size, "
            f"{self.refused_streams} to be a stream"
        ]


class ChipSummary(Summary):
    """Networks on a chip: what was equal, and what was refused, by its reason without names and numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.equal = self.silent = self.spikes = self.membranes = self.outputs = 0
        self.refused: Counter[str] = Counter()
        self.ops: Counter[str] = Counter()

    def add(self, answer: dict[str, Any]) -> None:
        super().add(answer)
        if "refused" not in answer:
            return
        if answer["refused"]:
            self.refused[re.sub(r"-?\b\d[\d.e+-]*", "#", re.sub(r" of layer '[^']*'", "", answer["refused"]))] += 1
            return
        self.equal += 1
        self.silent += not any(answer["rates"])
        self.spikes += answer["spikes"]
        self.membranes += answer["membranes"]
        self.outputs += answer["outputs"]
        self.ops.update(answer["ops"])

    def done(self) -> list[str]:
        share = 100 * self.equal / max(self.cases, 1)
        return [
            f"{self.equal} ({share:.1f} %) on the chip and equal to the CPU, {self.silent} of them silent",
            f"compared: {self.outputs} outputs, {self.spikes} spikes, {self.membranes} membranes",
            "networks by op: " + ", ".join(f"{op} {count}" for op, count in self.ops.most_common()),
            f"{sum(self.refused.values())} refused:",
            *(f"  {count} x {reason}" for reason, count in self.refused.most_common()),
        ]
