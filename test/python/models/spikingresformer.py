# SPDX-License-Identifier: Apache-2.0
"""SpikingResformer (arXiv 2403.14302), under the names of its published checkpoints; written from the paper.

Dual spike self-attention scales by running firing rates, which are buffers.
"""

import torch
import torch.nn as nn
from spikingjelly.activation_based import functional, layer, neuron, surrogate
from timm.models.registry import register_model


class LIF(neuron.LIFNode):
    def __init__(self):
        super().__init__(
            tau=2.0,
            decay_input=True,
            v_threshold=1.0,
            v_reset=0.0,
            surrogate_function=surrogate.ATan(),
            detach_reset=True,
            step_mode="m",
            backend="cupy",
            store_v_seq=False,
        )


class BN(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.bn = nn.BatchNorm2d(num_features)

    def forward(self, x):
        return functional.seq_to_ann_forward(x, self.bn)


class SpikingMatmul(nn.Module):
    def __init__(self, spike):
        super().__init__()
        self.spike = spike

    def forward(self, left, right):
        return torch.matmul(left, right)


class Conv3x3(layer.Conv2d):
    def __init__(self, in_channels, out_channels, stride=1, groups=1):
        super().__init__(in_channels, out_channels, 3, stride, 1, groups=groups, bias=False, step_mode="m")


class Conv1x1(layer.Conv2d):
    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels, 1, bias=False, step_mode="m")


class Linear(layer.Linear):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features, bias=False, step_mode="m")


class GWFFN(nn.Module):
    def __init__(self, in_channels, num_conv=1, ratio=4, group_size=64):
        super().__init__()
        inner = in_channels * ratio
        self.up = nn.Sequential(LIF(), Conv1x1(in_channels, inner), BN(inner))
        self.conv = nn.ModuleList(
            [
                nn.Sequential(LIF(), Conv3x3(inner, inner, groups=inner // group_size), BN(inner))
                for _ in range(num_conv)
            ]
        )
        self.down = nn.Sequential(LIF(), Conv1x1(inner, in_channels), BN(in_channels))

    def forward(self, x):
        outside = x.clone()
        x = self.up(x)
        inside = x.clone()
        for m in self.conv:
            x = m(x)
        return self.down(x + inside) + outside


class DSSA(nn.Module):
    def __init__(self, dim, num_heads, lenth, patch_size):
        super().__init__()
        self.dim, self.num_heads, self.lenth = dim, num_heads, lenth
        self.register_buffer("firing_rate_x", torch.zeros(1, 1, num_heads, 1, 1))
        self.register_buffer("firing_rate_attn", torch.zeros(1, 1, num_heads, 1, 1))
        self.momentum = 0.999
        self.activation_in = LIF()
        self.W = layer.Conv2d(dim, dim * 2, patch_size, patch_size, bias=False, step_mode="m")
        self.norm = BN(dim * 2)
        self.matmul1, self.matmul2 = SpikingMatmul("r"), SpikingMatmul("r")
        self.activation_attn, self.activation_out = LIF(), LIF()
        self.Wproj = Conv1x1(dim, dim)
        self.norm_proj = BN(dim)

    def track(self, name, spikes):
        rate = spikes.detach().mean((0, 1, 3, 4), keepdim=True)
        old = getattr(self, name)
        setattr(self, name, rate if bool((old == 0).all()) else old * self.momentum + rate * (1 - self.momentum))

    def forward(self, x):
        T, B, C, H, W = x.shape
        x_feat = x.clone()
        x = self.activation_in(x)
        y = self.norm(self.W(x)).reshape(T, B, self.num_heads, 2 * C // self.num_heads, -1)
        y1, y2 = y[:, :, :, : C // self.num_heads, :], y[:, :, :, C // self.num_heads :, :]
        x = x.reshape(T, B, self.num_heads, C // self.num_heads, -1)
        if self.training:
            self.track("firing_rate_x", x)
        scale1 = 1.0 / torch.sqrt(self.firing_rate_x * (self.dim // self.num_heads))
        attn = self.activation_attn(self.matmul1(y1.transpose(-1, -2), x) * scale1)
        if self.training:
            self.track("firing_rate_attn", attn)
        scale2 = 1.0 / torch.sqrt(self.firing_rate_attn * self.lenth)
        out = (self.matmul2(y2, attn) * scale2).reshape(T, B, C, H, W)
        return self.norm_proj(self.Wproj(self.activation_out(out))) + x_feat


class DownsampleLayer(nn.Module):
    def __init__(self, in_channels, out_channels, stride=2):
        super().__init__()
        self.conv, self.norm, self.activation = Conv3x3(in_channels, out_channels, stride), BN(out_channels), LIF()

    def forward(self, x):
        return self.norm(self.conv(self.activation(x)))


class SpikingResformer(nn.Module):
    def __init__(
        self, layers, planes, num_heads, patch_sizes, img_size=224, T=4, num_classes=1000, group_size=64, prologue=None
    ):
        super().__init__()
        self.T = T
        if prologue is None:
            prologue = nn.Sequential(
                layer.Conv2d(3, planes[0], 7, 2, 3, bias=False, step_mode="m"),
                BN(planes[0]),
                layer.MaxPool2d(kernel_size=3, stride=2, padding=1, step_mode="m"),
            )
            img_size = img_size // 4
        self.prologue = prologue
        self.layers = nn.Sequential()
        for idx, names in enumerate(layers):
            stage = nn.Sequential()
            if idx != 0:
                stage.append(DownsampleLayer(planes[idx - 1], planes[idx]))
                img_size = img_size // 2
            for name in names:
                if name == "DSSA":
                    length = (img_size // patch_sizes[idx]) ** 2
                    stage.append(DSSA(planes[idx], num_heads[idx], length, patch_sizes[idx]))
                else:
                    stage.append(GWFFN(planes[idx], group_size=group_size))
            self.layers.append(stage)
        self.avgpool = layer.AdaptiveAvgPool2d((1, 1), step_mode="m")
        self.classifier = Linear(planes[-1], num_classes)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1) if x.dim() != 5 else x.transpose(0, 1)
        x = self.avgpool(self.layers(self.prologue(x)))
        return self.classifier(torch.flatten(x, 2))


@register_model
def spikingresformer_ti(**kwargs):
    options = dict(planes=[64, 192, 384], num_heads=[1, 3, 6], patch_sizes=[4, 2, 1])
    layers = [["DSSA", "GWFFN"] * depth for depth in kwargs.pop("depths", (1, 2, 3))]
    return SpikingResformer(layers, **{**options, **kwargs})
