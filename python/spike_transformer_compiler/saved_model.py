# SPDX-License-Identifier: Apache-2.0
"""The file a compiled model is saved in: IR, weights and a manifest, with digests; never pickled, never native code.

The file is a zip archive of three stored (not compressed) members: `manifest.json`, `model.mlir`, in which weights are
only names, and `weights.safetensors`. The archive's comment, the last 64 bytes, is the SHA-256 of all bytes before it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from .exceptions import SecurityError, ValidationError

__all__ = ["FORMAT_VERSION", "read", "write"]

FORMAT = "spike-transformer-compiler model"
FORMAT_VERSION = 1
MANIFEST, IR, WEIGHTS = "manifest.json", "model.mlir", "weights.safetensors"
_DIGEST = 64
_LARGEST_MANIFEST = 1 << 20
_LARGEST_IR = 256 << 20


def _digest(data: bytes | memoryview) -> str:
    return hashlib.sha256(data).hexdigest()


def write(path: str | Path, manifest: dict[str, Any], ir: str, weights: dict[str, np.ndarray]) -> None:
    """Writes the file, whole or not at all."""
    path = Path(path)
    members = {IR: ir.encode(), WEIGHTS: safetensors.numpy.save(weights)}
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **manifest,
        "sha256": {name: _digest(data) for name, data in members.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {MANIFEST: json.dumps(manifest, indent=2).encode(), **members}.items():
            # A fixed date: the same model gives the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
        archive.comment = b"0" * _DIGEST
    content = buffer.getbuffer()
    content[-_DIGEST:] = _digest(content[:-_DIGEST]).encode()
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise ValidationError(f"cannot write '{path}': {error}") from None


def _damaged(path: Path, what: str) -> SecurityError:
    return SecurityError(
        f"'{path}' is not an intact saved model: {what}",
        error_code="damaged-model",
        suggestions=["save the model again, or fetch the file again"],
    )


def _members(path: Path, data: memoryview) -> dict[str, bytes]:
    """The archive's members, after checking that they are exactly the expected ones and as large as they say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = sorted(info.filename for info in infos)
            if names != sorted([MANIFEST, IR, WEIGHTS]):
                raise _damaged(
                    path, f"expected the members {MANIFEST}, {IR}, {WEIGHTS}, got {', '.join(names) or 'none'}"
                )
            for info in infos:
                # A stored member cannot be larger than the file, so nothing can be blown up.
                if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
                    raise SecurityError(
                        f"'{path}': member {info.filename} is compressed, which saved models never are",
                        error_code="compressed-member",
                    )
            limits = {MANIFEST: _LARGEST_MANIFEST, IR: _LARGEST_IR}
            for info in infos:
                if info.file_size > limits.get(info.filename, info.file_size):
                    raise SecurityError(
                        f"'{path}': member {info.filename} holds {info.file_size} bytes, at most "
                        f"{limits[info.filename]} are accepted",
                        error_code="oversized-member",
                    )
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from None


def read(path: str | Path, max_size: int | None = None) -> tuple[dict[str, Any], str, dict[str, np.ndarray]]:
    """Manifest, IR text and weights of a saved model; every byte of the file is covered by a digest."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if max_size is not None and size > max_size:
            raise SecurityError(
                f"'{path}' has {size} bytes, at most {max_size} are accepted", error_code="oversized-model"
            )
        data = memoryview(path.read_bytes())
    except OSError as error:
        raise ValidationError(f"cannot read the saved model '{path}': {error.strerror}") from None

    if data[:4] != b"PK\x03\x04":
        raise _damaged(path, "it does not start as one")
    members = None
    if len(data) <= _DIGEST or _digest(data[:-_DIGEST]).encode() != data[-_DIGEST:]:
        # What a file claims about itself is looked at only to give the better message.
        members = _members(path, data)
        raise _damaged(path, "its bytes do not match its digest")
    members = _members(path, data)
    try:
        manifest = json.loads(members[MANIFEST])
        version = manifest["format_version"]
        if manifest["format"] != FORMAT or not isinstance(version, int):
            raise ValueError("another format")
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"its manifest cannot be read ({error})") from None
    if version > FORMAT_VERSION:
        raise ValidationError(
            f"'{path}' is in format {version}, written by version {manifest.get('library_version')}; this version reads "
            f"formats up to {FORMAT_VERSION}",
            error_code="newer-model-format",
            suggestions=["update spike-transformer-compiler, or save the model with this version"],
        )
    digests = manifest.get("sha256", {})
    for name in (IR, WEIGHTS):
        if not isinstance(digests, dict) or digests.get(name) != _digest(members[name]):
            raise _damaged(path, f"member {name} does not match its digest")
    try:
        weights = safetensors.numpy.load(members[WEIGHTS])
        text = members[IR].decode()
    except (SafetensorError, UnicodeDecodeError, ValueError, KeyError) as error:
        raise _damaged(path, str(error)) from None
    return manifest, text, weights
