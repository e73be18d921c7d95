# SPDX-License-Identifier: Apache-2.0
"""QKFormer (arXiv 2403.16552), under the names of its published checkpoints; written from the paper."""

import torch
import torch.nn as nn
from einops.layers.torch import Rearrange  # noqa: F401
from spikingjelly.clock_driven import layer  # noqa: F401
from spikingjelly.clock_driven.neuron import MultiStepLIFNode, MultiStepParametricLIFNode  # noqa: F401
from timm.models.layers import DropPath, to_2tuple, trunc_normal_  # noqa: F401
from timm.models.registry import register_model
from timm.models.vision_transformer import _cfg  # noqa: F401


def lif(**options):
    return MultiStepLIFNode(tau=2.0, detach_reset=True, backend="cupy", **options)


def add_conv(owner, name, conv, norm, neuron=True):
    setattr(owner, f"{name}_conv", conv)
    setattr(owner, f"{name}_bn", norm(conv.out_channels))
    if neuron:
        setattr(owner, f"{name}_lif", lif())


def fire_conv(owner, name, x, T, B):
    """convolution -> batch norm -> max pool, if there is one -> LIF; [T * B, C, ...] to [T, B, C, ...]."""
    x = getattr(owner, f"{name}_bn")(getattr(owner, f"{name}_conv")(x))
    if hasattr(owner, f"{name}_maxpool"):
        x = getattr(owner, f"{name}_maxpool")(x)
    return getattr(owner, f"{name}_lif")(x.reshape(T, B, *x.shape[1:]).contiguous())


class MLP(nn.Module):
    def __init__(self, in_features, hidden_features):
        super().__init__()
        add_conv(self, "fc1", nn.Conv2d(in_features, hidden_features, 1, 1), nn.BatchNorm2d)
        add_conv(self, "fc2", nn.Conv2d(hidden_features, in_features, 1, 1), nn.BatchNorm2d)

    def forward(self, x):
        T, B = x.shape[:2]
        x = fire_conv(self, "fc1", x.flatten(0, 1), T, B)
        return fire_conv(self, "fc2", x.flatten(0, 1), T, B)


class Token_QK_Attention(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        for name in "qk":
            add_conv(self, name, nn.Conv1d(dim, dim, 1, 1, bias=False), nn.BatchNorm1d)
        self.attn_lif = lif(v_threshold=0.5)
        add_conv(self, "proj", nn.Conv1d(dim, dim, 1, 1), nn.BatchNorm1d)

    def forward(self, x):
        T, B, C, H, W = x.shape
        flat = x.flatten(3).flatten(0, 1)
        q, k = (
            fire_conv(self, name, flat, T, B).unsqueeze(2).reshape(T, B, self.num_heads, C // self.num_heads, H * W)
            for name in "qk"
        )
        attn = self.attn_lif(torch.sum(q, dim=3, keepdim=True))
        x = torch.mul(attn, k).flatten(2, 3)
        x = self.proj_bn(self.proj_conv(x.flatten(0, 1))).reshape(T, B, C, H, W)
        return self.proj_lif(x)


class Spiking_Self_Attention(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads, self.scale = num_heads, 0.125
        for name in "qkv":
            add_conv(self, name, nn.Conv1d(dim, dim, 1, 1, bias=False), nn.BatchNorm1d)
        self.attn_lif = lif(v_threshold=0.5)
        add_conv(self, "proj", nn.Conv1d(dim, dim, 1, 1), nn.BatchNorm1d)
        self.qkv_mp = nn.MaxPool1d(4)  # forward does not use it

    def forward(self, x):
        T, B, C, H, W = x.shape
        flat = x.flatten(3).flatten(0, 1)
        q, k, v = (
            fire_conv(self, name, flat, T, B)
            .transpose(-1, -2)
            .reshape(T, B, H * W, self.num_heads, C // self.num_heads)
            .permute(0, 1, 3, 2, 4)
            .contiguous()
            for name in "qkv"
        )
        x = (q @ (k.transpose(-2, -1) @ v)) * self.scale
        x = self.attn_lif(x.transpose(3, 4).reshape(T, B, C, H * W).contiguous())
        x = self.proj_bn(self.proj_conv(x.flatten(0, 1)))
        return self.proj_lif(x.reshape(T, B, C, H, W))


class TokenSpikingTransformer(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0):
        super().__init__()
        self.tssa = Token_QK_Attention(dim, num_heads)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        x = x + self.tssa(x)
        return x + self.mlp(x)


class SpikingTransformer(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0):
        super().__init__()
        self.attn = Spiking_Self_Attention(dim, num_heads)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


def max_pool():
    return nn.MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)


class PatchEmbedInit(nn.Module):
    def __init__(self, in_channels, embed_dims):
        super().__init__()
        half = embed_dims // 2
        add_conv(self, "proj", nn.Conv2d(in_channels, half, 3, 1, 1, bias=False), nn.BatchNorm2d)
        self.proj_maxpool = max_pool()
        add_conv(self, "proj1", nn.Conv2d(half, embed_dims, 3, 1, 1, bias=False), nn.BatchNorm2d)
        self.proj1_maxpool = max_pool()
        add_conv(self, "proj2", nn.Conv2d(embed_dims, embed_dims, 3, 1, 1, bias=False), nn.BatchNorm2d)
        add_conv(self, "proj_res", nn.Conv2d(half, embed_dims, 1, 2, 0, bias=False), nn.BatchNorm2d)

    def forward(self, x):
        T, B = x.shape[:2]
        feat = fire_conv(self, "proj", x.flatten(0, 1), T, B).flatten(0, 1).contiguous()
        x = fire_conv(self, "proj1", feat, T, B).flatten(0, 1).contiguous()
        x = fire_conv(self, "proj2", x, T, B)
        return x + fire_conv(self, "proj_res", feat, T, B)


class PatchEmbeddingStage(nn.Module):
    def __init__(self, embed_dims):
        super().__init__()
        half = embed_dims // 2
        add_conv(self, "proj3", nn.Conv2d(half, embed_dims, 3, 1, 1, bias=False), nn.BatchNorm2d)
        self.proj3_maxpool = max_pool()
        add_conv(self, "proj4", nn.Conv2d(embed_dims, embed_dims, 3, 1, 1, bias=False), nn.BatchNorm2d)
        add_conv(self, "proj_res", nn.Conv2d(half, embed_dims, 1, 2, 0, bias=False), nn.BatchNorm2d)

    def forward(self, x):
        T, B = x.shape[:2]
        feat = x.flatten(0, 1).contiguous()
        x = fire_conv(self, "proj3", feat, T, B).flatten(0, 1).contiguous()
        return fire_conv(self, "proj4", x, T, B) + fire_conv(self, "proj_res", feat, T, B)


class hierarchical_spiking_transformer(nn.Module):
    def __init__(self, T=4, in_channels=3, num_classes=1000, embed_dims=384, num_heads=6, mlp_ratios=4, depths=10):
        super().__init__()
        self.T = T
        parts = {
            "patch_embed1": PatchEmbedInit(in_channels, embed_dims // 4),
            "stage1": [TokenSpikingTransformer(embed_dims // 4, num_heads, mlp_ratios)],
            "patch_embed2": PatchEmbeddingStage(embed_dims // 2),
            "stage2": [TokenSpikingTransformer(embed_dims // 2, num_heads, mlp_ratios) for _ in range(2)],
            "patch_embed3": PatchEmbeddingStage(embed_dims),
            "stage3": [SpikingTransformer(embed_dims, num_heads, mlp_ratios) for _ in range(depths - 3)],
        }
        for name, part in parts.items():
            setattr(self, name, nn.ModuleList(part) if isinstance(part, list) else part)
        self.head = nn.Linear(embed_dims, num_classes) if num_classes > 0 else nn.Identity()

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1)
        for stage in range(1, 4):
            x = getattr(self, f"patch_embed{stage}")(x)
            for blk in getattr(self, f"stage{stage}"):
                x = blk(x)
        return self.head(x.flatten(3).mean(3).mean(0))


@register_model
def QKFormer_10_384(T=1, **kwargs):
    return hierarchical_spiking_transformer(T=T, **kwargs)
