# SPDX-License-Identifier: Apache-2.0
"""What of the compiler a run has reached: torch ops imported, ops and attribute values of the IR, passes, rewrite patterns.

What there is to reach is read from the sources (TableGen definitions, and the pattern classes in lib); what was reached comes
from the compiler itself: the text of its modules, and `Module.count_rewrites`, which compares the module before and after
every pattern.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from spike_transformer_compiler import _core
from spike_transformer_compiler._program import Program
from spike_transformer_compiler.frontend import import_program, parser
from spike_transformer_compiler.optimization import stage_pipeline

from .check import LEVELS
from .network import Case
from .neurons import registered

ROOT = Path(__file__).resolve().parents[3]
UNREACHABLE = Path(__file__).with_name("unreachable.txt")


# ------------------------------------------------------------------------------------------------ what is reached


def cover(case: Case) -> dict[str, int]:
    """Name -> how often, for one case."""
    seen: Counter[str] = Counter()
    program = _import(case, seen)
    _text(program.module.asm(), seen)
    for level in LEVELS:
        module = program.module.clone()
        _count(module, f"spike-expose-neurons,{stage_pipeline('optimize', level)}", seen)
        _text(module.asm(), seen)
        if level in (0, 3):
            for contractions in ("kernel", "generic")[: 2 if level else 1]:
                lower = stage_pipeline("lower", level).replace(
                    "convert-spike-to-linalg", f"convert-spike-to-linalg{{contractions={contractions}}}"
                )
                _count(module.clone(), lower, seen)
    plain = program.module.clone()  # as it is without spikes that leave
    _count(plain, stage_pipeline("optimize", 3), seen)
    _count(plain, stage_pipeline("lower", 3), seen)
    for pipeline in ("spike-teacher-force", "spike-unroll-time{factor=2}", "spike-annotate-ranges"):
        _count(program.module.clone(), pipeline, seen)
    for pipeline in _whole_programs(program, case):
        module = program.module.clone()
        try:
            _count(module, pipeline, seen)
        except _core.CoreError:  # another size, a stream, or counts may be refused
            continue
        _text(module.asm(), seen)
        if "encode" in pipeline:
            _count(module, stage_pipeline("lower", 0), seen)
    for name in {type(m).__module__ + "." + type(m).__qualname__ for m in case.model.modules()} & registered():
        seen[f"class {name}"] += 1
    return dict(seen)


def _whole_programs(program: Program, case: Case) -> list[str]:
    """What makes another program of one, as `run_extras` does for some cases."""
    pipelines = [f"spike-set-time{{steps={case.plan.steps + 1}}}", "spike-carry-state", "spike-expose-activity"]
    if (axis := program.inputs[0].batch_axis) is not None:
        pipelines.append(f"spike-set-batch{{size={case.plan.batch + 1} axes={axis}}}")
    if case.timed:
        code = ("latency", "phase", "rate", "delta<threshold=0.25>")[case.plan.seed % 4]
        pipelines.append(f"spike-encode-input{{code=#spike.{code}}}")
    return pipelines


def _import(case: Case, seen: Counter[str]) -> Program:
    """The import, with its patterns counted and its torch ops read."""
    run, plan = parser._run, case.plan

    def counting(module: _core.Module, pipeline: str, error_code: str) -> None:
        if pipeline == "convert-torch-to-spike":
            for op in re.findall(r'"?torch\.((?:aten|prim)\.[\w.]+|operator)"?', module.asm()):
                seen[f"torch {op}"] += 1
        _count(module, pipeline, seen)

    parser._run = counting
    try:
        return import_program(case.model, tuple(case.x.shape), plan.steps if plan.stepped else None)
    finally:
        parser._run = run


def _count(module: _core.Module, pipeline: str, seen: Counter[str]) -> None:
    for name, patterns in module.count_rewrites(pipeline).items():
        for pattern, (_, changed) in patterns.items():
            if changed:
                seen[f"pattern {_bare(pattern)}" if pattern else f"pass {name}"] += changed


def _bare(pattern: str) -> str:
    """`ns::(anonymous namespace)::Sink<mlir::spike::AddOp>` -> `Sink<AddOp>`."""
    return re.sub(r"(?:\w+|\(anonymous namespace\))::", "", pattern)


_OP_FLAGS = "transpose_lhs transpose_rhs divide keep_dims count_include_pad groups dilations single_step init params"


def _text(text: str, seen: Counter[str]) -> None:
    for line in text.splitlines():
        if not (found := re.search(r"= spike\.(\w+)(.*)", line)):
            continue
        name, rest = found[1], found[2].split(" : ")[0]
        seen[f"op {name}"] += 1
        for word in re.findall(r"[a-z_]+", rest):
            if word in ("max", "avg", "sum", "mean", "channels_first", "channels_last", *_OP_FLAGS.split()):
                seen[f"op {name} {word}"] += 1
        if model := re.search(r"#spike\.(\w+)(?:<([^>]*)>)?", rest):
            seen[f"model {model[1]}"] += 1
            given = dict(p.split(" = ") for p in (model[2] or "").split(", ") if p)
            for parameter, values in _models().get(model[1], {}).items():
                seen[f"model {model[1]} {parameter} = {given.get(parameter, values[0])}"] += 1


# ----------------------------------------------------------------------------------------------- what there is


def _td(path: str) -> str:
    return "\n".join(file.read_text() for file in sorted((ROOT / "include/spike").glob(path)))


_cache: dict[str, dict[str, dict[str, list[str]]]] = {}


def _models() -> dict[str, dict[str, list[str]]]:
    """Model -> parameter of a few values -> those values, the default first."""
    if "models" not in _cache:
        enums = {
            name: re.findall(r'I32EnumAttrCase<"(\w+)"', cases)
            for name, cases in re.findall(
                r'def Spike_(\w+) : Spike_Enum<"\w+", "[^"]*", \[(.*?)\]>', _td("Dialect/Spike/IR/SpikeEnums.td"), re.S
            )
        }
        models: dict[str, dict[str, list[str]]] = {}
        for name, body in re.findall(
            r'def Spike_\w+Attr : Spike_(?:Bounded)?NeuronModel<"\w+", "(\w+)"[^{]*\{(.*?)\n\}',
            _td("Dialect/Spike/IR/*.td"),
            re.S,
        ):
            parameters = models[name] = {}
            for enum, default, parameter in re.findall(r'Spike_EnumParameter<Spike_(\w+), "(\w+)">:\$(\w+)', body):
                parameters[parameter] = [default, *(v for v in enums.get(enum, []) if v != default)]
            for default, parameter in re.findall(r'DefaultValuedParameter<"bool", "(\w+)">:\$(\w+)', body):
                parameters[parameter] = [default, "false" if default == "true" else "true"]
        _cache["models"] = models
    return _cache["models"]


def reachable() -> set[str]:
    """All names that a run could reach. Templates of patterns are named without their arguments."""
    names = {f"class {name}" for name in registered()}
    names |= {f"op {name}" for name in re.findall(r'Spike_(?:Binary)?Op<"(\w+)"', _td("Dialect/Spike/IR/SpikeOps.td"))}
    for torch_op in re.findall(r'def Torch_(\w+)Op : Torch_\w+<"([\w.]+)"', _td("Dialect/Torch/IR/TorchOps.td")):
        if torch_op[0].startswith("Aten"):
            names.add(f"torch aten.{torch_op[1]}")
    for model, parameters in _models().items():
        names.add(f"model {model}")
        names |= {f"model {model} {p} = {value}" for p, values in parameters.items() for value in values}
    names |= {f"op pool {kind}" for kind in ("max", "avg", "channels_first", "channels_last", "dilations")}
    names |= {f"op reduce {kind}" for kind in ("max", "sum", "mean", "keep_dims")}
    names |= {f"op conv {kind}" for kind in ("groups", "dilations", "channels_first", "channels_last")}
    names |= {"op matmul transpose_lhs", "op matmul transpose_rhs", "op scale divide", "op pool count_include_pad"}
    names |= {f"op neuron {kind}" for kind in ("single_step", "init", "params")}
    for file in (ROOT / "lib").rglob("*.cpp"):
        for pattern in re.findall(r"(?:struct|class) (\w+) (?:final )?: (?:public )?\w*Pattern\b", file.read_text()):
            if pattern != "TorchPattern":
                names.add(f"pattern {pattern}")
    for text in _td("Dialect/Spike/Transforms/*.td"), _td("Conversion/*.td"):
        names |= {f"pass {name}" for name in re.findall(r'_Pass<"([\w-]+)"', text)}
    return names


def unreachable() -> dict[str, str]:
    """Name -> why no network reaches it."""
    lines = (line.partition(":") for line in UNREACHABLE.read_text().splitlines() if line and line[0] != "#")
    return {name.strip(): why.strip() for name, _, why in lines}


def report(seen: Counter[str]) -> tuple[str, int]:
    """The text, and how much was missed that is not known to be unreachable."""
    every, known = reachable(), unreachable()
    hit = {re.sub(r"^(pattern \w+)<.*", r"\1", name) for name in seen}
    missed = sorted(every - hit - set(known))
    lines = []
    for kind in ("op", "model", "class", "torch", "pass", "pattern"):
        all_of = {name for name in every if name.startswith(kind + " ")}
        lines.append(f"{kind:8s} {len(all_of & hit):3d} of {len(all_of - set(known)):3d} reached")
    lines += [f"  not reached: {name}" for name in missed]
    lines += [f"  no longer unreachable: {name}" for name in sorted(set(known) & hit)]
    lines += [f"  unknown name in {UNREACHABLE.name}: {name}" for name in sorted(set(known) - every)]
    return "\n".join(lines), len(missed)
