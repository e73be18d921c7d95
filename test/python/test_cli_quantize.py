# SPDX-License-Identifier: Apache-2.0
"""`spike-compile quantize-report`, as a person types it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_models import image, small
from test_cli import SMALL, spike_compile

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler import quantization as Q


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    x = image(6).numpy()
    labels = np.arange(6, dtype=np.int64) % 5
    np.savez(folder / "d.npz", x=x, labels=labels, many=np.zeros(7, np.int64), large=labels + 3, real=labels / 2)
    np.save(folder / "x.npy", x)
    nan, narrow = x.copy(), x[..., :3]
    nan[2, 0, 1, 1] = np.nan
    np.save(folder / "nan.npy", nan)
    np.save(folder / "narrow.npy", narrow)
    np.save(folder / "none.npy", x[:0])
    return folder


def test_report_is_that_of_python(files, tmp_path):
    """What the command writes is what `compare` finds, for each number of bits."""
    done = spike_compile(
        "quantize-report", SMALL, "--data", f"{files / 'd.npz'}:x", "--labels", f"{files / 'd.npz'}:labels",
        "--bits", "8,6", "--bits", "8", "--json", tmp_path / "r.json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for word in ("executing", "8 bits per channel, 6 samples", "6 bits per channel", "conv_lif", "head_if", "right in the",
                 "by bits of a weight", "largest change"):  # fmt: skip
        assert word in done.output, word
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["model"] == "small_models.py:small" and [r["bits"] for r in found["reports"]] == [8, 6]
    data = np.load(files / "d.npz")
    compiled = SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4))
    mine = Q.compare(compiled, Q.quantize(compiled, data["x"], bits=6), data["x"], data["labels"])
    assert found["reports"][1] == json.loads(mine.to_json())
    for report in found["reports"]:
        assert all(layer["source_rate"] > 0 and layer["quantized_rate"] > 0 for layer in report["layers"])


def test_without_labels_on_other_data(files, tmp_path):
    done = spike_compile(
        "quantize-report", SMALL, "--data", files / "x.npy", "--calibration", f"{files / 'd.npz'}:x", "--granularity",
        "layer", "--quiet", "--json", tmp_path / "r.json",
    )  # fmt: skip
    assert done.exit_code == 0 and done.output == ""
    (report,) = json.loads((tmp_path / "r.json").read_text())["reports"]
    assert report["source_accuracy"] is None and report["granularity"] == "layer" and report["bits"] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--data", "nan.npy"), "the data set holds nan at [2, 0, 1, 1]"),
        (("--data", "narrow.npy", "--input-shape", "1,1,4,4"), "expected shape [batch, 1, 4, 4], got [1, 1, 4, 3]"),
        (("--data", "none.npy"), "the data set is empty"),
        (("--data", "d.npz", "--labels", "d.npz"), "expected one array in 'd.npz', which holds"),
        (("--data", "d.npz:y"), "'d.npz' has no 'y'; it holds"),
        (("--data", "gone.npy"), "there is no data set"),
        (
            ("--data", "x.npy", "--labels", "d.npz:many"),
            "expected 6 labels, one for each sample, got an array of shape [7]",
        ),
        (("--data", "x.npy", "--labels", "d.npz:large"), "label 5 of sample 2 is out of range, expected 0 to 4"),
        (("--data", "x.npy", "--labels", "d.npz:real"), "expected labels of integers, got float64"),
        (("--data", "x.npy", "--bits", "8,5"), "expected --bits of 8, 6, 4, got '5'"),
        (("--data", "x.npy", "--granularity", "row"), "expected granularity 'channel' or 'layer', got 'row'"),
        (("--data", "x.npy", "--json", "/nowhere/r.json"), "there is no folder"),
    ],
)
def test_bad_data_is_refused(files, monkeypatch, options, message):
    monkeypatch.chdir(files)
    done = spike_compile("quantize-report", SMALL, *options)
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.output.split()), done.output
    assert "Traceback" not in done.output
