# SPDX-License-Identifier: Apache-2.0
"""Neuron models of the IR against the library that each one comes from: the same spikes and the same states, bit for bit.

The libraries' own step functions are called here, so nothing of the importer takes part.
"""

from __future__ import annotations

import itertools

import norse.torch.functional as norse
import numpy as np
import pytest
import snntorch
import torch
from norse.torch.functional.leaky_integrator import LIParameters, LIState, li_feed_forward_step
from norse.torch.functional.leaky_integrator_box import LIBoxParameters, LIBoxState, li_box_feed_forward_step
from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
from norse.torch.functional.lif_box import LIFBoxFeedForwardState, LIFBoxParameters, lif_box_feed_forward_step
from norse.torch.functional.lif_refrac import (
    LIFRefracFeedForwardState,
    LIFRefracParameters,
    lif_refrac_feed_forward_step,
)
from norse.torch.functional.reset import reset_subtract
from snntorch._neurons.leaky import Leaky

from spike_transformer_compiler import _core

STEPS, POPULATION = 30, 24


def currents(scale: float = 1.0) -> torch.Tensor:
    """[T, N]: half of them on a grid where membranes meet thresholds exactly, half anywhere."""
    generator = torch.Generator().manual_seed(11)
    grid = torch.randint(-4, 7, (STEPS, POPULATION), generator=generator) / 4.0
    anywhere = torch.randn(STEPS, POPULATION, generator=generator) + 0.4
    return torch.cat([grid, anywhere], dim=1) * scale


def run(model: str, x: torch.Tensor, states: int, params: dict[str, torch.Tensor] | None = None) -> list[np.ndarray]:
    """The output and the trace of every state, by compiled code, which is compared with the interpreter."""
    params = params or {}
    shape = "x".join(map(str, x.shape))
    train, vector = f"tensor<{shape}xf32>", f"tensor<{x.shape[1]}xf32>"
    names = ", ".join(f"{name} = %p{i}" for i, name in enumerate(params))
    written = f" params({names}) axis 1" if params else ""
    results = ", ".join([train] * (1 + states))
    module = _core.Module.parse(f"""
        func.func @main(%x: {train}{"".join(f", %p{i}: {vector}" for i in range(len(params)))}) -> ({results}) {{
          %r:{1 + states} = spike.neuron {model}{" trace" if states else ""} (%x){written}
              : ({", ".join([train] + [vector] * len(params))}) -> ({results})
          return {", ".join(f"%r#{i}" for i in range(1 + states))} : {results}
        }}""")
    inputs = [x.numpy(), *(value.numpy() for value in params.values())]
    interpreted = [np.asarray(result) for result in module.interpret(inputs)]
    for want, got in zip(interpreted, module.compile(num_threads=1).run(inputs), strict=True):
        np.testing.assert_array_equal(np.asarray(got), want, err_msg=model)
    return interpreted


def compare(
    model: str, got: list[np.ndarray], want: list[torch.Tensor], rate: tuple[float, float] | None = (0.05, 0.45)
):
    for i, (g, w) in enumerate(zip(got, want, strict=True)):
        np.testing.assert_array_equal(g, w.detach().numpy(), err_msg=f"{model}, result {i}")
    if rate:
        assert rate[0] < float(np.mean(got[0] != 0)) < rate[1], f"{model} fires at {np.mean(got[0] != 0)}"


def trace(step, x: torch.Tensor) -> list[torch.Tensor]:
    """The stacked results of `step(x)`, which returns output and states."""
    with torch.no_grad():
        return [torch.stack(values) for values in zip(*map(step, x), strict=True)]


def double(value) -> str:
    text = repr(float(value.detach() if isinstance(value, torch.Tensor) else value))
    return text if "." in text or "e" in text else text + ".0"


# ---------------------------------------------------------------------------------------------- snnTorch

RESETS = {"subtract": "soft", "zero": "hard", "none": "none"}


@pytest.mark.parametrize("mechanism, delay", itertools.product(RESETS, (True, False)))
def test_leaky(mechanism, delay):
    threshold = 0.75
    node = snntorch.Leaky(beta=0.9, threshold=threshold, reset_mechanism=mechanism, reset_delay=delay)
    model = (
        f"#spike.leaky<beta = {double(node.beta)}, v_threshold = {threshold}, reset = {RESETS[mechanism]}, "
        f"reset_delay = {str(delay).lower()}>"
    )
    x = currents(0.5 if mechanism == "none" else 1.0)
    node.reset_mem()
    compare(model, run(model, x, 1), trace(lambda x: node(x, node.mem if node.mem.numel() else None), x), (0.02, 0.9))


@pytest.mark.parametrize("mechanism, delay", itertools.product(RESETS, (True, False)))
def test_synaptic(mechanism, delay):
    node = snntorch.Synaptic(alpha=0.7, beta=0.8, reset_mechanism=mechanism, reset_delay=delay)
    options = f"reset = {RESETS[mechanism]}, reset_delay = {str(delay).lower()}"
    model = f"#spike.synaptic<alpha = {double(node.alpha)}, beta = {double(node.beta)}, {options}>"

    def step(x):
        spike, syn, mem = node(x)
        return spike, mem.clone(), syn.clone()

    x = currents(0.3)
    compare(model, run(model, x, 2), trace(step, x), (0.02, 0.9))


@pytest.mark.parametrize("mechanism, delay", itertools.product(RESETS, (True, False)))
def test_recurrent(mechanism, delay):
    options = f"reset = {RESETS[mechanism]}, reset_delay = {str(delay).lower()}"
    common = {"V": -0.3, "all_to_all": False, "reset_mechanism": mechanism, "reset_delay": delay}
    leaky = snntorch.RLeaky(beta=0.9, **common)
    recurrent = double(leaky.recurrent.V)
    model = f"#spike.recurrent_leaky<beta = {double(leaky.beta)}, recurrent = {recurrent}, {options}>"

    def step(x):
        spike, mem = leaky(x)
        return spike, mem, spike

    compare(model, run(model, currents(0.7), 2), trace(step, currents(0.7)), (0.02, 0.9))


@pytest.mark.parametrize("mechanism", RESETS)
def test_recurrent_synaptic(mechanism):
    node = snntorch.RSynaptic(alpha=0.7, beta=0.8, V=-0.3, all_to_all=False, reset_mechanism=mechanism)
    model = (
        f"#spike.recurrent_synaptic<alpha = {double(node.alpha)}, beta = {double(node.beta)}, "
        f"recurrent = {double(node.recurrent.V)}, reset = {RESETS[mechanism]}>"
    )

    def step(x):
        spike, syn, mem = node(x)
        return spike, mem.clone(), syn.clone(), spike

    compare(model, run(model, currents(0.3), 3), trace(step, currents(0.3)), (0.02, 0.9))


@pytest.mark.parametrize("mechanism", RESETS)
def test_alpha(mechanism):
    node = snntorch.Alpha(alpha=0.9, beta=0.8, reset_mechanism=mechanism)
    ratio = torch.log(node.alpha) / (torch.log(node.beta) - torch.log(node.alpha)) + 1
    model = (
        f"#spike.alpha<alpha = {double(node.alpha)}, beta = {double(node.beta)}, tau_alpha = {double(ratio)}, "
        f"reset = {RESETS[mechanism]}>"
    )

    def step(x):
        spike, exc, inh, mem = node(x)
        return spike, mem.clone(), exc.clone(), inh.clone()

    compare(model, run(model, currents(), 3), trace(step, currents()), (0.02, 0.95))


@pytest.mark.parametrize("mechanism", RESETS)
def test_lapicque_is_a_leaky_neuron_on_a_scaled_current(mechanism):
    node = snntorch.Lapicque(R=5.1, C=2.3, reset_mechanism=mechanism)
    keep = double(1 - node.time_step / (node.R * node.C))
    model = f"#spike.leaky<beta = {keep}, reset = {RESETS[mechanism]}, reset_charged = true>"
    x = currents()
    scaled = x * node.R * (1 / (node.R * node.C)) * node.time_step
    compare(model, run(model, scaled, 1), trace(node, x), (0.02, 0.9))


def test_a_leak_for_every_channel():
    beta = torch.linspace(0.1, 1.0, 2 * POPULATION)
    threshold = torch.linspace(0.5, 1.5, 2 * POPULATION)
    node = Leaky(beta=beta, threshold=threshold)
    got = run("#spike.leaky", currents(), 1, {"beta": beta, "v_threshold": threshold})
    compare("leaky per channel", got, trace(node, currents()))


# ---------------------------------------------------------------------------------------------- Norse


def factor(dt: float, tau_inv: torch.Tensor) -> str:
    return double(dt * tau_inv)


@pytest.mark.parametrize("v_leak, v_reset, dt", [(0.0, 0.0, 0.001), (0.25, -0.5, 0.0013)])
def test_norse_lif(v_leak, v_reset, dt):
    p = LIFParameters(v_leak=torch.tensor(v_leak), v_reset=torch.tensor(v_reset), v_th=torch.tensor(0.75))
    rates = f"i_factor = {factor(dt, p.tau_syn_inv)}, v_factor = {factor(dt, p.tau_mem_inv)}, v_leak = {v_leak}"
    firing = f"v_threshold = 0.75, v_reset = {v_reset}, v_init = {v_leak}"
    x = currents(1.5)
    n = 2 * POPULATION
    state = LIFFeedForwardState(torch.full((n,), v_leak), torch.zeros(n))

    def step(x):
        nonlocal state
        spike, state = lif_feed_forward_step(x, state, p, dt)
        return spike, state.v, state.i

    model = f"#spike.cuba_lif<{rates}, {firing}>"
    compare(model, run(model, x, 2), trace(step, x))

    refractory = LIFRefracParameters(p, torch.tensor(3.0))
    refrac = LIFRefracFeedForwardState(LIFFeedForwardState(torch.full((n,), v_leak), torch.zeros(n)), torch.zeros(n))

    def refrac_step(x):
        nonlocal refrac
        spike, refrac = lif_refrac_feed_forward_step(x, refrac, refractory, dt)
        return spike, refrac.lif.v, refrac.lif.i, refrac.rho

    model = f"#spike.cuba_lif_refrac<{rates}, {firing}, rho_reset = 3.0>"
    compare(model, run(model, x, 3), trace(refrac_step, x))


def test_norse_box_lif():
    for reset in (norse.reset.reset_value, reset_subtract):
        p = LIFBoxParameters(
            v_leak=torch.tensor(0.25), v_reset=torch.tensor(-0.125), tau_mem_inv=torch.tensor(300.0), reset_method=reset
        )
        kind = "soft" if reset is reset_subtract else "hard"
        model = (
            f"#spike.box_lif<v_factor = {factor(0.001, p.tau_mem_inv)}, v_leak = 0.25, v_reset = -0.125, "
            f"v_init = 0.25, form = input_first, reset = {kind}>"
        )
        state = LIFBoxFeedForwardState(torch.full((2 * POPULATION,), 0.25))

        def step(x, p=p):
            nonlocal state
            spike, state = lif_box_feed_forward_step(x, state, p)
            return spike, state.v

        compare(model, run(model, currents(3.0), 1), trace(step, currents(3.0)))


def test_norse_integrators():
    x, n = currents(), 2 * POPULATION
    p = LIParameters(v_leak=torch.tensor(0.25))
    model = f"#spike.cuba_li<i_factor = {factor(0.001, p.tau_syn_inv)}, v_factor = {factor(0.001, p.tau_mem_inv)}, "
    model += "v_leak = 0.25, v_init = 0.25>"
    state = LIState(torch.full((n,), 0.25), torch.zeros(n))

    def step(x):
        nonlocal state
        v, state = li_feed_forward_step(x, state, p)
        return v, state.v, state.i

    compare(model, run(model, x, 2), trace(step, x), None)

    box = LIBoxParameters(v_leak=torch.tensor(0.25))
    model = f"#spike.box_li<v_factor = {factor(0.001, box.tau_mem_inv)}, v_leak = 0.25>"
    box_state = LIBoxState(torch.zeros(n))

    def box_step(x):
        nonlocal box_state
        v, box_state = li_box_feed_forward_step(x, box_state, box)
        return v, box_state.v

    compare(model, run(model, x, 1), trace(box_step, x), None)


# ---------------------------------------------------------------------------------------------- NIR's equations


def test_cuba_forms():
    """The two forms that no installed library has, from their formulas in f32."""
    x, f32 = currents().numpy(), np.float32
    for form in ("euler", "decay"):
        leak, threshold = (0.25, 0.5) if form == "euler" else (0.0, 1.0)
        model = (
            f"#spike.cuba_lif<i_factor = 0.3, v_factor = 0.6, v_leak = {leak}, w_in = 1.1, r = 0.9, form = {form}, "
            f"v_threshold = {threshold}, reset = soft>"
        )
        i, v, wanted = np.zeros_like(x[0]), np.zeros_like(x[0]), []
        for current in x:
            if form == "euler":
                i = i + f32(0.3) * (f32(1.1) * current - i)
                h = v + f32(0.6) * ((f32(leak) - v) + f32(0.9) * i)
            else:
                i = i * f32(0.3) + f32(1.1) * current
                h = v * f32(0.6) + f32(0.9) * i
            spike = h > f32(threshold)
            v = np.where(spike, h - f32(threshold), h)
            wanted.append((spike.astype(np.float32), v, i))
        compare(
            model, run(model, torch.from_numpy(x), 2), [torch.tensor(np.stack(w)) for w in zip(*wanted, strict=True)]
        )


def test_threshold_has_no_state():
    x = currents()
    for rule, want in (("ge", x >= 0.75), ("gt", x > 0.75)):
        model = f"#spike.threshold<v_threshold = 0.75, fire = {rule}>"
        compare(model, run(model, x, 0), [want.float()])


def test_integrator():
    model, x = "#spike.integrator<v_init = 0.5>", currents()
    v, wanted = torch.full_like(x[0], 0.5), []
    for current in x:
        v = v + current
        wanted.append(v)
    compare(model, run(model, x, 1), [torch.stack(wanted)] * 2, None)


def test_a_membrane_starts_at_its_channels_reset_value():
    x = torch.zeros(1, 4)
    reset = torch.tensor([0.0, -1.0, 0.5, 2.0])
    for name in ("if", "lif", "plif"):
        assert run(f"#spike.{name}<reset = none>", x, 1, {"v_reset": reset})[1].tolist() == [reset.tolist()]
    assert run("#spike.if<reset = none, v_init = 0.25>", x, 1, {"v_reset": reset})[1].tolist() == [[0.25] * 4]
