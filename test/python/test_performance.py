# SPDX-License-Identifier: Apache-2.0
"""`PerformanceAnalyzer` and `spike-compile profile`: every layer is timed, rates are measured, bad requests are refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from spikingjelly.activation_based import layer, neuron
from typer.testing import CliRunner

from spike_transformer_compiler import SpikeCompiler, _core
from spike_transformer_compiler.cli import app
from spike_transformer_compiler.compiled import CompiledModel
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.profiling import PerformanceAnalyzer


class Two(torch.nn.Module):
    """Two layers over four steps."""

    def __init__(self) -> None:
        super().__init__()
        self.first = layer.Linear(16, 24, step_mode="m")
        self.neuron = neuron.LIFNode(step_mode="m")
        self.second = layer.Linear(24, 3, step_mode="m")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.neuron(self.first(x))).mean(0)


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    torch.manual_seed(0)
    return SpikeCompiler().compile(Two().eval(), (4, 2, 16))


def test_every_piece_of_work_is_timed(compiled: CompiledModel) -> None:
    report = PerformanceAnalyzer(warm_up=1).analyze(compiled, measure_points=3)
    layers = [piece.layer for piece in report.pieces]
    assert {"first", "second"} <= set(layers)
    second = next(piece for piece in report.pieces if piece.layer == "second" and piece.work == "kernel.linear")
    assert second.multiplications == 4 * 2 * 24 * 3
    assert second.planes  # spikes times fixed-point weights
    assert not next(piece for piece in report.pieces if piece.layer == "first").planes  # real inputs
    assert all(piece.seconds >= 0 for piece in report.pieces) and report.seconds > 0
    assert 0 < report.product_share(second) < 1.5
    assert report.products > 0 and report.bytes > 0 and report.threads >= 1
    assert report.kernels == _core.kernels()


def test_timed_code_gives_the_same_numbers(compiled: CompiledModel) -> None:
    x = np.random.default_rng(1).standard_normal((4, 2, 16), dtype=np.float32)
    results, stamps = compiled.timed_executable().run_timed([x])
    assert results[0].tobytes() == compiled.run(x).tobytes()
    assert len(stamps) == len(compiled.timed_executable().work) + 1
    assert stamps == sorted(stamps)


def test_several_batch_sizes(compiled: CompiledModel) -> None:
    report = PerformanceAnalyzer(warm_up=0).analyze(compiled, [1, 4], 2)
    assert [batch.batch for batch in report.batches] == [1, 4]
    assert all(batch.low <= batch.seconds <= batch.high for batch in report.batches)
    # The pieces are those of the first.
    assert sum(piece.multiplications for piece in report.pieces if piece.layer == "second" and piece.planes) == 288


def test_layers_of_a_saved_model_have_their_names(compiled: CompiledModel, tmp_path) -> None:
    compiled.save(tmp_path / "model.spike")
    report = PerformanceAnalyzer(0).analyze(CompiledModel.load(tmp_path / "model.spike"), measure_points=1)
    assert {"first", "second"} <= {piece.layer for piece in report.pieces}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_sizes": []}, "expected batch sizes of at least 1"),
        ({"batch_sizes": [0]}, "expected batch sizes of at least 1"),
        ({"batch_sizes": [True]}, "expected batch sizes of at least 1"),
        ({"measure_points": 0}, "expected at least one point to measure, got 0"),
        ({"batch_sizes": [3], "inputs": [np.zeros((4, 2, 16), np.float32)]}, "go with that batch size only"),
    ],
)
def test_refusals(compiled: CompiledModel, arguments: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PerformanceAnalyzer().analyze(compiled, **arguments)


def test_code_without_timing_says_so(compiled: CompiledModel) -> None:
    plain = compiled.optimized_ir.module.compile()
    with pytest.raises(ValueError, match="compile with timed=True"):
        plain.run_timed([np.zeros((4, 2, 16), np.float32)])
    with pytest.raises(ValueError, match="at least one thread"):
        _core.measure_limits(0)
    assert _core.measure_limits(10**12)["bytes"] > 0  # no more threads than processors, nor memory for them


def test_command(compiled: CompiledModel, tmp_path) -> None:
    compiled.save(tmp_path / "model.spike")
    runner, target = CliRunner(), tmp_path / "report.json"
    command = ["profile", str(tmp_path / "model.spike"), "--runs", "2"]
    done = runner.invoke(app, [*command, "--batch-size", "1", "--batch-size", "4", "--json", str(target)])
    assert done.exit_code == 0, done.output
    assert "kernel.linear (planes)" in done.output and "batch 4:" in done.output and "GMAC/s of 24-bit" in done.output
    report = json.loads(target.read_text())
    assert report["schema"] == "spike-performance-report/1"
    assert [piece["layer"] for piece in report["pieces"]].count("second") >= 1
    for options, message in (
        (["--input-shape", "1,2"], "takes no --input-shape"),
        (["--weights", "w.pth"], "takes no --weights"),
        (["--runs", "0"], "at least one point"),
    ):
        refused = runner.invoke(app, [*command, *options])
        assert refused.exit_code == 2 and message in " ".join(refused.output.split()), refused.output
    assert runner.invoke(app, ["profile"]).exit_code == 2
    lost = runner.invoke(app, [*command, "--json", str(tmp_path / "none" / "report.json")])
    assert lost.exit_code == 2 and "cannot write" in lost.output
