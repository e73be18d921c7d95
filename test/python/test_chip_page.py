# SPDX-License-Identifier: Apache-2.0
"""The report of a network on a chip: its numbers, and its page in text and in a real browser."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from random import Random

import numpy as np
import pytest
from browser import visit
from chip_networks import RandomNetwork
from chip_support import LAYERS, two_chip_report

from spike_transformer_compiler import _core
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.hardware import load_target
from spike_transformer_compiler.profiling import ChipReport
from spike_transformer_compiler.profiling.chip_plan import METRICS, level, metric


@pytest.fixture(scope="module")
def report():
    return two_chip_report()


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "chip.html"
    report.to_html(path)
    return path


def test_parts_make_up_the_whole(report):
    def total(energies):
        return sum(value or 0.0 for value in energies.values())

    whole = report.total_energy_pJ
    assert whole > 0
    assert sum(total(core.energy_pJ) for core in report.cores) == pytest.approx(whole)
    assert sum(total(population.energy_pJ) for population in report.populations) == pytest.approx(whole)
    assert report.counts["spike"] == pytest.approx(sum(core.counts.get("spike", 0) for core in report.cores))
    assert [population.neurons for population in report.populations] == [layer[2] for layer in LAYERS]
    assert [population.cores for population in report.populations] == [layer[3] for layer in LAYERS]
    assert report.latency["ns"] == pytest.approx(sum(report.latency["steps_ns"]))
    assert report.chip_steps == len(report.latency["steps_ns"]) == 15
    assert report.not_known == ("hopChip",), "no profile has an energy for it"


def test_counts_are_of_one_inference():
    one, five = two_chip_report(inferences=1), two_chip_report(inferences=5)
    assert five.counts["neuronActive"] == one.counts["neuronActive"]
    assert five.counts["spike"] == pytest.approx(one.counts["spike"], rel=0.02)
    assert five.total_energy_pJ == pytest.approx(one.total_energy_pJ, rel=0.02)


def test_memory_fill(report):
    core = report.cores[0]
    assert report.fill(core) == pytest.approx(max(8100 / 131072, (8100 + 4096 + 9 * 4096) / 196608))
    unlimited = dataclasses.replace(
        report.target,
        fields=tuple(
            dataclasses.replace(field, value=0) if field.name.endswith("BytesPerCore") else field
            for field in report.target.fields
        ),
    )
    assert dataclasses.replace(report, target=unlimited).fill(core) is None


def test_counts_that_do_not_fit_are_refused():
    network = {"name": "n", "timeSteps": 1, "populations": [], "chips": [{"x": 0, "y": 0}]}
    core = {"chip": 0, "x": 0, "y": 0, "slices": []}
    target = load_target("loihi2")
    one = {**network, "cores": [core]}
    for given, activity, words in (
        ({**network, "cores": []}, {"steps": []}, "network 'n' lies on no cores: map it first"),
        (one, {"steps": [{"cores": [{}]}]}, "the network's 1 cores, got uses of 0 and counts of 1"),
    ):
        with pytest.raises(ValidationError, match=words):
            ChipReport.make(given, target, "45nm", activity, [], [])
    use = {"synapses": 0, "axons": 0, "neurons": 0}
    for steps, words in (([{"cores": [{"spike": -1}]}], "got -1 of spike"), ([], "at least one chip step")):
        with pytest.raises(ValidationError, match=words):
            ChipReport.make(one, target, "45nm", {"steps": steps, "populations": {}}, [use], [])


def test_levels():
    assert [level(value, 100) for value in (0, 0.01, 4, 50, 99, 100)] == [0, 1, 1, 5, 10, 10]
    assert level(0, 0) == 0


def test_the_page_needs_nothing_else(report, page):
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text
    assert not re.search(r'(src|href)\s*=\s*"(?!data:)', text) and "@import" not in text and "url(" not in text
    data = json.loads(re.search(r'<script type="application/json" id="report">(.*?)</script>', text).group(1))
    assert data == json.loads(report.to_json()) and data["total_energy_pJ"] == report.total_energy_pJ


def test_the_page_says_what_is_not_known_and_what_is_assumed(page):
    text = page.read_text()
    assert "no energy of hops between chips: energies are lower bounds" in text
    assert '<li id="total-energy"><b>≥ ' in text and '<li id="total-static"><b>not known' in text
    assert "energies are assumed" in text and "no specification is public; as Loihi 2" in text


def test_a_profile_without_times_and_a_board_with_power(tmp_path):
    board = dataclasses.replace(
        load_target("ncl-2chip"),
        fields=load_target("ncl-2chip").fields + (load_target("oheo-gulch").field("staticPower"),),
    )
    report = two_chip_report("45nm", board)
    report.to_html(tmp_path / "x.html")
    text = (tmp_path / "x.html").read_text()
    assert report.latency is None and '<li id="total-latency"><b>not known' in text
    assert "the latency is known in chip steps only" in text and '<li id="total-static"><b>1.78 W' in text
    two_chip_report("loihi1_fit", board).to_html(tmp_path / "y.html")
    assert re.search(r"static power, apart: [0-9.]+ mJ in that time", (tmp_path / "y.html").read_text())


def test_names_are_text_and_not_markup(report, tmp_path):
    bad = "</script><script>alert(1)</script>"
    populations = (dataclasses.replace(report.populations[0], name=bad, path=bad), *report.populations[1:])
    cores = (dataclasses.replace(report.cores[0], slices=((bad, 3),)), *report.cores[1:])
    dataclasses.replace(report, network=bad, populations=populations, cores=cores).to_html(tmp_path / "x.html")
    assert "<script>alert" not in (tmp_path / "x.html").read_text()


def test_what_the_simulator_counted(tmp_path):
    """A network that really ran: two chips, populations that share cores, synapses of two kinds, a batch."""
    target = load_target("ncl-2chip")
    seen = set()
    for seed in range(12):
        net = RandomNetwork(Random(seed)).make()
        net["chips"] = [{"x": 0, "y": 0}, {"x": 1, "y": 0}]
        for number, core in enumerate(net["cores"]):
            core.update(chip=number % 2, x=3 * number % 16, y=number % 8)
        network = _core.ChipNetwork.from_dict(net)
        simulator = _core.ChipSimulator(network)
        generator = np.random.default_rng(seed)
        arrays = []
        for item in net["inputs"]:
            shape = [3] + ([] if item["everyStep"] else [net["timeSteps"]]) + list(item["shape"])
            integers = generator.integers(item["low"], item["high"], shape, endpoint=True)
            arrays.append((integers / item["scale"]).astype(np.float32))
        simulator.run(arrays)
        counters = simulator.counters()
        found = ChipReport.make(net, target, "loihi1_fit", **simulator.activity("ncl-2chip"))
        assert found.inferences == 3 and found.chip_steps == counters["synops"].shape[1]
        hops = sum(found.counts[name] for name in ("hopEastWest", "hopNorthSouth", "hopChip"))
        assert hops == pytest.approx(sum(link.messages for link in found.links))
        assert hops == pytest.approx(sum(_distance(net, *ends) * n for *ends, n in counters["traffic"].tolist()) / 3)
        assert found.counts["spike"] * 3 == pytest.approx(counters["spikes"].sum())
        assert found.counts["messageOut"] * 3 == pytest.approx(counters["messages_out"].sum())
        neurons = sum(np.prod(p["shape"]) for p in net["populations"] if p["kind"] != "input")
        steps = found.chip_steps * neurons
        assert found.counts["neuronActive"] + found.counts["neuronIdle"] == pytest.approx(steps)
        assert all(min(core.memory.values()) >= 0 and 0 < found.fill(core) < 1 for core in found.cores if core.slices)
        seen |= {name for name, count in found.counts.items() if count}
        found.to_html(tmp_path / "x.html")
    assert seen == set(found.counts), "every kind of event happened"


def _distance(net, source, target):
    """Links of the way between two cores on a row of chips with 8 x 4 tiles of 2 x 2 cores; none from the host."""
    if source < 0:
        return 0
    a, b = net["cores"][source], net["cores"][target]
    across = abs(8 * a["chip"] + a["x"] // 2 - 8 * b["chip"] - b["x"] // 2)
    return across + abs(a["y"] // 2 - b["y"] // 2)


SCRIPT = """
const page = document.documentElement.dataset;
const levels = () => [...document.querySelectorAll("#cores .core")].map(core => core.getAttribute("class").slice(6));
const seen = {};
for (const input of document.querySelectorAll("#metrics input")) {
  input.click();
  seen[input.value] = [levels(), document.querySelector("#cores-heading ~ figure .largest").textContent];
}
page.metrics = JSON.stringify(seen);
page.colours = String(new Set([...document.querySelectorAll("#cores .core")].map(c => getComputedStyle(c).fill)).size);
page.strokes = String([...document.querySelectorAll("#links .link")]
  .every(line => getComputedStyle(line).stroke.startsWith("rgb(")));
const inside = [...document.querySelectorAll("svg")].every(svg => {
  const outer = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("rect, line, text")].every(part => {
    const box = part.getBoundingClientRect();
    return box.left >= outer.left - 1 && box.right <= outer.right + 1 && box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1;
  });
});
page.inside = String(inside);
const head = [...document.querySelectorAll("#populations th")].find(head => head.textContent === "energy");
head.querySelector("button").click();
page.first = document.querySelector("#populations tbody tr").cells[0].textContent;
page.overflow = String(document.documentElement.scrollWidth - document.documentElement.clientWidth);
page.resources = String(performance.getEntriesByType("resource").length);
"""


@pytest.mark.slow
def test_in_a_browser(report, page, tmp_path):
    visited = visit(page, tmp_path, SCRIPT)
    assert visited.console == [] and visited.requests == []
    seen = {k: html.unescape(v) for k, v in re.findall(r'data-([a-z-]+)="([^"]*)"', visited.dom[:20000])}
    metrics = json.loads(seen["metrics"])
    assert list(metrics) == list(METRICS)
    for name, (levels, largest) in metrics.items():
        values = [metric(report, core, name) for core in report.cores]
        most = 1.0 if name == "memory" else max(values)
        assert [int(number) for number in levels] == [level(value, most) for value in values], name
        assert re.match(r"[0-9.]+ ?(k|M|%|µJ|nJ|)$", largest), largest
    assert metrics["memory"][1] == "100.0 %" and seen["strokes"] == "true"
    assert int(seen["colours"]) == len(set(metrics["memory"][0])) > 1
    assert seen["inside"] == "true", "everything that is drawn lies in its drawing"
    assert seen["first"] == "fc1" and int(seen["resources"]) == 0
    assert int(seen["overflow"]) <= 0, "the page fits the window"
