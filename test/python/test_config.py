# SPDX-License-Identifier: Apache-2.0
"""Settings: argument before environment before file before default, and errors that say where a value came from."""

from __future__ import annotations

import json
import logging

import pytest
import yaml

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.config import ENVIRONMENT, Settings, load_settings, template
from spike_transformer_compiler.exceptions import ValidationError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"

    def write(text: str):
        path.write_text(text)
        return path

    return write


def test_precedence(file, monkeypatch):
    path = file("compiler: {optimization_level: 3, time_steps: 3}\nperformance: {workers: 3}")
    assert load_settings().compiler.optimization_level == 2
    assert load_settings(path).compiler.optimization_level == 3
    monkeypatch.setenv("SPIKE_COMPILER_OPTIMIZATION_LEVEL", "1")
    assert load_settings(path).compiler.optimization_level == 1
    settings = load_settings(path, {"compiler": {"optimization_level": 0}})
    assert settings.compiler.optimization_level == 0
    assert settings.compiler.time_steps == 3 and settings.performance.workers == 3


def test_compiler_uses_them(file, monkeypatch):
    path = file("compiler: {optimization_level: 3, time_steps: 6}")
    assert SpikeCompiler.from_config(path).optimization_level == 3
    assert SpikeCompiler.from_config(path, optimization_level=1).optimization_level == 1
    assert SpikeCompiler.from_config(path).time_steps == 6
    monkeypatch.setenv("SPIKE_COMPILER_TIME_STEPS", "7")
    assert SpikeCompiler("simulation").time_steps == 7
    assert SpikeCompiler("simulation", time_steps=2).time_steps == 2
    monkeypatch.setenv("SPIKE_COMPILER_LOG_LEVEL", "DEBUG")
    SpikeCompiler("simulation")
    assert logging.getLogger("spike_transformer_compiler").level == logging.DEBUG


def test_every_variable_has_a_place(monkeypatch):
    values = {
        "target": "simulation",
        "log_level": "INFO",
        "memory_limit": "2GB",
        "max_model_size": "100MB",
        "enable_profiling": "true",
        "enabled": "off",
        "max_size": "1GiB",
    }
    for variable, (_, key) in ENVIRONMENT.items():
        monkeypatch.setenv(variable, values.get(key, "3"))
    settings = load_settings()
    assert settings.performance.memory_limit == 2 * 10**9 and settings.security.max_model_size == 10**8
    assert settings.performance.enable_profiling and settings.compiler.time_steps == 3
    assert (settings.cache.enabled, settings.cache.directory, settings.cache.max_size) == (False, "3", 1 << 30)
    monkeypatch.setenv("SPIKE_COMPILER_WORKERS", "")
    assert load_settings().performance.workers == 0, "an empty variable is not set"


def test_profiling_keeps_run_times(monkeypatch, compiled):
    import torch
    from small_models import one_step

    assert len(compiled.run_times) == 0
    monkeypatch.setenv("ENABLE_PERFORMANCE_PROFILING", "true")
    profiled = SpikeCompiler("simulation").compile(one_step(), (1, 6))
    profiled.run(torch.rand(1, 6))
    assert len(profiled.run_times) == 1 and profiled.run_times[0] > 0


@pytest.mark.parametrize("size, expected", [("100MB", 10**8), ("2 GiB", 2**31), ("1.5kb", 1500), (77, 77), ("12", 12)])
def test_sizes(size, expected):
    assert load_settings(None, {"security": {"max_model_size": size}}).security.max_model_size == expected


def test_template_and_export_are_read_back(file, tmp_path):
    path = file(template())
    assert load_settings(path) == load_settings()
    settings = load_settings(None, {"compiler": {"optimization_level": 1}, "security": {"max_model_size": "1GB"}})
    assert load_settings(file(settings.export())) == settings
    (tmp_path / "c.json").write_text(settings.export("json"))
    assert load_settings(tmp_path / "c.json") == settings
    assert yaml.safe_load(settings.export()) == json.loads(settings.export("json"))
    for section in Settings.model_fields.values():
        assert all(field.description for field in section.annotation.model_fields.values())


def test_updates():
    settings = load_settings()
    other = settings.updated({"compiler": {"optimization_level": 3}})
    assert other.compiler.optimization_level == 3 and settings.compiler.optimization_level == 2
    with pytest.raises(ValidationError, match="optimization_level.*got 9"):
        settings.updated({"compiler": {"optimization_level": 9}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "compiler: {optimization_level: 9}",
            "config.yaml: compiler.optimization_level: .*less than or equal to 3, got 9",
        ),
        ("compiler: {speed: 9}", "compiler.speed: there is no such setting; known here: target, optimization_level"),
        (
            "hardware: {loihi3: {}}",
            "hardware: there is no such setting; known here: compiler, performance, security, cache",
        ),
        (
            "compiler: {target: abacus}",
            "compiler.target: target 'abacus' is not built; the targets that are: 'simulation'",
        ),
        ("performance: {memory_limit: much}", "performance.memory_limit: expected a size such as 100MB or 2GiB"),
        ("performance: {workers: -1}", "performance.workers"),
        ("compiler: {log_level: LOUD}", "compiler.log_level"),
        ("compiler: 3", "compiler: "),
        ("- a\n- b", "expected sections"),
        ("a: [", "not valid YAML"),
        ("compiler: {verbose: perhaps}", "compiler.verbose"),
    ],
)
def test_files_that_do_not_fit(file, text, message):
    with pytest.raises(ValidationError, match=message) as caught:
        load_settings(file(text))
    assert caught.value.error_code in ("invalid-configuration", "invalid-value")


def test_all_errors_at_once(file, monkeypatch):
    monkeypatch.setenv("SPIKE_COMPILER_TARGET", "abacus")
    path = file("compiler: {optimization_level: 9}")
    with pytest.raises(ValidationError) as caught:
        load_settings(path, {"performance": {"workers": -2}})
    message = str(caught.value)
    assert "environment variable SPIKE_COMPILER_TARGET" in message
    assert "config.yaml: compiler.optimization_level" in message and "\nworkers: " in message


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ValidationError, match="cannot read"):
        load_settings(tmp_path / "nothing.yaml")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValidationError, match="not valid JSON"):
        load_settings(tmp_path / "bad.json")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValidationError):
        load_settings(tmp_path / "binary.yaml")
    (tmp_path / "large.yaml").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(ValidationError, match="refused"):
        load_settings(tmp_path / "large.yaml")


def test_yaml_cannot_run_code(file):
    with pytest.raises(ValidationError, match="not valid YAML"):
        load_settings(file("compiler: !!python/object/apply:os.system ['true']"))
