# SPDX-License-Identifier: Apache-2.0
"""Energy arithmetic by hand, energy models as files, and what a report holds."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml
from small_models import T, small

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.profiling import (
    Activity,
    Conventions,
    EnergyProfiler,
    NeuronActivity,
    SynapseActivity,
    builtin_models,
    count_operations,
    load_energy_model,
    make_report,
    plot_energy_breakdown,
)


def synapse(values, kind="conv", **numbers) -> SynapseActivity:
    layer = SynapseActivity("layer", kind, values, [["x"]] * len(values), 4, 1, 90, [10] * len(values))
    for name, number in numbers.items():
        setattr(layer, name, number)
    return layer


def both(layer, **conventions) -> tuple:
    operations = count_operations(layer, Conventions(**conventions))
    return operations.macs, operations.acs


def test_operations_of_one_input():
    sizes = {"elements": [100], "dense": 1000, "inside": 800, "sops": 150, "unit_sops": 150, "nonzero": [20]}
    spikes = synapse(["spike"], **sizes)
    assert both(spikes, counting="exact") == (0, 150)
    assert both(spikes, counting="papers") == (0, 200), "a rate of 20 % of 1000"
    assert both(synapse(["ternary"], **sizes), counting="exact") == (0, 150)
    image = synapse(["real"], **{**sizes, "repeated": 4})
    assert both(image, counting="exact") == (200, 0)
    assert both(image, counting="exact", time_invariant="every_step") == (800, 0)
    assert both(image, counting="papers") == (250, 0)
    assert both(image, counting="papers", time_invariant="every_step") == (1000, 0)
    counts = synapse(["count"], **{**sizes, "unit_sops": 450, "total": 60})
    assert both(counts, counting="exact") == (0, 450)
    assert both(counts, counting="exact", count_inputs="mac") == (150, 0)
    assert both(counts, counting="papers") == (0, 600)
    assert both(counts, counting="papers", count_inputs="mac") == (1000, 0)


def test_operations_of_two_activations():
    sizes = {"elements": [100, 50], "dense": 1000, "inside": 1000, "sops": 30, "unit_sops": 30, "nonzero": [20, 5]}
    attention = synapse(["spike", "spike"], "matmul", **sizes)
    assert both(attention, counting="exact") == (0, 30)
    assert both(attention, counting="papers") == (0, 100), "the smaller rate, 10 %"
    second = synapse(["spike", "count"], "matmul", **{**sizes, "fan_out": [10, 7]})
    assert both(second, counting="exact") == (0, 200)
    assert both(synapse(["count", "spike"], "matmul", **{**sizes, "fan_out": [10, 7]}), counting="exact") == (0, 35)
    assert both(second, counting="papers") == (0, 200)
    assert both(synapse(["real", "count"], "matmul", **sizes), counting="papers") == (1000, 0)
    assert both(synapse(["real", "spike"], "mask", **sizes), counting="exact") == (0, 30)


def activity() -> Activity:
    """One image layer, one neuron layer, one spiking layer; two samples."""
    image = synapse(
        ["real"], elements=[32], dense=2000, inside=1600, sops=1600, unit_sops=1600, nonzero=[32], outputs=160
    )
    image.name, image.repeated, image.words, image.output_words = "image", 4, [4.0], 20.0
    image.biases = 160
    spikes = synapse(
        ["spike"], elements=[160], dense=4000, inside=3000, sops=300, unit_sops=300, nonzero=[40], outputs=80
    )
    spikes.words, spikes.output_words = [20.0], 10.0
    neuron = NeuronActivity("lif", "lif", 20, 4, 1, "spike", ["image"], 160, [10] * 4, [10] * 4)
    return Activity(2, 4, [image, neuron, spikes])


def test_the_papers_formula():
    report = make_report(activity(), load_energy_model("45nm"))
    macs, acs = 2000 / 4 / 2, 40 / 160 * 4000 / 2
    assert report.total_energy_mJ == pytest.approx((4.6 * macs + 0.9 * acs) * 1e-9, rel=1e-12)
    assert report.breakdown["operation"] == pytest.approx({"MAC": 4.6e-9 * macs, "AC": 0.9e-9 * acs}, rel=1e-12)
    assert report.breakdown["memory_access"] is None and report.static_power_mW is None
    assert report.energy_per_spike_pJ == pytest.approx((4.6 * macs + 0.9 * acs) / 20)
    assert sum(report.breakdown["layer"].values()) == pytest.approx(report.total_energy_mJ)


def test_memory_accesses():
    report = make_report(activity(), load_energy_model("45nm-sram"))
    macs, acs, word = 1600 / 4, 300, 5  # every memory here is below 8 kB
    accesses = {
        "weights": (macs + acs) * word,
        "inputs": (macs + 40) * word,
        "sums": 2 * acs * word,
        "biases": 160 / 4 * word,
        "outputs": (160 / 4 + 40) * word,
        "states": 2 * 160 * word,
    }
    expected = {name: pJ * 1e-9 / 2 for name, pJ in accesses.items()}
    assert report.breakdown["memory_access"] == pytest.approx(expected, rel=1e-12)
    total = sum(accesses.values()) + 4.6 * macs + 0.9 * acs
    assert report.total_energy_mJ == pytest.approx(total * 1e-9 / 2, rel=1e-12)


@pytest.mark.parametrize(
    "kilobytes, pJ", [(1, 5), (8, 5), (20, 7.5), (32, 10), (528, 30), (1024, 50), (1024 + 992, 90)]
)
def test_the_cost_of_a_memory(kilobytes, pJ):
    memory = load_energy_model("45nm-sram").memory
    assert memory.cost_pJ(kilobytes * 256) == pytest.approx(pJ)
    assert memory.model_copy(update={"beyond": "clamp"}).cost_pJ(kilobytes * 256) == pytest.approx(min(pJ, 50))


def test_nothing_fires():
    silent = activity()
    silent.layers[1].spikes_per_step = [0] * 4
    report = make_report(silent, load_energy_model("45nm"))
    assert report.energy_per_spike_pJ is None and report.firing_rate == 0
    assert "no spikes" in json.dumps(report.as_data()) or report.as_data()["totals"]["energy_per_spike_pJ"] is None


def test_models_say_where_their_numbers_come_from():
    assert builtin_models() == ["45nm", "45nm-sram"]
    for name in builtin_models():
        model = load_energy_model(name)
        assert "doi:10.1109/ISSCC.2014.6757323" in " ".join(model.sources) and model.assumptions
        text = str(make_report(activity(), model))
        assert all(source[:60] in text for source in model.sources)
    operations = load_energy_model("45nm").operations
    assert (operations.mac_pJ, operations.ac_pJ) == (4.6, 0.9)


OWN = {
    "schema": "spike-energy-model/1",
    "name": "mine",
    "title": "ours",
    "technology": "7 nm",
    "sources": ["measured on our board"],
    "operations": {"mac_pJ": 1.0, "ac_pJ": 0.5},
    "static_power_mW": 12.5,
}


@pytest.mark.parametrize("suffix, dump", [(".yaml", yaml.safe_dump), (".json", json.dumps)])
def test_a_model_of_ones_own(tmp_path, suffix, dump):
    path = tmp_path / f"own{suffix}"
    path.write_text(dump(OWN))
    report = make_report(activity(), load_energy_model(path))
    assert report.static_power_mW == 12.5 and report.as_data()["totals"]["static_power_mW"] == 12.5
    assert report.model.conventions == Conventions(counting="exact")
    assert load_energy_model(path).as_data()["sources"] == ["measured on our board"]


@pytest.mark.parametrize(
    "change, message",
    [
        (
            {"operations": {"mac_pJ": 1.0, "ac_pJ": 0.5, "add_pJ": 1}},
            "operations.add_pJ: Extra inputs are not permitted",
        ),
        (
            {"operations": {"mac_pJ": -1.0, "ac_pJ": 0.5}},
            "operations.mac_pJ: Input should be greater than or equal to 0",
        ),
        ({"operations": {"mac_pJ": "nan", "ac_pJ": 0.5}}, "operations.mac_pJ: Input should be a finite number"),
        ({"energy": 3}, "energy: Extra inputs are not permitted"),
        ({"schema": "spike-energy-model/9"}, "schema: Input should be 'spike-energy-model/1'"),
        ({"sources": []}, "sources: Tuple should have at least 1 item"),
        ({"conventions": {"counting": "hopeful"}}, "conventions.counting: Input should be 'exact' or 'papers'"),
        (
            {"memory": {"word_bytes": 4, "access": [{"bytes": 9, "pJ": 1}, {"bytes": 3, "pJ": 1}]}},
            "expected ascending sizes",
        ),
    ],
)
def test_a_model_that_is_wrong(tmp_path, change, message):
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({**OWN, **change}))
    with pytest.raises(ValidationError, match=message) as error:
        load_energy_model(path)
    assert error.value.error_code == "invalid-energy-model" and "own.yaml" in str(error.value)


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("gone.yaml", None, "cannot read the energy model"),
        ("bad.yaml", "a: [", "cannot be parsed"),
        ("bad.json", '{"a": NaN}', "cannot be parsed"),
        ("list.json", "[1]", "the file: Input should be a valid dictionary"),
        ("22nm", None, "unknown energy model .* expected 45nm, 45nm-sram or a .yaml or .json file"),
    ],
)
def test_a_file_that_is_no_model(tmp_path, name, text, message):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ValidationError, match=message):
        load_energy_model(tmp_path / name)


@pytest.fixture(scope="module")
def report():
    model = SpikeCompiler().compile(small(), (1, 1, 4, 4))
    return EnergyProfiler(backend="simulation").profile(
        model, np.random.default_rng(0).random((5, 1, 4, 4), np.float32)
    )


def test_profiling_a_model(report):
    assert report.samples == 5 and report.time_steps == T
    assert set(report.breakdown) == {"layer", "operation", "memory_access"}
    assert report.breakdown["memory_access"] is None and report.static_power_mW is None
    conv, lif, head, head_if = report.activity.layers
    expected = 4.6 * conv.dense / T + 0.9 * lif.rate * head.dense
    assert report.total_energy_mJ == pytest.approx(expected * 1e-9 / 5, rel=1e-12)
    assert report.total("dense") == (4 * 9 * 16 + 64 * 5) * T
    chosen = [row for row in report.conventions() if row["chosen"]]
    assert len(chosen) == 1 and chosen[0]["energy_mJ"] == report.total_energy_mJ


def test_other_conventions_need_no_second_run(report):
    exact = make_report(report.activity, report.model.with_conventions(counting="exact", time_invariant="every_step"))
    conv, _, head, _ = report.activity.layers
    assert exact.total("macs") == conv.inside / 5 and exact.total("acs") == head.sops / 5
    rows = report.conventions()
    assert len(rows) == 8
    assert [
        row["energy_mJ"] for row in rows if row["counting"] == "exact" and row["time_invariant"] == "every_step"
    ] == [exact.total_energy_mJ] * 2


def test_json(report, tmp_path):
    report.to_json(tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text())
    assert data["schema"] == "spike-energy-report/1" and data["samples"] == 5
    assert data["energy_model"]["name"] == "45nm" and data["energy_model"]["sources"]
    assert data["totals"]["energy_mJ"] == report.total_energy_mJ
    assert [layer["name"] for layer in data["layers"]] == ["conv", "conv_lif", "head", "head_if"]
    assert data["layers"][2]["counts"]["sops"] == report.activity.layers[2].sops
    with pytest.raises(ValidationError, match="cannot write"):
        report.to_json(tmp_path / "no" / "r.json")


@pytest.mark.slow
@pytest.mark.parametrize("suffix, start", [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_figures(report, tmp_path, suffix, start):
    path = plot_energy_breakdown(report, tmp_path / f"f.{suffix}")
    assert path.read_bytes().startswith(start) and path.stat().st_size > 5000


@pytest.mark.slow
def test_figure_errors(report, tmp_path):
    with pytest.raises(ValidationError, match="expected a figure in .png, .pdf, .svg, got 'f.bmp'"):
        plot_energy_breakdown(report, tmp_path / "f.bmp")
    with pytest.raises(ValidationError, match="cannot write"):
        plot_energy_breakdown(report, tmp_path / "no" / "f.png")


def test_the_table_fits_and_adds_up(report):
    text = str(report)
    for word in (
        "conv_lif",
        "rate %",
        "SOP",
        "per inference",
        "pJ per spike",
        "energy model 45nm",
        "counting = papers",
    ):
        assert word in text, word


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"backend": "abacus"}, "unknown backend 'abacus', expected simulation"),
        ({"energy_model": "3nm"}, "unknown energy model '3nm'"),
        ({"counting": "guessed"}, "conventions.counting: Input should be 'exact' or 'papers'"),
    ],
)
def test_profilers_that_cannot_be(arguments, message):
    with pytest.raises(ValidationError, match=message):
        EnergyProfiler(**arguments)


def test_unknown_breakdown_is_said_before_the_run():
    model = SpikeCompiler().compile(small(), (1, 1, 4, 4))
    with pytest.raises(
        ValidationError, match="unknown breakdown 'core', expected some of layer, operation, memory_access"
    ):
        EnergyProfiler().profile(model, iter(()), breakdown_by=["layer", "core"])
    with pytest.raises(ValidationError, match="expected a CompiledModel, got Small"):
        EnergyProfiler().profile(small(), np.zeros((1, 1, 4, 4), np.float32))
