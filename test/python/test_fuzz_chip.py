# SPDX-License-Identifier: Apache-2.0
"""The fuzzer's networks for a chip: quantised, mapped, written, read and run, each equal to the CPU; docs/fuzzing.md."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from networks.check_chip import check_on_chip
from networks.failure import Failure
from networks.generate import generate

pytestmark = pytest.mark.usefixtures("one_thread")


def count(seeds: range, target: str) -> Counter[str]:
    """How many networks were equal, refused (by name, or it is a failure), silent; and what was compared."""
    found: Counter[str] = Counter()
    for seed in seeds:
        case = generate(seed, on_chip=True)
        try:
            done = check_on_chip(case, target)
        except Failure as failure:
            pytest.fail(f"seed {seed}: {failure}\n{json.dumps(case.plan.to_dict())}")
        found["refused" if done.refused else "equal"] += 1
        found["silent"] += not done.refused and not any(done.rates)
        found["numbers"] += done.spikes + done.membranes
    return found


def test_networks_on_a_chip() -> None:
    found = count(range(20), "loihi3")
    assert found["equal"] >= 16 and found["silent"] <= 2 and found["numbers"] > 10000, found


@pytest.mark.slow
@pytest.mark.parametrize(("part", "target"), enumerate(("loihi3", "loihi2", "ncl-1chip", "ncl-2chip")))
def test_many_networks_on_a_chip(part: int, target: str) -> None:
    found = count(range(5000 + 30 * part, 5030 + 30 * part), target)
    assert found["equal"] >= 24, found
