# SPDX-License-Identifier: Apache-2.0
"""Compiled programs kept between processes: found when nothing changed, never when anything did, harmless when damaged."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from small_models import image, one_step, small

import spike_transformer_compiler
from spike_transformer_compiler import CompiledModel, IRBuilder, SpikeCompiler, _core
from spike_transformer_compiler._cache import default_directory, open_cache
from spike_transformer_compiler.config import CacheSettings, load_settings
from spike_transformer_compiler.exceptions import SecurityError

SHAPE = (1, 1, 4, 4)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, used by everything that is compiled in the test."""
    path = tmp_path / "cache"
    monkeypatch.setenv("SPIKE_COMPILER_CACHE", "on")
    monkeypatch.setenv("SPIKE_COMPILER_CACHE_DIR", str(path))
    return path


@pytest.fixture(scope="module")
def saved(compiled, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "small.spike"
    compiled.save(path)
    return path


def compile_small(level: int = 2, model: torch.nn.Module | None = None, **arguments) -> CompiledModel:
    return SpikeCompiler("simulation", optimization_level=level, **arguments).compile(model or small(), SHAPE)


def generated(model: CompiledModel) -> bool:
    """Whether code was generated for it."""
    return "codegen" in {time.stage for time in model.stage_times}


def entries(folder: Path) -> list[Path]:
    """The programs, the largest first."""
    return sorted(folder.glob("llvmcache-*"), key=lambda file: -file.stat().st_size)


# ------------------------------------------------------------------------------------------------------------ hits


def test_a_second_compilation_finds_the_first(folder, compiled):
    assert generated(compile_small()) and len(entries(folder)) == 1
    again = compile_small()
    assert not generated(again) and {time.stage for time in again.stage_times} == {"import", "cache"}
    x = image(seed=3)
    assert torch.equal(again.run(x), compiled.run(x))
    assert again.memory == compiled.memory


def test_everything_works_on_a_model_that_was_found(folder, compiled, saved):
    CompiledModel.load(saved)
    loaded = CompiledModel.load(saved)
    assert not generated(loaded) and loaded._program._module is None, "the module is not read to run"
    x = image(3, seed=4)
    for trains in (False, True):  # other batches, with and without the neurons' outputs
        found, expected = (model.run(x, return_spike_trains=trains) for model in (loaded, compiled))
        if trains:
            assert found[1].keys() == expected[1].keys()
            assert all(torch.equal(found[1][path], expected[1][path]) for path in expected[1])
            found, expected = found[0], expected[0]
        assert torch.equal(found, expected)
    assert str(loaded.spike_ir) == str(compiled.spike_ir)
    assert str(loaded.optimized_ir) == str(compiled.optimized_ir)
    assert loaded.llvm_ir == compiled.llvm_ir
    assert loaded.statistics == compiled.statistics
    assert loaded.verify(small(), image(2)).passed


def test_streams_are_found(folder, compiled):
    frames = [image(2, seed=seed) for seed in range(3)]
    expected = list(compile_small().stream(2).run(frames))
    again = compile_small()
    count = len(entries(folder))
    found = list(again.stream(2).run(frames))
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))
    assert len(entries(folder)) == count, "nothing was compiled again"


def test_saving_and_loading_finds_what_was_compiled(folder, tmp_path):
    compile_small().save(tmp_path / "model.spike")
    assert not generated(CompiledModel.load(tmp_path / "model.spike"))


def test_threads_do_not_matter(folder, saved, monkeypatch):
    monkeypatch.setenv("SPIKE_COMPILER_WORKERS", "1")
    CompiledModel.load(saved)
    monkeypatch.setenv("SPIKE_COMPILER_WORKERS", "3")
    assert not generated(CompiledModel.load(saved))


# ---------------------------------------------------------------------------------------------------------- misses


def test_a_changed_weight_is_another_program(folder):
    compile_small()
    model = small()
    with torch.no_grad():
        model.head.weight[0, 0] += 1
    changed = compile_small(model=model)
    assert generated(changed)
    assert generated(SpikeCompiler("simulation").compile(small(), (2, 1, 4, 4)))


def test_weights_that_change_behind_the_model(folder, monkeypatch):
    """The source's memory is read when a batch size is first asked for; what is kept must be of what was read."""
    model = small()
    compiled = compile_small(model=model)
    with torch.no_grad():
        model.head.weight.mul_(2)
    x = image(2, seed=1)
    compiled.run(x)
    found = compile_small().run(x)
    monkeypatch.setenv("SPIKE_COMPILER_CACHE", "off")
    assert torch.equal(found, compile_small().run(x))


def test_options_are_other_programs(folder):
    compile_small()
    assert generated(compile_small(level=1))
    compiler = SpikeCompiler("simulation")
    optimizer = compiler.create_optimizer()
    optimizer.remove("spike-channels-last")
    assert generated(compiler.compile(small(), SHAPE, optimizer=optimizer))
    assert not generated(compile_small(level=1))


def test_debugging_compiles(folder):
    compile_small()
    assert generated(compile_small(debug=True))


def test_another_build_of_the_library_finds_nothing(folder, saved, tmp_path):
    package = Path(spike_transformer_compiler.__file__).parent
    copy = tmp_path / "other" / package.name
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    library = copy / Path(_core.__file__).name
    note = b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"  # of the build identifier: 20 bytes
    data = library.read_bytes()
    assert data.count(note) == 1
    place = data.index(note) + len(note)
    library.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    assert not run_elsewhere(saved, folder)["found"] and run_elsewhere(saved, folder)["found"]
    assert not run_elsewhere(saved, folder, copy.parent)["found"]
    assert run_elsewhere(saved, folder, copy.parent)["found"] and run_elsewhere(saved, folder)["found"]


# -------------------------------------------------------------------------------------------------------- processes

SCRIPT = """
import sys
import numpy as np
from spike_transformer_compiler import CompiledModel
model = CompiledModel.load(sys.argv[1])
output = model.run(np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 1, 4, 4))
found = "codegen" not in {time.stage for time in model.stage_times}
print(f"{found} {'torch' in sys.modules} {output.tobytes().hex()}")
"""


def start(saved: Path, folder: Path, package: Path | None = None) -> subprocess.Popen:
    path = str(package or Path(spike_transformer_compiler.__file__).parent.parent)
    environment = os.environ | {"SPIKE_COMPILER_CACHE": "on", "SPIKE_COMPILER_CACHE_DIR": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join([path, environment.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(saved)], stdout=subprocess.PIPE, env=environment, text=True
    )


def finish(process: subprocess.Popen) -> dict:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    found, torch_loaded, output = out.split()
    assert torch_loaded == "False"
    return {"found": found == "True", "output": output}


def run_elsewhere(saved: Path, folder: Path, package: Path | None = None) -> dict:
    return finish(start(saved, folder, package))


def test_processes_at_once(folder, saved):
    results = [finish(process) for process in [start(saved, folder) for _ in range(4)]]
    assert len({result["output"] for result in results}) == 1
    assert run_elsewhere(saved, folder) == {"found": True, "output": results[0]["output"]}
    assert all(re.fullmatch(r"llvmcache-[0-9a-f]{64}", file.name) for file in entries(folder)), "no temporary files"


MEMORY = """
import sys
import numpy as np
from pathlib import Path
from spike_transformer_compiler import CompiledModel
model = CompiledModel.load(sys.argv[1])
(spec,) = model.inputs
model.run(np.ones(spec.shape, np.float32))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(int(peak.split()[1]) * 1024, sum(model.memory.values()))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_model_that_is_found_takes_the_memory_of_its_packed_weights(folder, tmp_path):
    """Not that of the file with its f32 weights, nor of anything that compiling needs."""
    peaks = []
    for size in (8, 3072):
        builder = IRBuilder()
        spikes = builder.neuron(builder.input("x", (2, 1, size)), "if")
        weights = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
        builder.output(builder.linear(spikes, weights))
        path = tmp_path / f"{size}.spike"
        SpikeCompiler("simulation").compile(builder.build()).save(path)
        CompiledModel.load(path)
        done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
        peaks.append([int(number) for number in done.stdout.split()])
    (base, _), (peak, needed) = peaks
    assert needed > 20 << 20 and peak - base < 1.2 * needed, f"{peak - base} bytes for a model of {needed}"


# ----------------------------------------------------------------------------------------------------------- damage


def check_recovery(folder: Path, saved: Path, expected: torch.Tensor) -> None:
    """A damaged entry is compiled again, without a word, and then found."""
    model = CompiledModel.load(saved)
    assert torch.equal(model.run(image()), expected) and generated(model)
    again = CompiledModel.load(saved)
    assert torch.equal(again.run(image()), expected) and not generated(again)


def test_damaged_entries_are_made_again(folder, saved, compiled):
    expected = compiled.run(image())
    CompiledModel.load(saved)
    program = entries(folder)[0]
    data = program.read_bytes()
    places = [0, 15, 16, 24, 31, 32, 63, 64, 100, len(data) // 3, len(data) // 2, len(data) - 100, len(data) - 1]
    damaged = [data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :] for place in places]
    damaged += [b"", data[:10], data[:63], data[:64], data[:65], data[: len(data) // 2], data[:-1], data + b"\0"]
    for content in damaged:
        program.write_bytes(content)
        check_recovery(folder, saved, expected)
        assert program.read_bytes() == data


def test_every_damaged_byte_of_the_small_file_is_a_miss(folder, saved):
    CompiledModel.load(saved)
    note = entries(folder)[-1]
    data = note.read_bytes()
    for place in range(len(data)):
        note.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        CompiledModel.load(saved)
        assert note.read_bytes() == data, place


def test_files_of_other_programs_are_not_taken(folder, saved):
    first, second = compile_small(level=1), compile_small(level=2)
    x = image(seed=2)
    expected = [first.run(x), second.run(x)]
    one, two = entries(folder)
    content = one.read_bytes(), two.read_bytes()
    one.write_bytes(content[1])
    two.write_bytes(content[0])
    for level, output in zip((1, 2), expected, strict=True):
        model = compile_small(level=level)
        assert generated(model) and torch.equal(model.run(x), output)


def test_a_damaged_model_is_refused_though_its_program_is_kept(folder, saved, tmp_path):
    path = tmp_path / "model.spike"
    data = saved.read_bytes()
    path.write_bytes(data)
    CompiledModel.load(path)
    for place in (0, 100, len(data) // 2, len(data) - 70, len(data) - 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(SecurityError) as caught:
            CompiledModel.load(path)
        assert caught.value.error_code == "damaged-model"


def test_the_file_of_a_loaded_model_goes_away(folder, saved, compiled, tmp_path):
    path = tmp_path / "model.spike"
    for change in (path.unlink, lambda: path.write_bytes(b"x" * saved.stat().st_size)):
        path.write_bytes(saved.read_bytes())
        CompiledModel.load(path)
        loaded = CompiledModel.load(path)
        change()
        assert torch.equal(loaded.run(image()), compiled.run(image()))
        if path.exists():
            with pytest.raises(SecurityError, match="not an intact saved model"):
                _ = loaded.spike_ir
        else:
            assert str(loaded.spike_ir) == str(compiled.spike_ir)


# ----------------------------------------------------------------------------------------------------------- safety


def test_the_folder_is_private(folder):
    compile_small()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in entries(folder))


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_write_to_is_not_used(folder, compiled, mode, caplog):
    folder.mkdir()
    folder.chmod(mode)
    with caplog.at_level("DEBUG", "spike_transformer_compiler"):
        assert open_cache(load_settings().cache) is None
    assert "others may write to it" in caplog.text
    model = compile_small()
    assert generated(model) and torch.equal(model.run(image()), compiled.run(image()))
    assert entries(folder) == []


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_write_to_is_not_used(folder, mode):
    compile_small()
    (program,) = entries(folder)
    program.chmod(mode)
    assert generated(compile_small()) and not generated(compile_small())
    assert program.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_others_own_is_not_used(folder):
    compile_small()
    (program,) = entries(folder)
    os.chown(program, 12345, -1)
    assert generated(compile_small()) and not generated(compile_small())
    os.chown(folder, 12345, -1)
    assert open_cache(load_settings().cache) is None
    assert generated(compile_small())


def test_links_are_not_followed(folder, tmp_path):
    compile_small()
    (program,) = entries(folder)
    elsewhere = program.rename(tmp_path / "elsewhere")
    program.symlink_to(elsewhere)
    assert generated(compile_small())
    assert not program.is_symlink() and not generated(compile_small())
    program.unlink()
    program.mkdir()  # can be neither read nor replaced
    assert generated(compile_small()) and generated(compile_small())


def test_a_folder_that_cannot_be(folder, compiled, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "cache", Path("/proc/cache"), Path("/dev/null")):
        monkeypatch.setenv("SPIKE_COMPILER_CACHE_DIR", str(path))
        model = compile_small()
        assert generated(model) and torch.equal(model.run(image()), compiled.run(image()))


# ---------------------------------------------------------------------------------------------------------- settings


def test_off(folder, monkeypatch):
    monkeypatch.setenv("SPIKE_COMPILER_CACHE", "off")
    assert generated(compile_small()) and generated(compile_small())
    assert not folder.exists()


def test_settings_of_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("SPIKE_COMPILER_CACHE")
    path = tmp_path / "settings.yaml"
    path.write_text(f"cache: {{directory: {tmp_path / 'c'}, max_size: 10MB}}")
    compiler = SpikeCompiler.from_config(path)
    assert generated(compiler.compile(small(), SHAPE)) and not generated(compiler.compile(small(), SHAPE))
    assert len(entries(tmp_path / "c")) == 1


def test_where_the_folder_is(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for base in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", base)
        assert default_directory() == tmp_path / ".cache" / "spike-transformer-compiler"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_directory() == tmp_path / "x" / "spike-transformer-compiler"
    monkeypatch.setenv("SPIKE_COMPILER_CACHE", "on")
    compile_small()
    assert len(entries(tmp_path / "x" / "spike-transformer-compiler")) == 1


def test_what_was_not_used_for_the_longest_time_goes(folder, monkeypatch):
    compile_small()
    size = entries(folder)[0].stat().st_size
    cache = _core.ProgramCache(str(folder), 3 * size)
    text = "x" * (size - 1000)  # with what surrounds it, less than the program
    assert cache.write_note(["a"], text) and cache.read_note(["a"]) == text
    for file in entries(folder):
        os.utime(file, (1, 1))
    assert cache.read_note(["a"]) == text  # used again
    assert cache.write_note(["b"], text) and cache.write_note(["c"], text)
    assert [cache.read_note([key]) is not None for key in "abc"] == [True, True, True]
    assert generated(compile_small())
    assert not _core.ProgramCache(str(folder), 100).write_note(["d"], text), "larger than the cache"


def test_keys_are_lists_of_texts(folder):
    cache = _core.ProgramCache(str(folder), 1 << 20)
    assert cache.write_note(["ab", "c"], "one")
    assert cache.read_note(["ab", "c"]) == "one"
    assert cache.read_note(["a", "bc"]) is None and cache.read_note(["ab", "c", ""]) is None
    assert cache.load(["ab", "c"]) is None, "a note is no program"


def test_default_settings():
    assert CacheSettings().enabled and CacheSettings().max_size == 2 << 30


def test_modules_have_digests():
    first, second = (SpikeCompiler("simulation").compile(small(), SHAPE)._program.module for _ in range(2))
    assert first.digest() == second.digest() == first.detached().digest()
    assert first.asm(debug_info=True) != second.clone().asm() and first.digest() == second.clone().digest()
    lifted = SpikeCompiler("simulation").compile(one_step(), (1, 6))._program.module
    assert lifted.digest() != first.digest()
    assert np.array_equal(
        lifted.weights()[next(iter(lifted.weights()))], next(iter(lifted.detached().weights().values()))
    )
