# SPDX-License-Identifier: Apache-2.0
"""Files written by the exporters of snnTorch, SpikingJelly and Norse, read back with the scheme of each: every spike of
100 steps is that of the library itself. Weights are multiples of 1/32, so that no order of summation can round."""

from __future__ import annotations

import nir
import norse.torch as norse
import numpy as np
import pytest
import snntorch as snn
import torch
from norse.torch.functional.iaf import IAFParameters
from norse.torch.functional.leaky_integrator_box import LIBoxParameters
from norse.torch.functional.lif import LIFParameters
from norse.torch.functional.lif_box import LIFBoxParameters
from norse.torch.module.leaky_integrator_box import LIBoxCell
from norse.torch.utils.export_nir import to_nir
from snntorch.export_nir import export_to_nir as snntorch_export
from spikingjelly.activation_based import functional, layer, neuron
from spikingjelly.activation_based.nir_exchange.to_nir import export_to_nir as spikingjelly_export

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.frontend import read_nir

T, BATCH, WIDTH = 100, 2, 12


def on_grid(*modules: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(3)
    for module in modules:
        for parameter in module.parameters():
            if parameter.dim():
                parameter.data = torch.randint(-16, 17, parameter.shape, generator=generator) / 32


def spikes_in(*shape: int) -> torch.Tensor:
    return (torch.rand(T, BATCH, *shape, generator=torch.Generator().manual_seed(5)) < 0.4).float()


def calibrated(make, run, x) -> tuple[torch.nn.Module, np.ndarray]:
    """The model with the first threshold for which 10 to 25 % of its outputs are spikes, and its outputs."""
    for threshold in (0.15 * 1.3**i for i in range(25)):
        model = make(threshold)
        with torch.no_grad():
            out = run(model, x).numpy()
        if 0.1 <= out.mean() <= 0.25:
            return model, out
    raise AssertionError("no threshold gives 10 to 25 %")


def read_back(path, scheme: str, x: torch.Tensor, compiled: bool = True, **options) -> np.ndarray:
    ir = read_nir(path, T, scheme=scheme, batch=BATCH, **options)
    (out,) = ir.module.interpret([x.numpy()])
    if compiled:
        np.testing.assert_array_equal(SpikeCompiler("simulation").compile(ir).run(x.numpy()), out)
    return out


# ---------------------------------------------------------------------------------------------------------- snnTorch

SNNTORCH = {
    "snntorch": {"reset_mechanism": "zero", "reset_delay": False},
    "snntorch-delayed": {"reset_mechanism": "zero"},
    "snntorch-subtract": {"reset_delay": False},
    "snntorch-subtract-delayed": {},
}


def snntorch_net(kind: str, threshold: float, options: dict) -> torch.nn.Module:
    def full(value):
        return torch.full((WIDTH,), value)

    arguments = {"beta": full(0.9), "threshold": full(threshold), "init_hidden": True, **options}
    if "Synaptic" in kind:
        arguments["alpha"] = full(0.6)
    if kind.startswith("R"):
        arguments["linear_features"] = WIDTH
    cell = getattr(snn, kind)(**arguments)
    fc = torch.nn.Linear(8, WIDTH)
    on_grid(fc, *([cell.recurrent] if kind.startswith("R") else []))
    return torch.nn.Sequential(fc, cell)


def snntorch_run(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    model(x[0])  # the states get their shape
    model[1].reset_mem()
    return torch.stack([model(step) for step in x])


def snntorch_case(kind: str, scheme: str, tmp_path, compiled: bool) -> None:
    x = spikes_in(8)
    model, want = calibrated(lambda threshold: snntorch_net(kind, threshold, SNNTORCH[scheme]), snntorch_run, x)
    with torch.no_grad():
        nir.write(tmp_path / "net.nir", snntorch_export(model, torch.zeros(1, 8), ignore_dims=[0]))
    np.testing.assert_array_equal(read_back(tmp_path / "net.nir", scheme, x, compiled), want)


#: snnTorch 1.0 cannot run RSynaptic with reset_delay=False.
CASES = [
    (k, s)
    for k in ("Leaky", "Synaptic", "RLeaky", "RSynaptic")
    for s in SNNTORCH
    if k != "RSynaptic" or s.endswith("delayed")
]


@pytest.mark.parametrize("kind, scheme", CASES)
def test_snntorch(kind, scheme, tmp_path):
    snntorch_case(kind, scheme, tmp_path, compiled=not kind.startswith("R"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["RLeaky", "RSynaptic"])
def test_snntorch_recurrent_compiled(kind, tmp_path):
    snntorch_case(kind, "snntorch-subtract-delayed", tmp_path, compiled=True)


def test_the_kind_of_reset_matters(tmp_path):
    """The exporter writes v_reset = 0 whatever the reset is: another scheme gives other spikes."""
    x = spikes_in(8)
    model, want = calibrated(lambda threshold: snntorch_net("Leaky", threshold, {}), snntorch_run, x)
    graph = snntorch_export(model, torch.zeros(1, 8), ignore_dims=[0])
    assert (read_back(graph, "snntorch", x) != want).any()


# ------------------------------------------------------------------------------------------------------ SpikingJelly

SPIKINGJELLY = {
    "lif": lambda v: neuron.LIFNode(tau=2.0, v_threshold=v),
    "odd tau": lambda v: neuron.LIFNode(tau=1.7, v_threshold=v, v_reset=-0.1),
    "no decay": lambda v: neuron.LIFNode(tau=1.7, v_threshold=v, decay_input=False),
    "if": lambda v: neuron.IFNode(v_threshold=v),
    "plif": lambda v: neuron.ParametricLIFNode(init_tau=2.7, v_threshold=v),
    "cuba": lambda v: neuron.CUBALIFNode(c_decay=0.4, v_decay=0.7, v_threshold=v),
}


def spikingjelly_net(kind: str, threshold: float, mode: str) -> torch.nn.Module:
    conv, fc = layer.Conv2d(2, 4, 3, padding=1), layer.Linear(4 * 5 * 5, WIDTH)
    on_grid(conv, fc)
    make = SPIKINGJELLY[kind]
    model = torch.nn.Sequential(conv, make(threshold), layer.Flatten(), fc, make(threshold)).eval()
    functional.set_step_mode(model, mode)
    return model


def spikingjelly_run(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    functional.reset_net(model)
    return model(x) if model[1].step_mode == "m" else torch.stack([model(step) for step in x])


@pytest.mark.parametrize("kind, mode", [("lif", "s"), *((kind, "m") for kind in SPIKINGJELLY)])
def test_spikingjelly(kind, mode, tmp_path):
    x = spikes_in(2, 5, 5)
    model, want = calibrated(lambda threshold: spikingjelly_net(kind, threshold, mode), spikingjelly_run, x)
    spikingjelly_export(model, x[:1, :1] if mode == "m" else x[0, :1], save_path=tmp_path / "net.nir")
    scheme = "spikingjelly-plif" if kind == "plif" else "spikingjelly"
    np.testing.assert_array_equal(read_back(tmp_path / "net.nir", scheme, x), want)


def test_another_time_step_of_spikingjelly(tmp_path):
    x = spikes_in(2, 5, 5)
    model, want = calibrated(lambda threshold: spikingjelly_net("no decay", threshold, "m"), spikingjelly_run, x)
    spikingjelly_export(model, x[:1, :1], save_path=tmp_path / "net.nir", dt=1e-3)
    np.testing.assert_array_equal(read_back(tmp_path / "net.nir", "spikingjelly", x, dt=1e-3), want)
    with pytest.raises(ValidationError, match=r"node '_1' \(LIF\): expected r = 17 .* got 1.7"):
        read_nir(tmp_path / "net.nir", T, scheme="spikingjelly")


# ------------------------------------------------------------------------------------------------------------- Norse


def full(kind, **values):
    return kind(**{key: torch.full((WIDTH,), value) for key, value in values.items()})


NORSE = {
    "lif box": lambda v: norse.LIFBoxCell(full(LIFBoxParameters, tau_mem_inv=300.0, v_th=v, v_leak=0.05)),
    "lif": lambda v: norse.LIFCell(full(LIFParameters, tau_mem_inv=300.0, tau_syn_inv=70.0, v_th=v, v_leak=0.05)),
    "iaf": lambda v: norse.IAFCell(full(IAFParameters, v_th=v)),
    "li box": lambda v: LIBoxCell(full(LIBoxParameters, tau_mem_inv=300.0, v_leak=v)),
}


def norse_net(kind: str, threshold: float) -> torch.nn.Module:
    fc = torch.nn.Linear(8, WIDTH)
    on_grid(fc)
    return norse.SequentialState(fc, NORSE[kind](threshold))


def norse_run(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    state, outputs = None, []
    for step in x:
        y, state = model(step, state)
        outputs.append(y)
    return torch.stack(outputs)


@pytest.mark.parametrize("kind", NORSE)
def test_norse(kind, tmp_path):
    x = spikes_in(8)
    model, want = calibrated(lambda threshold: norse_net(kind, threshold), norse_run, x)
    nir.write(tmp_path / "net.nir", to_nir(model, torch.zeros(8)))
    np.testing.assert_array_equal(read_back(tmp_path / "net.nir", "norse", x), want)


def test_time_constants_of_norse_are_refused_by_others(tmp_path):
    """Norse writes dt / tau_inv, which is not a time constant in seconds."""
    graph = to_nir(norse_net("lif box", 1.0), torch.zeros(8))
    with pytest.raises(ValidationError, match=r"expected tau of at least one time step of 0.0001 s, got 3.3.*e-06 s"):
        read_nir(graph, T)
