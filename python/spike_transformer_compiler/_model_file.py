# SPDX-License-Identifier: Apache-2.0
"""A model from a Python file, which is executed for it."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .exceptions import ValidationError

__all__ = ["load_model", "parse_arguments"]


def _where(error: BaseException, path: Path) -> str:
    """The last line of the user's own file in a traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    if isinstance(error, SyntaxError):
        lines.append(error.lineno or 0)
    return f"{path.name}:{lines[-1]}" if lines else path.name


def _failed(what: str, error: Exception, path: Path) -> ValidationError:
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    return ValidationError(
        f"{_where(error, path)}: {what} failed: {type(error).__name__}: {message}", error_code="model-file-failed"
    )


def _execute(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValidationError(f"'{path}' is not a Python file", error_code="no-model-file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # classes of the file can then be found by name
    sys.path.insert(0, str(path.parent))  # so the file may import its neighbours
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _failed("executing the file", error, path) from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def parse_arguments(texts: Sequence[str]) -> dict[str, Any]:
    """`embed_dims=384`, `depths=[6,8]`, `name=text`: Python literals, or text where it is none."""
    arguments: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise ValidationError(f"expected an argument such as embed_dims=384, got '{text}'")
        try:
            arguments[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            arguments[name] = value
    return arguments


def load_model(source: str, arguments: Mapping[str, Any] | None = None) -> Any:
    """The model that `file.py:factory` or `file.py` means, in evaluation mode.

    `factory` is a function, called with `arguments`, a class or an nn.Module object. Without it, the file has an object
    named `model` or exactly one nn.Module class of its own. The imports of published model files succeed
    (frontend.official_repositories).
    """
    from .frontend.compat import official_repositories

    with official_repositories():
        return _load(source, dict(arguments or {}))


def _load(source: str, arguments: dict[str, Any]) -> Any:
    import torch

    name, _, attribute = source.partition(":") if ".py:" in source else (source, "", "")
    path = Path(name).resolve()
    if not path.is_file():
        raise ValidationError(f"there is no file '{name}'", error_code="no-model-file")
    module = _execute(path)
    if attribute:
        found = getattr(module, attribute, None)
        if found is None:
            offered = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
            raise ValidationError(
                f"{path.name} has no '{attribute}'; it has {', '.join(offered) or 'nothing that could be called'}",
                error_code="no-model",
            )
    else:
        found = _only_model(module, path)
    if isinstance(found, torch.nn.Module):
        if arguments:
            raise ValidationError(f"{source} is a model already; it takes no arguments ({', '.join(arguments)})")
    else:
        if not callable(found):
            raise ValidationError(f"'{attribute}' of {path.name} is neither a model nor a function that returns one")
        try:
            found = found(**arguments)
        except Exception as error:
            raise _failed(f"calling '{attribute or getattr(found, '__name__', found)}'", error, path) from error
    if not isinstance(found, torch.nn.Module):
        raise ValidationError(
            f"expected {source} to give a torch.nn.Module, got a {type(found).__name__}", error_code="no-model"
        )
    return found.eval()


def _only_model(module: Any, path: Path) -> Any:
    import torch

    if isinstance(getattr(module, "model", None), torch.nn.Module):
        return module.model
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, torch.nn.Module) and value.__module__ == module.__name__
    ]
    if len(classes) == 1:
        return classes[0]
    found = ", ".join(cls.__name__ for cls in classes) or "none"
    raise ValidationError(
        f"{path.name} has no object named 'model' and not exactly one nn.Module class (found: {found})",
        error_code="no-model",
        suggestions=[f"name a function, class or object: {path.name}:factory"],
    )
