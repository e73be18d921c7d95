# SPDX-License-Identifier: Apache-2.0
"""From a NIR graph to spike IR: nodes in order, each by the reader of its type; edges into one node are a sum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import nir
import numpy as np

from ...exceptions import ValidationError
from ...ir import IRBuilder, SpikeIR, Value
from ..checks import check_time_steps
from . import synapses, windows
from .context import Context, Handler
from .delay import delay
from .extended import read_extended
from .extension import Extension
from .file import read_file
from .graph import LARGEST_VALUE, FlatGraph, flatten
from .libraries import scheme_of
from .neurons import NEURONS, Population, threshold
from .recurrent import step_cycle
from .schemes import Scheme

__all__ = ["is_nir", "read_for", "read_nir"]

#: For files that have none, and a compiler that was not told.
DEFAULT_TIME_STEPS = 4


def _same(ctx: Context, name: str, node: nir.NIRNode, x: Value) -> Value:
    return x


_HANDLERS: dict[type, Handler] = {
    **synapses.HANDLERS,
    **windows.HANDLERS,
    nir.Delay: delay,
    nir.Threshold: threshold,
    nir.Input: _same,
    nir.Output: _same,
}


def is_nir(model: object) -> bool:
    """Whether a model is a NIR graph, or the name of a file of one."""
    return isinstance(model, nir.NIRGraph) or (isinstance(model, str | Path) and Path(model).suffix == ".nir")


def read_nir(
    source: str | Path | nir.NIRGraph,
    time_steps: int | None = None,
    *,
    dt: float | None = None,
    scheme: str | Scheme | None = None,
    batch: int | None = None,
    max_size: int | None = None,
) -> SpikeIR:
    """Spike IR of a NIR file or graph. Inputs and outputs are [time_steps, batch, *shape of the node].

    NIR is continuous: `scheme` names the discrete equations (default: "euler") and `dt` the seconds of a time step
    (default: the scheme's own). The file's metadata never change either. A file with our extension has all of these
    itself; other ones are an error, another batch is not. `max_size` limits the bytes of a file's arrays. Raises
    ValidationError with the path of the node that cannot be read.
    """
    graph, extension = _open(source, max_size)
    if dt is not None and (isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < math.inf):
        raise ValidationError(f"expected dt to be a positive number of seconds, got {dt!r}")
    if batch is not None and (isinstance(batch, bool) or not isinstance(batch, int) or batch < 1):
        raise ValidationError(f"expected a batch of at least 1, got {batch!r}")
    steps = check_time_steps(time_steps)
    if extension is not None:
        return _read_extended(graph, extension, steps, scheme, dt, batch)
    if steps is None:
        raise ValidationError("a NIR graph has no number of time steps of its own; give time_steps")
    chosen = scheme_of(scheme or "euler")
    ctx = Context(IRBuilder(), chosen, float(dt or chosen.dt), batch or 1)
    return _build(flatten(graph, frozenset({*NEURONS, nir.Delay})), steps, ctx)


def _open(source: str | Path | nir.NIRGraph, max_size: int | None) -> tuple[nir.NIRGraph, Extension | None]:
    if isinstance(source, nir.NIRGraph):
        return source, getattr(source, "extension", None)
    if not isinstance(source, str | Path):
        raise ValidationError(f"expected a NIR graph or the path of a file, got {type(source).__name__}")
    graph, fields = read_file(source, max_size)
    return graph, Extension.read(fields) if fields else None


def _read_extended(
    graph: nir.NIRGraph,
    extension: Extension,
    steps: int | None,
    scheme: str | Scheme | None,
    dt: float | None,
    batch: int | None,
) -> SpikeIR:
    own = {"time_steps": extension.time_steps, "scheme": extension.scheme, "dt": extension.dt}
    given = {"time_steps": steps, "scheme": getattr(scheme, "name", scheme), "dt": dt}
    for key, value in given.items():
        if value is not None and value != own[key]:
            raise ValidationError(
                f"the file says {key} = {own[key]!r}, got {value!r}",
                error_code="nir-scheme",
                suggestions=[f"leave {key} out"],
            )
    if not 0 < extension.dt < math.inf:
        raise ValidationError(f"expected dt to be a positive number of seconds, got {extension.dt!r}")
    ctx = Context(IRBuilder(), scheme_of(extension.scheme), extension.dt, extension.batch)
    ir = read_extended(graph, extension, ctx, lambda node: _HANDLERS[type(node)])
    if batch is None or batch == extension.batch:
        return ir
    axes = ",".join("1" if spec["time_axis"] else "0" for spec in ir.inputs)
    return ir.run_pipeline(f"spike-set-batch{{size={batch} axes={axes}}}")


def read_for(
    source: str | Path | nir.NIRGraph,
    input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None,
    time_steps: int | None,
    scheme: str | None,
    dt: float | None,
    max_size: int | None,
) -> SpikeIR:
    """read_nir for the compiler: shapes are (batch, ...) or (time_steps, batch, ...), or left out for a batch of one.
    Without `time_steps`, plain NIR runs 4."""
    graph, extension = _open(source, max_size)
    if extension is not None:
        if input_shape is not None:
            raise ValidationError(
                f"the file has the shapes of its inputs, {', '.join(extension.inputs.values())}; leave input_shape out"
            )
        return _read_extended(graph, extension, time_steps, scheme, dt, None)
    steps = time_steps or DEFAULT_TIME_STEPS
    names = [str(name) for name, node in graph.nodes.items() if isinstance(node, nir.Input)]
    given = input_shape if isinstance(input_shape, Mapping) else {name: input_shape for name in names if input_shape}
    if given and (sorted(given) != sorted(names) or len(names) > 1 and not isinstance(input_shape, Mapping)):
        raise ValidationError(f"expected a shape for each of the inputs {', '.join(names)}, got {input_shape!r}")
    batch = 1
    for name, shape in given.items():
        own = tuple(int(size) for size in np.ravel(graph.nodes[name].output_type["output"]))
        lead = tuple(shape)[: len(tuple(shape)) - len(own)]
        if tuple(shape)[len(lead) :] != own or len(lead) not in (1, 2) or len(lead) == 2 and lead[0] != steps:
            inner = ", ".join(map(str, own))
            raise ValidationError(
                f"input '{name}': expected the shape [batch, {inner}] or [{steps}, batch, {inner}], got {list(shape)}"
            )
        batch = lead[-1]
    return read_nir(graph, steps, dt=dt, scheme=scheme, batch=batch)


def _build(flat: FlatGraph, steps: int, ctx: Context) -> SpikeIR:
    for name, shape in flat.shapes.items():
        if math.prod(shape) * steps * ctx.batch > LARGEST_VALUE:
            raise ValidationError(
                f"{flat.describe(name)}: {steps} time steps of a batch of {ctx.batch} of the shape {list(shape)} are "
                f"more than {LARGEST_VALUE} elements",
                error_code="nir-shape",
            )
    values: dict[str, Value] = {
        name: ctx.builder.input(name, (steps, ctx.batch, *flat.shapes[name]), time_axis=True) for name in flat.inputs
    }

    def handler(name: str) -> Handler:
        return _HANDLERS[type(flat.nodes[name])]

    stepped: set[int] = set()
    for name in flat.order:
        node = flat.nodes[name]
        if name in values:
            continue
        if name in flat.cycles:
            if flat.cycles[name] not in stepped:
                stepped.add(flat.cycles[name])
                step_cycle(ctx, flat, flat.cycles[name], steps, handler, values)
            continue
        x = values[flat.sources[name][0]]
        for source in flat.sources[name][1:]:
            x = ctx.builder.add(x, values[source])
        if isinstance(node, NEURONS):
            values[name] = Population(ctx, name, node, flat.shapes[name]).run(x)
        else:
            values[name] = handler(name)(ctx, name, node, x)
    ctx.builder.output(*(values[name] for name in flat.outputs))
    return ctx.builder.build()
