# SPDX-License-Identifier: Apache-2.0
"""The comparison with peers: its statistics, its table, peers that fail, and the form of a model that peers are given.

No peer needs to be installed.
"""

from __future__ import annotations

import json
import multiprocessing
import threading

import conductor
import numpy as np
import pytest
import torch
from calibration import calibrate
from compare import Configuration, full, load_earlier, merged
from comparison_figure import draw
from comparison_table import HEADER, cells
from conductor import LEAST_ROUNDS, WARM_UP, Ensemble, Failure, Worker, in_turn
from layer_check import Check
from peers import BASELINE, PEERS, Refusal, load
from peers.base import first_line
from peers.unrolled import Forced, UnrolledLIF, unroll
from peers.worker import Job, answer
from spikingjelly.activation_based import functional, neuron
from subjects import DIGITS, MODELS, subject
from summary import agreement, classes, differs, ratios, spread, verdict, with_times

from spike_transformer_compiler.profiling.timing import order

# ------------------------------------------------------------------------------------------------------- statistics


def test_spread_is_median_and_quartiles():
    found = spread([5.0, 1.0, 2.0, 4.0, 3.0])
    assert found == {"median": 3.0, "quartiles": [1.5, 4.5], "best": 1.0, "count": 5}
    assert spread([2.0])["quartiles"] == [2.0, 2.0]


def test_ratios_are_within_rounds():
    """A round that is slow for everyone does not show."""
    assert ratios([10.0, 100.0], [5.0, 50.0]) == [2.0, 2.0]
    rows = {"a": {}, "b": {}}
    with_times(rows, {"a": [10.0, 100.0], "b": [5.0, 50.0]}, "a")
    assert rows["b"]["ratio"]["quartiles"] == [2.0, 2.0] and rows["a"]["ratio"]["median"] == 1.0
    rows = {"b": {}}
    with_times(rows, {"b": [5.0]}, "a")
    assert "ratio" not in rows["b"] and rows["b"]["ms"]["median"] == 5.0


def test_classes_are_those_of_the_mean_over_time():
    steps = np.array([[[0.0, 3.0]], [[2.0, 0.0]]])  # [T, B, classes]
    assert classes(steps, 1).tolist() == [1]
    assert classes(steps.mean(0), 1).tolist() == [1]
    with pytest.raises(ValueError, match="batch of 3"):
        classes(steps, 3)


def test_agreement_counts_samples():
    reference = [np.array([[1.0, 0.0], [0.0, 1.0]])] * 2
    other = [reference[0], np.array([[1.0, 0.0], [0.5, 0.25]])]
    assert agreement(reference, other, 2) == {"same": 3, "samples": 4, "largest_difference": 0.75}


def test_everyone_has_a_turn_and_another_one_is_first():
    rounds = [order(3, i) for i in range(3)]
    assert all(sorted(turns) == [0, 1, 2] for turns in rounds)
    assert [turns[0] for turns in rounds] == [0, 1, 2]


def test_rounds_give_everyone_the_same_input_and_drop_the_warm_up(monkeypatch):
    monkeypatch.setattr(conductor, "PAUSE", 0.0)
    seen = ([], [])
    turns = [lambda i, own=own: own.append(i) or float(i) for own in seen]
    times = in_turn(turns, 4, seconds=60)
    assert seen[0] == seen[1] == list(range(4 + WARM_UP))
    assert times == [[float(i) for i in range(WARM_UP, WARM_UP + 4)]] * 2
    assert len(in_turn(turns, 50, seconds=0)[0]) == LEAST_ROUNDS


# ------------------------------------------------------------------------------------------------------------ rows


def row(peer: str = "ours", ratio: float = 2.0, **changes) -> dict:
    made = {
        "model": "m", "batch": 1, "threads": 2, "rate": 0.15, "time_steps": 4, "peer": peer, "status": "ok", "version": "1.2",
        "variant": "", "first_output_s": 3.25, "compile_peak_mb": 900.0, "run_peak_mb": 450.0, "ms": spread([4.0, 5.0, 6.0]),
        "ratio": spread([ratio] * 3), "outputs": {"same": 7, "samples": 8, "largest_difference": 0.5},
        "check": {"steps": 4_000, "ties": 1, "errors": 0, "passed": True},
    }  # fmt: skip
    return made | changes


def test_a_row_of_the_table():
    found = dict(zip(HEADER, cells(row(variant="freezing")), strict=True))
    assert found["peer"] == "ours (freezing)" and found["median ms"] == "5.00" and found["x SpikingJelly"] == "2.00"
    assert found["classes"] == "7 of 8" and found["spikes"] == "0 errors, 1 ties of 4,000"


@pytest.mark.parametrize("status", ["missing", "refused", "failed"])
def test_a_peer_without_times_has_its_reason_in_the_row(status):
    found = cells({"peer": "iree", "status": status, "reason": "no such op"})
    assert len(found) == len(HEADER)
    assert found[0] == "iree" and found[-1] == f"{status}: no such op"


def test_a_peer_with_other_spikes_is_marked_and_not_drawn(tmp_path):
    wrong = row(check={"steps": 10, "ties": 0, "errors": 3, "passed": False})
    assert differs(wrong) and not differs(row()) and not differs(row(check=None))
    assert "3 ERRORS" in verdict(wrong["check"])
    assert verdict({"reason": "too large"}) == "no check: too large"
    assert draw({"machine": {"cpu": "c", "cores": 2}, "rows": [wrong]}, tmp_path / "r.json") == []


def test_the_figures(tmp_path):
    """Bars; and lines where several rates or numbers of steps were measured."""
    rows = [row(), row("openvino", 3.0), row(BASELINE, 1.0), row(rate=0.3), row(time_steps=8), row(batch=8)]
    rows.append({"peer": "iree", "status": "failed", "reason": "x"})
    written = draw({"machine": {"cpu": "a CPU", "cores": 2}, "rows": rows}, tmp_path / "r.json")
    assert [path.name for path in written] == [
        "r.png", "r.pdf", "r-rate.png", "r-rate.pdf", "r-time-steps.png", "r-time-steps.pdf"
    ]  # fmt: skip
    assert all(path.stat().st_size > 1000 for path in written)


def test_rows_measured_again_take_the_place_of_old_ones(tmp_path):
    old, new = [row(ratio=2.0), row("iree")], [row(ratio=3.0)]
    found = merged(old, new)
    assert [(r["peer"], r["ratio"]["median"]) for r in found] == [("iree", 2.0), ("ours", 3.0)]
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"machine": {"cpu": "a"}, "rows": old}))
    assert load_earlier(path, {"cpu": "a"}) == old
    with pytest.raises(SystemExit, match="another machine"):
        load_earlier(path, {"cpu": "b"})


def test_full_is_all_models_batches_and_threads():
    found = full()
    for model in MODELS:
        assert {Configuration(model, b, t) for b in (1, 8) for t in (1, 2)} <= set(found)
        assert {c.rate for c in found if c.model == model} == {0.05, 0.15, 0.3}
    assert len({c.time_steps for c in found}) > 2 and len(found) == len(set(found))


# ------------------------------------------------------------------------------------------------ peers that fail


class _Stub:
    """A peer's process that answers from a table; an answer that is a Failure is raised."""

    def __init__(self, answers: dict) -> None:
        self.answers, self.ended = answers, False

    def ask(self, question: str, *_):
        found = self.answers[question]
        if isinstance(found, Failure):
            raise found
        return found

    def end(self) -> None:
        self.ended = True


def test_a_failing_peer_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(conductor, "PAUSE", 0.0)
    stubs = {
        "ours": _Stub({"prepare": {"version": "1"}, "time": 2.0}),
        "iree": _Stub({"prepare": Failure("refused", "no such op")}),
        "openvino": _Stub({"prepare": {"version": "2"}, "time": Failure("failed", "the process was ended by SIGSEGV")}),
    }
    monkeypatch.setattr(conductor, "Worker", lambda job: stubs[job.peer])
    with Ensemble(list(stubs), tmp_path, tmp_path, 1, tmp_path) as ensemble:
        for name in stubs:
            ensemble.start(name)
            ensemble.ask(name, "prepare")
        assert ensemble.alive() == ["ours", "openvino"]
        assert ensemble.ask("iree", "outputs") is None
        assert ensemble.time(3, 60) == {"ours": [2.0] * 3}
        assert ensemble.rows["iree"] == {"peer": "iree", "status": "refused", "reason": "no such op"}
        assert ensemble.rows["openvino"]["reason"].endswith("SIGSEGV")
    assert all(stub.ended for stub in stubs.values())


def _ask(job: Job, *questions: tuple) -> list[tuple]:
    """What a worker in a thread of this process answers."""
    ours, theirs = multiprocessing.Pipe()
    thread = threading.Thread(target=answer, args=(theirs, job))
    thread.start()
    found = []
    for question, *arguments in questions:
        ours.send((question, arguments))
        found.append(ours.recv())
    ours.close()
    thread.join()
    return found


def _job(tmp_path, peer: str, model: torch.nn.Module) -> Job:
    torch.save(model, tmp_path / "model.pt")
    torch.save([torch.rand(2, 3), torch.rand(2, 3)], tmp_path / "batches.pt")
    return Job(peer, *(str(tmp_path / name) for name in ("model.pt", "batches.pt")), torch.get_num_threads(), "")


def test_a_worker_answers(tmp_path):
    job = _job(tmp_path, BASELINE, torch.nn.Linear(3, 4))
    (_, prepared), (_, outputs), (_, milliseconds), (kind, reason) = _ask(
        job, ("prepare",), ("outputs",), ("time", 5), ("check", "no-such-file", "", "")
    )
    assert prepared["first_output_s"] > 0 and prepared["compile_peak_mb"] > 1 and prepared["variant"] == ""
    assert [output.shape for output in outputs["outputs"]] == [(2, 4)] * 2
    assert milliseconds > 0
    assert kind == "failed" and "no-such-file" in reason


def test_a_missing_and_a_refusing_peer(tmp_path, monkeypatch):
    import peers.onnx_runtime

    monkeypatch.setattr(peers.onnx_runtime.OnnxRuntime, "packages", ("no-such-package", "torch"))
    job = _job(tmp_path, "onnxruntime", torch.nn.Linear(3, 4))
    assert _ask(job, ("prepare",)) == [("missing", "not installed: no-such-package")]
    monkeypatch.setattr(peers.onnx_runtime.OnnxRuntime, "packages", ("torch",))
    monkeypatch.setattr(peers.onnx_runtime.OnnxRuntime, "load", lambda self, threads: None)
    job = _job(tmp_path, "onnxruntime", torch.nn.Sequential(neuron.IFNode(step_mode="m")))
    assert _ask(job, ("prepare",)) == [("refused", "'0' is a IFNode (m); only multi-step LIFNodes unroll")]


def test_a_worker_whose_process_ends(tmp_path):
    """A crash is a reason in the row."""
    worker = Worker.__new__(Worker)
    worker._connection, theirs = multiprocessing.Pipe()
    worker._process = multiprocessing.get_context("spawn").Process(target=int)
    worker._process.start()
    theirs.close()
    with pytest.raises(Failure, match="during 'prepare': the process ended with exit code 0"):
        worker.ask("prepare")
    worker.end()


def test_every_peer_can_be_asked_for_without_its_library():
    for name in PEERS:
        peer = load(name)
        assert peer.name == name
        assert peer.missing() is None or peer.missing().startswith("not installed: ")


def test_reasons_are_one_line():
    assert first_line(ValueError("\n\n first\nsecond")) == "ValueError: first"
    assert first_line(ValueError()) == "ValueError"
    assert len(first_line(ValueError("x" * 500))) == 200


# ------------------------------------------------------------------------------------------- the unrolled model


@pytest.mark.parametrize("reset", [0.0, None, 0.25, -0.5])
@pytest.mark.parametrize("decay_input", [True, False])
def test_unrolled_neurons_are_spikingjellys_bit_for_bit(reset, decay_input):
    torch.manual_seed(0)
    for tau, threshold in ((2.0, 1.0), (2.0, 0.5), (3.0, 0.137), (1.7, 1.0)):
        node = neuron.LIFNode(
            tau=tau, decay_input=decay_input, v_threshold=threshold, v_reset=reset, step_mode="m", store_v_seq=True
        )
        currents = 2 * torch.randn(6, 2, 500)
        # Membranes that meet the threshold exactly: eighths, of which sums and halves have no rounding.
        exact = torch.randint(-8, 24, (6, 2, 500)) / 8
        for x in (currents, exact):
            functional.reset_net(node)
            with torch.no_grad():
                theirs = node(x)
            assert 0.01 < theirs.mean() < 0.99
            assert torch.equal(UnrolledLIF(node)(x), theirs)


@pytest.fixture(scope="module")
def small():
    """A Spikformer of one block, and two images."""
    from spikingjelly.activation_based.model.spikformer import Spikformer

    torch.manual_seed(0)
    model = Spikformer(
        T=3,
        in_channels=1,
        img_size_h=8,
        img_size_w=8,
        patch_size=4,
        num_classes=5,
        embed_dims=32,
        num_heads=2,
        depths=1,
    )
    return calibrate(model, torch.rand(4, 1, 8, 8)), torch.rand(2, 1, 8, 8)


def test_the_unrolled_model_is_the_source_bit_for_bit(small):
    model, images = small
    functional.reset_net(model)
    with torch.no_grad():
        assert torch.equal(unroll(model)(images), model(images))
    assert isinstance(model.get_submodule("blocks.0.attn.attn_lif"), neuron.LIFNode), "the model given is left alone"


def test_only_what_can_be_unrolled_is():
    with pytest.raises(Refusal, match="'0' is a LIFNode"):
        unroll(torch.nn.Sequential(neuron.LIFNode(step_mode="s")))


def test_the_check_finds_a_wrong_layer_and_no_other(small, tmp_path):
    """Layers behind the wrong one see the source's spikes, so they are right."""
    model, images = small
    check = Check(model, images, tmp_path)
    image, teachers, answer_file = check.arguments("ours")
    spikes = torch.load(teachers)
    inputs = (torch.load(image), *(train.float() for train in spikes.values()))
    forced = Forced(model, list(spikes))

    def own() -> dict[str, torch.Tensor]:
        with torch.no_grad():
            return dict(zip(spikes, forced(*inputs)[-len(spikes) :], strict=True))

    right = check.judge_spikes(own())
    assert right["passed"] and right["errors"] == right["ties"] == 0 and right["steps"] > 5_000
    wrong = forced.get_submodule("model.blocks.0.attn.attn_lif").neuron
    wrong.threshold *= 1.5
    torch.save(own(), answer_file)
    found = check.judge({"answer": answer_file})
    assert found["errors"] > 0 and not found["passed"] and "'blocks.0.attn.attn_lif'" in found["first"]
    differing = [path for path, train in own().items() if not torch.equal(train, spikes[path].float())]
    assert differing == ["blocks.0.attn.attn_lif"]
    half = {path: train * 0.5 for path, train in own().items()}
    assert check.judge_spikes(half)["errors"] > 0, "what is no spike is no crash"


def test_subjects_have_their_batches_and_time_steps():
    images = subject("spikformer_cifar10", 0.15, 4)
    assert [tuple(batch.shape) for batch in images.batches(8)] == [(8, 3, 32, 32)] * 2
    assert len(images.batches(1)) == 8
    trained = subject(DIGITS, 0.15, 2)
    assert sum(len(batch) for batch in trained.batches(8)) == 360
    model = trained.build()
    with torch.no_grad():
        assert model(trained.images(1)).shape == (2, 1, 10)
