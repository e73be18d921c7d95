# SPDX-License-Identifier: Apache-2.0
"""The fuzzer of whole networks (test/fuzz/networks) on its first seeds; longer runs are described in docs/fuzzing.md."""

from __future__ import annotations

import json

import pytest
import torch
from networks.check import Effort, check_case
from networks.failure import Failure
from networks.generate import generate
from networks.jobs import hunt
from networks.mutants import MUTANTS
from networks.network import make_case
from networks.plan import Plan

pytestmark = pytest.mark.usefixtures("one_thread")


def check(seed: int, effort: Effort) -> None:
    case = generate(seed)
    try:
        check_case(case, effort)
    except Failure as failure:
        pytest.fail(f"seed {seed}: {failure}\n{json.dumps(case.plan.to_dict())}")


def test_networks_agree() -> None:
    """A few are compiled, at a level by turns; the interpreter sees them all at every level."""
    for seed in range(20):
        check(seed, Effort((seed // 5 % 4,) if seed % 5 == 0 else ()))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_many_networks_agree(part: int) -> None:
    for seed in range(1000 + 100 * part, 1100 + 100 * part):
        check(seed, Effort((seed % 4,)))


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_is_all_there_is_to_a_case(seed: int) -> None:
    """The same seed gives the same plan; a plan that went through JSON gives the same input, numbers and spikes."""
    case = generate(seed)
    assert generate(seed).plan == case.plan
    again = make_case(Plan.from_dict(json.loads(json.dumps(case.plan.to_dict()))))
    assert torch.equal(case.x, again.x)
    for a, b in zip(case.outputs, again.outputs, strict=True):
        assert a.tobytes() == b.tobytes()
    assert case.trains.keys() == again.trains.keys()
    assert all((case.trains[path] == again.trains[path]).all() for path in case.trains)


QUICK = ("> for >=", "decay_input", "reset kind", "threshold + 1 ulp", "padding", "dropped residual", "transposed layout",
         "off by one step", "saturated count")  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_planted_faults_are_found(name: str) -> None:
    assert "caught" in hunt({"mutant": name, "seed": 0, "cases": 40})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(MUTANTS) - set(QUICK)))
def test_all_planted_faults_are_found(name: str) -> None:
    assert "caught" in hunt({"mutant": name, "seed": 0, "cases": 300})
