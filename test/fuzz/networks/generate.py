# SPDX-License-Identifier: Apache-2.0
"""A random network from a seed."""

from __future__ import annotations

import random

from . import attention, blocks, blocks_more
from .builder import Builder, TooLarge
from .network import Case
from .neurons import ENTRIES
from .plan import INPUT, NotExact, Plan, Unfit

_FORMS = ("repeat", "repeat", "expand", "timed", "timed", "stepped")


def draw_frame(rng: random.Random, seed: int, exact: bool | None) -> Plan:
    form = rng.choice(_FORMS)
    steps = rng.choice((1, 2, 2, 3, 4, 4, 5, 8))
    if form == "expand" and steps == 1:
        form = "repeat"
    batch = rng.randint(1, 4)
    exact = rng.random() < 0.5 if exact is None else exact
    kind = rng.choice(("image", "image", "tokens", "vector"))
    if kind == "image":
        shape = [rng.randint(1, 3), rng.randint(3, 9), rng.randint(3, 9)]
        if rng.random() < 0.15:  # lines as long as those that kernels read in place, in values that stay small
            shape[1:] = [rng.randint(2, 4), rng.randint(*blocks_more.LINE)]
            steps, batch = min(steps, 3), min(batch, 2)
    elif kind == "tokens":
        shape = [rng.randint(2, 8), rng.choice((2, 4, 6, 8))]
    else:
        shape = [rng.randint(2, 10)]
    return Plan(seed, exact, form, steps, batch, shape)


def generate(seed: int, exact: bool | None = None, on_chip: bool = False) -> Case:
    """The network of a seed; whether it is exact is drawn from the seed unless given. With `on_chip`, one of what a chip
    takes, for one sample at a time."""
    rng = random.Random(seed)
    frame = draw_frame(rng, seed, exact)
    if on_chip:
        frame.batch = 1
    builder = Builder(frame, rng, on_chip)
    value = builder.neuron(_first_current(builder)) if builder.chance(0.9) else INPUT
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        value = _grow(builder, value)
    if not _remembers(builder, value):
        value = builder.neuron(value, memory=True)
    builder.plan.outputs = blocks.outputs(builder, value)
    return builder.case()


def _first_current(builder: Builder) -> int:
    for _ in range(20):
        try:
            return blocks.current(builder, INPUT, same=blocks_more.has_lines(builder.shape(INPUT)))
        except (NotExact, TooLarge, Unfit):
            continue
    return INPUT


def _grow(builder: Builder, value: int) -> int:
    """One more block behind a value; a block that would round or grow too large is drawn again."""
    for _ in range(30):
        rank = len(builder.shape(value))
        choices = [*blocks.BLOCKS[rank], *(attention.BLOCKS if rank == 2 else ())]
        if builder.chance(0.25):
            choices = {3: blocks_more.IMAGE, 2: blocks_more.TOKENS, 1: blocks_more.ANY}[rank]
        if blocks_more.has_lines(builder.shape(value)) and builder.chance(0.75):
            choices = [blocks_more.by_lines]
        mark = (len(builder.plan.nodes), builder.next)
        try:
            return builder.rng.choice(choices)(builder, value)
        except (NotExact, TooLarge, Unfit):
            _undo(builder, *mark)
    return value


def _remembers(builder: Builder, value: int) -> bool:
    """Whether a value depends on a neuron that says how many steps there are."""
    behind = {value}
    for node in reversed(builder.plan.nodes):
        if node.id in behind:
            behind |= set(node.inputs)
    nodes = (node for node in builder.plan.nodes if node.id in behind and node.op == "neuron")
    return any(ENTRIES[node.attrs["class"]].memory for node in nodes)


def _undo(builder: Builder, nodes: int, ident: int) -> None:
    for node in builder.plan.nodes[nodes:]:
        del builder.modules[node.id], builder.values[node.id], builder.flows[node.id], builder.kinds[node.id]
    del builder.plan.nodes[nodes:]
    builder.next = ident
