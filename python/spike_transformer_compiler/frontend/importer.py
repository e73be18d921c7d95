# SPDX-License-Identifier: Apache-2.0
"""From a PyTorch module to the text of a torch program and its weights.

The user's module is never changed: a copy that shares parameters and buffers is exported, with every neuron module
replaced by one operator. Weights stay in the tensors' own memory; the text names them.
"""

from __future__ import annotations

import contextlib
import copy
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.utils._pytree import tree_flatten

from ..exceptions import CompilationError, ValidationError
from . import neurons
from ._constants import fold_constants
from ._written_out import WRITTEN_OUT
from .neurons import NeuronRun, NeuronStub

__all__ = ["NeuronRun", "TorchProgram", "export", "import_module", "private_copy", "replace_neurons", "reset_memories"]

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@dataclass
class TorchProgram:
    """An exported model: generic text of the torch dialect, and its weights by name, not copied."""

    text: str
    weights: dict[str, np.ndarray] = field(repr=False)
    neurons: list[NeuronRun]


# ---------------------------------------------------------------------------------------------- neurons


class _RefusedStub(torch.nn.Module):
    """Takes the place of a module with state that nobody has registered; unused ones do no harm."""

    def __init__(self, module: torch.nn.Module, path: str):
        super().__init__()
        cls = type(module)
        self.message = f"module '{path}' is a {cls.__module__}.{cls.__qualname__}, a neuron class that is not supported"
        self.step_mode = getattr(module, "step_mode", "s")

    def forward(self, *args, **kwargs):
        raise ValidationError(
            self.message,
            error_code="unsupported-neuron",
            suggestions=[
                "use IFNode, LIFNode or ParametricLIFNode",
                "register the class with frontend.register_neuron",
            ],
        )


def replace_neurons(model: torch.nn.Module) -> tuple[torch.nn.Module, list[NeuronRun]]:
    """Puts a stub in the place of every neuron module of `model`, which is changed.

    Returns the new root, and a list that fills as the neurons run.
    """
    runs: list[NeuronRun] = []
    stubs: dict[torch.nn.Module, torch.nn.Module] = {}
    for path, module in model.named_modules():
        if (neuron := neurons.describe(module, path)) is not None:
            stubs[module] = (neuron.stub or NeuronStub)(neuron, module, path, runs.append)
        elif neurons.is_stateful(module):
            stubs[module] = _RefusedStub(module, path).train(module.training)
    for module in model.modules():
        for name, child in module._modules.items():
            if child in stubs:
                module._modules[name] = stubs[child]
    root = stubs.get(model, model)

    def start(*_) -> None:
        runs.clear()  # the export may run the model more than once
        for stub in stubs.values():
            if isinstance(stub, NeuronStub):
                stub.memory.clear()

    root.register_forward_pre_hook(start)
    return root, runs


# ---------------------------------------------------------------------------------------------- copies


def private_copy(model: torch.nn.Module, *, keep_hooks: bool = False, clone_buffers: bool = False) -> torch.nn.Module:
    """A copy that shares parameters, and buffers unless they are cloned; neuron state is at its reset value."""
    memo: dict[int, object] = {id(parameter): parameter for parameter in model.parameters()}
    for buffer in model.buffers():
        memo[id(buffer)] = buffer.detach().clone() if clone_buffers else buffer
    for module in model.modules():
        for hooks in _HOOKS:
            if (registered := module.__dict__.get(hooks)) is not None:
                memo[id(registered)] = OrderedDict(registered) if keep_hooks else OrderedDict()
        # What a training step left behind may hang on its autograd graph, which cannot be copied.
        kept = [*module.__dict__.values(), *getattr(module, "_memories", {}).values()]
        for value in kept:
            if isinstance(value, torch.Tensor) and not value.is_leaf:
                memo.setdefault(id(value), value.detach().clone())
    try:
        result = copy.deepcopy(model, memo)
    except Exception as error:
        raise ValidationError(
            f"the model cannot be copied: {type(error).__name__}: {error}",
            suggestions=["keep objects that cannot be copied out of the model's attributes"],
        ) from error
    reset_memories(result)
    return result


def reset_memories(model: torch.nn.Module) -> None:
    for module in model.modules():
        neurons.reset_state(module)


# ---------------------------------------------------------------------------------------------- export and import


@contextlib.contextmanager
def _quiet():
    """Keeps torch from telling that there is no Triton on this machine: nothing here would use it."""
    logger = logging.getLogger("torch._library.triton")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def export(model: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> torch.export.ExportedProgram:
    """The program of a model without neurons (see replace_neurons), which must not write to its own tensors."""
    try:
        with torch.no_grad(), _quiet(), neurons.own_instances(model):
            program = torch.export.export(model, tuple(inputs), strict=False)
    except CompilationError:
        raise
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None:  # torch may wrap our own error
            if isinstance(cause, CompilationError):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
        raise CompilationError(
            f"the model cannot be exported: {type(error).__name__}: {error}", error_code="export-failed"
        ) from error
    if any(_is_mutable(node) or node.target in WRITTEN_OUT for node in program.graph.nodes):
        program = program.run_decompositions(WRITTEN_OUT)
        signature = program.graph_signature
        changed = [*signature.buffers_to_mutate.values(), *getattr(signature, "parameters_to_mutate", {}).values()]
        changed += [f"input {name}" for name in signature.user_inputs_to_mutate.values()]
        if changed:
            raise ValidationError(
                f"the model changes its own state while it runs: {', '.join(changed)}",
                error_code="stateful-model",
                suggestions=["keep state in neuron modules only"],
            )
        _restore_batch_norms(program)
    for node in list(program.graph.nodes):
        if node.target is torch.ops.aten._assert_tensor_metadata.default:
            program.graph.erase_node(node)
    program.graph.eliminate_dead_code()  # such as states that are made and replaced before they are read
    return program


def _without_none(output: object) -> object:
    """States that a module does not have come out as none; a program returns what there is."""
    leaves = tree_flatten(output)[0]
    return tuple(leaf for leaf in leaves if leaf is not None) if any(leaf is None for leaf in leaves) else output


def _restore_batch_norms(program: torch.export.ExportedProgram) -> None:
    """Functionalisation gives batch norm results that are empty outside of training; the source's form has one result."""
    graph = program.graph
    for node in list(graph.nodes):
        if node.target is not torch.ops.aten._native_batch_norm_legit_no_training.default:
            continue
        *arguments, momentum, eps = node.args
        with graph.inserting_before(node):
            norm = graph.call_function(torch.ops.aten.batch_norm.default, (*arguments, False, momentum, eps, False))
        norm.meta = {**node.meta, "val": node.meta["val"][0]}
        for user in list(node.users):  # only the first of the three results is ever used
            user.replace_all_uses_with(norm)
            program.graph_signature.replace_all_uses(user.name, norm.name)  # an output is known by its name
            graph.erase_node(user)
        graph.erase_node(node)


def _is_mutable(node: torch.fx.Node) -> bool:
    schema = getattr(node.target, "_schema", None)
    return node.op == "call_function" and schema is not None and schema.is_mutable


def import_module(
    model: torch.nn.Module, inputs: Sequence[torch.Tensor], input_names: Sequence[str], output_names: Sequence[str] = ()
) -> TorchProgram:
    """Exports `model`, which may be changed (see private_copy), for inputs like `inputs`."""
    from ._fx import write_program  # torch-mlir is loaded when the first model is

    model, runs = replace_neurons(model)
    model.register_forward_hook(lambda _, arguments, output: _without_none(output))
    program = fold_constants(export(model, inputs))
    try:
        text, weights = write_program(program, input_names, output_names)
    except Exception as error:
        raise CompilationError(
            f"the exported model cannot be read: {type(error).__name__}: {error}", error_code="export-failed"
        ) from error
    return TorchProgram(text, weights, runs)
