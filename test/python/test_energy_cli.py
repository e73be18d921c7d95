# SPDX-License-Identifier: Apache-2.0
"""spike-compile energy-profile: what it prints, what it writes, which data it takes, and its errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from small_models import small
from test_cli import SMALL, spike_compile

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.profiling import load_data

X = np.random.default_rng(0).random((6, 1, 4, 4), np.float32)


@pytest.fixture
def data(tmp_path) -> Path:
    np.save(tmp_path / "x.npy", X)
    return tmp_path / "x.npy"


@pytest.mark.slow
def test_everything_it_writes(data, tmp_path):
    done = spike_compile(
        "energy-profile", SMALL, "--data", data, "--json", tmp_path / "r.json", "--figure", tmp_path / "r.pdf", "--html",
        tmp_path / "r.html", "--batch-size", 4,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for word in ("executing", "6 samples, T = 4", "conv_lif", "SOP", "energy model 45nm", "ISSCC 2014", "written:"):
        assert word in done.output, word
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["samples"] == 6 and report["source"] == "small_models.py:small"
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert "small_models.py:small" in (tmp_path / "r.html").read_text()


@pytest.mark.slow
def test_a_saved_model_and_the_other_spelling(data, tmp_path):
    SpikeCompiler().compile(small(), (1, 1, 4, 4)).save(tmp_path / "m.spike")
    for arguments in (("--model", SMALL), ("--model", tmp_path / "m.spike")):
        name = tmp_path / "r.json"
        done = spike_compile("energy-profile", *arguments, "--data", data, "--json", name, "--quiet")
        assert done.exit_code == 0 and done.output == "", done.output
        report = json.loads(name.read_text())
        assert report["totals"]["energy_mJ"] > 0 and [layer["name"] for layer in report["layers"]][0] == "conv"


def test_one_step_and_options(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((3, 6), np.float32))
    done = spike_compile(
        "energy-profile", SMALL.replace(":small", ":one_step"), "--data", tmp_path / "x.npy", "--time-steps", 8,
        "--energy-model", "45nm-sram", "--counting", "papers", "--time-invariant", "every_step", "--json", tmp_path / "r.json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["time_steps"] == 8 and report["energy_model"]["conventions"] == {
        "counting": "papers", "count_inputs": "ac", "time_invariant": "every_step",
    }  # fmt: skip
    assert report["breakdown"]["memory_access"]["weights"] > 0 and "memory access:" in done.output


@pytest.mark.slow
def test_a_nir_file(tmp_path):
    import nir

    lif = nir.IF(r=np.ones(3, np.float32), v_threshold=np.full(3, 0.5, np.float32), v_reset=np.zeros(3, np.float32))
    weight = np.ones((3, 6), np.float32)
    nir.write(tmp_path / "net.nir", nir.NIRGraph.from_list(nir.Affine(weight, np.zeros(3, np.float32)), lif))
    np.save(tmp_path / "x.npy", np.full((5, 4, 6), 0.25, np.float32))  # [T, batch, ...]
    done = spike_compile(
        "energy-profile",
        tmp_path / "net.nir",
        "--data",
        tmp_path / "x.npy",
        "--time-steps",
        5,
        "--json",
        tmp_path / "r.json",
    )
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["samples"] == 4 and report["time_steps"] == 5
    assert [layer["kind"] for layer in report["layers"]] == ["linear", "neuron"]


def write(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".npz"):
        np.savez(path, x=X, labels=np.zeros(6))
    elif name.endswith(".safetensors"):
        save_file({"x": X, "labels": np.zeros(6)}, str(path))
    elif name.endswith(".pt"):
        torch.save({"x": torch.from_numpy(X), "labels": torch.zeros(6)}, path)
    else:
        np.save(path, X)
    return path


@pytest.mark.parametrize("name", ["d.npy", "d.npz", "d.safetensors", "d.pt"])
def test_data_formats(tmp_path, name):
    path = write(tmp_path, name)
    assert np.array_equal(load_data(path, ["x"]), X)
    if name != "d.npy":
        assert np.array_equal(load_data(f"{path}:x"), X)
        assert load_data(path, ["x", "labels"]).keys() == {"x", "labels"}
        with pytest.raises(ValidationError, match="'d.* has no 'y'; it holds 'labels', 'x'"):
            load_data(f"{path}:y")
        with pytest.raises(ValidationError, match=r"expected one array in 'd\..*', which holds 'labels', 'x'"):
            load_data(path, ["image"])


def test_data_that_cannot_be_read(tmp_path):
    (tmp_path / "x.npy").write_bytes(b"no array")
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    torch.save({"x": 3}, tmp_path / "number.pt")
    torch.save(small(), tmp_path / "model.pt")
    for name, message in {
        "x.npy": "cannot read the data set",
        "objects.npy": "cannot read the data set",
        "number.pt": "expected a tensor, or a dict of tensors, in 'number.pt', got a int",
        "model.pt": "cannot read the data set",
        "gone.npz": "there is no data set",
        "x.csv": "expected a data set in .npy, .npz, .safetensors, .pt, got 'x.csv'",
    }.items():
        with pytest.raises(ValidationError, match=message):
            load_data(tmp_path / name)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--data", "x.npy"], "expected one model"),
        ([SMALL], "expected a data set: --data x.npy"),
        ([SMALL, "--data", "gone.npy"], "there is no data set 'gone.npy'"),
        ([SMALL, "--data", "DATA", "--energy-model", "3nm"], "unknown energy model '3nm'"),
        ([SMALL, "--data", "DATA", "--html", "no/folder/r.html"], "there is no folder 'no/folder'"),
        ([SMALL, "--data", "DATA", "--figure", "r.bmp"], "expected a figure in .png, .pdf, .svg, got 'r.bmp'"),
        ([SMALL, "--data", "DATA", "--counting", "best"], "Input should be 'exact' or 'papers'"),
        ([SMALL, "--data", "DATA", "--time-steps", "8"], "time_steps"),
        (["gone.spike", "--data", "DATA", "--time-steps", "8"], "is complete in itself, it takes no --time-steps"),
        (["gone.spike", "--data", "DATA"], "gone.spike"),
    ],
)
def test_errors(data, arguments, message):
    done = spike_compile("energy-profile", *[data if a == "DATA" else a for a in arguments])
    assert done.exit_code in (2, 3), done.output
    assert message in " ".join(done.output.split()) and "Traceback" not in done.output
