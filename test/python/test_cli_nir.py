# SPDX-License-Identifier: Apache-2.0
"""NIR files on the command line."""

from __future__ import annotations

from pathlib import Path

import nir
import numpy as np
import pytest
from typer.testing import CliRunner

from spike_transformer_compiler import CompiledModel
from spike_transformer_compiler.cli import app

SMALL = f"{Path(__file__).parent / 'small_models.py'}:small"


def spike_compile(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def test_compile_a_nir_file(tmp_path):
    graph = nir.NIRGraph.from_list(
        nir.Linear(np.eye(3, dtype=np.float32)),
        nir.LIF(*(np.full(3, value) for value in (2e-3, 1.0, 0.0, 0.4, 0.0))),
    )
    nir.write(tmp_path / "net.nir", graph)
    done = spike_compile(
        tmp_path / "net.nir", "--time-steps", 6, "--nir-scheme", "euler", "--dt", 1e-3, "-o", tmp_path / "net.spike"
    )
    assert done.exit_code == 0, done.output
    assert "executing" not in done.output
    out = CompiledModel.load(tmp_path / "net.spike").run(np.ones((6, 1, 3), np.float32))
    assert out[:, 0, 0].tolist() == [1, 1, 1, 1, 1, 1]
    for more in (["--weights", "w.safetensors"], ["--nir-scheme", "none"], ["--input-shape", "1,9"]):
        done = spike_compile(tmp_path / "net.nir", *more)
        assert done.exit_code == 2 and "Traceback" not in done.output, done.output


def test_export(tmp_path):
    path = tmp_path / "net.nir"
    done = spike_compile("nir-export", SMALL, "--input-shape", "1,1,4,4", "-o", path)
    assert done.exit_code == 0, done.output
    assert "0 of" in done.output and "with extension" in done.output
    done = spike_compile("nir-export", SMALL, "--input-shape", "1,1,4,4", "-o", tmp_path / "other.nir", "--strict")
    assert done.exit_code == 2
    assert "'head_if' (spike.neuron): no node is read as #spike.if<" in done.output
    assert not (tmp_path / "other.nir").exists()
    done = spike_compile(path, "-q", "-o", tmp_path / "net.spike")
    assert done.exit_code == 0, done.output
    done = spike_compile("nir-export", tmp_path / "net.spike", "-o", tmp_path / "again.nir", "--fold-batch-norm")
    assert done.exit_code == 0, done.output
    done = spike_compile("nir-export", SMALL, "-o", path)
    assert done.exit_code == 2 and "--input-shape" in done.output


@pytest.mark.parametrize("name", ["none.nir", "folder.nir"])
def test_files_that_cannot_be_read(name, tmp_path):
    (tmp_path / "folder.nir").mkdir()
    done = spike_compile(tmp_path / name)
    assert done.exit_code == 2 and "Traceback" not in done.output, done.output
