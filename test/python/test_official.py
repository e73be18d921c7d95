# SPDX-License-Identifier: Apache-2.0
"""Model files as published: their imports, their checkpoints, and every spike of the models."""

from __future__ import annotations

import argparse
import pickle
import sys

import pytest
import torch
from official import MODELS, Exact, build, fire, images
from typer.testing import CliRunner

from spike_transformer_compiler._checkpoint import load_weights, read_weights
from spike_transformer_compiler.cli import app
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import official_repositories


def stand_ins() -> list[str]:
    ours = ("timm", "cupy", "torchinfo", "torchvision", "spikingjelly.clock_driven")
    return [name for name in sys.modules if name.startswith(ours)]


def test_the_imports_of_published_files_succeed_and_leave_no_trace():
    with official_repositories():
        import cupy
        import torchinfo  # noqa: F401
        from spikingjelly.clock_driven import functional, layer, surrogate  # noqa: F401
        from spikingjelly.clock_driven.neuron import MultiStepLIFNode
        from timm.data import IMAGENET_DEFAULT_MEAN
        from timm.layers import DropPath  # noqa: F401
        from timm.models import create_model
        from timm.models.layers import to_2tuple
        from timm.models.registry import register_model
        from timm.models.vision_transformer import Block, PatchEmbed, _cfg
        from torchvision import transforms  # noqa: F401

        with official_repositories():
            from spikingjelly.clock_driven.neuron import MultiStepLIFNode as again

        assert again is MultiStepLIFNode and "spikingjelly.clock_driven" in sys.modules, "nested contexts end together"
    assert stand_ins() == []
    import spikingjelly

    assert not hasattr(spikingjelly, "clock_driven")

    assert to_2tuple(4) == (4, 4) and to_2tuple([1, 2]) == (1, 2) and len(IMAGENET_DEFAULT_MEAN) == 3
    assert _cfg()["input_size"] == (3, 224, 224)

    @register_model
    def half(size=2, other=1):
        return torch.nn.Linear(size, other)

    assert create_model("half", size=4, other=None).in_features == 4
    with pytest.raises(RuntimeError, match="weights are not fetched"):
        create_model("half", pretrained=True)
    with pytest.raises(RuntimeError, match="no model 'whole' is registered; there are .*half"):
        create_model("whole")

    assert isinstance(PatchEmbed, type) and issubclass(Block, object)
    with pytest.raises(ImportError, match="'timm.models.vision_transformer.PatchEmbed' is used, but is not installed"):
        PatchEmbed(img_size=224)
    with pytest.raises(ImportError, match="'cupy.cuda.Stream' is used"):
        cupy.cuda.Stream()


def test_libraries_are_told_the_truth():
    """What an installed package asks for inside the context is not there: it would take another path through its code."""
    code = compile("import torchsummary", "/x/site-packages/lib.py", "exec")
    with official_repositories(), pytest.raises(ImportError):
        exec(code, {"__name__": "lib"})


def test_an_installed_package_wins_name_by_name(tmp_path, monkeypatch):
    package = tmp_path / "timm" / "data"
    package.mkdir(parents=True)
    (tmp_path / "timm" / "__init__.py").write_text("__version__ = '9'\n")
    (package / "__init__.py").write_text("IMAGENET_DEFAULT_MEAN = 'theirs'\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with official_repositories():
            import timm.data
            from timm.models.layers import DropPath

            assert timm.__version__ == "9" and timm.data.IMAGENET_DEFAULT_MEAN == "theirs"
            assert timm.data.IMAGENET_DEFAULT_STD == (0.229, 0.224, 0.225), "a name that it lacks is added"
            assert DropPath(0.5).eval()(torch.ones(2)).tolist() == [1, 1]
        assert not hasattr(timm.data, "IMAGENET_DEFAULT_STD")
        assert "timm" in sys.modules and "timm.models" not in sys.modules
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "timm"]:
            del sys.modules[name]


@pytest.mark.parametrize("backend", ["torch", "cupy"])
@pytest.mark.parametrize("options", [{}, {"v_reset": None}, {"v_reset": -0.5}, {"tau": 3.0, "v_threshold": 0.75}])
def test_clock_driven_neurons_are_those_of_today(options, backend):
    """Eager, against the neurons of the installed SpikingJelly."""
    from spikingjelly.activation_based import neuron as today

    with official_repositories():
        from spikingjelly.clock_driven import neuron as old
    x = 2 * images(6, 2, 50)
    plain = {key: value for key, value in options.items() if key != "tau"}
    for theirs, ours in (
        (today.LIFNode(step_mode="m", **options), old.MultiStepLIFNode(backend=backend, **options)),
        (today.IFNode(step_mode="m", **plain), old.MultiStepIFNode(backend=backend, **plain)),
        (
            today.ParametricLIFNode(step_mode="m", **plain, init_tau=3.0),
            old.MultiStepParametricLIFNode(backend=backend, **plain, init_tau=3.0),
        ),
    ):
        spikes = ours(x)
        assert 0.02 < spikes.mean() < 0.6
        assert torch.equal(spikes, theirs(x)) and torch.equal(ours.v, ours.v_seq[-1])
        assert not torch.equal(ours(x), spikes), "the membrane is carried over"
        ours.reset()
        assert torch.equal(ours(x), spikes)


def test_a_clock_driven_neuron_learns():
    with official_repositories():
        from spikingjelly.clock_driven import neuron, surrogate
    x = images(4, 3).requires_grad_()
    for function in (surrogate.Sigmoid(), surrogate.ATan(), surrogate.Erf(), surrogate.PiecewiseQuadratic()):
        neuron.MultiStepLIFNode(surrogate_function=function, detach_reset=True)(x).sum().backward()
        assert x.grad.abs().sum() > 0
        x.grad = None


def test_todays_neurons_take_the_backend_of_yesterday():
    from spikingjelly.activation_based import neuron

    with official_repositories():
        assert neuron.LIFNode(backend="cupy", step_mode="m").step_mode == "m"
        with pytest.raises(ValueError, match="expected backend to be one of torch, cupy"):
            neuron.IFNode(backend="cuda")
    with pytest.raises(TypeError, match="backend"):
        neuron.LIFNode(backend="cupy")


# ------------------------------------------------------------------------------------------------- checkpoints


@pytest.fixture()
def net():
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"model": state, "epoch": 3, "optimizer": {"lr": 0.1}},
        lambda state: {"state_dict": {f"module.{k}": v for k, v in state.items()}, "args": argparse.Namespace(lr=1)},
        lambda state: {"model": {"state_dict": {f"module._orig_mod.{k}": v for k, v in state.items()}}},
    ],
)
@pytest.mark.parametrize("suffix", ["w.pth", "w.pth.tar", "w.pt"])
def test_checkpoints(tmp_path, net, wrap, suffix):
    state = {**net.state_dict(), "0.total_ops": torch.zeros(1)}
    state = {k: v + 1 for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.save(wrap(state), tmp_path / suffix)
    assert load_weights(net, tmp_path / suffix) == ["0.total_ops", "1.num_batches_tracked"]
    assert torch.equal(net[0].weight, state["0.weight"]) and torch.equal(net[1].running_var, state["1.running_var"])


class Evil:
    def __reduce__(self):
        return print, ("executed",)


def test_a_checkpoint_is_not_executed(tmp_path, net, capsys):
    torch.save({"model": net.state_dict(), "hook": Evil()}, tmp_path / "w.pth")
    with pytest.raises(ValidationError, match="holds more than weights and is not read, as that could execute code"):
        load_weights(net, tmp_path / "w.pth")
    (tmp_path / "v.pth").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValidationError):
        load_weights(net, tmp_path / "v.pth")
    assert "executed" not in capsys.readouterr().out


def test_every_weight_that_does_not_fit_is_listed(tmp_path, net):
    state = net.state_dict()
    state["2.weight"] = state.pop("0.bias")
    state["extra"] = state.pop("1.weight")
    state["0.weight"] = torch.zeros(3, 4)
    torch.save(state, tmp_path / "w.pth")
    with pytest.raises(ValidationError) as raised:
        load_weights(net, tmp_path / "w.pth")
    assert raised.value.error_code == "weights-mismatch"
    for part in ("2 missing: 0.bias, 1.weight", "2 unexpected: 2.weight, extra", "0.weight (3, 4) for (3, 2)"):
        assert part in raised.value.message, raised.value.message


@pytest.mark.parametrize("content", [{"epoch": 1}, [1, 2], {"model": {"a": 1}}])
def test_files_without_weights(tmp_path, content):
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(ValidationError, match="expected weights by name in"):
        read_weights(tmp_path / "w.pth")


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "w.pth").write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(ValidationError, match="cannot read the weights"):
        read_weights(tmp_path / "w.pth")
    with pytest.raises(ValidationError, match="there is no such file"):
        read_weights(tmp_path / "none.pth")


@pytest.mark.slow
def test_command_line(tmp_path):
    """A published file, the arguments of its factory, and a checkpoint of a training script."""
    small = {"embed_dims": 32, "num_heads": 2, "depths": 1, "num_classes": 7}
    model = build("spikformer_cifar10.py:spikformer", seed=5, **small)
    torch.save({"state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}}, tmp_path / "best.pth.tar")
    arguments = [text for name, value in small.items() for text in ("-a", f"{name}={value}")]
    command = [f"{MODELS / 'spikformer_cifar10.py'}:spikformer", "--input-shape", "1,3,16,16", *arguments]
    done = CliRunner().invoke(app, [*command, "--weights", str(tmp_path / "best.pth.tar")])
    assert done.exit_code == 0, done.output
    assert "block.0.attn.attn_lif" in done.output and "block.0.norm1" not in done.output
    done = CliRunner().invoke(app, [*command, "-a", "=3"])
    assert done.exit_code == 2 and "expected an argument such as embed_dims=384" in done.output


# ------------------------------------------------------------------------------------------------------ models


CASES = {
    "sdt_v1": ("sdt_v1.py:sdt", (2, 3, 32, 32), dict(in_channels=3, embed_dims=64, num_heads=4, depths=1)),
    "sdt_v1_dvs": (
        "sdt_v1.py:sdt",
        (1, 4, 2, 32, 32),
        dict(embed_dims=32, num_heads=4, depths=1, dvs_mode=True, spike_mode="plif"),
    ),
    "qkformer": ("qkformer.py:QKFormer_10_384", (1, 3, 32, 32), dict(T=4, embed_dims=64, num_heads=2, depths=4)),
    "sdt_v2": (
        "sdt_v2.py:metaspikformer_8_384",
        (1, 3, 64, 64),
        dict(embed_dim=(16, 24, 32, 48), num_heads=4, depths=(1, 1), T=2, kd=True),
    ),
    "sdt_v3_base": ("sdt_v3.py:base", (2, 3, 32, 32), {}),
    "sdt_v3_large": ("sdt_v3.py:large", (2, 3, 32, 32), {}),
    "spikingresformer": (
        "spikingresformer.py:spikingresformer_ti",
        (1, 3, 64, 64),
        dict(
            planes=[16, 32, 64],
            num_heads=[1, 2, 4],
            depths=(1, 1, 1),
            img_size=64,
            group_size=16,
            patch_sizes=[4, 2, 1],
        ),
    ),
    "maxformer": ("maxformer.py:maxformer", (1, 3, 16, 16), dict(embed_dims=64)),
    "stmixer": ("stmixer.py:STMixerV3", (2, 3, 32, 32), dict(embd_dims=64)),
    "stmixer_one_step": ("stmixer.py:STMixerV3", (2, 3, 32, 32), dict(embd_dims=64, T=1)),
    "spikformer_cifar10": (
        "spikformer_cifar10.py:spikformer",
        (2, 3, 16, 16),
        dict(embed_dims=64, num_heads=4, depths=1),
    ),
}


#: The others take seconds each.
QUICK = {"stmixer_one_step"}


@pytest.mark.parametrize(
    "case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
)
def test_every_spike(case):
    source, shape, arguments = CASES[case]
    exact = Exact(fire(build(source, **arguments), images(*shape)), images(*shape, seed=2))
    rates = exact.rates()
    assert all(0.03 < rate < 0.6 for rate in rates.values()), rates
    exact.judge("interpret")
    exact.judge("compile")
