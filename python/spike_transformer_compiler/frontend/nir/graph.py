# SPDX-License-Identifier: Apache-2.0
"""A NIR graph as one level of nodes: nested graphs opened, edges checked, shapes found, feedback located."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import nir
import numpy as np

from ...exceptions import ValidationError
from .shapes import describe, output_shape

__all__ = ["FlatGraph", "flatten"]

_DEEPEST = 32
#: No value over all time steps may have more elements.
LARGEST_VALUE = 1 << 31


def _malformed(what: str) -> ValidationError:
    return ValidationError(what, error_code="malformed-nir")


@dataclass
class FlatGraph:
    """Nodes by dotted path. `sources` holds what flows into each node, in the order of the file's edges."""

    nodes: dict[str, nir.NIRNode] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    #: Nodes in an order in which each comes behind its sources, but for feedback.
    order: list[str] = field(default_factory=list)
    #: For each node on a cycle, the number of its cycle.
    cycles: dict[str, int] = field(default_factory=dict)

    def describe(self, name: str) -> str:
        return describe(name, self.nodes[name])

    def input_shape(self, name: str) -> tuple[int, ...]:
        """Shape of what flows into a node, without time and batch."""
        return self.shapes[self.sources[name][0]]


def flatten(graph: nir.NIRGraph, steady: frozenset[type] = frozenset()) -> FlatGraph:
    """Opens nested graphs, checks the structure and finds every shape. Nodes of the types `steady` keep state, so a
    cycle through one of them can be read with a delay of one step."""
    if not isinstance(graph, nir.NIRGraph):
        raise ValidationError(f"expected a nir.NIRGraph, got {type(graph).__name__}")
    flat = FlatGraph()
    _open(graph, "", flat, 0)
    _find_ends(graph, flat)
    _order(flat)
    _check_cycles(flat, steady)
    _find_shapes(flat)
    return flat


def _open(graph: nir.NIRGraph, prefix: str, flat: FlatGraph, depth: int) -> None:
    if depth > _DEEPEST:
        raise _malformed(f"graph '{prefix.rstrip('.')}' is nested more than {_DEEPEST} levels deep")
    for name, node in graph.nodes.items():
        path = prefix + str(name)
        if isinstance(node, nir.NIRGraph):
            _open(node, path + ".", flat, depth + 1)
        elif path in flat.nodes:
            raise _malformed(f"two nodes have the path '{path}'")
        elif type(node).__name__ not in nir.ir.__all__:
            raise ValidationError(
                f"node '{path}' is a {type(node).__name__}, which NIR {nir.version} does not know",
                error_code="unknown-nir-node",
            )
        else:
            flat.nodes[path] = node
            flat.sources[path] = []

    def end(name: object, kind: type) -> str:
        """The node that an edge from (Output) or to (Input) the node or graph `name` means."""
        if name not in graph.nodes:
            raise _malformed(f"an edge names the node '{prefix}{name}', which does not exist")
        node = graph.nodes[name]
        if not isinstance(node, nir.NIRGraph):
            return prefix + str(name)
        found = [key for key, inner in node.nodes.items() if isinstance(inner, kind)]
        if len(found) != 1:
            raise _malformed(
                f"graph '{prefix}{name}' has {len(found)} {kind.__name__} nodes, an edge to or from it needs one"
            )
        return f"{prefix}{name}.{found[0]}"

    seen = set()
    for source, target in graph.edges:
        source, target = end(source, nir.Output), end(target, nir.Input)
        if (source, target) in seen:
            raise _malformed(f"the edge from '{source}' to '{target}' comes twice")
        seen.add((source, target))
        flat.sources[target].append(source)


def _find_ends(graph: nir.NIRGraph, flat: FlatGraph) -> None:
    flat.inputs = [str(name) for name, node in graph.nodes.items() if isinstance(node, nir.Input)]
    flat.outputs = [str(name) for name, node in graph.nodes.items() if isinstance(node, nir.Output)]
    for ends, kind in ((flat.inputs, "Input"), (flat.outputs, "Output")):
        if not ends:
            raise _malformed(f"the graph has no {kind} node")
    for name, sources in flat.sources.items():
        if name in flat.inputs:
            if sources:
                raise _malformed(f"node '{name}' (Input) has an edge from '{sources[0]}'; nothing flows into an input")
        elif not sources:
            raise _malformed(f"{flat.describe(name)}: no edge leads to it")


def _targets(flat: FlatGraph) -> dict[str, list[str]]:
    targets: dict[str, list[str]] = {name: [] for name in flat.nodes}
    for name, sources in flat.sources.items():
        for source in sources:
            targets[source].append(name)
    return targets


def _order(flat: FlatGraph) -> None:
    """Depth first from the inputs, without recursion: reverse postorder puts only feedback against the order."""
    targets = _targets(flat)
    done: list[str] = []
    seen: set[str] = set()
    for start in flat.inputs:
        if start in seen:
            continue
        seen.add(start)
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(targets[start]))]
        while stack:
            name, rest = stack[-1]
            for target in rest:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(targets[target])))
                    break
            else:
                done.append(name)
                stack.pop()
    lost = [name for name in flat.nodes if name not in seen]
    if lost:
        raise _malformed(f"{flat.describe(lost[0])}: nothing leads to it from an input")
    flat.order = done[::-1]
    _find_cycles(flat, targets)


def _find_cycles(flat: FlatGraph, targets: dict[str, list[str]]) -> None:
    """Kosaraju: walked against the edges in reverse postorder, each tree is strongly connected."""
    group: dict[str, int] = {}
    sizes: list[int] = []
    for start in flat.order:
        if start in group:
            continue
        number, stack = len(sizes), [start]
        group[start] = number
        sizes.append(0)
        while stack:
            name = stack.pop()
            sizes[number] += 1
            for source in flat.sources[name]:
                if source not in group:
                    group[source] = number
                    stack.append(source)
    flat.cycles = {name: number for name, number in group.items() if sizes[number] > 1 or name in flat.sources[name]}


def _check_cycles(flat: FlatGraph, steady: frozenset[type]) -> None:
    """Every cycle must pass a node that keeps state: without those, what is left of a cycle must have an order."""
    free = {name: True for name in flat.order if name in flat.cycles and type(flat.nodes[name]) not in steady}
    waiting = {name: sum(source in free for source in flat.sources[name]) for name in free}
    ready = [name for name in free if not waiting[name]]
    targets = _targets(flat)
    while ready:
        name = ready.pop()
        del waiting[name]
        for target in targets[name]:
            if target in waiting:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    if waiting:
        raise ValidationError(
            f"the nodes {', '.join(sorted(waiting))} form a cycle in which no node keeps state, so it has no value",
            error_code="nir-cycle",
            suggestions=["put a neuron or a Delay of at least one time step into the cycle"],
        )


def _find_shapes(flat: FlatGraph) -> None:
    for name in flat.inputs:
        shape = np.asarray(flat.nodes[name].output_type["output"])
        if shape.dtype == object or shape.ndim > 1:
            raise _malformed(f"{flat.describe(name)}: it has no shape")
        flat.shapes[name] = _checked(flat.describe(name), [int(size) for size in shape.reshape(-1)])
    # Against the order flows only feedback, whose shape is known once its cycle has been walked.
    for name in flat.order:
        if name in flat.shapes:
            continue
        known = [source for source in flat.sources[name] if source in flat.shapes]
        shape = output_shape(name, flat.nodes[name], flat.shapes[known[0]])
        flat.shapes[name] = _checked(flat.describe(name), shape)
    for name, sources in flat.sources.items():
        for source in sources[1:]:
            first = sources[0]
            if flat.shapes[source] != flat.shapes[first]:
                raise ValidationError(
                    f"{flat.describe(name)}: expected inputs of one shape, got {list(flat.shapes[first])} from "
                    f"'{first}' and {list(flat.shapes[source])} from '{source}'",
                    error_code="nir-shape",
                )
        if sources and name in flat.cycles:
            output_shape(name, flat.nodes[name], flat.shapes[sources[0]])


def _checked(where: str, shape) -> tuple[int, ...]:
    shape = tuple(int(size) for size in shape)
    if any(size < 1 for size in shape) or math.prod(shape) > LARGEST_VALUE:
        raise ValidationError(
            f"{where}: expected sizes of at least 1 and at most {LARGEST_VALUE} elements, got the shape {list(shape)}",
            error_code="nir-shape",
        )
    return shape
