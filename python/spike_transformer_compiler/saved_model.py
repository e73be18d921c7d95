# SPDX-License-Identifier: Apache-2.0
"""The file a compiled model is saved in: IR, weights and a manifest, with digests; never pickled, never native code.

The file is a zip archive of three stored (not compressed) members: `manifest.json`, `model.mlir`, in which weights are
only names, and `weights.safetensors`. The archive's comment, the last 64 bytes, is the SHA-256 of all bytes before it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .exceptions import SecurityError, ValidationError

__all__ = ["FORMAT_VERSION", "SavedModel", "read", "write"]

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
    import safetensors.numpy  # not needed to load what the cache holds

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


def _archive(path: Path, file: BinaryIO) -> zipfile.ZipFile:
    """The archive, after checking that its members are exactly the expected ones and as large as they say."""
    archive = zipfile.ZipFile(file)
    infos = archive.infolist()
    names = sorted(info.filename for info in infos)
    if names != sorted([MANIFEST, IR, WEIGHTS]):
        raise _damaged(path, f"expected the members {MANIFEST}, {IR}, {WEIGHTS}, got {', '.join(names) or 'none'}")
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
    return archive


class SavedModel:
    """A saved model's file, kept open: every byte of it is covered by `digest`, which is verified first.

    The manifest is read at once, IR and weights when they are asked for.
    """

    def __init__(self, path: str | Path, max_size: int | None = None) -> None:
        self.path = Path(path)
        try:
            self._file = open(self.path, "rb", buffering=0)
        except OSError as error:
            raise ValidationError(f"cannot read the saved model '{path}': {error.strerror}") from None
        weakref.finalize(self, self._file.close)
        size = os.fstat(self._file.fileno()).st_size
        if max_size is not None and size > max_size:
            raise SecurityError(
                f"'{path}' has {size} bytes, at most {max_size} are accepted", error_code="oversized-model"
            )
        self.digest = self._verify(size)
        self.manifest = self._read_manifest()

    def _verify(self, size: int) -> str:
        """The digest, piece by piece: the file is larger than what is needed of it."""
        try:
            if self._file.read(4) != b"PK\x03\x04":
                raise _damaged(self.path, "it does not start as one")
            self._file.seek(0)
            hasher, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
            left = max(0, size - _DIGEST)
            while left and (count := self._file.readinto(buffer[: min(left, len(buffer))])):
                hasher.update(buffer[:count])
                left -= count
            claimed = self._file.read(_DIGEST + 1)
        except OSError as error:
            raise ValidationError(f"cannot read the saved model '{self.path}': {error.strerror}") from None
        if left or size <= _DIGEST or hasher.hexdigest().encode() != claimed:
            # What a file claims about itself is looked at only to give the better message.
            with self._reading() as archive:
                archive.testzip()
            raise _damaged(self.path, "its bytes do not match its digest")
        return hasher.hexdigest()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[zipfile.ZipFile]:
        try:
            self._file.seek(0)
            with _archive(self.path, self._file) as archive:
                yield archive
        except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise _damaged(self.path, str(error) or type(error).__name__) from None

    def _read_manifest(self) -> dict[str, Any]:
        with self._reading() as archive:
            text = archive.read(MANIFEST)
        try:
            manifest = json.loads(text)
            version = manifest["format_version"]
            if manifest["format"] != FORMAT or not isinstance(version, int):
                raise ValueError("another format")
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(self.path, f"its manifest cannot be read ({error})") from None
        if version > FORMAT_VERSION:
            raise ValidationError(
                f"'{self.path}' is in format {version}, written by version {manifest.get('library_version')}; this "
                f"version reads formats up to {FORMAT_VERSION}",
                error_code="newer-model-format",
                suggestions=["update spike-transformer-compiler, or save the model with this version"],
            )
        return manifest

    def read(self) -> tuple[str, dict[str, np.ndarray]]:
        """IR text and weights, each of the digest that the manifest gives."""
        import safetensors.numpy
        from safetensors import SafetensorError

        digests, members = self.manifest.get("sha256", {}), {}
        with self._reading() as archive:
            for name in (IR, WEIGHTS):
                members[name] = archive.read(name)
        for name, data in members.items():
            if not isinstance(digests, dict) or digests.get(name) != _digest(data):
                raise _damaged(self.path, f"member {name} does not match its digest")
        try:
            return members[IR].decode(), safetensors.numpy.load(members[WEIGHTS])
        except (SafetensorError, UnicodeDecodeError, ValueError, KeyError) as error:
            raise _damaged(self.path, str(error)) from None


def read(path: str | Path, max_size: int | None = None) -> tuple[dict[str, Any], str, dict[str, np.ndarray]]:
    """Manifest, IR text and weights of a saved model; every byte of the file is covered by a digest."""
    file = SavedModel(path, max_size)
    return file.manifest, *file.read()
