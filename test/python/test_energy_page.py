# SPDX-License-Identifier: Apache-2.0
"""The HTML page of an energy report, in its text and in a real browser."""

from __future__ import annotations

import html
import json
import re

import numpy as np
import pytest
from browser import visit
from small_models import small

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.profiling import EnergyProfiler, make_report


@pytest.fixture(scope="module", params=["45nm", "45nm-sram"])
def report(request):
    model = SpikeCompiler().compile(small(), (1, 1, 4, 4))
    data = np.random.default_rng(0).random((5, 1, 4, 4), np.float32)
    return EnergyProfiler(energy_model=request.param).profile(model, data, source="small_models.py:small")


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "energy.html"
    report.to_html(path)
    return path


def test_the_page_needs_nothing_else(page):
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text
    assert not re.search(r'(src|href)\s*=\s*"(?!data:)', text) and "@import" not in text and "url(" not in text


def test_the_page_holds_the_report(report, page):
    data = json.loads(
        re.search(r'<script type="application/json" id="report">(.*?)</script>', page.read_text()).group(1)
    )
    assert data == json.loads(report.to_json())


def test_names_are_text_and_not_markup(report, tmp_path):
    report.activity.layers[0].name, name = "</script><script>alert(1)</script>", report.activity.layers[0].name
    try:
        make_report(report.activity, report.model).to_html(tmp_path / "x.html")
    finally:
        report.activity.layers[0].name = name
    assert "<script>alert" not in (tmp_path / "x.html").read_text()


SCRIPT = """
const page = document.documentElement.dataset, heads = [...document.querySelectorAll("#layers th")];
const rows = () => [...document.querySelectorAll("#layers tbody tr")];
const column = name => heads.findIndex(head => head.textContent === name);
const keys = name => rows().map(row => row.cells[column(name)].dataset.key);
page.before = JSON.stringify(keys("layer"));
for (const name of ["SOP", "layer", "rate"]) {
  const button = heads[column(name)].querySelector("button");
  button.click(); page[name.toLowerCase() + "First"] = JSON.stringify([heads[column(name)].ariaSort, keys(name)]);
  button.click(); page[name.toLowerCase() + "Second"] = JSON.stringify([heads[column(name)].ariaSort, keys(name)]);
}
page.sorted = String(heads.filter(head => head.ariaSort !== "none").length);
const width = part => [...document.querySelectorAll(`#chart-energy rect[data-part="${part}"]`)]
  .reduce((sum, bar) => sum + bar.getBoundingClientRect().width, 0);
page.widths = JSON.stringify({MAC: width("MAC"), AC: width("AC"), memory: width("memory access")});
page.coloured = String([...document.querySelectorAll("#chart-energy rect")]
  .every(bar => getComputedStyle(bar).fill.startsWith("rgb(") && getComputedStyle(bar).fill !== "rgb(0, 0, 0)"));
page.overflow = String(document.documentElement.scrollWidth - document.documentElement.clientWidth);
page.resources = String(performance.getEntriesByType("resource").length);
"""


@pytest.mark.slow
def test_the_browser_sees_what_it_should(tmp_path):
    """Errors and requests of a page are found, so that finding none means something."""
    text = '<!DOCTYPE html><title>x</title><body><img src="http://127.0.0.1:9/x.png"><script>undefined_function()</script></body>'
    (tmp_path / "bad.html").write_text(text)
    found = visit(tmp_path / "bad.html", tmp_path, "document.title = 'changed'")
    assert found.requests == ["http://127.0.0.1:9/x.png"] and "<title>changed</title>" in found.dom
    assert any("undefined_function is not defined" in line for line in found.console)


@pytest.mark.slow
def test_in_a_browser(report, page, tmp_path):
    plain = visit(page, tmp_path)
    assert plain.console == [] and plain.requests == []
    for name, text in {
        "energy": report.as_data()["totals"]["energy_mJ"],
        "mac": report.total("macs"),
        "sop": report.total("sops"),
    }.items():
        shown = re.search(rf'<li id="total-{name}"><b>([0-9.]+) ?([a-zA-Zµ]*)</b>', plain.dom)
        factor = {"": 1, "k": 1e3, "M": 1e6, "mJ": 1, "µJ": 1e-3, "nJ": 1e-6, "pJ": 1e-9}[shown.group(2)]
        assert float(shown.group(1)) * factor == pytest.approx(text, rel=1e-3)
    assert 'id="total-static"><b>not modelled' in plain.dom

    visited = visit(page, tmp_path, SCRIPT)
    assert visited.console == [] and visited.requests == []
    seen = {
        k: html.unescape(v)
        for k, v in re.findall(r'data-([a-z-]+)="([^"]*)"', visited.dom.partition(">\n")[0] + visited.dom[:8000])
    }
    names = [layer.name for layer in report.activity.layers]
    assert json.loads(seen["before"]) == names
    order, keys = json.loads(seen["layer-first"])
    assert order == "ascending" and keys == sorted(names)
    assert json.loads(seen["layer-second"]) == ["descending", sorted(names, reverse=True)]
    order, keys = json.loads(seen["sop-first"])
    sops = sorted((layer.sops / report.samples for layer in report.activity.synapses), reverse=True)
    assert order == "descending" and [float(key) for key in keys[:2]] == sops and keys[2:] == ["", ""]
    order, keys = json.loads(seen["sop-second"])
    assert order == "ascending" and [float(key) for key in keys[:2]] == sops[::-1] and keys[2:] == ["", ""]
    assert [float(key) for key in json.loads(seen["rate-first"])[1]] == sorted(
        map(float, json.loads(seen["rate-first"])[1])
    )[::-1]
    assert seen["sorted"] == "1" and seen["coloured"] == "true" and int(seen["resources"]) == 0
    assert int(seen["overflow"]) <= 0, "the page fits the window"

    widths = json.loads(seen["widths"])
    energies = report.breakdown["operation"]
    assert widths["MAC"] / widths["AC"] == pytest.approx(energies["MAC"] / energies["AC"], rel=0.02)
    memory = report.breakdown["memory_access"]
    if memory:
        assert widths["memory"] / widths["AC"] == pytest.approx(sum(memory.values()) / energies["AC"], rel=0.02)
    else:
        assert widths["memory"] == 0
