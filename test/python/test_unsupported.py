# SPDX-License-Identifier: Apache-2.0
"""What cannot be compiled is said once, all of it, with module and source line."""

from __future__ import annotations

import re

import pytest
import torch
from spikingjelly.activation_based import neuron
from torch import nn

from spike_transformer_compiler import SpikeCompiler
from spike_transformer_compiler.exceptions import CompilationError

LINE = r"test_unsupported\.py:\d+"


def refusal(model: nn.Module, *shape: int) -> str:
    with pytest.raises(CompilationError) as raised:
        SpikeCompiler(target="simulation").compile(model.eval(), shape)
    return "\n".join([raised.value.message, *map(str, raised.value.diagnostics)])


class Softened(nn.Module):
    """Attention of an ordinary transformer in a spiking one."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.act, self.lif = nn.LayerNorm(8), nn.GELU(), neuron.LIFNode(step_mode="m")

    def forward(self, x):
        x = self.lif(self.norm(x))
        x = torch.softmax(x @ x.transpose(-2, -1), dim=-1)
        return self.act(torch.logsumexp(x, dim=-1))


def test_all_offenders_are_listed():
    text = refusal(Softened(), 4, 2, 3, 8)
    assert "4 operations stand in the way" in text, text
    for name in ("layer_norm", "softmax", "gelu", "logsumexp"):
        found = re.search(rf"unsupported operation 'torch\.aten\.{name}[\w.]*'( in module '(\w+)')? \({LINE}\)", text)
        assert found, (name, text)
        assert found[2] == {"layer_norm": "norm", "gelu": "act"}.get(name)


class Words(nn.Module):
    """SpikeGPT begins with an embedding of words, which are no numbers to compute with."""

    def __init__(self) -> None:
        super().__init__()
        self.emb, self.lif = nn.Embedding(10, 8), neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return self.lif(self.emb((x.sigmoid() * 9).long()))


def test_embedding():
    text = refusal(Words(), 4, 2)
    assert re.search(rf"'torch\.aten\.embedding' in module 'emb' \({LINE}\)", text), text


@pytest.mark.parametrize(
    ("construct", "words"),
    [
        (lambda x: x**1.7, "expected an exponent of 1, 2, 3, 0.5, -0.5, -1 or -2"),
        (lambda x: nn.functional.pad(x, [1, 1, 1, 1], mode="reflect"), "expected the mode 'constant'"),
        (lambda x: nn.functional.pad(x, [1, 1], value=2.0), "expected padding with zeros"),
        (lambda x: nn.functional.max_pool3d(x, 2), "expected a window of one along the first of the three axes"),
        (lambda x: x / torch.zeros(1), "expected a divisor other than zero"),
        (lambda x: x.sort(-1)[0], "unsupported operation 'torch.aten.sort'"),
        (lambda x: x.argmax(-1).float(), "'torch.aten.argmax'"),
    ],
)
def test_constructs(construct, words):
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lif = neuron.LIFNode(step_mode="m")

        def forward(self, x):
            return construct(self.lif(x))

    text = refusal(Model(), 4, 2, 4, 4)
    assert words in text, text
    assert re.search(LINE, text), text


class Summed(nn.Module):
    """An einsum that repeats an axis, on activations."""

    def __init__(self) -> None:
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return torch.einsum("tbii->tbi", self.lif(x))


def test_einsum():
    assert "einsum('tbii->tbi') is not supported" in refusal(Summed(), 4, 1, 3, 3)
