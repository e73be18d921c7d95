# SPDX-License-Identifier: Apache-2.0
"""Models that step time in their own forward, with SpikingJelly's single-step neurons: imported, rolled, spike for spike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from frontend_support import interpret
from spikingjelly.activation_based import functional, neuron
from torch import nn

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import CompilationError, ValidationError
from spike_transformer_compiler.frontend import import_model

STEPS = 20


class Loop(nn.Module):
    """Two layers over the first axis of the input."""

    def __init__(self, first: nn.Module, second: nn.Module, reset: bool = False):
        super().__init__()
        torch.manual_seed(4)
        self.a, self.first, self.b, self.second = nn.Linear(12, 16), first, nn.Linear(16, 8), second
        self.reset = reset

    def forward(self, x):
        if self.reset:
            functional.reset_net(self)
        return torch.stack([self.second(self.b(self.first(self.a(current)))) for current in x])


class StaticImage(Loop):
    """The same image at every step, and the mean of the spikes."""

    def forward(self, x):
        total = 0.0
        for _ in range(STEPS):
            total = total + self.second(self.b(self.first(self.a(x))))
        return total / STEPS


class Recurrent(Loop):
    """The second layer's spikes come back to the first."""

    def forward(self, x):
        spikes, trains = torch.zeros(x.shape[1], 8), []
        for current in x:
            spikes = self.second(self.b(self.first(self.a(torch.cat([current[:, :4], spikes], 1)))))
            trains.append(spikes)
        return torch.stack(trains, 1)


NEURONS = {
    "if": lambda: neuron.IFNode(v_threshold=0.5),
    "lif": lambda: neuron.LIFNode(tau=2.0, v_threshold=0.25),
    "soft": lambda: neuron.LIFNode(tau=3.0, decay_input=False, v_reset=None, v_threshold=0.6),
    "plif": lambda: neuron.ParametricLIFNode(init_tau=2.5, v_threshold=0.25),
    "simple": lambda: neuron.SimpleLIFNode(tau=2.0, decay_input=True, v_threshold=0.25),
}


def eager(model, x):
    functional.reset_net(model)
    with torch.no_grad():
        y = model(x)
    functional.reset_net(model)
    return y.numpy()


def check(model, x, time_axis=True):
    """Spikes of the interpreter and of compiled code are those of the source."""
    expected = eager(model, x)
    assert 0.02 < expected.mean() < 0.9, f"{expected.mean()} hardly tests anything"
    imported = import_model(model, {"x": tuple(x.shape)})
    assert not imported.stepped and imported.time_steps == STEPS
    np.testing.assert_array_equal(interpret(imported.module, [x])[0], expected)
    compiled = SpikeCompiler(target="simulation").compile(model, input_shape=tuple(x.shape))
    np.testing.assert_array_equal(compiled.run(x.numpy()), expected)
    return imported.module


def train(shape=(STEPS, 3, 12)):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1)).abs() * 1.5


@pytest.mark.parametrize("name", NEURONS)
@pytest.mark.parametrize("reset", [False, True])
def test_a_loop_becomes_neurons_over_time(name, reset):
    module = check(Loop(NEURONS[name](), NEURONS[name](), reset).eval(), train())
    text = module.asm()
    assert text.count("spike.neuron") == 2 and text.count("spike.linear") == 2
    assert "spike.slice" not in text and "spike.concat" not in text


def test_a_static_image_is_repeated():
    module = check(StaticImage(NEURONS["lif"](), NEURONS["if"]()).eval(), train((3, 12)))
    assert module.asm().count("spike.neuron") == 2 and "spike.repeat_time" in module.asm()


def test_feedback_stays_unrolled():
    module = check(Recurrent(NEURONS["lif"](), NEURONS["lif"]()).eval(), train())
    assert module.asm().count("spike.neuron") == 2 * STEPS
    assert 'path "first[0:1]"' in module.asm()


def test_a_reset_in_between_starts_anew():
    class Twice(Loop):
        def forward(self, x):
            first = [self.first(self.a(current)) for current in x[:8]]
            functional.reset_net(self)
            return torch.stack(first + [self.first(self.a(current)) for current in x[8:]])

    model, x = Twice(NEURONS["lif"](), NEURONS["lif"]()).eval(), train()
    expected = eager(model, x)
    module = import_model(model, {"x": tuple(x.shape)}).module
    np.testing.assert_array_equal(interpret(module, [x])[0], expected)
    assert 'path "first#1"' in module.asm() and module.asm().count("spike.neuron") == 2


def test_the_reset_of_a_single_step_makes_it_the_whole_inference():
    class Once(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.IFNode(v_threshold=0.5)

        def forward(self, x):
            functional.reset_net(self)
            return self.lif(x)

    imported = import_model(Once().eval(), {"x": (2, 8)})
    assert imported.time_steps == 1 and not imported.stepped
    assert [spec["shape"] for spec in imported.module.signature()["outputs"]] == [(2, 8)]


def refusal(model, shapes, **options):
    with pytest.raises((CompilationError, ValidationError)) as caught:
        import_model(model.eval(), shapes, **options)
    return str(caught.value)


def test_another_number_of_steps_is_a_conflict():
    model = Loop(NEURONS["if"](), NEURONS["if"]())
    assert "runs 20 time steps, but time_steps is 4" in refusal(model, {"x": (STEPS, 3, 12)}, time_steps=4)


def test_neurons_that_run_at_different_numbers_of_places():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif, self.last = NEURONS["if"](), NEURONS["if"]()

        def forward(self, x):
            return self.last(self.lif(self.lif(x)))

    message = refusal(Shared(), {"x": (2, 8)})
    assert "neuron 'lif' runs 2 times" in message and "neuron 'last' 1 times" in message


def test_a_loop_that_depends_on_data():
    class UntilSilent(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = NEURONS["if"]()

        def forward(self, x):
            while x.sum() > 4:
                x = self.lif(x)
            return x

    assert "cannot be exported" in refusal(UntilSilent(), {"x": (2, 8)})


def test_a_membrane_that_the_model_reads():
    class Reads(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = NEURONS["if"]()

        def forward(self, x):
            self.lif(x)
            return self.lif.v

    assert "the model reads 'v' of neuron 'lif'" in refusal(Reads(), {"x": (2, 8)})
