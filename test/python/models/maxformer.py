# SPDX-License-Identifier: Apache-2.0
"""Max-Former (arXiv 2505.18608), under the names of its published checkpoints; written from the paper."""

import torch.nn as nn
from spikingjelly.clock_driven.neuron import MultiStepLIFNode
from timm.models.layers import trunc_normal_
from timm.models.registry import register_model
from timm.models.vision_transformer import _cfg


def lif(**options):
    return MultiStepLIFNode(tau=2.0, detach_reset=True, backend="cupy", **options)


class MLP(nn.Module):
    def __init__(self, in_features, hidden_features):
        super().__init__()
        self.fc1_conv = nn.Conv2d(in_features, hidden_features, kernel_size=1, stride=1)
        self.fc1_bn, self.fc1_lif = nn.BatchNorm2d(hidden_features), lif()
        self.fc2_conv = nn.Conv2d(hidden_features, in_features, kernel_size=1, stride=1)
        self.fc2_bn, self.fc2_lif = nn.BatchNorm2d(in_features), lif()

    def forward(self, x):
        T, B, C, H, W = x.shape
        identity = x
        x = self.fc1_bn(self.fc1_conv(self.fc1_lif(x).flatten(0, 1))).reshape(T, B, -1, H, W).contiguous()
        x = self.fc2_bn(self.fc2_conv(self.fc2_lif(x).flatten(0, 1))).reshape(T, B, C, H, W).contiguous()
        return x + identity


class SSA(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads, self.scale = num_heads, 0.125
        self.x_lif = lif()
        for name in "qkv":
            setattr(self, f"{name}_conv", nn.Conv1d(dim, dim, kernel_size=1, stride=1, bias=False))
            setattr(self, f"{name}_bn", nn.BatchNorm1d(dim))
            setattr(self, f"{name}_lif", lif())
        self.attn_lif = lif(v_threshold=0.5)
        self.proj_conv, self.proj_bn = nn.Conv1d(dim, dim, kernel_size=1, stride=1), nn.BatchNorm1d(dim)

    def forward(self, x):
        T, B, C, H, W = x.shape
        identity = x
        flat = self.x_lif(x).flatten(3).flatten(0, 1).contiguous()
        heads = []
        for name in "qkv":
            y = getattr(self, f"{name}_bn")(getattr(self, f"{name}_conv")(flat)).reshape(T, B, C, H * W).contiguous()
            y = getattr(self, f"{name}_lif")(y).transpose(-1, -2)
            y = y.reshape(T, B, H * W, self.num_heads, C // self.num_heads)
            heads.append(y.permute(0, 1, 3, 2, 4).contiguous())
        q, k, v = heads
        x = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        x = self.attn_lif(x.transpose(3, 4).reshape(T, B, C, H * W).contiguous())
        return self.proj_bn(self.proj_conv(x.flatten(0, 1))).reshape(T, B, C, H, W) + identity


class Block_SSA(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0):
        super().__init__()
        self.attn, self.mlp = SSA(dim, num_heads), MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        return self.mlp(self.attn(x))


class Mixer_DWC(nn.Module):
    def __init__(self, dim, size):
        super().__init__()
        self.conv = nn.Conv2d(dim, dim, kernel_size=size, padding=size // 2, groups=dim)
        self.conv_bn, self.conv_neuron = nn.BatchNorm2d(dim), lif()

    def forward(self, x):
        T, B, C, H, W = x.shape
        y = self.conv_bn(self.conv(self.conv_neuron(x).reshape(T * B, -1, H, W).contiguous()))
        return y.reshape(T, B, -1, H, W).contiguous() + x


class Block_DWC(nn.Module):
    def __init__(self, dim, size, mlp_ratio=4.0):
        super().__init__()
        self.mixer, self.mlp = Mixer_DWC(dim, size), MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        return self.mlp(self.mixer(x))


class Embed(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size=3, padding=1, shortcut=False, pool=False):
        super().__init__()
        self.embed_lif = lif()  # a shortcut takes spikes and does not use it
        self.embed_conv = nn.Conv2d(in_channels, out_channels, kernel_size, 1, padding, bias=False)
        self.embed_bn = nn.BatchNorm2d(out_channels)
        if pool:
            self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
        self.shortcut = shortcut

    def forward(self, x, dual=False):
        if self.shortcut is False:
            x = self.embed_lif(x)
        x_feat = x
        x = self.embed_bn(self.embed_conv(x.flatten(0, 1).contiguous()))
        x = self.maxpool(x) if hasattr(self, "maxpool") else x
        return (x, x_feat) if dual else x


class Embed_Orig(nn.Module):
    def __init__(self, in_channels, embed_dims):
        super().__init__()
        half = embed_dims // 2
        self.proj_conv = nn.Conv2d(in_channels, half, kernel_size=3, stride=1, padding=1, bias=False)
        self.proj_bn = nn.BatchNorm2d(half)
        self.embed1 = Embed(half, embed_dims)
        self.embed2 = Embed(half, embed_dims, kernel_size=1, padding=0)

    def forward(self, x):
        T, B, C, H, W = x.shape
        x = self.proj_bn(self.proj_conv(x.flatten(0, 1).contiguous())).reshape(T, B, -1, H, W).contiguous()
        return (self.embed1(x) + self.embed2(x)).reshape(T, B, -1, H, W).contiguous()


class Embed_Max(nn.Module):
    def __init__(self, in_channels, embed_dims):
        super().__init__()
        self.max_embed1 = Embed(in_channels, embed_dims, pool=True)
        self.embed1 = Embed(embed_dims, embed_dims)
        self.max_embed2 = Embed(in_channels, embed_dims, kernel_size=1, padding=0, shortcut=True, pool=True)

    def forward(self, x):
        T, B, C, H, W = x.shape
        x, x_feat = self.max_embed1(x, dual=True)
        x = self.embed1(x.reshape(T, B, -1, H // 2, W // 2).contiguous())
        return (x + self.max_embed2(x_feat)).reshape(T, B, -1, H // 2, W // 2).contiguous()


class Max_Former(nn.Module):
    def __init__(self, in_channels=3, num_classes=10, embed_dims=384, mlp_ratios=4, depths=(1, 1, 2), T=4):
        super().__init__()
        self.T = T
        first, second, third = embed_dims // 4, embed_dims // 2, embed_dims
        parts = {
            "patch_embed1": Embed_Orig(in_channels, first),
            "stage1": [Block_DWC(first, 7, mlp_ratios) for _ in range(depths[0])],
            "patch_embed2": Embed_Max(first, second),
            "stage2": [Block_DWC(second, 5, mlp_ratios) for _ in range(depths[1])],
            "patch_embed3": Embed_Max(second, third),
            "stage3": [Block_SSA(third, max(third // 64, 1), mlp_ratios) for _ in range(depths[2])],
        }
        for name, part in parts.items():
            setattr(self, name, nn.ModuleList(part) if isinstance(part, list) else part)
        self.head_lif = lif()
        self.head = nn.Linear(embed_dims, num_classes) if num_classes > 0 else nn.Identity()
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, nn.Conv2d):
            trunc_normal_(m.weight, std=0.02)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1) if len(x.shape) < 5 else x.transpose(0, 1).contiguous()
        for stage in range(1, 4):
            x = getattr(self, f"patch_embed{stage}")(x)
            for blk in getattr(self, f"stage{stage}"):
                x = blk(x)
        return self.head(self.head_lif(x.flatten(3).mean(3))).mean(0)


@register_model
def maxformer(pretrained=False, pretrained_cfg=None, pretrained_cfg_overlay=None, **kwargs):
    model = Max_Former(**kwargs)
    model.default_cfg = _cfg()
    return model
