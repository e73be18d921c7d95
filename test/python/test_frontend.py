# SPDX-License-Identifier: Apache-2.0
"""Import as a whole: the model families, the user's model and its weights, time, and everything that is refused."""

from __future__ import annotations

import copy
import time

import numpy as np
import pytest
import torch
from frontend_support import interpret
from spikingjelly.activation_based import layer, neuron
from spikingjelly.activation_based.model import maxformer, qkformer, spike_driven_transformer, spikformer

from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.frontend import ModelParser, import_model
from spike_transformer_compiler.frontend.importer import import_module, private_copy


def small_spikformer(**changes) -> torch.nn.Module:
    options = dict(
        T=3, in_channels=2, img_size_h=8, img_size_w=8, patch_size=4, num_classes=5, embed_dims=16, num_heads=2
    )
    return spikformer.Spikformer(**{**options, "mlp_ratio": 2.0, "depths": 1, **changes}).eval()


def single_step_net() -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(8, 6), neuron.LIFNode(), torch.nn.Linear(6, 3), neuron.IFNode()
    ).eval()


def multi_step_net() -> torch.nn.Module:
    return torch.nn.Sequential(layer.Linear(8, 6, step_mode="m"), neuron.LIFNode(step_mode="m")).eval()


def refusal(model, shapes, **options) -> CompilationError:
    with pytest.raises(CompilationError) as caught:
        ModelParser().parse(model, shapes, **options)
    return caught.value


# ---------------------------------------------------------------------------------------------- model families


@pytest.mark.parametrize(
    "factory, shape, outputs",
    [
        (spikformer.spikformer_cifar10, (1, 3, 32, 32), (4, 1, 10)),
        (spikformer.spikformer_ti, (1, 3, 224, 224), (4, 1, 1000)),
        (spike_driven_transformer.sdt_8_384, (1, 3, 224, 224), (1, 1000)),
        (qkformer.qkformer_10_384, (2, 3, 224, 224), (2, 1000)),
        (maxformer.maxformer_cifar, (1, 3, 32, 32), (1, 100)),
        (maxformer.maxformer_10_384, (1, 3, 224, 224), (1, 1000)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
@pytest.mark.slow
def test_families(factory, shape, outputs):
    model = factory().eval()
    ir = ModelParser().parse(model, {"image": shape})
    assert ir.verify()
    assert [spec["shape"] for spec in ir.outputs] == [outputs]
    layers = [path for path, module in model.named_modules() if isinstance(module, neuron.BaseNode)]
    text = str(ir)
    assert text.count("spike.neuron") == len(layers)
    assert all(f'path "{path}"' in text for path in layers)
    assert text.count("spike.repeat_time %arg0") == 1


def test_import_is_fast():
    model = spikformer.spikformer_cifar10().eval()
    inputs = [torch.zeros(1, 3, 32, 32)]
    import_module(private_copy(small_spikformer()), [torch.zeros(1, 2, 8, 8)], ["x"])  # loads what is loaded once
    start = time.process_time()
    program = import_module(private_copy(model), inputs, ["image"])
    assert time.process_time() - start < 3.0
    assert len(program.text) < 200_000


def test_another_batch():
    ir = ModelParser().parse(small_spikformer(), {"image": (7, 2, 8, 8)})
    assert ir.outputs[0]["shape"] == (3, 7, 5)


# ---------------------------------------------------------------------------------------------- values


class Zoo(torch.nn.Module):
    """Every operation that the conversion takes, on small integers, where each order of summation is exact."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
        self.deep = torch.nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False)
        self.norm = torch.nn.BatchNorm2d(6, eps=0.0)
        self.line = torch.nn.Conv1d(6, 4, 1)
        self.norm1 = torch.nn.BatchNorm1d(4, eps=0.0, affine=False)
        self.full = torch.nn.Linear(8, 5)
        self.lif = neuron.LIFNode(step_mode="m")
        self.drop = torch.nn.Dropout(0.5)
        generator = torch.Generator().manual_seed(1)
        for parameter in self.parameters():
            parameter.data = torch.randint(-2, 3, parameter.shape, generator=generator).float()
        for norm in (self.norm, self.norm1):
            norm.running_mean = torch.randint(-2, 3, norm.running_mean.shape, generator=generator).float()
            norm.running_var = torch.full_like(norm.running_var, 4.0)

    def forward(self, x, y):  # [2, 4, 8, 8], [3, 2, 8]
        a = self.norm(self.deep(self.conv(x)))
        pooled = torch.nn.functional.max_pool2d(a, 3, 2, 1)
        mean = torch.nn.functional.avg_pool2d(a[:, :, :4, :8], 2)
        one = torch.nn.functional.adaptive_avg_pool2d(x, (2, 1))
        line = self.norm1(self.line(a.flatten(2)))
        tokens = x.flatten(2).transpose(1, 2).reshape(2, -1, 2, 2).permute(0, 2, 1, 3)
        q, k = tokens.chunk(2, dim=-1)
        attention = (q @ k.transpose(-2, -1)) * 0.5
        mixed = (attention @ k).sum(dim=-2, keepdim=True) - q
        train = self.lif(y.unsqueeze(1).repeat(1, 1, 1, 1)).squeeze(1)
        z = self.full(self.drop(y))
        b, c, d = z.split([1, 2, 2], dim=-1)
        gated = b * c + d / 4.0 - 3.0
        tiled = y.mean(0).expand(4, -1, -1).contiguous()
        return (
            pooled, mean, one, line, attention, mixed, train, gated + 1.5, tiled, x.repeat(2, 1, 1, 1), x.amax((2, 3)),
            y[1:, -1, ::1], z.unbind(0)[2], y.view(3, 16).unflatten(1, (4, 4)).mean(dim=(0, -1)), y.detach().clone().sum(),
        )  # fmt: skip


def test_every_operation_computes_what_torch_computes():
    model = Zoo().eval()
    generator = torch.Generator().manual_seed(2)
    x = torch.randint(-3, 4, (2, 4, 8, 8), generator=generator).float()
    y = torch.randint(-3, 4, (3, 2, 8), generator=generator).float()
    y[2] = -y[0] - y[1]  # so that the mean over three is exact, too
    imported = import_model(model, {"x": tuple(x.shape), "y": tuple(y.shape)})
    with torch.no_grad():
        expected = model(x, y)
    results = interpret(imported.module, [x, y])
    assert len(results) == len(expected)
    for index, (want, got) in enumerate(zip(expected, results, strict=True)):
        np.testing.assert_array_equal(got, want.numpy(), err_msg=f"result {index}")


def test_a_spikformer_computes_what_torch_computes():
    model = small_spikformer()
    for module in model.modules():  # random weights are silent without
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            module.weight.data.fill_(4.0)
            module.bias.data.normal_(1.5, 0.5, generator=torch.Generator().manual_seed(6))
    x = torch.rand(2, 2, 8, 8, generator=torch.Generator().manual_seed(5))
    imported = import_model(model, {"x": tuple(x.shape)})
    with torch.no_grad():
        expected = model(x)
    assert expected.std() > 0
    np.testing.assert_allclose(interpret(imported.module, [x])[0], expected.numpy(), rtol=1e-5, atol=1e-5)


# ---------------------------------------------------------------------------------------------- the user's model


def test_weights_are_the_memory_of_the_model():
    model = small_spikformer()
    owned = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    program = import_module(private_copy(model), [torch.zeros(1, 2, 8, 8)], ["x"])
    assert program.weights
    for name, array in program.weights.items():
        assert array.ctypes.data == owned[name].data_ptr(), name
    ir = ModelParser().parse(model, {"x": (1, 2, 8, 8)})
    for name, array in ir.weights.items():
        assert array.ctypes.data == owned[name].data_ptr(), name


def test_the_model_is_not_touched():
    model = small_spikformer()
    x = torch.rand(1, 2, 8, 8)
    model(x)  # leaves membranes with a history behind
    calls = []
    model.blocks[0].register_forward_hook(lambda *arguments: calls.append(len(arguments)))
    membranes = [module.v for module in model.modules() if isinstance(module, neuron.BaseNode)]
    before = copy.deepcopy(model.state_dict())
    modules = list(model.modules())
    keys = [set(module.__dict__) for module in modules]
    ModelParser().parse(model, {"x": (1, 2, 8, 8)})
    assert all(a is b for a, b in zip(modules, model.modules(), strict=True))
    assert keys == [set(module.__dict__) for module in modules]
    assert all(a is b.v for a, b in zip(membranes, (m for m in modules if isinstance(m, neuron.BaseNode)), strict=True))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(isinstance(count, int) for count in calls) and len(calls) <= 1  # a hook sees one run on real tensors


def test_the_text_has_places_but_no_folders():
    program = import_module(private_copy(small_spikformer()), [torch.zeros(1, 2, 8, 8)], ["image"], ["classes"])
    assert 'loc("blocks.0.mlp.neuron1"' in program.text and "spikformer.py" in program.text
    assert "site-packages" not in program.text and str(torch.__file__).rsplit("/", 1)[0] not in program.text
    assert 'spike.name = "image"' in program.text and 'spike.name = "classes"' in program.text


def test_inputs_are_bound_by_name_if_the_names_are_parameters():
    class Two(torch.nn.Module):
        def forward(self, first, second):
            return first - second.sum()

    ir = ModelParser().parse(Two().eval(), {"second": (3,), "first": (2, 2)})
    assert [(spec["name"], spec["shape"]) for spec in ir.inputs] == [("first", (2, 2)), ("second", (3,))]
    ir = ModelParser().parse(Two().eval(), {"image": (2, 2), "mask": (3,)})
    assert [(spec["name"], spec["shape"]) for spec in ir.inputs] == [("image", (2, 2)), ("mask", (3,))]


# ---------------------------------------------------------------------------------------------- time


def test_the_models_own_time_wins():
    ModelParser().parse(small_spikformer(T=3), {"x": (1, 2, 8, 8)}, time_steps=3)
    error = refusal(small_spikformer(T=3), {"x": (1, 2, 8, 8)}, time_steps=4)
    assert isinstance(error, ValidationError) and error.error_code == "time-steps-conflict"
    assert "runs 3 time steps, but time_steps is 4" in str(error)


def test_an_input_with_a_time_axis():
    ir = ModelParser().parse(multi_step_net(), {"x": (6, 2, 8)})
    assert ir.inputs[0]["time_axis"] and ir.inputs[0]["shape"] == (6, 2, 8)
    error = refusal(multi_step_net(), {"x": (6, 2, 8)}, time_steps=4)
    assert "give input 'x' a leading time axis of 4" in str(error)
    assert not ModelParser().parse(small_spikformer(), {"x": (1, 2, 8, 8)}).inputs[0]["time_axis"]


def test_single_step_models_are_lifted():
    model, x = single_step_net(), torch.rand(2, 1, 8) * 4
    imported = import_model(model, {"x": (2, 1, 8)}, time_steps=6)
    assert imported.stepped and imported.time_steps == 6
    with torch.no_grad():
        expected = torch.stack([model(x) for _ in range(6)])
    np.testing.assert_array_equal(interpret(imported.module, [x])[0], expected.numpy())
    assert import_model(single_step_net(), (2, 1, 8)).time_steps == 4


def test_mixed_step_modes_are_refused():
    model = torch.nn.Sequential(neuron.LIFNode(step_mode="s"), neuron.LIFNode(step_mode="m")).eval()
    assert "runs a single time step, but another neuron" in str(refusal(model, {"x": (4, 2, 8)}))


@pytest.mark.parametrize("steps", [0, -1, 2.5, "4", True])
def test_steps_that_are_none(steps):
    assert "time_steps" in str(refusal(single_step_net(), {"x": (2, 1, 8)}, time_steps=steps))


@pytest.mark.parametrize(
    "encoding, code",
    [("rate", "rate"), ("poisson", "rate"), ("temporal", "latency"), ("phase", "phase"), ("delta", "delta")],
)
def test_codes(encoding, code):
    for model, shape in ((single_step_net(), (2, 1, 8)), (small_spikformer(T=5), (2, 2, 8, 8))):
        ir = ModelParser().parse(model, {"x": shape}, spike_encoding=encoding, threshold=0.25, time_steps=5)
        assert f"spike.encode #spike.{code}" in str(ir) and "spike.repeat_time" not in str(ir)
        assert ir.inputs[0]["shape"] == ((5, *shape) if encoding == "delta" else shape)
        if encoding == "delta":
            assert "threshold = 0.25" in str(ir)


def test_a_code_brings_the_time_axis_that_the_model_needs():
    for shape in ((2, 8), (5, 2, 8)):
        ir = ModelParser().parse(multi_step_net(), {"x": shape}, spike_encoding="rate", time_steps=5)
        assert ir.inputs[0]["shape"] == (2, 8) and ir.outputs[0]["shape"] == (5, 2, 6)


def test_unknown_codes():
    assert "expected spike_encoding to be one of direct, rate" in str(
        refusal(single_step_net(), {"x": (2, 1, 8)}, spike_encoding="burst")
    )
    assert "expected threshold" in str(
        refusal(single_step_net(), {"x": (2, 1, 8)}, spike_encoding="delta", threshold=float("nan"))
    )


# ---------------------------------------------------------------------------------------------- what is refused


def test_training_mode():
    model = small_spikformer()
    model.blocks[0].mlp.fc1.train()
    error = refusal(model, {"x": (1, 2, 8, 8)})
    assert error.error_code == "training-mode" and "blocks.0.mlp.fc1" in str(error) and "model.eval()" in str(error)


@pytest.mark.parametrize(
    "shapes, reason",
    [
        ({}, "expected input_shapes"),
        ({"x": (0, 1, 8)}, "at least 1"),
        ({"x": (2, -1, 8)}, "at least 1"),
        ({"x": (2, 1.5, 8)}, "integers"),
        ({"x": "2,1,8"}, "integers"),
        ({"": (2, 1, 8)}, "name of an input"),
        ({"x": (2, 1, 9)}, "does not run on inputs of shape (2, 1, 9)"),
        ({"x": (2, 1, 8), "y": (1,)}, "expected shapes for the inputs"),
    ],
)
def test_input_shapes(shapes, reason):
    error = refusal(single_step_net(), shapes)
    assert isinstance(error, ValidationError) and reason in str(error)


def test_something_else_than_a_module():
    assert "expected a torch.nn.Module, got str" in str(refusal("model.pt", {"x": (1,)}))


class Counting(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x


class Averaging(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(8))

    def forward(self, x):
        self.mean.mul_(0.5).add_(x.mean((0, 1)))
        return x


class Remembering(torch.nn.Module):
    last = None

    def forward(self, x):
        output = x if self.last is None else x + self.last
        self.last = x
        return output


@pytest.mark.parametrize("module", [Counting(), Averaging(), Remembering()], ids=lambda m: type(m).__name__)
def test_state_outside_of_neurons(module):
    error = refusal(torch.nn.Sequential(module, single_step_net()).eval(), {"x": (2, 1, 8)})
    assert error.error_code == "stateful-model" and "changes its own state" in str(error)
    if isinstance(module, Averaging):
        assert torch.equal(module.mean, torch.zeros(8))


def test_a_neuron_that_runs_twice():
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.LIFNode(step_mode="m")

        def forward(self, x):
            return self.lif(self.lif(x))

    assert "neuron module 'lif' runs more than once" in str(refusal(Twice().eval(), {"x": (4, 2, 8)}))


def test_reading_a_membrane():
    class Reads(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.LIFNode(step_mode="m")

        def forward(self, x):
            return self.lif(x) + self.lif.v

    assert "reads 'v' of neuron 'lif'" in str(refusal(Reads().eval(), {"x": (4, 2, 8)}))


def test_a_hook_that_changes_the_result():
    model = single_step_net()
    model[1].register_forward_hook(lambda module, arguments, output: output * 3.0)
    error = refusal(model, {"x": (2, 1, 8)})
    assert "forward hook changes what the model computes" in str(error) and "on 1" in str(error)


def test_every_unsupported_operation_is_listed_with_module_and_line():
    class Odd(torch.nn.Module):
        def forward(self, x):
            return torch.cumsum(torch.sin(x), 0)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Odd()
            self.lif = neuron.LIFNode(step_mode="m")
            self.second = Odd()

        def forward(self, x):
            return self.second(self.lif(self.first(x)))

    error = refusal(Model().eval(), {"x": (4, 2, 8)})
    assert error.error_code == "unsupported-op"
    text = str(error)
    line = Odd.forward.__code__.co_firstlineno + 1
    for module in ("first", "second"):
        for operation in ("torch.aten.sin", "torch.aten.cumsum"):
            assert f"unsupported operation '{operation}' in module '{module}' (test_frontend.py:{line})" in text
    assert "4 operations stand in the way" in text
    assert sum(entry["severity"] == "error" for entry in error.diagnostics) == 5


def test_weights_that_are_not_finite_are_named():
    model = single_step_net()
    model[3].weight.data[1, 2] = float("nan")
    assert "parameter '3.weight' holds NaN at element 8" in str(refusal(model, {"x": (2, 1, 8)}))


def test_double_precision_is_refused():
    error = refusal(single_step_net().double(), {"x": (2, 1, 8)})
    assert "float" in str(error).lower()


def test_in_place_operations_on_temporaries_are_no_state():
    class InPlace(torch.nn.Module):
        def forward(self, x):
            y = x * 2.0
            y += x
            return y.mul_(0.5)

    model, x = InPlace().eval(), torch.arange(6.0).reshape(2, 3)
    imported = import_model(model, {"x": (2, 3)})
    np.testing.assert_array_equal(interpret(imported.module, [x])[0], (x * 1.5).numpy())


def test_shared_parameters_and_modules():
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = torch.nn.Linear(8, 8)
            self.b = self.a
            self.c = torch.nn.Linear(8, 8)
            self.c.weight = self.a.weight

        def forward(self, x):
            return self.c(self.b(self.a(x)))

    model, x = Tied().eval(), torch.rand(2, 8)
    imported = import_model(model, {"x": (2, 8)})
    with torch.no_grad():
        np.testing.assert_allclose(interpret(imported.module, [x])[0], model(x).numpy(), rtol=1e-5, atol=1e-6)
