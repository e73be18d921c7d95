# SPDX-License-Identifier: Apache-2.0
"""Settings: from arguments, the environment, a YAML or JSON file, and defaults, in this order of precedence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .exceptions import ValidationError

__all__ = ["ENVIRONMENT", "Settings", "TARGETS", "check_target", "load_settings", "template"]

#: Targets that are built, and what each one is.
TARGETS = {
    "simulation": "compiled code for this machine's CPU, spike-exact",
    "loihi1": "an image for Loihi 1, run by the chip simulator",
    "loihi2": "an image for Loihi 2, run by the chip simulator",
    "loihi3": "the same for an assumed chip, equal to Loihi 2 as documented: no Loihi 3 specification is public",
}

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)}
_LARGEST_FILE = 1 << 20


def check_target(value: Any) -> str:
    """The target's name, or a ValueError that names the targets there are."""
    if value not in TARGETS:
        known = ", ".join(f"'{name}' ({what})" for name, what in TARGETS.items())
        raise ValueError(f"target {value!r} is not built; the targets that are: {known}")
    return value


def parse_size(value: Any) -> Any:
    """Bytes from a number or a text such as "100MB" or "2 GiB"."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value, re.IGNORECASE)
    if not match or match[2].upper() not in _UNITS:
        raise ValueError(f"expected a size such as 100MB or 2GiB, got {value!r}")
    return int(float(match[1]) * _UNITS[match[2].upper()])


Size = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True)


class CompilerSettings(_Section):
    target: Annotated[str, BeforeValidator(check_target)] = Field("simulation", description="what to compile for")
    optimization_level: int = Field(2, ge=0, le=3, description="0 (as written) to 3 (everything)")
    time_steps: int | None = Field(
        None, ge=1, description="time steps of one inference; null: the model's own, or 4 where it has none"
    )
    debug: bool = Field(False, description="verify the IR after every stage and keep source locations")
    verbose: bool = Field(False, description="say which stage runs and how long it took")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="level of the package's log")


class PerformanceSettings(_Section):
    workers: int = Field(0, ge=0, le=1024, description="threads of compiled code; 0: one per core")
    memory_limit: Size | None = Field(None, description="refuse models whose compiled form needs more, for example 2GB")
    enable_profiling: bool = Field(False, description="keep the time of every run in CompiledModel.run_times")


class SecuritySettings(_Section):
    max_model_size: Size | None = Field(None, description="refuse models with more bytes of weights, for example 100MB")


class CacheSettings(_Section):
    enabled: bool = Field(True, description="keep compiled programs on this machine between processes")
    directory: str | None = Field(
        None, description="where; null: spike-transformer-compiler in $XDG_CACHE_HOME, or in ~/.cache"
    )
    max_size: Size = Field("2GiB", description="what was not used for the longest time is removed beyond this")


#: Environment variables and the settings they set.
ENVIRONMENT = {
    "SPIKE_COMPILER_TARGET": ("compiler", "target"),
    "SPIKE_COMPILER_OPTIMIZATION_LEVEL": ("compiler", "optimization_level"),
    "SPIKE_COMPILER_TIME_STEPS": ("compiler", "time_steps"),
    "SPIKE_COMPILER_LOG_LEVEL": ("compiler", "log_level"),
    "SPIKE_COMPILER_WORKERS": ("performance", "workers"),
    "NEUROMORPHIC_MEMORY_LIMIT": ("performance", "memory_limit"),
    "ENABLE_PERFORMANCE_PROFILING": ("performance", "enable_profiling"),
    "MAX_MODEL_SIZE": ("security", "max_model_size"),
    "SPIKE_COMPILER_CACHE": ("cache", "enabled"),
    "SPIKE_COMPILER_CACHE_DIR": ("cache", "directory"),
    "SPIKE_COMPILER_CACHE_SIZE": ("cache", "max_size"),
}


class _Environment(PydanticBaseSettingsSource):
    """The variables of ENVIRONMENT; an empty one counts as not set."""

    def get_field_value(self, field, field_name):
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for variable, (section, key) in ENVIRONMENT.items():
            if os.environ.get(variable):
                found.setdefault(section, {})[key] = os.environ[variable]
        return found


class _File(PydanticBaseSettingsSource):
    """What load_settings read from the file."""

    content: Mapping[str, Any] = {}

    def get_field_value(self, field, field_name):
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {key: dict(value) if isinstance(value, Mapping) else value for key, value in self.content.items()}


class Settings(BaseSettings):
    """All settings, validated. `updated` gives a changed copy."""

    model_config = SettingsConfigDict(extra="forbid", validate_default=True)

    compiler: CompilerSettings = CompilerSettings()
    performance: PerformanceSettings = PerformanceSettings()
    security: SecuritySettings = SecuritySettings()
    cache: CacheSettings = CacheSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings
    ):
        return init_settings, _Environment(settings_cls), _File(settings_cls)

    def updated(self, changes: Mapping[str, Mapping[str, Any]]) -> Settings:
        """A copy with some settings changed, for example {"compiler": {"optimization_level": 3}}."""
        merged = {section: dict(values) for section, values in self.model_dump().items()}
        for section, values in changes.items():
            merged[section] = merged.get(section, {}) | dict(values)
        with _clear_errors(merged, {}, None):
            return Settings(**merged)

    def export(self, form: str = "yaml") -> str:
        """The settings in effect as YAML or JSON text that load_settings reads back."""
        if form == "json":
            return json.dumps(self.model_dump(), indent=2) + "\n"
        if form == "yaml":
            return yaml.safe_dump(self.model_dump(), sort_keys=False)
        raise ValidationError(f"expected the form 'yaml' or 'json', got {form!r}")


class _clear_errors:
    """Turns pydantic's errors into one ValidationError that says where each value came from."""

    def __init__(self, arguments: Mapping[str, Any], content: Mapping[str, Any], path: Path | None) -> None:
        self.arguments, self.content, self.path = arguments, content, path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, traceback) -> None:
        if not isinstance(error, pydantic.ValidationError):
            return
        lines = [self._line(detail) for detail in error.errors()]
        raise ValidationError("\n".join(lines), error_code="invalid-configuration") from None

    def _line(self, detail: Mapping[str, Any]) -> str:
        loc = [str(part) for part in detail["loc"]]
        message = str(detail["msg"]).removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            section = Settings.model_fields.get(loc[0])
            known = section.annotation.model_fields if section and len(loc) > 1 else Settings.model_fields
            message = f"there is no such setting; known here: {', '.join(known)}"
        elif "is not built" not in message:
            message = f"{message[:1].lower()}{message[1:]}, got {detail['input']!r}"
        return f"{self._source(loc)}: {message}"

    def _source(self, loc: list[str]) -> str:
        section, key = loc[0], loc[1] if len(loc) > 1 else None
        name = ".".join(loc)

        def holds(tree: Mapping[str, Any]) -> bool:
            value = tree.get(section)
            return section in tree and (key is None or (isinstance(value, Mapping) and key in value))

        if holds(self.arguments):
            return key or name
        for variable, place in ENVIRONMENT.items():
            if place == (section, key) and os.environ.get(variable):
                return f"environment variable {variable}"
        return f"{self.path}: {name}" if holds(self.content) and self.path else name


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValidationError(f"{path}: a configuration file of more than {_LARGEST_FILE} bytes is refused")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(f"cannot read the configuration file '{path}': {error}") from None
    try:
        content = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise ValidationError(
            f"{path} is not valid {'JSON' if path.suffix.lower() == '.json' else 'YAML'}: {error}"
        ) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ValidationError(
            f"{path}: expected sections ({', '.join(Settings.model_fields)}), got a {type(content).__name__}"
        )
    return {str(key): value for key, value in content.items() if value is not None}


def load_settings(path: str | Path | None = None, arguments: Mapping[str, Mapping[str, Any]] | None = None) -> Settings:
    """Settings from arguments, the environment, a file (.json, else YAML) and defaults, in this order of precedence."""
    given = {section: dict(values) for section, values in (arguments or {}).items()}
    content = {} if path is None else _read(Path(path))

    class File(_File):
        pass

    File.content = content

    class Sources(Settings):
        @classmethod
        def settings_customise_sources(cls, settings_cls, init_settings, **unused):
            return init_settings, _Environment(settings_cls), File(settings_cls)

    with _clear_errors(given, content, None if path is None else Path(path)):
        found = Sources(**given)
    return Settings.model_construct(
        compiler=found.compiler, performance=found.performance, security=found.security, cache=found.cache
    )


def template() -> str:
    """A YAML file with every setting at its default and a comment on each."""
    variables = {place: variable for variable, place in ENVIRONMENT.items()}
    lines = ["# Settings of spike-compile. An argument or an environment variable takes precedence."]
    for section, field in Settings.model_fields.items():
        lines.append(f"{section}:")
        for key, setting in field.annotation.model_fields.items():
            also = f" (environment: {variables[section, key]})" if (section, key) in variables else ""
            lines += [f"  # {setting.description}{also}", f"  {key}: {json.dumps(setting.default)}"]
    return "\n".join(lines) + "\n"
