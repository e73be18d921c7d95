# SPDX-License-Identifier: Apache-2.0
"""From a NIR file (HDF5) to nodes. The file is not trusted: sizes are checked before anything is read, and links to
other places are refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import nir
import numpy as np

from ...exceptions import CompilationError, SecurityError, ValidationError
from .trial import can_be_read

__all__ = ["EXTENSION", "LARGEST_CONTENT", "make_node", "read_file"]

#: The key beside a graph's nodes under which a file holds what NIR cannot say. `nir.read` refuses it by this name.
EXTENSION = "extension_of_spike_transformer_compiler"

#: Bytes that all arrays of a file may have together once unpacked, unless the caller sets a limit.
LARGEST_CONTENT = 4 << 30

_DEEPEST = 32
_MOST_ITEMS = 1 << 20


def _malformed(what: str) -> ValidationError:
    return ValidationError(what, error_code="malformed-nir")


class _Reader:
    """Reads groups into dictionaries, up to a number of bytes, items and levels."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.left = limit
        self.limit = limit
        self.items = 0

    def group(self, group: h5py.Group, where: str, depth: int = 0) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise SecurityError(f"'{self.path}': {where}: nested more than {_DEEPEST} levels deep")
        content = {}
        for key in group:
            place = f"{where}/{key}"
            self.items += 1
            if self.items > _MOST_ITEMS:
                raise SecurityError(f"'{self.path}': more than {_MOST_ITEMS} items", error_code="oversized-model")
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise SecurityError(f"'{self.path}': {place} links to another place", error_code="foreign-link")
            item = group[key]
            if isinstance(item, h5py.Group):
                content[key] = self.group(item, place, depth + 1)
            elif isinstance(item, h5py.Dataset):
                content[key] = self.dataset(item, place)
            else:
                raise _malformed(f"'{self.path}': {place} is neither a group nor an array")
        return content

    def dataset(self, item: h5py.Dataset, place: str) -> Any:
        if item.is_virtual or item.external:
            raise SecurityError(f"'{self.path}': {place} lies in another file", error_code="foreign-link")
        kind = item.dtype.kind
        text = h5py.check_string_dtype(item.dtype) is not None
        if item.shape is None or not (text or kind in "biuf"):
            raise _malformed(f"'{self.path}': {place} holds {item.dtype}, expected numbers or text")
        if text and item.size > _MOST_ITEMS:
            raise SecurityError(
                f"'{self.path}': {place} holds more than {_MOST_ITEMS} names", error_code="oversized-model"
            )
        self.left -= item.size * item.dtype.itemsize
        if self.left < 0:
            raise SecurityError(
                f"'{self.path}': {place} of shape {list(item.shape)} brings the arrays to more than {self.limit} bytes",
                error_code="oversized-model",
            )
        value = item[()]
        if isinstance(value, bytes):
            return value.decode("utf-8")
        return value


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except CompilationError:
        raise
    except FileNotFoundError:
        raise ValidationError(f"there is no file '{path}'", error_code="no-model-file") from None
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeDecodeError, MemoryError) as error:
        raise ValidationError(
            f"'{path}' is not an intact NIR file: {str(error) or type(error).__name__}",
            error_code="malformed-nir",
            suggestions=["write the file again, or fetch it again"],
        ) from None


def make_node(name: str, fields: dict[str, Any]) -> nir.NIRNode:
    """A node from its fields; an error that names the node if they do not fit."""
    kind = fields.get("type")
    if not isinstance(kind, str):
        raise _malformed(f"node '{name}' has no type")
    if kind not in nir.ir.__all__ or kind in ("NIRNode", "NIRGraph", "str2NIRNode", "dict2NIRNode"):
        raise ValidationError(
            f"node '{name}' has the type '{kind}', which NIR {nir.version} does not know", error_code="unknown-nir-node"
        )
    fields = dict(fields)
    if not isinstance(fields.get("metadata", {}), dict):
        raise _malformed(f"node '{name}' ({kind}): its metadata are no group")
    try:
        if kind == "Flatten":
            fields.setdefault("input_type", None)
        return nir.dict2NIRNode(fields)
    except KeyError as error:
        raise _malformed(f"node '{name}' ({kind}): it has no field {error}") from None
    except (AssertionError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        what = str(error).replace(f"{kind}.__init__() ", "") or "its fields do not fit each other"
        raise _malformed(f"node '{name}' ({kind}): {what}") from None


def _make_graph(name: str, fields: dict[str, Any]) -> tuple[nir.NIRGraph, dict[str, Any]]:
    where = f"graph '{name}'" if name else "the graph"
    if fields.get("type") != "NIRGraph":
        raise _malformed(f"{where} has the type '{fields.get('type')}', expected 'NIRGraph'")
    nodes = fields.get("nodes")
    if not isinstance(nodes, dict):
        raise _malformed(f"{where} has no nodes")
    edges = np.asarray(fields.get("edges", np.zeros((0, 2), object)))
    if edges.size and (edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "OSU"):
        raise _malformed(f"{where}: expected edges as pairs of names, got {edges.dtype} of shape {list(edges.shape)}")
    pairs = [tuple(end.decode() if isinstance(end, bytes) else str(end) for end in edge) for edge in edges]
    made: dict[str, nir.NIRNode] = {}
    for key, node in nodes.items():
        path = f"{name}.{key}" if name else key
        if not isinstance(node, dict):
            raise _malformed(f"node '{path}' is an array, expected a group of fields")
        if node.get("type") == "NIRGraph":
            if EXTENSION in node:
                raise _malformed(f"graph '{path}' has an extension, which only the outermost graph may have")
            made[key] = _make_graph(path, node)[0]
        else:
            made[key] = make_node(path, node)
    metadata = fields.get("metadata")
    extension = fields.get(EXTENSION, {})
    unknown = sorted(set(fields) - {"type", "nodes", "edges", "metadata", "version", EXTENSION})
    if unknown:
        raise _malformed(f"{where} has fields that NIR does not know: {', '.join(unknown)}")
    graph = nir.NIRGraph(
        nodes=made, edges=pairs, metadata=metadata if isinstance(metadata, dict) else {}, type_check=False
    )
    return graph, extension


def read_file(path: str | Path, max_size: int | None = None) -> tuple[nir.NIRGraph, dict[str, Any]]:
    """The graph of a NIR file, not yet checked as a whole, and the fields of our extension (empty without one).

    `max_size` limits the bytes of all arrays together, as they are in memory.
    """
    path = Path(path)
    if path.is_file() and not can_be_read(path):
        raise ValidationError(
            f"'{path}' is not an intact NIR file: the HDF5 library crashes on it or does not come back",
            error_code="malformed-nir",
            suggestions=["write the file again, or fetch it again"],
        )
    with _readable(path), h5py.File(path, "r") as file:
        reader = _Reader(path, LARGEST_CONTENT if max_size is None else max_size)
        node = file.get("node", getlink=True)
        if not isinstance(node, h5py.HardLink) or not isinstance(file["node"], h5py.Group):
            raise _malformed(f"'{path}' is an HDF5 file without a NIR graph: it has no group 'node'")
        return _make_graph("", reader.group(file["node"], "node"))
