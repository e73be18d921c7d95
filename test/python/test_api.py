# SPDX-License-Identifier: Apache-2.0
"""SpikeCompiler and CompiledModel as the README shows them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from small_models import T, image, in_pytorch, one_step, small

from spike_transformer_compiler import CompiledModel, OptimizationPass, SpikeCompiler, optimization
from spike_transformer_compiler.exceptions import CompilationError, ValidationError


def test_numpy_in_numpy_out(compiled):
    x = image()
    output = compiled.run(x.numpy())
    assert isinstance(output, np.ndarray) and output.dtype == np.float32
    np.testing.assert_array_equal(output, in_pytorch(small(), x).numpy())


def test_torch_in_torch_out(compiled):
    x = image().requires_grad_()
    output = compiled.run(x)
    assert isinstance(output, torch.Tensor) and not output.requires_grad
    assert torch.equal(output, in_pytorch(small(), x))
    assert torch.equal(compiled(x), output)


def test_not_contiguous_input(compiled):
    x = image(1).transpose(2, 3)
    assert torch.equal(compiled.run(x), in_pytorch(small(), x))


def test_input_by_name(compiled):
    x = image()
    assert torch.equal(compiled.run({"x": x}), compiled.run([x]))


@pytest.mark.parametrize("batch", [2, 3, 7])
def test_other_batch_sizes(compiled, batch):
    x = image(batch, seed=batch)
    assert torch.equal(compiled.run(x), in_pytorch(small(), x))
    kept = len(compiled._variants)
    compiled.run(x)
    assert len(compiled._variants) == kept, "the same batch size is compiled once"


def test_spike_trains(compiled):
    model, x, trains = small(), image(2), {}
    for path, module in (("conv_lif", model.conv_lif), ("head_if", model.head_if)):
        module.register_forward_hook(lambda m, i, y, path=path: trains.setdefault(path, y))
    expected = in_pytorch(model, x)
    output, found = compiled.run(x, return_spike_trains=True)
    assert torch.equal(output, expected)
    assert found.keys() == trains.keys() == {"conv_lif", "head_if"}
    for path, train in trains.items():
        assert found[path].shape == train.shape and torch.equal(found[path], train), path
    assert found["conv_lif"].shape == (T, 2, 4, 4, 4) and 0 < found["conv_lif"].mean() < 1


def test_single_step_model_is_lifted():
    model = one_step()
    compiled = SpikeCompiler("simulation", time_steps=3).compile(model, (1, 6))
    x = torch.rand(2, 6)
    for steps in (3, 5):
        model[1].reset()
        with torch.no_grad():
            expected = torch.stack([model(x) for _ in range(steps)])
        output, trains = compiled.run(x, time_steps=steps, return_spike_trains=True)
        assert output.shape == (steps, 2, 3) and trains["1"].shape == (steps, 2, 8)
        torch.testing.assert_close(output, expected)
    assert SpikeCompiler("simulation").compile(model, (1, 6)).time_steps == 4


@pytest.mark.parametrize("level", range(4))
def test_levels_agree(compiled, level):
    x = image(seed=5)
    other = SpikeCompiler("simulation", optimization_level=level).compile(small(), (1, 1, 4, 4))
    assert torch.equal(other.run(x), compiled.run(x))


def test_the_model_is_not_changed():
    model = small()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    kinds = [type(module) for module in model.modules()]
    SpikeCompiler("simulation").compile(model, (1, 1, 4, 4))
    assert kinds == [type(module) for module in model.modules()] and not model.training
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_stages_can_be_read(compiled):
    assert "spike.neuron #spike.lif" in str(compiled.spike_ir) and "batch_norm" in str(compiled.spike_ir)
    assert "batch_norm" not in str(compiled.optimized_ir)
    assert compiled.spike_ir.verify() and compiled.optimized_ir.verify()
    assert "llvm.func" in compiled.llvm_ir
    assert {"import", "optimize", "lower", "bufferize", "llvm", "codegen"} <= {t.stage for t in compiled.stage_times}
    assert all(t.seconds >= 0 for t in compiled.stage_times)
    assert compiled.memory["weight_bytes"] > 0


def test_statistics(compiled):
    statistics = compiled.statistics
    assert statistics.num_neurons == 4 * 4 * 4 + 5
    parameters = sum(p.numel() for p in small().parameters())
    assert statistics.num_parameters >= parameters
    assert statistics.num_synapses > 5 * 64 and statistics.memory_bytes > 0
    assert {"conv_lif", "head_if"} <= {layer.name for layer in statistics.layers}


def test_compilation_stats_and_health():
    compiler = SpikeCompiler("simulation")
    assert compiler.get_compilation_stats()["models"] == 0
    compiler.compile(small(), (1, 1, 4, 4))
    stats = compiler.get_compilation_stats()
    assert stats["models"] == 1 and stats["total_seconds"] > 0 and "import" in stats["seconds_per_stage"]
    health = compiler.health_check()
    assert health["status"] == "ok", health


def test_verbose_names_the_stages(capsys):
    SpikeCompiler("simulation", verbose=True, debug=True).compile(small(), (1, 1, 4, 4))
    out = capsys.readouterr().out
    assert "import" in out and "optimize" in out and "ms" in out


# ------------------------------------------------------------------------------------------------------ optimizer


def test_optimizer_edits_a_level():
    compiler = SpikeCompiler("simulation", optimization_level=2)
    optimizer = compiler.create_optimizer()
    level = optimizer.list()
    optimizer.add_pass(OptimizationPass.COMMON_SUBEXPRESSION_ELIMINATION)
    closing = level.index("spike-fix-weights")
    assert optimizer.list() == [*level[:closing], "cse", *level[closing:]], "before what needs every weight to be final"
    optimizer.remove(OptimizationPass.BATCH_NORM_FOLDING)
    assert "spike-fold-batch-norm" not in optimizer.list()
    compiled = compiler.compile(small(), (1, 1, 4, 4), optimizer=optimizer)
    assert "batch_norm" in str(compiled.optimized_ir)
    assert torch.equal(compiled.run(image()), in_pytorch(small(), image()))


def test_optimizer_takes_options_and_refuses_unknown_passes():
    optimizer = SpikeCompiler("simulation").create_optimizer()
    optimizer.add_pass("canonicalize", max_iterations=3)
    assert "canonicalize{max-iterations=3}" in optimizer.list()
    with pytest.raises(ValidationError, match="no-such-pass.*does not refer to a registered pass"):
        optimizer.add_pass("no-such-pass")
    with pytest.raises(ValidationError, match="no such option"):
        optimizer.add_pass("canonicalize", speed=3)
    with pytest.raises(ValidationError, match="is not in the list"):
        optimizer.remove("no-such-pass")


@pytest.mark.parametrize("bits", [4, 8, 16])
def test_weights_are_quantized_on_request(bits):
    compiler = SpikeCompiler("simulation")
    exact = compiler.compile(small(), (1, 1, 4, 4))
    optimizer = compiler.create_optimizer().add_pass(OptimizationPass.WEIGHT_QUANTIZATION, bits=bits)
    quantized = compiler.compile(small(), (1, 1, 4, 4), optimizer=optimizer)
    for weight in quantized.optimized_ir.module.weights().values():
        if weight.ndim < 2:
            continue
        rows = np.abs(weight.reshape(len(weight), -1).astype(np.float64))
        unit = 2.0 ** np.ceil(np.log2(rows.max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)))
        in_units = rows / unit * 4  # of the smallest unit that is tried
        assert np.array_equal(in_units, np.rint(in_units))
    assert quantized.memory["weight_bytes"] <= exact.memory["weight_bytes"]
    assert quantized.run(image()).shape == exact.run(image()).shape
    with pytest.raises(CompilationError, match="2 to 16 bits, got 1"):
        compiler.compile(
            small(), (1, 1, 4, 4), optimizer=compiler.create_optimizer().add_pass("spike-quantize-weights", bits=1)
        )


def test_every_named_pass_exists():
    from spike_transformer_compiler import _core

    for member in OptimizationPass:
        _core.check_pipeline(member.value)


def test_both_module_names():
    from spike_transformer_compiler import optimizations

    assert optimizations.OptimizationPass is optimization.OptimizationPass


def test_what_is_not_built_is_absent():
    for name in ("energy_per_inference", "utilization", "loihi_ir"):
        assert not hasattr(CompiledModel, name)
