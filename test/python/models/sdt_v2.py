# SPDX-License-Identifier: Apache-2.0
"""Meta-SpikeFormer, Spike-Driven Transformer V2 (arXiv 2404.03663), under the names of its published checkpoints.

Written from the paper. RepConv is a 1x1 convolution, a batch norm that pads with its own image of zero by assignment to
slices, a depthwise 3x3 and a 1x1 convolution.
"""

from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
import torchinfo  # noqa: F401
from einops.layers.torch import Rearrange  # noqa: F401
from spikingjelly.clock_driven import layer  # noqa: F401
from spikingjelly.clock_driven.neuron import (
    MultiStepLIFNode,
    MultiStepParametricLIFNode,  # noqa: F401
)
from timm.models.layers import DropPath, to_2tuple, trunc_normal_  # noqa: F401


def lif(**options):
    return MultiStepLIFNode(tau=2.0, detach_reset=True, backend="cupy", **options)


class BNAndPadLayer(nn.Module):
    def __init__(self, pad_pixels, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.bn = nn.BatchNorm2d(num_features, eps, momentum, affine, track_running_stats)
        self.pad_pixels = pad_pixels

    def forward(self, input):
        output = self.bn(input)
        pad, bn = self.pad_pixels, self.bn
        if pad > 0:
            if bn.affine:
                border = bn.bias.detach() - bn.running_mean * bn.weight.detach() / torch.sqrt(bn.running_var + bn.eps)
            else:
                border = -bn.running_mean / torch.sqrt(bn.running_var + bn.eps)
            output = F.pad(output, [pad] * 4)
            border = border.view(1, -1, 1, 1)
            output[:, :, 0:pad, :] = border
            output[:, :, -pad:, :] = border
            output[:, :, :, 0:pad] = border
            output[:, :, :, -pad:] = border
        return output

    @property
    def weight(self):
        return self.bn.weight


class RepConv(nn.Module):
    def __init__(self, in_channel, out_channel):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channel, in_channel, 1, 1, 0, bias=False, groups=1),
            BNAndPadLayer(pad_pixels=1, num_features=in_channel),
            nn.Sequential(
                nn.Conv2d(in_channel, in_channel, 3, 1, 0, groups=in_channel, bias=False),
                nn.Conv2d(in_channel, out_channel, 1, 1, 0, groups=1, bias=False),
                nn.BatchNorm2d(out_channel),
            ),
        )

    def forward(self, x):
        return self.body(x)


class SepConv(nn.Module):
    def __init__(self, dim, expansion_ratio=2, kernel_size=7, padding=3):
        super().__init__()
        mid = int(expansion_ratio * dim)
        self.lif1 = lif()
        self.pwconv1 = nn.Conv2d(dim, mid, kernel_size=1, stride=1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid)
        self.lif2 = lif()
        self.dwconv = nn.Conv2d(mid, mid, kernel_size=kernel_size, padding=padding, groups=mid, bias=False)
        self.pwconv2 = nn.Conv2d(mid, dim, kernel_size=1, stride=1, bias=False)
        self.bn2 = nn.BatchNorm2d(dim)

    def forward(self, x):
        T, B, C, H, W = x.shape
        x = self.bn1(self.pwconv1(self.lif1(x).flatten(0, 1))).reshape(T, B, -1, H, W)
        x = self.dwconv(self.lif2(x).flatten(0, 1))
        return self.bn2(self.pwconv2(x)).reshape(T, B, -1, H, W)


class MS_ConvBlock(nn.Module):
    def __init__(self, dim, mlp_ratio=4):
        super().__init__()
        self.Conv = SepConv(dim=dim)
        self.lif1 = lif()
        self.conv1 = nn.Conv2d(dim, dim * mlp_ratio, kernel_size=3, padding=1, groups=1, bias=False)
        self.bn1 = nn.BatchNorm2d(dim * mlp_ratio)
        self.lif2 = lif()
        self.conv2 = nn.Conv2d(dim * mlp_ratio, dim, kernel_size=3, padding=1, groups=1, bias=False)
        self.bn2 = nn.BatchNorm2d(dim)

    def forward(self, x):
        T, B, C, H, W = x.shape
        x = self.Conv(x) + x
        x_feat = x
        x = self.bn1(self.conv1(self.lif1(x).flatten(0, 1))).reshape(T, B, 4 * C, H, W)
        x = self.bn2(self.conv2(self.lif2(x).flatten(0, 1))).reshape(T, B, C, H, W)
        return x_feat + x


class MS_MLP(nn.Module):
    def __init__(self, in_features, hidden_features):
        super().__init__()
        self.fc1_conv = nn.Conv1d(in_features, hidden_features, kernel_size=1, stride=1)
        self.fc1_bn = nn.BatchNorm1d(hidden_features)
        self.fc1_lif = lif()
        self.fc2_conv = nn.Conv1d(hidden_features, in_features, kernel_size=1, stride=1)
        self.fc2_bn = nn.BatchNorm1d(in_features)
        self.fc2_lif = lif()
        self.c_hidden = hidden_features

    def forward(self, x):
        T, B, C, H, W = x.shape
        x = self.fc1_lif(x.flatten(3))
        x = self.fc1_bn(self.fc1_conv(x.flatten(0, 1))).reshape(T, B, self.c_hidden, H * W).contiguous()
        x = self.fc2_lif(x)
        return self.fc2_bn(self.fc2_conv(x.flatten(0, 1))).reshape(T, B, C, H, W).contiguous()


class MS_Attention_RepConv_qkv_id(nn.Module):
    def __init__(self, dim, num_heads=8):
        super().__init__()
        self.num_heads, self.scale = num_heads, 0.125
        self.head_lif = lif()
        for name in ("q", "k", "v"):
            setattr(self, f"{name}_conv", nn.Sequential(RepConv(dim, dim), nn.BatchNorm2d(dim)))
            setattr(self, f"{name}_lif", lif())
        self.attn_lif = lif(v_threshold=0.5)
        self.proj_conv = nn.Sequential(RepConv(dim, dim), nn.BatchNorm2d(dim))

    def forward(self, x):
        T, B, C, H, W = x.shape
        x = self.head_lif(x)
        heads = []
        for name in ("q", "k", "v"):
            y = getattr(self, f"{name}_conv")(x.flatten(0, 1)).reshape(T, B, C, H, W)
            y = getattr(self, f"{name}_lif")(y).flatten(3).transpose(-1, -2)
            y = y.reshape(T, B, H * W, self.num_heads, C // self.num_heads)
            heads.append(y.permute(0, 1, 3, 2, 4).contiguous())
        q, k, v = heads
        x = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        x = x.transpose(3, 4).reshape(T, B, C, H * W).contiguous()
        x = self.attn_lif(x).reshape(T, B, C, H, W)
        return self.proj_conv(x.flatten(0, 1)).reshape(T, B, C, H, W)


class MS_Block(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4, drop_path=0.0):
        super().__init__()
        self.attn = MS_Attention_RepConv_qkv_id(dim, num_heads)
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.mlp = MS_MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


class MS_DownSampling(nn.Module):
    def __init__(self, in_channels, embed_dims, kernel_size=3, stride=2, padding=1, first_layer=False):
        super().__init__()
        self.encode_conv = nn.Conv2d(in_channels, embed_dims, kernel_size, stride, padding)
        self.encode_bn = nn.BatchNorm2d(embed_dims)
        if not first_layer:
            self.encode_lif = lif()

    def forward(self, x):
        T, B, _, _, _ = x.shape
        if hasattr(self, "encode_lif"):
            x = self.encode_lif(x)
        x = self.encode_conv(x.flatten(0, 1))
        _, _, H, W = x.shape
        return self.encode_bn(x).reshape(T, B, -1, H, W).contiguous()


class Spiking_vit_MetaFormer(nn.Module):
    def __init__(
        self, embed_dim=(96, 192, 384, 480), num_heads=8, mlp_ratios=4, num_classes=1000, depths=(6, 2), T=1, kd=False
    ):
        super().__init__()
        self.T, self.kd = T, kd
        first, second, third, fourth = embed_dim
        self.downsample1_1 = MS_DownSampling(3, first // 2, 7, 2, 3, first_layer=True)
        self.ConvBlock1_1 = nn.ModuleList([MS_ConvBlock(first // 2, mlp_ratios)])
        self.downsample1_2 = MS_DownSampling(first // 2, first)
        self.ConvBlock1_2 = nn.ModuleList([MS_ConvBlock(first, mlp_ratios)])
        self.downsample2 = MS_DownSampling(first, second)
        self.ConvBlock2_1 = nn.ModuleList([MS_ConvBlock(second, mlp_ratios)])
        self.ConvBlock2_2 = nn.ModuleList([MS_ConvBlock(second, mlp_ratios)])
        self.downsample3 = MS_DownSampling(second, third)
        self.block3 = nn.ModuleList([MS_Block(third, num_heads, mlp_ratios) for _ in range(depths[0])])
        self.downsample4 = MS_DownSampling(third, fourth, stride=1)
        self.block4 = nn.ModuleList([MS_Block(fourth, num_heads, mlp_ratios) for _ in range(depths[1])])
        self.lif = lif()
        self.head = nn.Linear(fourth, num_classes) if num_classes > 0 else nn.Identity()
        if kd:
            self.head_kd = nn.Linear(fourth, num_classes)
        self.apply(partial(self._init_weights))

    def _init_weights(self, m):
        if isinstance(m, nn.Linear):
            trunc_normal_(m.weight, std=0.02)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1)
        for name in (
            "downsample1_1 ConvBlock1_1 downsample1_2 ConvBlock1_2 downsample2 ConvBlock2_1 ConvBlock2_2 "
            "downsample3 block3 downsample4 block4"
        ).split():
            part = getattr(self, name)
            for module in part if isinstance(part, nn.ModuleList) else [part]:
                x = module(x)
        x = x.flatten(3).mean(3)
        x_lif = self.lif(x)
        x = self.head(x).mean(0)
        if self.kd:
            x_kd = self.head_kd(x_lif).mean(0)
            return (x, x_kd) if self.training else (x + x_kd) / 2
        return x


def metaspikformer_8_384(**kwargs):
    return Spiking_vit_MetaFormer(**kwargs)
