# SPDX-License-Identifier: Apache-2.0
"""The import finder behind `official_repositories`."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from ._absent import stand_in
from ._backend import NEURONS, accept_backend

__all__ = ["official_repositories"]

_PACKAGES = Path(__file__).parent / "packages"

#: Packages of which no name is needed at inference; real ones are used where they are installed.
_NAMES_ONLY = {
    "cupy",
    "einops",
    "fvcore",
    "matplotlib",
    "ptflops",
    "tensorboardX",
    "thop",
    "torchinfo",
    "torchsummary",
    "torchvision",
    "wandb",
}


#: Models in a library, which are like a model file: three need torchvision to fetch weights, and for nothing else.
_MODELS = "spikingjelly.activation_based.model."


def _file_of(name: str) -> Path | None:
    """The file that stands for module `name`, or None."""
    path = _PACKAGES.joinpath(*name.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.is_file():
            return file
    return None


def _is_ours(name: str) -> bool:
    """Whether a module of that name may be missing here: listed, or below a package that has a folder in `packages`."""
    head = name.partition(".")[0]
    return head in _NAMES_ONLY or head == "timm" or name.split(".")[:2] == ["spikingjelly", "clock_driven"]


def _asked_by_a_library() -> bool:
    """Whether an installed package imports: `try: import cupy` there must go on telling the truth."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (
        "importlib" in frame.f_code.co_filename or frame.f_globals.get("__name__") == __name__
    ):
        frame = frame.f_back
    if frame is None or str(frame.f_globals.get("__name__")).startswith(_MODELS):
        return False
    file = frame.f_code.co_filename
    return "site-packages" in file and not file.startswith(str(_PACKAGES.parent))


class _StandIn(importlib.abc.Loader):
    """Runs the file that stands for a module; names that the file lacks, or the whole module, are stand-ins."""

    def __init__(self, file: Path | None, kept: ModuleType | None) -> None:
        self.file, self.kept = file, kept

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.kept

    def exec_module(self, module: ModuleType) -> None:
        if self.kept is not None:
            return
        if self.file is not None:
            exec(compile(self.file.read_bytes(), str(self.file), "exec"), module.__dict__)
        module.__dict__.setdefault("__getattr__", stand_in(module.__name__, lambda name: _file_of(name) is not None))


class _Completed(importlib.abc.Loader):
    """Loads a real module, then adds what it lacks."""

    def __init__(self, real: Any, finder: _Finder) -> None:
        self.real, self.finder = real, finder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.real.exec_module(module)
        self.finder.complete(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds real modules first; where there is none, the stand-in."""

    def __init__(self) -> None:
        self.depth = 0
        self.kept: dict[str, ModuleType] = {}  # stand-ins keep their identity from one use of the context to the next
        self.undo: list[Callable[[], object]] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != NEURONS and not _is_ours(name):
            return None
        file = _file_of(name)
        if (real := self._real(name, path, target)) is not None:
            if real.loader is not None:
                real.loader = _Completed(real.loader, self)
            return real
        if name == NEURONS or _asked_by_a_library():
            return None
        package = file is None or file.name == "__init__.py"
        loader = _StandIn(file, self.kept.get(name))
        return importlib.util.spec_from_loader(name, loader, origin=str(file or name), is_package=package)

    def _real(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> Any:
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)) is not None:
                return spec
        return None

    def complete(self, module: ModuleType) -> None:
        """Adds the names of a real module's stand-in that it lacks, until the context ends."""
        if module.__name__ == NEURONS:
            self.undo.append(accept_backend(module))
        if (file := _file_of(module.__name__)) is None:
            return
        names: dict[str, Any] = {"__name__": module.__name__, "__package__": module.__spec__.parent}
        exec(compile(file.read_bytes(), str(file), "exec"), names)
        for name in names.get("__all__", ()):
            if not hasattr(module, name):
                setattr(module, name, names[name])
                self.undo.append(partial(module.__dict__.pop, name, None))

    def enter(self) -> None:
        self.depth += 1
        if self.depth > 1:
            return
        for name, module in list(sys.modules.items()):
            if (name == NEURONS or _is_ours(name)) and not _is_stand_in(module):
                self.complete(module)
        sys.meta_path.insert(0, self)

    def leave(self) -> None:
        self.depth -= 1
        if self.depth:
            return
        sys.meta_path.remove(self)
        for undo in self.undo:
            undo()
        self.undo.clear()
        for name, module in list(sys.modules.items()):
            if _is_ours(name) and _is_stand_in(module):
                self.kept[name] = module
                del sys.modules[name]
                parent, _, child = name.rpartition(".")
                if parent and vars(sys.modules.get(parent, module)).get(child) is module:
                    delattr(sys.modules[parent], child)


def _is_stand_in(module: ModuleType) -> bool:
    return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), _StandIn)


_finder = _Finder()


@contextmanager
def official_repositories() -> Iterator[None]:
    """Makes the imports of published model files succeed; a package that is installed wins, name by name.

    Neurons of `spikingjelly.clock_driven` compute in torch, on any device, also with `backend="cupy"`. Names that only
    training or printing needs can be imported, and are an ImportError when they are used. On leaving, `sys.modules` has
    no stand-in left; classes and models that were made go on working. May be nested; not for several threads at once.
    """
    _finder.enter()
    try:
        yield
    finally:
        _finder.leave()
