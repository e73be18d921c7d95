# SPDX-License-Identifier: Apache-2.0
"""Spike-Driven Transformer V3 (arXiv 2411.16061), base: counts of spikes without time; written from the paper."""

import torch
import torch.nn as nn
import torchinfo  # noqa: F401
from einops.layers.torch import Rearrange  # noqa: F401
from timm.models.layers import DropPath, to_2tuple, trunc_normal_  # noqa: F401
from timm.models.registry import register_model  # noqa: F401


class Quant(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i, min_value, max_value):
        ctx.min, ctx.max = min_value, max_value
        ctx.save_for_backward(i)
        return torch.round(torch.clamp(i, min=min_value, max=max_value))

    @staticmethod
    def backward(ctx, grad_output):
        (i,) = ctx.saved_tensors
        return grad_output * ((i >= ctx.min) & (i <= ctx.max)), None, None


class MultiSpike(nn.Module):
    def __init__(self, min_value=0, max_value=4, Norm=None):
        super().__init__()
        self.min_value, self.max_value = min_value, max_value
        self.Norm = max_value if Norm is None else Norm

    @staticmethod
    def spike_function(x, min_value, max_value):
        return Quant.apply(x, min_value, max_value)

    def forward(self, x):
        return self.spike_function(x, min_value=self.min_value, max_value=self.max_value) / (self.Norm)


class multispike(torch.autograd.Function):
    """The large models round halves up."""

    @staticmethod
    def forward(ctx, input, lens=4):
        ctx.save_for_backward(input)
        ctx.lens = lens
        return torch.floor(torch.clamp(input, 0, lens) + 0.5)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * ((input > 0) & (input < ctx.lens)).float(), None


class Multispike(nn.Module):
    def __init__(self, spike=multispike, norm=4):
        super().__init__()
        self.lens, self.spike, self.norm = norm, spike, norm

    def forward(self, inputs):
        return self.spike.apply(inputs) / self.norm


class SepConv(nn.Module):
    def __init__(self, dim, spike, expansion_ratio=2, kernel_size=7, padding=3):
        super().__init__()
        mid = int(expansion_ratio * dim)
        self.spike1 = spike()
        self.pwconv1 = nn.Conv2d(dim, mid, kernel_size=1, stride=1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid)
        self.spike2 = spike()
        self.dwconv = nn.Conv2d(mid, mid, kernel_size=kernel_size, padding=padding, groups=mid, bias=False)
        self.pwconv2 = nn.Conv2d(mid, dim, kernel_size=1, stride=1, bias=False)
        self.bn2 = nn.BatchNorm2d(dim)

    def forward(self, x):
        x = self.bn1(self.pwconv1(self.spike1(x)))
        return self.bn2(self.pwconv2(self.dwconv(self.spike2(x))))


class MS_ConvBlock(nn.Module):
    def __init__(self, dim, spike, mlp_ratio=4):
        super().__init__()
        self.Conv = SepConv(dim, spike)
        self.spike1 = spike()
        self.conv1 = nn.Conv2d(dim, dim * mlp_ratio, kernel_size=3, padding=1, groups=1, bias=False)
        self.bn1 = nn.BatchNorm2d(dim * mlp_ratio)
        self.spike2 = spike()
        self.conv2 = nn.Conv2d(dim * mlp_ratio, dim, kernel_size=3, padding=1, groups=1, bias=False)
        self.bn2 = nn.BatchNorm2d(dim)

    def forward(self, x):
        x = self.Conv(x) + x
        return x + self.bn2(self.conv2(self.spike2(self.bn1(self.conv1(self.spike1(x))))))


class MS_MLP(nn.Module):
    def __init__(self, in_features, hidden_features, spike):
        super().__init__()
        self.fc1_conv, self.fc1_bn = nn.Conv1d(in_features, hidden_features, 1), nn.BatchNorm1d(hidden_features)
        self.fc2_conv, self.fc2_bn = nn.Conv1d(hidden_features, in_features, 1), nn.BatchNorm1d(in_features)
        self.fc1_spike, self.fc2_spike = spike(), spike()

    def forward(self, x):
        B, C, H, W = x.shape
        x = self.fc1_bn(self.fc1_conv(self.fc1_spike(x.flatten(2))))
        return self.fc2_bn(self.fc2_conv(self.fc2_spike(x))).reshape(B, C, H, W).contiguous()


class MS_Attention_linear(nn.Module):
    def __init__(self, dim, spike, num_heads=8, lamda_ratio=1):
        super().__init__()
        self.num_heads, self.lamda_ratio, self.scale = num_heads, lamda_ratio, (dim // num_heads) ** -0.5
        self.head_spike = spike()
        for name, width in (("q", dim), ("k", dim), ("v", dim * lamda_ratio)):
            conv = nn.Sequential(nn.Conv2d(dim, width, 1, 1, bias=False), nn.BatchNorm2d(width))
            setattr(self, f"{name}_conv", conv)
            setattr(self, f"{name}_spike", spike())
        self.attn_spike = spike()
        self.proj_conv = nn.Sequential(nn.Conv2d(dim * lamda_ratio, dim, 1, 1, bias=False), nn.BatchNorm2d(dim))

    def forward(self, x):
        B, C, H, W = x.shape
        x = self.head_spike(x)
        heads = []
        for name in "qkv":
            y = getattr(self, f"{name}_spike")(getattr(self, f"{name}_conv")(x)).flatten(2).transpose(-1, -2)
            heads.append(y.reshape(B, H * W, self.num_heads, -1).permute(0, 2, 1, 3).contiguous())
        q, k, v = heads
        x = (q @ k.transpose(-2, -1)) @ v * (self.scale * 2)
        x = self.attn_spike(x.transpose(2, 3).reshape(B, C * self.lamda_ratio, H * W).contiguous())
        return self.proj_conv(x.reshape(B, C * self.lamda_ratio, H, W))


class MS_Block(nn.Module):
    def __init__(self, dim, spike, num_heads, mlp_ratio=4):
        super().__init__()
        self.attn = MS_Attention_linear(dim, spike, num_heads, lamda_ratio=4)
        self.mlp = MS_MLP(dim, dim * mlp_ratio, spike)
        self.layer_scale1 = nn.Parameter(0.5 * torch.ones(dim))

    def forward(self, x):
        x = x + self.attn(x) * self.layer_scale1.unsqueeze(0).unsqueeze(-1).unsqueeze(-1)
        return x + self.mlp(x)


class MS_DownSampling(nn.Module):
    def __init__(self, in_channels, embed_dims, spike, kernel_size=3, stride=2, padding=1, first_layer=False):
        super().__init__()
        self.encode_conv = nn.Conv2d(in_channels, embed_dims, kernel_size, stride, padding)
        self.encode_bn = nn.BatchNorm2d(embed_dims)
        if not first_layer:
            self.encode_spike = spike()

    def forward(self, x):
        if hasattr(self, "encode_spike"):
            x = self.encode_spike(x)
        return self.encode_bn(self.encode_conv(x))


class Spiking_vit_MetaFormerv2(nn.Module):
    def __init__(self, embed_dim=(32, 64), num_heads=4, num_classes=1000, depth=1, spike=MultiSpike):
        super().__init__()
        first, second = embed_dim
        self.downsample1_1 = MS_DownSampling(3, first, spike, 7, 2, 3, first_layer=True)
        self.ConvBlock1_1 = nn.ModuleList([MS_ConvBlock(first, spike)])
        self.downsample2 = MS_DownSampling(first, second, spike)
        self.block3 = nn.ModuleList([MS_Block(second, spike, num_heads) for _ in range(depth)])
        self.head = nn.Linear(second, num_classes)
        self.spike = spike(Norm=1) if spike is MultiSpike else spike(norm=1)

    def forward(self, x):
        x = self.downsample1_1(x)
        for blk in self.ConvBlock1_1:
            x = blk(x)
        x = self.downsample2(x)
        for blk in self.block3:
            x = blk(x)
        return self.head(self.spike(x.flatten(2).mean(2)))


def base(**kwargs):
    return Spiking_vit_MetaFormerv2(**kwargs)


def large(**kwargs):
    return Spiking_vit_MetaFormerv2(spike=Multispike, **kwargs)
