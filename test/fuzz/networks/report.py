# SPDX-License-Identifier: Apache-2.0
"""What a run prints."""

from __future__ import annotations

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
            f"{self.cases} cases, {sum(self.failures.values())} failures, {self.compiled} programs compiled, "
            f"{seconds:.1f} s, {self.cases / max(seconds, 1e-9):.2f} cases per second",
            f"{self.refused_batches} programs refused another batch size, {self.refused_streams} to be a stream",
            f"firing rates of {len(self.rates)} neuron layers:",
        ]
        for name, low, high in zip(_NAMES, _EDGES, _EDGES[1:], strict=False):
            count = sum(low <= rate < high for rate in self.rates)
            lines.append(f"  {name:>8}  {100 * count / max(len(self.rates), 1):5.1f} %")
        lines += [f"{count} x {kind}" for kind, count in self.failures.most_common()]
        return "\n".join(lines)
