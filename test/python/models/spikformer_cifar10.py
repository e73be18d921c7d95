# SPDX-License-Identifier: Apache-2.0
"""Spikformer (arXiv 2209.15425) for CIFAR-10, under the names of its published checkpoints; written from the paper."""

from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
from spikingjelly.clock_driven.neuron import MultiStepLIFNode
from timm.models.layers import DropPath, to_2tuple, trunc_normal_
from timm.models.registry import register_model
from timm.models.vision_transformer import _cfg

__all__ = ["spikformer"]


def lif(**options):
    return MultiStepLIFNode(tau=2.0, detach_reset=True, backend="cupy", **options)


def fire_linear(owner, name, x, T, B):
    """linear -> batch norm over the channels, which are last -> LIF; [T * B, N, C] to [T, B, N, C]."""
    y = getattr(owner, f"{name}_linear")(x)
    y = getattr(owner, f"{name}_bn")(y.transpose(-1, -2)).transpose(-1, -2)
    return getattr(owner, f"{name}_lif")(y.reshape(T, B, x.shape[1], -1).contiguous())


def add_linear(owner, name, fan_in, fan_out):
    setattr(owner, f"{name}_linear", nn.Linear(fan_in, fan_out))
    setattr(owner, f"{name}_bn", nn.BatchNorm1d(fan_out))
    setattr(owner, f"{name}_lif", lif())


class MLP(nn.Module):
    def __init__(self, in_features, hidden_features):
        super().__init__()
        add_linear(self, "fc1", in_features, hidden_features)
        add_linear(self, "fc2", hidden_features, in_features)

    def forward(self, x):
        T, B = x.shape[:2]
        x = fire_linear(self, "fc1", x.flatten(0, 1), T, B)
        return fire_linear(self, "fc2", x.flatten(0, 1), T, B)


class SSA(nn.Module):
    def __init__(self, dim, num_heads=8):
        super().__init__()
        assert dim % num_heads == 0
        self.num_heads, self.scale = num_heads, 0.125
        for name in "qkv":
            add_linear(self, name, dim, dim)
        self.attn_lif = lif(v_threshold=0.5)
        add_linear(self, "proj", dim, dim)

    def forward(self, x):
        T, B, N, C = x.shape
        flat = x.flatten(0, 1)
        q, k, v = (
            fire_linear(self, name, flat, T, B)
            .reshape(T, B, N, self.num_heads, C // self.num_heads)
            .permute(0, 1, 3, 2, 4)
            .contiguous()
            for name in "qkv"
        )
        attn = (q @ k.transpose(-2, -1)) * self.scale
        x = self.attn_lif((attn @ v).transpose(2, 3).reshape(T, B, N, C).contiguous())
        return fire_linear(self, "proj", x.flatten(0, 1), T, B)


class Block(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0, drop_path=0.0, norm_layer=nn.LayerNorm):
        super().__init__()
        self.norm1 = norm_layer(dim)  # in the checkpoints; forward does not use it
        self.attn = SSA(dim, num_heads)
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.norm2 = norm_layer(dim)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


class SPS(nn.Module):
    def __init__(self, img_size_h=32, img_size_w=32, patch_size=4, in_channels=3, embed_dims=256):
        super().__init__()
        self.patch_size = to_2tuple(patch_size)
        self.num_patches = (img_size_h // self.patch_size[0]) * (img_size_w // self.patch_size[1])
        dims = [in_channels, embed_dims // 8, embed_dims // 4, embed_dims // 2, embed_dims]
        for i, suffix in enumerate(("", "1", "2", "3")):
            setattr(self, f"proj_conv{suffix}", nn.Conv2d(dims[i], dims[i + 1], 3, 1, 1, bias=False))
            setattr(self, f"proj_bn{suffix}", nn.BatchNorm2d(dims[i + 1]))
            setattr(self, f"proj_lif{suffix}", lif())
        self.maxpool2 = nn.MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
        self.maxpool3 = nn.MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
        self.rpe_conv = nn.Conv2d(embed_dims, embed_dims, 3, 1, 1, bias=False)
        self.rpe_bn = nn.BatchNorm2d(embed_dims)
        self.rpe_lif = lif()

    def forward(self, x):
        T, B, _, H, W = x.shape
        x = x.flatten(0, 1)
        for suffix, scale in (("", 1), ("1", 1), ("2", 1), ("3", 2)):
            x = getattr(self, f"proj_bn{suffix}")(getattr(self, f"proj_conv{suffix}")(x))
            x = x.reshape(T, B, -1, H // scale, W // scale).contiguous()
            x = getattr(self, f"proj_lif{suffix}")(x).flatten(0, 1).contiguous()
            if suffix in "23" and suffix:
                x = getattr(self, f"maxpool{suffix}")(x)
        stem = x.reshape(T, B, -1, H // 4, W // 4).contiguous()
        x = self.rpe_bn(self.rpe_conv(x)).reshape(T, B, -1, H // 4, W // 4).contiguous()
        x = self.rpe_lif(x) + stem
        return x.flatten(-2).transpose(-1, -2)


class Spikformer(nn.Module):
    def __init__(
        self,
        img_size_h=32,
        img_size_w=32,
        patch_size=4,
        in_channels=3,
        num_classes=10,
        embed_dims=384,
        num_heads=12,
        mlp_ratios=4,
        qkv_bias=False,
        drop_path_rate=0.0,
        norm_layer=nn.LayerNorm,
        depths=4,
        sr_ratios=1,
        T=4,
    ):
        super().__init__()
        self.T = T
        rates = [rate.item() for rate in torch.linspace(0, drop_path_rate, depths)]
        patch_embed = SPS(img_size_h, img_size_w, patch_size, in_channels, embed_dims)
        block = nn.ModuleList(
            [Block(embed_dims, num_heads, mlp_ratios, drop_path=rate, norm_layer=norm_layer) for rate in rates]
        )
        for name, part in (("patch_embed", patch_embed), ("block", block)):
            setattr(self, name, part)
        self.head = nn.Linear(embed_dims, num_classes) if num_classes > 0 else nn.Identity()
        self.apply(self._init_weights)

    @torch.jit.ignore
    def _get_pos_embed(self, pos_embed, patch_embed, H, W):
        return F.interpolate(pos_embed.reshape(1, H, W, -1).permute(0, 3, 1, 2), size=(H, W), mode="bilinear")

    def _init_weights(self, m):
        if isinstance(m, nn.Linear):
            trunc_normal_(m.weight, std=0.02)
            nn.init.constant_(m.bias, 0)
        elif isinstance(m, nn.LayerNorm):
            nn.init.constant_(m.bias, 0)
            nn.init.constant_(m.weight, 1.0)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1)
        patch_embed, block = (getattr(self, name) for name in ("patch_embed", "block"))
        x = patch_embed(x)
        for blk in block:
            x = blk(x)
        return self.head(x.mean(2).mean(0))


@register_model
def spikformer(pretrained=False, **kwargs):
    model = Spikformer(norm_layer=partial(nn.LayerNorm, eps=1e-6), **kwargs)
    model.default_cfg = _cfg()
    return model
