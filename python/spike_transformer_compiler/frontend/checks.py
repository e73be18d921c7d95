# SPDX-License-Identifier: Apache-2.0
"""What must hold of a model and its inputs before it is compiled."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

import torch
from torch.utils._pytree import tree_flatten

from ..exceptions import ValidationError
from .importer import export, private_copy, replace_neurons, reset_memories
from .neurons import keeps_state, own_instances

__all__ = ["check_inputs", "check_model", "check_repeatable", "check_time_steps", "order_inputs"]


def check_model(model: object) -> None:
    """A module in evaluation mode, all of it."""
    if not isinstance(model, torch.nn.Module):
        raise ValidationError(f"expected a torch.nn.Module, got {type(model).__name__}")
    training = [path or "the model itself" for path, module in model.named_modules() if module.training]
    if training:
        shown = ", ".join(training[:3]) + (f" and {len(training) - 3} more" if len(training) > 3 else "")
        raise ValidationError(
            f"the model is in training mode: {shown}",
            error_code="training-mode",
            suggestions=["call model.eval() before compiling"],
        )


def check_inputs(shapes: object) -> dict[str, tuple[int, ...]]:
    """Input shapes by name, all dimensions at least one."""
    if not isinstance(shapes, Mapping) or not shapes:
        raise ValidationError(f"expected input_shapes to map names to shapes, got {shapes!r}")
    checked = {}
    for name, shape in shapes.items():
        if not isinstance(name, str) or not name:
            raise ValidationError(f"expected the name of an input, got {name!r}")
        if isinstance(shape, str | bytes) or not isinstance(shape, Sequence):
            raise ValidationError(f"expected the shape of input '{name}' to be a tuple of integers, got {shape!r}")
        for size in shape:
            if isinstance(size, bool) or not hasattr(size, "__index__"):
                raise ValidationError(f"expected the shape of input '{name}' to be a tuple of integers, got {shape!r}")
            if int(size) < 1:
                raise ValidationError(
                    f"expected every dimension of input '{name}' to be at least 1, got {tuple(shape)}"
                )
        checked[name] = tuple(int(size) for size in shape)
    return checked


def check_time_steps(time_steps: object) -> int | None:
    if time_steps is None:
        return None
    if isinstance(time_steps, bool) or not hasattr(time_steps, "__index__"):
        raise ValidationError(f"expected time_steps to be an integer, got {time_steps!r}")
    if int(time_steps) < 1:
        raise ValidationError(f"expected time_steps to be at least 1, got {time_steps}")
    return int(time_steps)


def order_inputs(model: torch.nn.Module, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Input names in the order of forward's parameters: by name if all names are parameters, else as given."""
    try:
        parameters = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        return list(shapes)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    required = [p.name for p in positional if p.default is p.empty]
    names = [p.name for p in positional]
    if len(shapes) < len(required) or (len(shapes) > len(names) and not variadic):
        raise ValidationError(
            f"expected shapes for the inputs {', '.join(required or names)}, got {', '.join(shapes)}",
            suggestions=["give one shape for each parameter of the model's forward"],
        )
    if all(name in names for name in shapes):
        ordered = [name for name in names if name in shapes]
        if ordered != names[: len(ordered)]:
            raise ValidationError(f"input '{names[0]}' comes before '{ordered[0]}' and needs a shape as well")
        return ordered
    return list(shapes)


def check_repeatable(model: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> None:
    """Runs copies of the model: nothing but its neurons may remember a run, and no hook may take part in one."""
    subject = private_copy(model, clone_buffers=True)
    versions = [(name, parameter, parameter._version) for name, parameter in model.named_parameters()]
    before = _state(subject)
    first = _run(subject, inputs)
    after_first = _state(subject)
    second = _run(subject, inputs)
    changed = [name for name, parameter, version in versions if parameter._version != version]
    changed += _difference(after_first, _state(subject))
    if not changed and not _equal(first, second):
        changed = ["its output differs from one run to the next"]
    if not changed and (kept := _difference(before, after_first)) and _trace(model, inputs) != _trace(subject, inputs):
        changed = kept  # what the first run left behind is used by the next one
    if changed:
        raise ValidationError(
            f"the model changes its own state while it runs: {', '.join(changed[:5])}",
            error_code="stateful-model",
            suggestions=["keep state in neuron modules only"],
        )
    _check_hooks(model, inputs, first, after_first)


def _check_hooks(
    model: torch.nn.Module, inputs: Sequence[torch.Tensor], output: list[torch.Tensor], state: dict[str, object]
) -> None:
    """Hooks that only look are left out of the import; one that changes something is an error."""
    paths = {module: path or "the model itself" for path, module in model.named_modules()}
    if not any(module._forward_hooks or module._forward_pre_hooks for module in paths):
        return
    subject = private_copy(model, keep_hooks=True, clone_buffers=True)
    guilty: list[str] = []
    for path, module in subject.named_modules():
        for hooks in (module._forward_hooks, module._forward_pre_hooks):
            for key, hook in hooks.items():
                hooks[key] = _watched(hook, path or "the model itself", guilty)
    result = _run(subject, inputs)
    if not guilty and (not _equal(output, result) or _difference(state, _state(subject))):
        guilty = [path for module, path in paths.items() if module._forward_hooks or module._forward_pre_hooks]
    if guilty:
        raise ValidationError(
            f"a forward hook changes what the model computes, on {', '.join(dict.fromkeys(guilty))}",
            error_code="unsupported-model",
            suggestions=["move what the hook does into forward, or remove it"],
        )


def _watched(hook: Callable, path: str, guilty: list[str]) -> Callable:
    def call(*arguments, **named):
        leaves = [leaf for leaf in tree_flatten((arguments[1:], named))[0] if isinstance(leaf, torch.Tensor)]
        versions = [leaf._version for leaf in leaves]
        result = hook(*arguments, **named)
        if result is not None or versions != [leaf._version for leaf in leaves]:
            guilty.append(path)
        return result

    return call


def _trace(model: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> list[tuple[str, ...]]:
    """What one run of the model does, from the state it is in."""
    stubbed, _ = replace_neurons(private_copy(model))
    nodes = export(stubbed, inputs).graph.nodes
    return [(node.op, str(node.target), str(node.args), str(node.kwargs)) for node in nodes]


def _run(model: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    reset_memories(model)
    try:
        with torch.no_grad(), own_instances(model):
            output = model(*(x.clone() for x in inputs))
    except Exception as error:
        shapes = ", ".join(str(tuple(x.shape)) for x in inputs)
        raise ValidationError(
            f"the model does not run on inputs of shape {shapes}: {type(error).__name__}: {error}",
            error_code="model-failed",
            suggestions=["check the input shape, with its batch axis and, if the model takes one, its time axis"],
        ) from error
    return [leaf for leaf in tree_flatten(output)[0] if isinstance(leaf, torch.Tensor)]


def _equal(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return len(first) == len(second) and all(
        torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(first, second, strict=True)
    )


def _state(model: torch.nn.Module) -> dict[str, object]:
    """Buffers, and numbers and tensors among the attributes, of all modules but neurons."""
    state: dict[str, object] = {}
    for path, module in model.named_modules():
        if keeps_state(module):
            continue
        attributes = {**module._buffers, **module.__dict__}
        for name, value in attributes.items():
            if isinstance(value, torch.Tensor):
                state[f"{path}.{name}".lstrip(".")] = value.detach().clone()
            elif isinstance(value, int | float | str):
                state[f"{path}.{name}".lstrip(".")] = value
            elif isinstance(value, list | dict | tuple | set) and not name.startswith("_"):
                state[f"{path}.{name}".lstrip(".")] = len(value)
    return state


def _difference(first: dict[str, object], second: dict[str, object]) -> list[str]:
    """Names whose values differ, or that only one of the two has."""
    missing = object()
    names = dict.fromkeys((*first, *second))
    return [name for name in names if not _same(first.get(name, missing), second.get(name, missing))]


def _same(first: object, second: object) -> bool:
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return first.shape == second.shape and torch.equal(first, second)
    return type(first) is type(second) and first == second
