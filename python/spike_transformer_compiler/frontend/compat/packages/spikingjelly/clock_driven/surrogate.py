# SPDX-License-Identifier: Apache-2.0
"""The step function `x >= 0`, with a smooth derivative for training."""

from __future__ import annotations

import math

import torch
from torch import nn

__all__ = ["ATan", "Erf", "PiecewiseExp", "PiecewiseQuadratic", "Sigmoid", "SoftSign", "heaviside"]


def heaviside(x: torch.Tensor) -> torch.Tensor:
    """1 where x >= 0, else 0, in x's element type."""
    return (x >= 0).to(x)


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(slope)
        return heaviside(x)

    @staticmethod
    def backward(ctx, grad: torch.Tensor):
        return grad * ctx.saved_tensors[0], None


class SurrogateFunctionBase(nn.Module):
    """`spiking=True`: the step function, with the derivative of the primitive function. Else the primitive itself."""

    default_alpha = 1.0

    def __init__(self, alpha: float | None = None, spiking: bool = True) -> None:
        super().__init__()
        self.alpha = self.default_alpha if alpha is None else alpha
        self.spiking = spiking

    def set_spiking_mode(self, spiking: bool) -> None:
        self.spiking = spiking

    def primitive(self, x: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def slope(self, x: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.spiking:
            return self.primitive(x)
        if not (torch.is_grad_enabled() and x.requires_grad):
            return heaviside(x)
        return _Step.apply(x, self.slope(x.detach()))

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}, spiking={self.spiking}"


class Sigmoid(SurrogateFunctionBase):
    default_alpha = 4.0

    def primitive(self, x):
        return (self.alpha * x).sigmoid()

    def slope(self, x):
        s = (self.alpha * x).sigmoid()
        return (1.0 - s) * s * self.alpha


class ATan(SurrogateFunctionBase):
    default_alpha = 2.0

    def primitive(self, x):
        return (math.pi / 2 * self.alpha * x).atan() / math.pi + 0.5

    def slope(self, x):
        return self.alpha / 2 / (1 + (math.pi / 2 * self.alpha * x).pow(2))


class PiecewiseQuadratic(SurrogateFunctionBase):
    def primitive(self, x):
        inside = -(self.alpha**2) / 2 * x.abs() * x + self.alpha * x + 0.5
        return torch.where(x.abs() > 1 / self.alpha, heaviside(x), inside)

    def slope(self, x):
        return (self.alpha - self.alpha**2 * x.abs()).clamp(min=0)


class PiecewiseExp(SurrogateFunctionBase):
    def primitive(self, x):
        tail = (-self.alpha * x.abs()).exp() / 2
        return torch.where(x >= 0, 1 - tail, tail)

    def slope(self, x):
        return self.alpha / 2 * (-self.alpha * x.abs()).exp()


class SoftSign(SurrogateFunctionBase):
    default_alpha = 2.0

    def primitive(self, x):
        return (nn.functional.softsign(self.alpha * x) + 1) / 2

    def slope(self, x):
        return self.alpha / (2 * (1 + (self.alpha * x).abs()).pow(2))


class Erf(SurrogateFunctionBase):
    default_alpha = 2.0

    def primitive(self, x):
        return (-self.alpha * x).erfc() / 2

    def slope(self, x):
        return self.alpha / math.sqrt(math.pi) * (-((self.alpha * x) ** 2)).exp()
