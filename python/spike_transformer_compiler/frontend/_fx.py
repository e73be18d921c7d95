# SPDX-License-Identifier: Apache-2.0
"""The use of torch-mlir's importer: named weights in place of literals, our locations, generic text."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import numpy as np
import torch
from torch_mlir import ir
from torch_mlir.dialects import torch as torch_dialect
from torch_mlir.extras import fx_importer

__all__ = ["write_program"]

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_SKIPPED_SOURCES = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)


class _Locations(fx_importer.ContextCache):
    """Locations with the module's path and the innermost source line outside of torch; files without their folders."""

    __slots__ = ()

    def get_node_location(self, node: torch.fx.Node):
        location = None
        for file, line in reversed(_FRAME.findall(node.meta.get("stack_trace") or "")):
            if not file.startswith(_SKIPPED_SOURCES):
                location = ir.Location.file(os.path.basename(file), int(line), 0, context=self._c)
                break
        stack = node.meta.get("nn_module_stack")
        path = next(reversed(stack.values()))[0] if stack else ""
        return ir.Location.name(path, location, context=self._c) if path else location


class _NamedWeights(fx_importer.FxImporterHooks):
    """Every tensor of more than one element becomes a named resource; its memory stays where it is."""

    def __init__(self) -> None:
        self.weights: dict[str, np.ndarray] = {}

    def resolve_literal(self, importer, literal, info):
        if not isinstance(literal, torch.Tensor) or literal.numel() <= 1:
            return None
        name = info.input_spec.target if info is not None else f"constant_{len(self.weights)}"
        self.weights[name] = _share(literal)
        tensor_type = fx_importer.create_mlir_tensor_type(literal)
        value = ir.Attribute.parse(f'dense_resource<"{name}"> : {tensor_type}')
        result = importer._cc.get_vtensor_type(literal.size(), literal.dtype)
        return ir.Operation.create("torch.vtensor.literal", results=[result], attributes={"value": value}).result


def _share(tensor: torch.Tensor) -> np.ndarray:
    """The tensor's memory, if it is dense and on the CPU. Types other than float32 are bytes: the conversion refuses them."""
    tensor = tensor.detach().cpu().contiguous()
    return (tensor if tensor.dtype == torch.float32 else tensor.view(torch.uint8)).numpy()


def write_program(
    program: torch.export.ExportedProgram, input_names: Sequence[str], output_names: Sequence[str]
) -> tuple[str, dict[str, np.ndarray]]:
    """Generic text of the program, and its weights by name."""
    context = ir.Context()
    context.allow_unregistered_dialects = True  # for the names of inputs and outputs
    torch_dialect.register_dialect(context)
    hooks = _NamedWeights()
    importer = fx_importer.FxImporter(context=context, hooks=hooks)
    importer._cc = _Locations(context)
    function = importer.import_program(program)
    with context:
        if "torch.assume_strict_symbolic_shapes" in function.attributes:
            del function.attributes["torch.assume_strict_symbolic_shapes"]
        for attribute, names, types in (
            ("arg_attrs", input_names, function.type.inputs),
            ("res_attrs", output_names, function.type.results),
        ):
            if names and len(names) == len(types):
                function.attributes[attribute] = ir.ArrayAttr.get(
                    [ir.DictAttr.get({"spike.name": ir.StringAttr.get(name)}) for name in names]
                )
    return importer.module.operation.get_asm(print_generic_op_form=True, enable_debug_info=True), hooks.weights
