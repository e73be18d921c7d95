# SPDX-License-Identifier: Apache-2.0
"""`spike-compile benchmark`: outputs are compared, everyone has its turn, and what cannot be compared is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from small_models import image, in_pytorch, one_step, small
from typer.testing import CliRunner

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.cli import app
from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.profiling import Benchmark, timing
from spike_transformer_compiler.profiling.benchmark import Eager, check_repeats, compare

HERE = Path(__file__).parent
SMALL = f"{HERE / 'small_models.py'}:small"
SHAPE = ["--input-shape", "1,1,4,4"]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: None)


def run(*arguments: object):
    return CliRunner().invoke(
        app, ["benchmark", *map(str, arguments)], env={"COLUMNS": "200", "TERM": "dumb", "SPIKE_COMPILER_WORKERS": "1"}
    )


def test_command(tmp_path):
    target = tmp_path / "report.json"
    done = run(SMALL, *SHAPE, "--batch-size", 1, "--batch-size", 3, "--rounds", 2, "--quantize", 8, "--json", target)
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    for text in ("PyTorch eager", "compiled, 8 bits", "times faster (quartiles)", "images/s", "compile s", "arena",
                 "batch 1, compiled against PyTorch eager: 16 of 16 classes equal (100 %), 16 of 16 outputs close",
                 "batch 3, compiled, 8 bits against compiled: ", "1 thread each", timing.machine(),
                 torch.__version__):  # fmt: skip
        assert text in words, text
    report = json.loads(target.read_text())
    assert report["schema"] == "spike-benchmark-report/1"
    assert (report["rounds"], report["threads"], report["machine"]) == (2, 1, timing.machine())
    rows = report["contestants"]
    names = ["PyTorch eager", "compiled", "compiled, 8 bits"]
    assert [(row["batch"], row["name"]) for row in rows] == [(batch, name) for batch in (1, 3) for name in names]
    assert [row["against"] for row in rows[:3]] == [None, *names[:2]]
    for row in rows:
        assert row["milliseconds"]["count"] == 2 and row["samples_per_second"] > 0
        if row["against"]:
            low, high = row["ratio"]["quartiles"]
            assert low <= row["ratio"]["median"] <= high
            assert row["compile_seconds"] > 0 and row["memory"]["weight_bytes"] > 0
    exact = [row for row in rows if row["name"] == "compiled"]
    assert [row["agreement"]["samples"] for row in exact] == [16, 18]  # whole batches
    assert all(row["agreement"]["largest_difference"] == 0 for row in exact)
    assert rows[2]["memory"]["weight_bytes"] < rows[1]["memory"]["weight_bytes"]


def test_the_model_as_an_option_and_quietly():
    done = run("--model", SMALL, *SHAPE, "--rounds", 1, "--quiet")
    assert done.exit_code == 0 and done.output == "", done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([SMALL, *SHAPE, "--rounds", "0"], "expected at least 1 round that counts, got 0"),
        ([SMALL, *SHAPE, "--batch-size", "0"], "expected batch sizes of at least 1, got [0]"),
        ([SMALL, *SHAPE, "--quantize", "17"], "expected weights of 2 to 16 bits, got 17"),
        ([SMALL], "expected the shape to compile for: --input-shape"),
        (["saved.spike"], "expected a source that PyTorch can run, file.py:factory, got 'saved.spike'"),
        ([], "expected one model: spike-compile benchmark"),
        ([SMALL, *SHAPE, "--json", "/no/such/folder/r.json"], "there is no folder '/no/such/folder'"),
        ([SMALL, "--input-shape", "1,1,4"], "does not run on inputs of shape"),
    ],
)
def test_refusals(arguments, words):
    done = run(*arguments)
    assert done.exit_code == 2 and "Traceback" not in done.output, done.output
    assert words in " ".join(done.output.split()), done.output


CALLS: list[int] = []


class Counting(torch.nn.Module):
    """Keeps state where no export sees it, and nothing puts it back."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = small()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        CALLS.append(0)
        return self.inner(x) + float(len(CALLS))


class Resetting(Counting):
    def reset(self) -> None:
        CALLS.clear()


def test_a_model_without_reset_is_refused():
    with pytest.raises(ValidationError, match="changes its own state while it runs"):  # as far as compiling shows it
        Benchmark(SpikeCompiler(), Counting().eval(), rounds=1).measure((1, 1, 4, 4))
    source = Eager(Counting().eval())
    with (
        torch.inference_mode(),
        pytest.raises(ValidationError, match=r"other outputs .*\(value \d+: \d+, then \d+\)") as e,
    ):
        check_repeats(lambda i: source(image()))
    assert e.value.error_code == "no-reset" and "reset()" in str(e.value)
    source = Eager(Resetting().eval())
    with torch.inference_mode():
        check_repeats(lambda i: source(image()))
        assert torch.equal(source(image()), source(image()))


def test_a_compiled_model_that_computes_something_else_is_refused(monkeypatch):
    measured = Benchmark(SpikeCompiler(), small(), rounds=1)

    def next_class(self: Eager, x: torch.Tensor) -> torch.Tensor:
        found = in_pytorch(small(), x)
        return torch.nn.functional.one_hot((found.mean(0).argmax(-1) + 1) % 5, 5).float().expand_as(found)

    monkeypatch.setattr(Eager, "__call__", next_class)
    with pytest.raises(CompilationError, match="0 of 16 samples agree, values differ by up to"):
        measured.measure((1, 1, 4, 4))


def test_a_model_of_one_step_is_called_for_each():
    compiler = SpikeCompiler(time_steps=3)
    found = Benchmark(compiler, one_step(), rounds=1, warm_up=0).measure((2, 6)).contestants
    assert found[1].agreement.close == found[1].agreement.samples == 16


def test_state_and_threads_are_put_back():
    model, before = small(), torch.get_num_threads()
    Benchmark(SpikeCompiler(), model, rounds=1, warm_up=0).measure((1, 1, 4, 4), [2])
    assert model.conv_lif.v == 0.0 and torch.get_num_threads() == before
    for bad in ([], [True], [0]):
        with pytest.raises(ValidationError, match="expected batch sizes of at least 1, got"):
            Benchmark(SpikeCompiler(), model).measure((1, 1, 4, 4), bad)


def test_agreement():
    reference = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    other = torch.tensor([[1.0, 0.0], [0.75, 0.5]])
    found = compare([[reference]], [[other]], 2, 4)
    assert (found.samples, found.same_class, found.close, found.close_values) == (2, 1, 1, 0.5)
    assert found.largest_difference == 0.75 and not found.complete
    steps = compare([[reference.expand(4, 2, 2)]], [[other.expand(4, 2, 2)]], 2, 4)
    assert (steps.same_class, steps.close) == (1, 1)
    assert compare([[reference[:, :1]]], [[reference[:, :1]]], 2, 4).same_class is None
    with pytest.raises(ValidationError, match=r"expected the reference's shape \[2, 2\], got \[1, 4\]"):
        compare([[reference]], [[other.reshape(1, 4)]], 2, 4)
    with pytest.raises(ValidationError, match="returns 1 tensors"):
        compare([[reference]], [[other, other]], 2, 4)


def test_everyone_runs_on_the_same_input_in_each_round():
    seen: dict[str, list[int]] = {"a": [], "b": []}
    times = timing.side_by_side({name: calls.append for name, calls in seen.items()}, 3, 1)
    runs = timing.SETTLING_RUNS + 1
    assert seen["a"] == seen["b"] == [number for number in range(4) for _ in range(runs)]
    assert [len(taken) for taken in times.values()] == [3, 3]
    for rounds, warm_up in ((True, 0), (1, -1), (1.5, 0)):
        with pytest.raises(ValidationError, match="expected at least"):
            timing.side_by_side({}, rounds, warm_up)
