# SPDX-License-Identifier: Apache-2.0
"""Makes a failing plan smaller while it fails in the same way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from .plan import INPUT, Plan

#: What each attribute is simplified to, from the plainest on.
_PLAINER: dict[str, tuple[Any, ...]] = {
    "out": (1, 2, 3, 4),
    "groups": ("one",),
    "bias": (False,),
    "affine": (False,),
    "wrap": ("flatten",),
    "heads": (1, 2),
    "v_reset": (0.0,),
    "surrogate": ("sigmoid",),
    "v_threshold": (1.0,),
    "tau": (2.0,),
    "decay_input": (True,),
    "factor": (0.5,),
    "how": ("mul", "unflatten", "slice", "identity", "add"),
    "simple": (True,),
    "spread": (1.0,),
    "eps": (1e-5,),
    "kind": ("sum",),
    "keep": (False,),
    "include": (False,),
    "class": ("spikingjelly.activation_based.neuron.integrate_and_fire.IFNode",),
}
_PLAINEST_AXIS = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}


def signature(answer: dict[str, Any]) -> str | None:
    """In what way a case fails: without the level, the number of threads and the numbers of the message."""
    failure = answer.get("failure")
    if not failure:
        return None
    stage = re.sub(r"\(.*?\)|level \d|\d+", "", failure["stage"]).strip(" ,")
    # A refusal or an error of the compiler is told by its words, a difference is one whatever it says.
    words = "" if failure["kind"] in ("differs", "spikes", "crash", "hang") else failure["detail"].splitlines()[0]
    return f"{stage}: {failure['kind']}: {re.sub(r'[0-9x]+', '#', words)[:60]}"


def candidates(plan: Plan) -> Iterator[Plan]:
    """Smaller plans, the largest steps first."""
    for node in plan.nodes[:-1]:  # a prefix of the network
        yield _with(plan, outputs=[node.id])
    if len(plan.outputs) > 1:
        for output in plan.outputs:
            yield _with(plan, outputs=[output])
    for node in reversed(plan.nodes):  # without a node
        for source in dict.fromkeys(node.inputs):
            yield _bypassed(plan, node.id, source)
    for node in plan.nodes:
        for k, source in enumerate(node.inputs):
            if source != INPUT:
                smaller = deepcopy(plan)
                smaller.node(node.id).inputs[k] = INPUT
                yield smaller.without_dead_nodes()
    for steps in (1, 2, plan.steps - 1):
        if 0 < steps < plan.steps:
            yield _with(plan, steps=steps)
    for batch in (1, 2):
        if batch < plan.batch:
            yield _with(plan, batch=batch)
    if plan.form not in ("timed", "repeat"):
        yield _with(plan, form="repeat")
    for i, n in enumerate(plan.shape):
        for size in dict.fromkeys((1, 2, n // 2, n - 1)):
            if 0 < size < n:
                yield _with(plan, shape=[*plan.shape[:i], size, *plan.shape[i + 1 :]])
    for node in plan.nodes:
        for name, value in node.attrs.items():
            for plainer in _PLAINER.get(name, ()):
                if plainer == value:
                    break
                yield _changed(plan, node.id, name, plainer)
            if name in _PLAINEST_AXIS and isinstance(value, list):
                for i, n in enumerate(value):
                    if n != _PLAINEST_AXIS[name]:
                        yield _changed(plan, node.id, name, [*value[:i], _PLAINEST_AXIS[name], *value[i + 1 :]])
        if "seed" in node.attrs and "simple" not in node.attrs:
            yield _changed(plan, node.id, "simple", True)


def _with(plan: Plan, **fields: Any) -> Plan:
    smaller = deepcopy(plan)
    for name, value in fields.items():
        setattr(smaller, name, value)
    return smaller.without_dead_nodes()


def _changed(plan: Plan, ident: int, name: str, value: Any) -> Plan:
    smaller = deepcopy(plan)
    smaller.node(ident).attrs[name] = value
    return smaller


def _bypassed(plan: Plan, ident: int, source: int) -> Plan:
    smaller = deepcopy(plan)
    smaller.nodes = [node for node in smaller.nodes if node.id != ident]
    for node in smaller.nodes:
        node.inputs = [source if i == ident else i for i in node.inputs]
    smaller.outputs = [source if i == ident else i for i in smaller.outputs]
    return smaller.without_dead_nodes()


def shrink(
    plan: Plan, check: Callable[[Plan], dict[str, Any]], attempts: int = 400, seconds: float = 120
) -> tuple[Plan, dict[str, Any]]:
    """The smallest plan found, and what `check` answers to it. A plan that cannot be built does not count as failing."""
    best = check(plan)
    wanted = signature(best)
    if wanted is None:
        return plan, best
    end, tried = time.monotonic() + seconds, set()
    progress = True
    while progress:
        progress = False
        for smaller in candidates(plan):
            text = repr(smaller)
            if text in tried or not smaller.nodes or not smaller.outputs or INPUT in smaller.outputs:
                continue
            if len(tried) >= attempts or time.monotonic() > end:
                return plan, best
            tried.add(text)
            answer = check(smaller)
            if signature(answer) == wanted:
                plan, best, progress = smaller, answer, True
                break
    return plan, best
