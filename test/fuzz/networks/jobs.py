# SPDX-License-Identifier: Apache-2.0
"""What a worker can be asked for. An answer holds "failure": {stage, kind, detail}, or nothing of the kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from .check import LEVELS, Effort, check_case
from .check_chip import check_on_chip
from .coverage import cover
from .failure import Failure, NotApplicable
from .generate import generate
from .mutants import MUTANTS
from .network import Case, make_case
from .plan import Plan


def _effort(request: dict[str, Any], seed: int) -> Effort:
    """As many levels as asked for, another choice for each seed."""
    count = request.get("levels", len(LEVELS))
    return Effort(tuple(sorted(random.Random(seed).sample(LEVELS, count))), request.get("extras", "sometimes"))


def _case(request: dict[str, Any]) -> Case:
    if "plan" in request:
        return make_case(Plan.from_dict(request["plan"]))
    return generate(request["seed"], request.get("exact"), on_chip="target" in request)


def check(request: dict[str, Any]) -> dict[str, Any]:
    """A case, from its seed or its plan; with a target, on that chip."""
    case = _case(request)
    answer: dict[str, Any] = {"rates": list(case.rates.values()), "nodes": len(case.plan.nodes)}
    try:
        if "target" in request:
            done = check_on_chip(case, request["target"])
            return answer | {"ops": sorted({node.op for node in case.plan.nodes}), **asdict(done)}
        if request.get("coverage"):
            answer["coverage"] = cover(case)
        done = check_case(case, _effort(request, case.plan.seed))
        answer |= {
            "compiled": done.compiled,
            "refused_batches": done.refused_batches,
            "refused_streams": done.refused_streams,
        }
    except Failure as failure:
        answer["failure"] = {"stage": failure.stage, "kind": failure.kind, "detail": failure.detail}
        answer["plan"] = case.plan.to_dict()
    return answer


def plan_of(request: dict[str, Any]) -> dict[str, Any]:
    """The plan of a seed: for cases that end their process."""
    return {"plan": _case(request).plan.to_dict()}


def hunt(request: dict[str, Any]) -> dict[str, Any]:
    """Plants a mutant into case after case until one fails: which, and how many it could be planted into before."""
    planted, invalid = 0, ""
    for seed in range(request["seed"], request["seed"] + request["cases"]):
        case = generate(seed)
        try:
            planted += 1
            check_case(case, Effort((), extras="never"), MUTANTS[request["mutant"]])
        except NotApplicable:
            planted -= 1
        except Failure as failure:
            if failure.kind in ("differs", "spikes"):
                return {"caught": seed, "planted": planted, "stage": failure.stage, "exact": case.plan.exact}
            planted, invalid = planted - 1, str(failure)  # no fault of this kind: it must not count as caught
    return {"planted": planted, "invalid": invalid}


JOBS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"check": check, "plan": plan_of, "hunt": hunt}
