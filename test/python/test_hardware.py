# SPDX-License-Identifier: Apache-2.0
"""Targets and energy profiles as files: schemas, provenance, the command that prints one, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from test_cli import spike_compile

import spike_transformer_compiler
from spike_transformer_compiler import _core
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.hardware import load_profile, load_target, profiles, targets

FOLDER = Path(spike_transformer_compiler.__file__).parent / "targets"
KINDS = {
    "target": (FOLDER, _core.target_fields, load_target, targets),
    "profile": (FOLDER / "profiles", _core.energy_profile_fields, load_profile, profiles),
}


def schema(kind: str) -> dict:
    return json.loads((FOLDER / "schema" / f"{kind}.schema.json").read_text())


@pytest.mark.parametrize("kind", KINDS)
def test_files_fit_their_schema_and_are_all_built_in(kind):
    folder, _, load, names = KINDS[kind]
    validator = jsonschema.Draft202012Validator(schema(kind))
    validator.check_schema(validator.schema)
    files = sorted(folder.glob("*.json"))
    assert sorted(names()) == [file.stem for file in files]
    for file in files:
        data = json.loads(file.read_text())
        assert [error.message for error in validator.iter_errors(data)] == [], file
        assert data["name"] == file.stem
        built_in, by_path = load(file.stem), load(file)
        assert built_in == by_path, "what is compiled in is what is shipped"
        assert all(f"[{key}]" in str(built_in.fields) for key in data.get("references", ())), "no idle reference"


@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_loader_say_the_same(kind):
    stated = schema(kind)
    fields = stated["properties"]["fields"]["properties"]
    assert stated.get("then", {"properties": {"fields": {"required": []}}})["properties"]["fields"]["required"] == [
        field["name"] for field in KINDS[kind][1]() if field["required"]
    ]
    for field in KINDS[kind][1]():
        value = fields.pop(field["name"])["properties"]["value"]
        if field["kind"] == "word":
            assert value["enum"] == field["words"], field
            continue
        kinds = {"integer": "integer", "number": "number", "flag": "boolean", "integers": "array", "curve": "array"}
        assert value["type"] == kinds[field["kind"]], field
        if field["kind"] == "curve":
            (value, second) = value["items"]["prefixItems"]
            assert value == second
        elif field["kind"] == "integers":
            value = value["items"]
        if field["kind"] != "flag":
            assert (value["minimum"], value["maximum"]) == (field["low"], field["high"]), field
    assert not fields, "fields that the loader does not know"


def test_a_wrong_file_is_refused_by_both(tmp_path):
    good = json.loads((FOLDER / "loihi1.json").read_text())
    validator = jsonschema.Draft202012Validator(schema("target"))
    changes = [
        lambda d: d["fields"].pop("chips"),
        lambda d: d["fields"].update(cores=d["fields"]["chips"]),
        lambda d: d["fields"]["chips"].update(value=0),
        lambda d: d["fields"]["chips"].update(value="1"),
        lambda d: d["fields"]["chips"].pop("provenance"),
        lambda d: d["fields"]["chips"].update(provenance="certain"),
        lambda d: d["fields"]["chips"].update(source=" "),
        lambda d: d["fields"]["chips"].update(unit="chips"),
        lambda d: d["fields"]["weightBits"].update(value=[]),
        lambda d: d["fields"]["weightBits"].update(value=[8, 8]),
        lambda d: d["fields"]["programs"].update(value=0),
        lambda d: d.update(schema="spike-target/2"),
        lambda d: d.update(name=""),
        lambda d: d.pop("title"),
        lambda d: d.update(more=1),
        lambda d: d.update(inherited={"provenance": "assumed", "source": "x"}),
    ]
    for i, change in enumerate(changes):
        data = json.loads(json.dumps(good))
        change(data)
        assert not validator.is_valid(data), i
        path = tmp_path / f"{i}.json"
        path.write_text(json.dumps(data))
        with pytest.raises(ValidationError, match=f"{i}.json"):
            load_target(path)


def test_nothing_of_loihi_3_is_stated_as_a_fact():
    for name in ("loihi3", "ncl-1chip", "ncl-2chip"):
        target = load_target(name)
        assert {field.provenance for field in target.fields} == {"assumed"}, name
        assert "assumed" in target.title


def test_hardware_stats(tmp_path):
    done = spike_compile("hardware-stats", "--target", "loihi3", "--chips", 4, "--json", tmp_path / "t.json")
    assert done.exit_code == 0, done.output
    for words in (
        "loihi3: assumed",
        "coresPerChip",
        "512 cores",
        "at most 4,194,304 neurons",
        "no limit",
        "[brief] Intel",
    ):
        assert words in done.output, words
    data = json.loads((tmp_path / "t.json").read_text())
    assert f"provenance: 0 documented, 0 derived, {len(data['fields'])} assumed" in done.output
    chips = data["fields"][0]
    assert (chips["name"], chips["value"], chips["provenance"]) == ("chips", 4, "assumed")
    assert data["extends"] == ["loihi2"]
    done = spike_compile("hardware-stats", "--target", "oheo-gulch", "--quiet")
    assert done.exit_code == 0 and done.output == ""


def test_hardware_stats_of_a_file_and_of_none(tmp_path):
    board = {"schema": "spike-target/1", "name": "mine", "title": "a board of [two] chips", "extends": "loihi2"}
    chips = {"value": 2, "provenance": "documented", "source": "I have it here"}
    (tmp_path / "mine.json").write_text(json.dumps({**board, "fields": {"chips": chips}}))
    done = spike_compile("hardware-stats", "--target", tmp_path / "mine.json")
    assert done.exit_code == 0 and "mine: a board of [two] chips" in done.output and "I have it here" in done.output
    for arguments, words in (
        (("--target", "loihi9"), "unknown target 'loihi9', expected loihi1, loihi2, loihi3"),
        (("--target", tmp_path / "none.json"), "cannot be read: no such file or directory"),
        (("--chips", 0), "expected 1 to 65536 chips, got 0"),
        (("--chips", 70000), "expected 1 to 65536 chips, got 70000"),
        (("--json", tmp_path / "no" / "x.json"), "there is no folder"),
    ):
        done = spike_compile("hardware-stats", *arguments)
        assert done.exit_code == 2 and words in done.output and "Traceback" not in done.output, done.output


def test_a_board_of_so_many_chips():
    assert load_target("loihi3:4")["chips"] == load_target("loihi3", 4)["chips"] == 4
    for wrong in (0, True, 1.5, "2", 1 << 64):
        with pytest.raises(ValidationError, match="expected 1 to 65536 chips"):
            load_target("loihi3", wrong)


def test_profiles():
    assert load_profile("loihi1_fit")["synopDense_pJ"] == 35.5
    assert "hopChip_pJ" not in load_profile("loihi1_fit"), "no profile has it"
    assert {field.provenance for field in load_profile("loihi2_scaled").fields} == {"assumed"}
    with pytest.raises(ValidationError, match="unknown energy profile 'x', expected davies2018"):
        load_profile("x")


def test_energy_from_python():
    step = {"cores": [{"synopDense": 100, "neuronIdle": 10}, {"neuronActive": 5}], "busiest_links": [0, 0, 0]}
    counted = {
        "steps": [step],
        "tiles": 1,
        "populations": {"a": {"synopDense": 100, "neuronIdle": 10, "neuronActive": 5}},
    }
    report = _core.chip_energy("davies2018", counted)
    assert report["total_pJ"] == pytest.approx(100 * 23.6 + 10 * 52 + 5 * 81)
    assert report["kinds_pJ"]["synopDense"] == pytest.approx(2360) and report["not_known"] == []
    assert report["cores_pJ"][1]["neuronActive"] == 405 and report["populations_pJ"]["a"]["neuronIdle"] == 520
    assert report["latency"]["ns"] == pytest.approx(350) and report["latency"]["step_bounds"] == ["synapses"]
    papers = _core.chip_energy("45nm", counted)
    assert papers["latency"] is None and papers["kinds_pJ"]["neuronIdle"] is None
    assert papers["not_known"] == ["neuronActive", "neuronIdle"] and papers["total_pJ"] == pytest.approx(90)
    for wrong, words in (({"steps": []}, "chip step"), ({"steps": [{"cores": [{"spike": -1}]}]}, "got -1 of spike")):
        with pytest.raises(_core.CoreError, match=words):
            _core.chip_energy("davies2018", wrong)
    for wrong in ({"step": []}, {"steps": [{"cores": [{"spikes": 1}]}]}):
        with pytest.raises(ValueError, match="unknown"):
            _core.chip_energy("davies2018", wrong)
