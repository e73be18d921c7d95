# SPDX-License-Identifier: Apache-2.0
"""Expressions of parameters and buffers alone, computed once by torch itself, so with the source's own rounding.

Scales from firing rates, standardised weights, borders from batch norm statistics, `torch.zeros_like(x)`: whatever does
not depend on the input becomes a tensor of the program.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.export.graph_signature import InputKind, InputSpec, TensorArgument

__all__ = ["fold_constants"]

_aten = torch.ops.aten

#: Tensors that depend on another one's shape only, and the value that fills them. What `empty` holds is unknown; a value
#: that is not a number is refused by the conversion where anything reads it.
_FILLED = {
    _aten.zeros_like.default: 0.0,
    _aten.ones_like.default: 1.0,
    _aten.empty_like.default: float("nan"),
    _aten.new_zeros.default: 0.0,
    _aten.new_ones.default: 1.0,
    _aten.new_empty.default: float("nan"),
    _aten.zeros.default: 0.0,
    _aten.ones.default: 1.0,
    _aten.empty.memory_format: float("nan"),
}
_FILLED_WITH = {_aten.full_like.default: 1, _aten.new_full.default: 2, _aten.full.default: 1}  # position of the number
_FILLED_WITH |= {_aten.fill.Scalar: 1, _aten.fill.Tensor: 1}

#: Not worth a copy of their own: a parameter stays the tensor that it is.
_KEPT = {_aten.detach.default, _aten.alias.default, _aten.clone.default, _aten.contiguous.default}


def _tensors(program: torch.export.ExportedProgram) -> dict[str, torch.Tensor]:
    """Parameters, buffers and constants by the name of their placeholder."""
    known = {**dict(program.named_parameters()), **dict(program.named_buffers()), **program.constants}
    found = {}
    for spec in program.graph_signature.input_specs:
        kept = spec.kind in (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)
        if kept and isinstance(known.get(spec.target), torch.Tensor):
            found[spec.arg.name] = known[spec.target]
    return found


def _created(node: torch.fx.Node, constants: dict[torch.fx.Node, torch.Tensor]) -> torch.Tensor | None:
    """The tensor of an operation that makes one from a shape and a number."""
    shape = node.meta.get("val")
    if node.target in _FILLED:
        value: Any = _FILLED[node.target]
    elif node.target in _FILLED_WITH and len(node.args) > _FILLED_WITH[node.target]:
        value = node.args[_FILLED_WITH[node.target]]
        if isinstance(value, torch.fx.Node) and value in constants and constants[value].numel() == 1:
            value = constants[value].item()
    else:
        return None
    if not isinstance(shape, torch.Tensor) or not isinstance(value, bool | int | float):
        return None
    if value != value and not shape.dtype.is_floating_point:
        value = 0
    return torch.full(tuple(shape.shape), value, dtype=shape.dtype)


def _computed(node: torch.fx.Node, constants: dict[torch.fx.Node, torch.Tensor]) -> torch.Tensor | None:
    """The value of an operation on constants alone."""
    schema = getattr(node.target, "_schema", None)
    if schema is None or schema.is_mutable or torch.Tag.nondeterministic_seeded in node.target.tags:
        return None
    if not node.target.namespace == "aten" or not all(argument in constants for argument in node.all_input_nodes):
        return None
    if not node.all_input_nodes and node.target not in (_aten.arange.default, _aten.scalar_tensor.default):
        return None
    args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), constants.__getitem__)
    with torch.no_grad():
        value = node.target(*args, **kwargs)
    return value if isinstance(value, torch.Tensor) else None


def fold_constants(program: torch.export.ExportedProgram) -> torch.export.ExportedProgram:
    """Puts constants in the place of nodes of the program, which is changed, that do not depend on its inputs."""
    graph, specs = program.graph, program.graph_signature.input_specs
    tensors = _tensors(program)
    constants: dict[torch.fx.Node, torch.Tensor] = {}
    folded: list[torch.fx.Node] = []
    for node in graph.nodes:
        if node.op == "placeholder" and node.name in tensors:
            constants[node] = tensors[node.name]
        elif node.op == "call_function":
            value = _created(node, constants)
            value = _computed(node, constants) if value is None else value
            if value is not None:
                constants[node] = value
                folded.append(node)
    for number, node in enumerate(folded):
        if node.target in _KEPT and node.args[0].op == "placeholder":
            node.replace_all_uses_with(node.args[0])
            continue
        if all(user in constants for user in node.users):
            continue
        stack = node.meta.get("nn_module_stack")
        path = next(reversed(stack.values()))[0] if stack else ""
        target = f"{path}.{node.name}" if path else node.name
        while target in program.constants or target in program.state_dict:
            target += f"_{number}"
        with graph.inserting_before(next(iter(graph.nodes))):
            placeholder = graph.placeholder(f"c_folded_{number}")
        placeholder.meta["val"] = node.meta["val"]
        program.constants[target] = constants[node].detach().contiguous()
        specs.insert(0, InputSpec(InputKind.CONSTANT_TENSOR, TensorArgument(placeholder.name), target))
        node.replace_all_uses_with(placeholder)
    _leave_out_nones(program)
    graph.eliminate_dead_code()
    return program


def _leave_out_nones(program: torch.export.ExportedProgram) -> None:
    """A model may return None beside its tensors, for a hook that was not given."""
    output = program.graph.output_node()
    values, specs = output.args[0], program.graph_signature.output_specs
    kept = [index for index, value in enumerate(values) if value is not None]
    if kept and len(kept) < len(values):
        output.args = (tuple(values[index] for index in kept),)
        specs[:] = [specs[index] for index in kept]
