# SPDX-License-Identifier: Apache-2.0
"""`spike-compile verify`, as a person types it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from small_models import image, small
from test_cli import SMALL, spike_compile


@pytest.fixture
def images(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, image(4).numpy())
    return path


def test_a_model_that_passes(images):
    done = spike_compile("verify", SMALL, "--data", images)
    assert done.exit_code == 0, done.output
    for word in ("executing", "conv_lif", "head_if", "4 of 4 samples have the source's class", "compiled: spike-exact"):
        assert word in done.output, word


def test_random_samples_and_json():
    done = spike_compile("verify", SMALL, "--input-shape", "1,1,4,4", "--samples", 3, "--stage", "import", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["passed"] and report["stage"] == "import" and report["classes"][0]["samples"] == 3


def test_bisect(images):
    done = spike_compile("verify", SMALL, "--data", images, "--bisect", "--run", "compiled")
    assert done.exit_code == 0 and "spike-channels-last" in done.output and "spike-exact after each" in done.output


def test_a_model_that_fails(tmp_path, images):
    """A source that answers otherwise when it runs the second time: import sees one value, the comparison another."""
    file = tmp_path / "drifting.py"
    file.write_text(
        "import torch\n"
        "from spikingjelly.activation_based import neuron\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.lif = neuron.LIFNode(v_threshold=0.25, step_mode='m')\n"
        "    def forward(self, x):\n"
        "        x = x if torch.compiler.is_exporting() else x * 1.25\n"
        "        return self.lif(x)\n"
    )
    done = spike_compile("verify", file, "--data", images)
    assert done.exit_code == 1, done.output
    assert "first divergence: error in 'lif' at step" in done.output and "FAILED" in done.output


def test_weights_are_loaded(tmp_path, images):
    from safetensors.torch import save_file

    model = small()
    with torch.no_grad():
        model.conv.weight.zero_()
        model.conv.bias.fill_(-1)
    save_file(model.state_dict(), str(tmp_path / "w.safetensors"))
    done = spike_compile("verify", SMALL, "--data", images, "--weights", tmp_path / "w.safetensors")
    assert done.exit_code == 0 and "'conv_lif' is silent" in done.output


def bad(tmp_path, kind):
    path = tmp_path / "bad.npy"
    x = image(2).numpy()
    if kind == "nan":
        x[0, 0, 1, 1] = np.nan
    elif kind == "shape":
        x = x[:, :, :3]
    elif kind == "dtype":
        x = x.astype(np.float64)
    elif kind == "rank":
        x = x[0, 0, 0]
    np.save(path, np.array([{}]) if kind == "object" else x)
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-10])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("1 2 3")
    elif kind == "absent":
        path.unlink()
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("nan", "holds nan at [0, 0, 1, 1]"),
        ("dtype", "expected dtype float32, got float64"),
        ("truncated", "is not a whole .npy file of numbers"),
        ("empty", "is not a whole .npy file of numbers"),
        ("text", "is not a whole .npy file of numbers"),
        ("object", "is not a whole .npy file of numbers"),
        ("absent", "No such file"),
        ("shape", "shape"),
        ("rank", ""),
    ],
)
def test_bad_data(tmp_path, kind, words):
    done = spike_compile("verify", SMALL, "--data", bad(tmp_path, kind))
    assert done.exit_code in (1, 2) and "error" in done.output and "Traceback" not in done.output
    assert words in done.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "expected either --data"),
        (["--data", "x.npy", "--input-shape", "1,2"], "expected either --data"),
        (["--data", "x.npy", "--samples", "3"], "expected --samples with --input-shape"),
        (["--input-shape", "1,1,4,4", "--samples", "0"], "at least 1 sample, got 0"),
        (["--input-shape", "1,1,4,4", "--stage", "llvm"], "expected a stage of import, optimize, compiled"),
        (["--input-shape", "1,1,4,4", "--bisect", "--run", "x"], "expected run to be"),
        (["--data", "a.npy", "--data", "b.npy"], "several inputs need different names"),
    ],
)
def test_bad_options(options, words):
    done = spike_compile("verify", SMALL, *options)
    assert done.exit_code == 2 and words in done.output and "Traceback" not in done.output
