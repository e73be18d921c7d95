# SPDX-License-Identifier: Apache-2.0
"""Saved models: what comes back is what was saved, and no damaged or hostile file gets further than a named error."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile

import numpy as np
import pytest
import safetensors.numpy
import torch
from small_models import image, one_step

from spike_transformer_compiler import CompiledModel, SpikeCompiler, saved_model
from spike_transformer_compiler.exceptions import CompilationError, SecurityError, ValidationError


@pytest.fixture(scope="module")
def saved(compiled, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "small.spike"
    compiled.save(path)
    return path


def seal(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with a valid digest, whatever is in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = b"0" * 64
    data = buffer.getvalue()[:-64]
    return data + hashlib.sha256(data).hexdigest().encode()


def members_of(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_manifest(members: dict[str, bytes], **changes) -> dict[str, bytes]:
    manifest = json.loads(members[saved_model.MANIFEST]) | changes
    return {**members, saved_model.MANIFEST: json.dumps(manifest).encode()}


def with_member(members: dict[str, bytes], name: str, data: bytes) -> dict[str, bytes]:
    """Another member, with its digest in the manifest: what a forger would write."""
    digests = json.loads(members[saved_model.MANIFEST])["sha256"] | {name: hashlib.sha256(data).hexdigest()}
    return with_manifest({**members, name: data}, sha256=digests)


# ---------------------------------------------------------------------------------------------------- round trip


def test_round_trip(compiled, saved):
    loaded = CompiledModel.load(saved)
    for batch in (1, 3):
        x = image(batch, seed=batch)
        output, trains = compiled.run(x, return_spike_trains=True)
        again, again_trains = loaded.run(x, return_spike_trains=True)
        assert torch.equal(output, again)
        assert trains.keys() == again_trains.keys() and all(torch.equal(trains[k], again_trains[k]) for k in trains)
    assert loaded.inputs == compiled.inputs and loaded.time_steps == compiled.time_steps
    assert str(loaded.spike_ir) == str(compiled.spike_ir)


def test_threads_are_those_of_the_machine_that_loads(saved, monkeypatch):
    monkeypatch.setenv("SPIKE_COMPILER_WORKERS", "3")
    loaded = CompiledModel.load(saved)
    assert loaded._options.workers == 3
    assert loaded.run(image()).shape[1] == 1


def test_saving_twice_gives_the_same_file(compiled, saved, tmp_path):
    compiled.save(tmp_path / "again.spike")
    CompiledModel.load(saved).save(tmp_path / "loaded.spike")
    assert (tmp_path / "again.spike").read_bytes() == saved.read_bytes() == (tmp_path / "loaded.spike").read_bytes()
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_lifted_model_keeps_its_freedom(tmp_path):
    compiled = SpikeCompiler("simulation", optimization_level=1).compile(one_step(), (1, 6))
    compiled.save(tmp_path / "lifted.spike")
    loaded = CompiledModel.load(tmp_path / "lifted.spike")
    x = torch.rand(2, 6)
    assert torch.equal(loaded.run(x, time_steps=6), compiled.run(x, time_steps=6))


def test_what_is_in_the_file(saved):
    members = members_of(saved)
    assert sorted(members) == ["manifest.json", "model.mlir", "weights.safetensors"]
    manifest = json.loads(members["manifest.json"])
    assert manifest["format_version"] == 1 and manifest["library_version"]
    text = members["model.mlir"].decode()
    assert "spike.neuron" in text and "dense_resource<" in text and "{-#" not in text
    assert not any(name in text for name in ("/tmp", "/root", "/home")), "no paths of this machine"
    weights = safetensors.numpy.load(members["weights.safetensors"])
    assert weights["head.weight"].shape == (5, 64)


def test_weights_outlive_their_model(tmp_path):
    import gc

    path = tmp_path / "lifted.spike"
    SpikeCompiler("simulation").compile(one_step(), (1, 6)).save(path)
    loaded = CompiledModel.load(path)
    weights = loaded.spike_ir.weights
    x, before = torch.rand(1, 6), {key: value.copy() for key, value in weights.items()}
    expected = loaded.run(x)
    gc.collect()
    assert torch.equal(loaded.run(x), expected)
    del loaded
    gc.collect()
    assert all(np.array_equal(weights[key], before[key]) for key in before)
    with pytest.raises(ValueError):
        next(iter(weights.values()))[...] = 0


# -------------------------------------------------------------------------------------------------------- damage


def test_every_truncation_is_refused(saved, tmp_path):
    data, path = saved.read_bytes(), tmp_path / "short.spike"
    for length in sorted({*range(0, 200), *range(200, len(data), 37), len(data) - 65, len(data) - 64, len(data) - 1}):
        path.write_bytes(data[:length])
        with pytest.raises(SecurityError) as caught:
            saved_model.read(path)
        assert caught.value.error_code == "damaged-model", length


def test_every_flipped_bit_is_refused(saved, tmp_path):
    data, path = bytearray(saved.read_bytes()), tmp_path / "flipped.spike"
    chance = random.Random(0)
    for place in sorted({*range(0, 200), *range(200, len(data), 11), *range(len(data) - 300, len(data))}):
        data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        with pytest.raises(SecurityError):
            saved_model.read(path)
        data[place] = saved.read_bytes()[place]


def test_appended_bytes_are_refused(saved, tmp_path):
    path = tmp_path / "long.spike"
    path.write_bytes(saved.read_bytes() + b"x")
    with pytest.raises(SecurityError):
        CompiledModel.load(path)


def test_members_are_checked_by_themselves(saved, tmp_path):
    path = tmp_path / "forged.spike"
    members = members_of(saved)
    path.write_bytes(seal({**members, "model.mlir": members["model.mlir"].replace(b"spike.lif", b"spike.if", 1)}))
    with pytest.raises(SecurityError, match="member model.mlir does not match its digest"):
        CompiledModel.load(path)


@pytest.mark.parametrize("seed", range(60))
def test_forged_text_never_crashes(saved, tmp_path, seed):
    """Text that somebody changed and sealed again: refused by name, or a model that runs."""
    chance = random.Random(seed)
    members = members_of(saved)
    text = bytearray(members["model.mlir"])
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(text))
        kind = chance.randrange(3)
        if kind == 0:
            text[place] = chance.choice(b"0123456789[]<>%xf,() ")
        elif kind == 1:
            del text[place : place + chance.randrange(1, 30)]
        else:
            text[place:place] = text[chance.randrange(len(text)) :][: chance.randrange(30)]
    path = tmp_path / "forged.spike"
    path.write_bytes(seal(with_member(members, "model.mlir", bytes(text))))
    try:
        CompiledModel.load(path).run(image())
    except CompilationError as error:
        assert error.message


def test_a_newer_format(saved, tmp_path):
    path = tmp_path / "newer.spike"
    path.write_bytes(seal(with_manifest(members_of(saved), format_version=99, library_version="7.0")))
    with pytest.raises(ValidationError, match="format 99, written by version 7.0.*up to 1") as caught:
        CompiledModel.load(path)
    assert caught.value.error_code == "newer-model-format"


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b"{", b'{"format": "x", "format_version": 1}', b"\xff\xfe", b'{"format_version": "1"}'],
)
def test_manifests_that_are_none(saved, tmp_path, manifest):
    path = tmp_path / "manifest.spike"
    path.write_bytes(seal({**members_of(saved), "manifest.json": manifest}))
    with pytest.raises(SecurityError, match="manifest"):
        CompiledModel.load(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": None},
        {"inputs": []},
        {"inputs": [{"name": "x"}]},
        {"options": {"optimization_level": 9}},
        {"options": {"target": "abacus"}},
        {"options": {"nonsense": 1}},
        {"time_steps": "x"},
        {"sha256": {}},
        {"sha256": None},
    ],
)
def test_manifests_that_do_not_fit(saved, tmp_path, changes):
    path = tmp_path / "manifest.spike"
    path.write_bytes(seal(with_manifest(members_of(saved), **changes)))
    with pytest.raises(SecurityError):
        CompiledModel.load(path)


def test_wrong_batch_axis(saved, tmp_path):
    members = members_of(saved)
    inputs = json.loads(members["manifest.json"])["inputs"]
    path = tmp_path / "axis.spike"
    for axis in (7, -3, "x", 2.5):
        path.write_bytes(seal(with_manifest(members, inputs=[inputs[0] | {"batch_axis": axis}])))
        with pytest.raises(SecurityError):
            CompiledModel.load(path)


def test_missing_and_misshapen_weights(saved, tmp_path):
    members = members_of(saved)
    weights = safetensors.numpy.load(members["weights.safetensors"])
    path = tmp_path / "weights.spike"
    for changed in (
        {key: value for key, value in weights.items() if key != "head.weight"},
        weights | {"head.weight": weights["head.weight"][:2]},
        weights | {"head.weight": weights["head.weight"].astype(np.float64)},
    ):
        path.write_bytes(seal(with_member(members, "weights.safetensors", safetensors.numpy.save(changed))))
        with pytest.raises(SecurityError, match="head.weight"):
            CompiledModel.load(path)
    path.write_bytes(seal(with_member(members, "weights.safetensors", b"\xff" * 100)))
    with pytest.raises(SecurityError):
        CompiledModel.load(path)


# ------------------------------------------------------------------------------------------------------- hostility


def test_compressed_members_are_refused(saved, tmp_path):
    """A zip bomb is a small file that claims to be a large one; nothing in a saved model is compressed."""
    path = tmp_path / "bomb.spike"
    members = {**members_of(saved), "weights.safetensors": b"\0" * (64 << 20)}
    path.write_bytes(seal(members, zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SecurityError, match="compressed") as caught:
        CompiledModel.load(path)
    assert caught.value.error_code == "compressed-member"


def test_claimed_sizes_are_not_believed(saved, tmp_path):
    data = bytearray(saved.read_bytes())
    place = data.rindex(b"PK\x01\x02")  # a central directory entry: its sizes say 4 GB
    data[place + 20 : place + 28] = b"\xfe\xff\xff\xff" * 2
    data[-64:] = hashlib.sha256(data[:-64]).hexdigest().encode()
    path = tmp_path / "claims.spike"
    path.write_bytes(data)
    with pytest.raises(SecurityError):
        CompiledModel.load(path)


@pytest.mark.parametrize("extra", ["../../evil", "/etc/evil", "extra.txt", "model.mlir/x"])
def test_other_members_are_refused(saved, tmp_path, extra):
    path = tmp_path / "extra.spike"
    path.write_bytes(seal({**members_of(saved), extra: b"x"}))
    with pytest.raises(SecurityError, match="expected the members"):
        CompiledModel.load(path)


def test_other_dialects_are_refused(saved, tmp_path):
    """IR may hold code of its own, inline assembly even: only ops of the spike dialect are compiled."""
    members = members_of(saved)
    evil = members["model.mlir"].replace(
        b"module {", b"module {\n  llvm.func @system(!llvm.ptr) -> i32\n", 1
    )  # fmt: skip
    path = tmp_path / "evil.spike"
    path.write_bytes(seal(with_member(members, "model.mlir", evil)))
    with pytest.raises(SecurityError, match="llvm"):
        CompiledModel.load(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a model", b"PK\x03\x04" + b"\0" * 500, b"\x80\x04\x95"])
def test_other_files(tmp_path, content):
    path = tmp_path / "other.spike"
    path.write_bytes(content)
    with pytest.raises(SecurityError) as caught:
        CompiledModel.load(path)
    assert caught.value.error_code == "damaged-model"


def test_no_file(tmp_path, compiled):
    with pytest.raises(ValidationError, match="cannot read"):
        CompiledModel.load(tmp_path / "nothing.spike")
    with pytest.raises(ValidationError, match="cannot write"):
        compiled.save(tmp_path / "no" / "folder.spike")


def test_size_limit_of_files(saved, monkeypatch):
    monkeypatch.setenv("MAX_MODEL_SIZE", "100")
    with pytest.raises(SecurityError, match="at most 100"):
        CompiledModel.load(saved)
