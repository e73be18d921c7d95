# SPDX-License-Identifier: Apache-2.0
"""The neurons of `clock_driven`, with the signatures and equations of SpikingJelly 0.0.0.0.12.

A neuron charges (its class's equation), fires where `v - v_threshold >= 0`, then resets: to `v_reset`, or by
`v_threshold` if that is None. The multi-step classes take `[T, ...]`, the others one step. `backend` may be "torch" or
"cupy"; both are computed in torch.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from . import base, surrogate

__all__ = [
    "BaseNode",
    "IFNode",
    "LIFNode",
    "MultiStepIFNode",
    "MultiStepLIFNode",
    "MultiStepParametricLIFNode",
    "ParametricLIFNode",
]


class BaseNode(base.MemoryModule):
    """A neuron that fires and resets; subclasses say how `v` charges."""

    def __init__(
        self,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
    ) -> None:
        if not isinstance(v_threshold, float) or not isinstance(v_reset, float | None):
            raise TypeError(f"expected v_threshold and v_reset to be floats, got {v_threshold!r} and {v_reset!r}")
        super().__init__()
        self.register_memory("v", 0.0 if v_reset is None else v_reset)
        self.register_memory("v_threshold", v_threshold)
        self.register_memory("v_reset", v_reset)
        self.detach_reset = detach_reset
        self.surrogate_function = surrogate.Sigmoid() if surrogate_function is None else surrogate_function

    def neuronal_charge(self, x: torch.Tensor) -> None:
        raise NotImplementedError

    def neuronal_fire(self) -> torch.Tensor:
        return self.surrogate_function(self.v - self.v_threshold)

    def neuronal_reset(self, spike: torch.Tensor) -> None:
        spike = spike.detach() if self.detach_reset else spike
        if self.v_reset is None:
            self.v = self.v - spike * self.v_threshold
        else:
            self.v = (1.0 - spike) * self.v + spike * self.v_reset

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.neuronal_charge(x)
        spike = self.neuronal_fire()
        self.neuronal_reset(spike)
        return spike

    def extra_repr(self) -> str:
        return f"v_threshold={self.v_threshold}, v_reset={self.v_reset}, detach_reset={self.detach_reset}"


class _MultiStep(base.MemoryModule):
    """Runs the single-step class behind it for each step of `[T, ...]`; keeps the membranes in `v_seq`."""

    def _multi_step(self, backend: str) -> None:
        if backend not in ("torch", "cupy"):
            raise ValueError(f"expected backend to be 'torch' or 'cupy', got {backend!r}")
        self.register_memory("v_seq", None)
        self.backend = backend

    def forward(self, x_seq: torch.Tensor) -> torch.Tensor:
        if x_seq.dim() < 2:
            raise ValueError(f"expected an input [T, ...], got shape {tuple(x_seq.shape)}")
        spikes, membranes = [], []
        for x in x_seq:
            spikes.append(super().forward(x))
            membranes.append(self.v)
        self.v_seq = torch.stack(membranes)
        return torch.stack(spikes)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, backend={self.backend}"


class IFNode(BaseNode):
    """`v + x`."""

    def __init__(
        self,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
        cupy_fp32_inference: bool = False,
    ) -> None:
        super().__init__(v_threshold, v_reset, surrogate_function, detach_reset)
        self.cupy_fp32_inference = cupy_fp32_inference

    def neuronal_charge(self, x: torch.Tensor) -> None:
        self.v = self.v + x


class LIFNode(BaseNode):
    """`v + (x - v) / tau` with `decay_input`, else `v * (1 - 1 / tau) + x`; about `v_reset` where that is not zero."""

    def __init__(
        self,
        tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
        cupy_fp32_inference: bool = False,
    ) -> None:
        if not isinstance(tau, float) or tau <= 1.0:
            raise ValueError(f"expected tau to be a float above 1, got {tau!r}")
        super().__init__(v_threshold, v_reset, surrogate_function, detach_reset)
        self.tau, self.decay_input = tau, decay_input
        self.cupy_fp32_inference = cupy_fp32_inference

    def neuronal_charge(self, x: torch.Tensor) -> None:
        if self.decay_input:
            offset = self.v if not self.v_reset else self.v - self.v_reset
            self.v = self.v + (x - offset) / self.tau
        elif not self.v_reset:
            self.v = self.v * (1.0 - 1.0 / self.tau) + x
        else:
            self.v = self.v - (self.v - self.v_reset) / self.tau + x

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, tau={self.tau}"


class ParametricLIFNode(BaseNode):
    """As LIFNode, with one learned `w` and `sigmoid(w)` in the place of `1 / tau`."""

    def __init__(
        self,
        init_tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
    ) -> None:
        if not isinstance(init_tau, float) or init_tau <= 1.0:
            raise ValueError(f"expected init_tau to be a float above 1, got {init_tau!r}")
        super().__init__(v_threshold, v_reset, surrogate_function, detach_reset)
        self.decay_input = decay_input
        self.w = nn.Parameter(torch.as_tensor(-math.log(init_tau - 1.0)))

    def neuronal_charge(self, x: torch.Tensor) -> None:
        decay = self.w.sigmoid()
        if self.decay_input:
            offset = self.v if not self.v_reset else self.v - self.v_reset
            self.v = self.v + (x - offset) * decay
        elif not self.v_reset:
            self.v = self.v * (1.0 - decay) + x
        else:
            self.v = self.v - (self.v - self.v_reset) * decay + x


class MultiStepIFNode(_MultiStep, IFNode):
    def __init__(
        self,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
        backend: str = "torch",
        lava_s_cale: int = 1 << 6,
    ) -> None:
        IFNode.__init__(self, v_threshold, v_reset, surrogate_function, detach_reset)
        self._multi_step(backend)
        self.lava_s_cale = lava_s_cale


class MultiStepLIFNode(_MultiStep, LIFNode):
    def __init__(
        self,
        tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
        backend: str = "torch",
        lava_s_cale: int = 1 << 6,
    ) -> None:
        LIFNode.__init__(self, tau, decay_input, v_threshold, v_reset, surrogate_function, detach_reset)
        self._multi_step(backend)
        self.lava_s_cale = lava_s_cale


class MultiStepParametricLIFNode(_MultiStep, ParametricLIFNode):
    def __init__(
        self,
        init_tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        surrogate_function: nn.Module | None = None,
        detach_reset: bool = False,
        backend: str = "torch",
    ) -> None:
        ParametricLIFNode.__init__(self, init_tau, decay_input, v_threshold, v_reset, surrogate_function, detach_reset)
        self._multi_step(backend)
