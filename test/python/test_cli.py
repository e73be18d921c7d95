# SPDX-License-Identifier: Apache-2.0
"""The command line, as a person types it: output, errors without tracebacks, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_models import image, in_pytorch, small
from typer.testing import CliRunner

from spike_transformer_compiler import CompiledModel
from spike_transformer_compiler.cli import app

HERE = Path(__file__).parent
SMALL = f"{HERE / 'small_models.py'}:small"


def spike_compile(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


def test_compile_save_and_load(tmp_path):
    model = small()
    with torch.no_grad():
        model.head.weight.mul_(2)
    save_file(model.state_dict(), str(tmp_path / "w.safetensors"))
    done = spike_compile(
        SMALL, "--weights", tmp_path / "w.safetensors", "--target", "simulation", "--optimize", 2, "--input-shape", "1,1,4,4",
        "--time-steps", 4, "--output", tmp_path / "saved.spike", "--emit-ir", tmp_path / "ir",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "executing" in done.output and "small_models.py" in done.output, "it says that the file is executed"
    for word in (
        "import",
        "optimize",
        "codegen",
        "conv_lif",
        "neurons",
        "synapses",
        "parameters",
        "memory",
        "total",
        "saved",
    ):
        assert word in done.output, word
    loaded = CompiledModel.load(tmp_path / "saved.spike")
    assert torch.equal(loaded.run(image()), in_pytorch(model, image()))
    assert sorted(file.name for file in (tmp_path / "ir").iterdir()) == ["llvm.mlir", "optimized.mlir", "spike.mlir"]
    assert "spike.neuron" in (tmp_path / "ir" / "spike.mlir").read_text()


def test_quiet_prints_nothing(tmp_path):
    done = spike_compile(SMALL, "--input-shape", "1,1,4,4", "--quiet", "-o", tmp_path / "s.spike")
    assert done.exit_code == 0 and done.output == ""
    assert (tmp_path / "s.spike").exists()


def write(tmp_path, text: str) -> Path:
    path = tmp_path / "net.py"
    path.write_text("import torch\nfrom torch import nn\nfrom spikingjelly.activation_based import neuron\n" + text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "model = nn.Sequential(nn.Linear(6, 3), neuron.IFNode(step_mode='m'))",
        "class Net(nn.Sequential):\n  def __init__(self):\n    super().__init__(nn.Linear(6, 3), neuron.IFNode(step_mode='m'))",
    ],
    ids=["object", "class"],
)
def test_a_file_alone(tmp_path, text):
    done = spike_compile(write(tmp_path, text), "--input-shape", "4,1,6")
    assert done.exit_code == 0, done.output


def test_settings_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "c.yaml").write_text("compiler: {optimization_level: 0}")
    done = spike_compile(
        SMALL, "--input-shape", "1,1,4,4", "--config", tmp_path / "c.yaml", "--emit-ir", tmp_path / "ir"
    )
    assert done.exit_code == 0, done.output
    assert "batch_norm" in (tmp_path / "ir" / "optimized.mlir").read_text()
    monkeypatch.setenv("MAX_MODEL_SIZE", "10")
    done = spike_compile(SMALL, "--input-shape", "1,1,4,4")
    assert done.exit_code == 3 and "oversized-model" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([SMALL, "--input-shape", "1,1,4"], 2, ["error", "does not run on inputs of shape"]),
        ([SMALL, "--input-shape", "1,x"], 2, ["expected an input shape such as 1,3,32,32"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--target", "abacus"], 2, ["'abacus' is not built", "simulation"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--optimize", "7"], 2, ["optimization_level", "got 7"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--time-steps", "0"], 2, ["time_steps"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--weights", "w.npz"], 2, [".safetensors", "save_file"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--weights", "no.safetensors"], 2, ["cannot read the weights"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--config", "no.yaml"], 2, ["cannot read the configuration file"]),
        ([SMALL, "--input-shape", "1,1,4,4", "-o", "/no/such/folder/x.spike"], 2, ["cannot write"]),
        (["no.py:f", "--input-shape", "1,1"], 2, ["there is no file 'no.py'"]),
        ([SMALL.replace(":small", ":nothing"), "--input-shape", "1,1"], 2, ["has no 'nothing'", "small"]),
        ([SMALL.replace(":small", ":T"), "--input-shape", "1,1"], 2, ["neither a model nor a function"]),
        ([SMALL.replace(":small", ""), "--input-shape", "1,1,4,4"], 0, ["conv_lif"]),
        ([SMALL], 2, ["--input-shape"]),
        ([SMALL, "--input-shape", "1,1,4,4", "--speed", "9"], 2, ["--speed"]),
    ],
)
def test_errors_and_exit_codes(arguments, code, words):
    done = spike_compile(*arguments)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    for word in words:
        assert word in done.output, done.output


@pytest.mark.parametrize(
    ("text", "source", "words"),
    [
        ("1 / 0", "net.py", ["net.py:4", "ZeroDivisionError"]),
        ("def f(:", "net.py", ["net.py:4", "SyntaxError"]),
        ("def f():\n  return undefined", "net.py:f", ["net.py:5", "undefined"]),
        ("def f():\n  return 3", "net.py:f", ["torch.nn.Module, got a int"]),
        ("x = 3", "net.py", ["no object named 'model'", "net.py:factory"]),
        ("class A(nn.Module): pass\nclass B(nn.Module): pass", "net.py", ["A, B"]),
    ],
)
def test_model_files_that_fail(tmp_path, text, source, words):
    path = write(tmp_path, text)
    done = spike_compile(str(path) + source.removeprefix("net.py"), "--input-shape", "1,6")
    assert done.exit_code == 2 and "Traceback" not in done.output
    for word in words:
        assert word in done.output, done.output


def test_weights_that_do_not_fit(tmp_path):
    save_file({"a": torch.zeros(1)}, str(tmp_path / "w.safetensors"))
    done = spike_compile(SMALL, "--weights", tmp_path / "w.safetensors", "--input-shape", "1,1,4,4")
    assert done.exit_code == 2 and "do not fit the model" in done.output and "head.weight" in done.output


def test_config_commands(tmp_path, monkeypatch):
    done = spike_compile("config", "template")
    assert done.exit_code == 0 and "optimization_level: 2" in done.output
    (tmp_path / "c.yaml").write_text(done.output)
    monkeypatch.setenv("SPIKE_COMPILER_WORKERS", "3")
    done = spike_compile("config", "export", "--config", tmp_path / "c.yaml", "--format", "json")
    assert done.exit_code == 0 and '"workers": 3' in done.output
    done = spike_compile("config", "export", "--config", tmp_path / "no.yaml")
    assert done.exit_code == 2 and "cannot read" in done.output


def test_help_and_version():
    done = spike_compile("--help")
    assert done.exit_code == 0 and "compile" in done.output and "config" in done.output
    done = spike_compile("compile", "--help")
    assert "EXECUTED" in done.output and "--emit-ir" in done.output
    assert "spike-compile 0." in spike_compile("--version").output


def test_a_model_for_a_chip(tmp_path):
    np.save(tmp_path / "x.npy", image(8).numpy())
    image_file, page = tmp_path / "small.lsi", tmp_path / "chip.html"
    shown = spike_compile(
        SMALL, "--input-shape", "1,1,4,4", "--target", "loihi3", "--chip-config", "ncl-1chip",
        "--data", str(tmp_path / "x.npy"), "-o", str(image_file), "--html", str(page), "--bits", "6",
        "--emit-ir", str(tmp_path / "ir"),
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert "cores on 1 chips" in shown.output and "by the profile loihi2_scaled (assumed)" in shown.output
    assert re.search(r"[\d.]+ [nuµ]J per inference", shown.output), shown.output
    assert image_file.read_bytes().startswith(b"LSIM") and page.exists()
    assert "loihi.network" in (tmp_path / "ir" / "loihi.mlir").read_text()
    lost = spike_compile(
        SMALL, "--input-shape", "1,1,4,4", "--target", "loihi3", "-o", str(tmp_path / "none" / "small.lsi")
    )
    assert lost.exit_code == 2 and "there is no folder" in lost.output and "load" not in lost.output
    for words in (["--html", str(page)], ["--chip-config", "ncl-1chip"]):
        refused = spike_compile(SMALL, "--input-shape", "1,1,4,4", *words)
        assert refused.exit_code == 2
