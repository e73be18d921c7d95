# SPDX-License-Identifier: Apache-2.0
"""Writing NIR files, and proving that what was written is what was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nir
import numpy as np

from ..exceptions import ValidationError
from ..frontend.nir import SCHEMES, Scheme, read_nir
from ..frontend.nir.extension import ExtendedGraph
from ..frontend.nir.libraries import scheme_of
from ..ir import SpikeIR
from .function import Function
from .writer import Writer

if TYPE_CHECKING:
    from ..compiled import CompiledModel

__all__ = ["RoundTrip", "export_nir", "to_nir", "verify_round_trip"]


def _spike_ir(model: Any, input_shape: Any, time_steps: int | None) -> SpikeIR:
    if isinstance(model, SpikeIR):
        return model
    if hasattr(model, "spike_ir"):
        return model.spike_ir
    if input_shape is None:
        raise ValidationError("expected an input_shape such as (1, 3, 32, 32) for a PyTorch module, got None")
    from ..frontend import import_model

    return SpikeIR(import_model(model, input_shape, time_steps=time_steps).module)


def _write(function: Function, scheme: Scheme, dt: float | None, extend: bool) -> Writer:
    writer = Writer(function, scheme, scheme.dt if dt is None else float(dt), extend)
    writer.write()
    return writer


def to_nir(
    model: SpikeIR | CompiledModel | Any,
    *,
    scheme: str | Scheme | None = None,
    dt: float | None = None,
    strict: bool = False,
    input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    time_steps: int | None = None,
) -> nir.NIRGraph:
    """The NIR graph of spike IR, a compiled model or a PyTorch module (with `input_shape`).

    `scheme` and `dt` are those a reader has to use; without a scheme, the one under which NIR can say most. What NIR
    cannot say goes into the extension (docs/nir.md), or with `strict` is an error that lists every such layer. An image
    that the model repeats over time becomes an Input, to be fed at every step, where no extension is needed.
    """
    function = Function(_spike_ir(model, input_shape, time_steps))
    candidates = [scheme_of(scheme)] if scheme is not None else list(SCHEMES.values())
    plain = min((_write(function, one, dt, False) for one in candidates), key=lambda writer: len(writer.unsaid))
    metadata = {"written_by": "spike-transformer-compiler", "scheme": plain.scheme.name, "dt": plain.dt}
    if not plain.unsaid:
        return nir.NIRGraph(plain.nodes, plain.edges, metadata, type_check=False)
    if strict:
        shown = plain.unsaid[:20] + [f"... and {len(plain.unsaid) - 20} more"] * (len(plain.unsaid) > 20)
        raise ValidationError(
            f"NIR cannot say {len(plain.unsaid)} parts of the model:\n" + "\n".join(f"  {line}" for line in shown),
            error_code="beyond-nir",
            suggestions=["export without strict: they go into an extension that this package reads back exactly"],
        )
    full = _write(function, plain.scheme, dt, True)
    return ExtendedGraph(full.nodes, full.edges, metadata, full.extension)


def export_nir(model: SpikeIR | CompiledModel | Any, path: str | Path, **options: Any) -> nir.NIRGraph:
    """Writes to_nir(model, **options) to a file and returns it."""
    graph = to_nir(model, **options)
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        nir.write(temporary, graph, compression_opts=1)  # weights hardly shrink, and higher levels take long
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ValidationError(f"cannot write '{path}': {error}") from None
    return graph


@dataclass(frozen=True)
class RoundTrip:
    """What came back from a file: values of outputs and neuron layers compared, how many differ, and the rate of each
    neuron layer, because silence would prove nothing."""

    compared: int
    differing: int
    rates: dict[str, float]
    extended: bool

    @property
    def exact(self) -> bool:
        return self.differing == 0

    def __str__(self) -> str:
        rates = list(self.rates.values()) or [0.0]
        return (
            f"{self.differing} of {self.compared} values differ, {len(self.rates)} neuron layers fire at "
            f"{min(rates):.3f} to {max(rates):.3f}, {'with' if self.extended else 'without'} extension"
        )


def verify_round_trip(
    model: SpikeIR | CompiledModel | Any,
    path: str | Path,
    inputs: Sequence[np.ndarray] | np.ndarray | None = None,
    **options: Any,
) -> RoundTrip:
    """Exports, reads the file back and compares every output and every neuron of both, bit by bit, on compiled code.

    `inputs` are float32 arrays in the model's own shapes; without them, uniform random numbers.
    """
    given = {key: options.get(key) for key in ("input_shape", "time_steps")}
    ir = _spike_ir(model, **given)
    graph = export_nir(ir, path, **{key: value for key, value in options.items() if key not in given})
    function = Function(ir)
    if isinstance(graph, ExtendedGraph):
        again = read_nir(path)
    else:
        scheme, dt = graph.metadata["scheme"], graph.metadata["dt"]
        again = read_nir(path, function.time_steps, scheme=scheme, dt=dt, batch=function.batch)
    if inputs is None:
        random = np.random.default_rng(0)
        inputs = [random.random(spec["shape"], dtype=np.float32) for spec in function.inputs]
    arrays = [np.ascontiguousarray(x, np.float32) for x in ([inputs] if isinstance(inputs, np.ndarray) else inputs)]
    repeated = [
        x if x.shape == spec["shape"] else np.ascontiguousarray(np.broadcast_to(x, spec["shape"]))
        for x, spec in zip(arrays, again.inputs, strict=True)
    ]
    ours, theirs = _run(ir, arrays), _run(again, repeated)
    compared = differing = 0
    for key in ours.keys() | theirs.keys():
        a, b = ours.get(key), theirs.get(key)
        size = max(x.size for x in (a, b) if x is not None)
        compared += size
        if a is None or b is None or a.size != b.size:
            differing += size
        else:
            differing += int((a.ravel() != b.ravel()).sum())
    rates = {key: float(value.mean()) for key, value in ours.items() if not key.startswith("output ")}
    return RoundTrip(compared, differing, rates, isinstance(graph, ExtendedGraph))


def _run(ir: SpikeIR, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Outputs by number, and the output of every neuron by its path."""
    module = ir.module.clone()
    module.run_pipeline("spike-expose-neurons")
    results = module.compile(level=0).run(arrays)
    outputs = module.signature()["outputs"]
    return {
        spec["path"] or f"output {i}": np.asarray(x).astype(np.float32)
        for i, (spec, x) in enumerate(zip(outputs, results, strict=True))
    }
