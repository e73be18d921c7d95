# SPDX-License-Identifier: Apache-2.0
"""What a worker can be asked for. An answer holds "failure": {stage, kind, detail}, or nothing of the kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .check import LEVELS, Effort, Failure, check_case
from .generate import generate
from .network import Case, make_case
from .plan import Plan


def _effort(request: dict[str, Any], seed: int) -> Effort:
    """As many levels as asked for, another choice for each seed."""
    count = request.get("levels", len(LEVELS))
    return Effort(tuple(sorted(random.Random(seed).sample(LEVELS, count))), request.get("extras", True))


def _case(request: dict[str, Any]) -> Case:
    if "plan" in request:
        return make_case(Plan.from_dict(request["plan"]))
    return generate(request["seed"], request.get("exact"))


def check(request: dict[str, Any]) -> dict[str, Any]:
    """A case, from its seed or its plan."""
    case = _case(request)
    answer: dict[str, Any] = {"rates": list(case.rates.values()), "nodes": len(case.plan.nodes)}
    try:
        done = check_case(case, _effort(request, case.plan.seed))
        answer |= {"compiled": done.compiled, "refused_batches": done.refused_batches}
    except Failure as failure:
        answer["failure"] = {"stage": failure.stage, "kind": failure.kind, "detail": failure.detail}
        answer["plan"] = case.plan.to_dict()
    return answer


def plan_of(request: dict[str, Any]) -> dict[str, Any]:
    """The plan of a seed: for cases that end their process."""
    return {"plan": generate(request["seed"], request.get("exact")).plan.to_dict()}


JOBS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"check": check, "plan": plan_of}
