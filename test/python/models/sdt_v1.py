# SPDX-License-Identifier: Apache-2.0
"""Spike-Driven Transformer (arXiv 2307.01694), under the names of its published checkpoints; written from the paper.

Membrane shortcuts: a neuron comes first, its synapses add to a real-valued stream. Attention masks and sums. `forward`
returns a tuple, and notes spikes in a dict if it is given one.
"""

import torch
import torch.nn as nn
from spikingjelly.clock_driven.neuron import (
    MultiStepLIFNode,
    MultiStepParametricLIFNode,
)
from timm.models.layers import DropPath, to_2tuple, trunc_normal_
from timm.models.registry import register_model
from timm.models.vision_transformer import _cfg


def spikes(mode, **options):
    if mode == "lif":
        return MultiStepLIFNode(tau=2.0, detach_reset=True, backend="cupy", **options)
    return MultiStepParametricLIFNode(init_tau=2.0, detach_reset=True, backend="cupy", **options)


class Erode(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool3d(kernel_size=(1, 3, 3), stride=(1, 1, 1), padding=(0, 1, 1))

    def forward(self, x):
        return self.pool(x)


class MS_MLP_Conv(nn.Module):
    def __init__(self, in_features, hidden_features, spike_mode="lif", layer=0):
        super().__init__()
        self.res = in_features == hidden_features
        self.fc1_conv = nn.Conv2d(in_features, hidden_features, kernel_size=1, stride=1)
        self.fc1_bn = nn.BatchNorm2d(hidden_features)
        self.fc1_lif = spikes(spike_mode)
        self.fc2_conv = nn.Conv2d(hidden_features, in_features, kernel_size=1, stride=1)
        self.fc2_bn = nn.BatchNorm2d(in_features)
        self.fc2_lif = spikes(spike_mode)
        self.c_hidden, self.layer = hidden_features, layer

    def forward(self, x, hook=None):
        T, B, C, H, W = x.shape
        identity = x
        x = self.fc1_lif(x)
        if hook is not None:
            hook[self._get_name() + str(self.layer) + "_fc1_lif"] = x.detach()
        x = self.fc1_bn(self.fc1_conv(x.flatten(0, 1))).reshape(T, B, self.c_hidden, H, W).contiguous()
        if self.res:
            x = identity + x
            identity = x
        x = self.fc2_lif(x)
        if hook is not None:
            hook[self._get_name() + str(self.layer) + "_fc2_lif"] = x.detach()
        x = self.fc2_bn(self.fc2_conv(x.flatten(0, 1))).reshape(T, B, C, H, W).contiguous()
        return x + identity, hook


class MS_SSA_Conv(nn.Module):
    def __init__(self, dim, num_heads=8, spike_mode="lif", dvs=False, layer=0):
        super().__init__()
        assert dim % num_heads == 0
        self.num_heads, self.dvs, self.layer = num_heads, dvs, layer
        if dvs:
            self.pool = Erode()
        for name in "qkv":
            setattr(self, f"{name}_conv", nn.Conv2d(dim, dim, kernel_size=1, stride=1, bias=False))
            setattr(self, f"{name}_bn", nn.BatchNorm2d(dim))
            setattr(self, f"{name}_lif", spikes(spike_mode))
        # In the checkpoints, but not used by forward: attn_lif and talking_heads.
        self.attn_lif = spikes(spike_mode, v_threshold=0.5)
        self.talking_heads = nn.Conv1d(num_heads, num_heads, kernel_size=1, stride=1, bias=False)
        self.talking_heads_lif = spikes(spike_mode, v_threshold=0.5)
        self.proj_conv = nn.Conv2d(dim, dim, kernel_size=1, stride=1)
        self.proj_bn = nn.BatchNorm2d(dim)
        self.shortcut_lif = spikes(spike_mode)

    def heads(self, x):
        T, B, C, H, W = x.shape
        x = x.flatten(3).transpose(-1, -2).reshape(T, B, H * W, self.num_heads, C // self.num_heads)
        return x.permute(0, 1, 3, 2, 4).contiguous()

    def forward(self, x, hook=None):
        T, B, C, H, W = x.shape
        identity = x
        x = self.shortcut_lif(x)
        flat, fired = x.flatten(0, 1), {}
        for name in "qkv":
            y = getattr(self, f"{name}_bn")(getattr(self, f"{name}_conv")(flat)).reshape(T, B, C, H, W).contiguous()
            y = getattr(self, f"{name}_lif")(y)
            if self.dvs and name != "q":
                y = self.pool(y)
            if hook is not None:
                hook[self._get_name() + str(self.layer) + f"_{name}_lif"] = y.detach()
            fired[name] = self.heads(y)
        kv = fired["k"].mul(fired["v"])
        if self.dvs:
            kv = self.pool(kv)
        kv = self.talking_heads_lif(kv.sum(dim=-2, keepdim=True))
        x = fired["q"].mul(kv)
        if self.dvs:
            x = self.pool(x)
        x = x.transpose(3, 4).reshape(T, B, C, H, W).contiguous()
        x = self.proj_bn(self.proj_conv(x.flatten(0, 1))).reshape(T, B, C, H, W).contiguous()
        return x + identity, fired["v"], hook


class MS_Block_Conv(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0, drop_path=0.0, spike_mode="lif", dvs=False, layer=0):
        super().__init__()
        self.attn = MS_SSA_Conv(dim, num_heads, spike_mode, dvs, layer)
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.mlp = MS_MLP_Conv(dim, int(dim * mlp_ratio), spike_mode, layer)

    def forward(self, x, hook=None):
        x, attn, hook = self.attn(x, hook=hook)
        x, hook = self.mlp(x, hook=hook)
        return x, attn, hook


class MS_SPS(nn.Module):
    def __init__(self, img_size_h, img_size_w, patch_size, in_channels, embed_dims, pooling_stat, spike_mode):
        super().__init__()
        self.patch_size, self.pooling_stat = to_2tuple(patch_size), pooling_stat
        dims = [in_channels, embed_dims // 8, embed_dims // 4, embed_dims // 2, embed_dims]
        for i, suffix in enumerate(("", "1", "2", "3")):
            setattr(self, f"proj_conv{suffix}", nn.Conv2d(dims[i], dims[i + 1], 3, 1, 1, bias=False))
            setattr(self, f"proj_bn{suffix}", nn.BatchNorm2d(dims[i + 1]))
            setattr(self, f"proj_lif{suffix}", spikes(spike_mode))
            pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
            setattr(self, f"maxpool{suffix}", pool)
        self.rpe_conv = nn.Conv2d(embed_dims, embed_dims, 3, 1, 1, bias=False)
        self.rpe_bn = nn.BatchNorm2d(embed_dims)
        self.rpe_lif = spikes(spike_mode)

    def forward(self, x, hook=None):
        T, B, _, H, W = x.shape
        ratio, x = 1, x.flatten(0, 1)
        for i, suffix in enumerate(("", "1", "2", "3")):
            x = getattr(self, f"proj_bn{suffix}")(getattr(self, f"proj_conv{suffix}")(x))
            last = i == 3
            if last and self.pooling_stat[i] == "1":  # the fourth pools before its neuron
                x = self.maxpool3(x)
                ratio *= 2
            x_feat = x
            x = getattr(self, f"proj_lif{suffix}")(x.reshape(T, B, -1, H // ratio, W // ratio).contiguous())
            if hook is not None:
                hook[self._get_name() + f"_lif{suffix}"] = x.detach()
            x = x.flatten(0, 1).contiguous()
            if not last and self.pooling_stat[i] == "1":
                x = getattr(self, f"maxpool{suffix}")(x)
                ratio *= 2
        x = self.rpe_bn(self.rpe_conv(x)) + x_feat
        x = x.reshape(T, B, -1, H // ratio, W // ratio).contiguous()
        return x, (H // self.patch_size[0], W // self.patch_size[1]), hook


class SpikeDrivenTransformer(nn.Module):
    def __init__(
        self,
        img_size_h=128,
        img_size_w=128,
        patch_size=16,
        in_channels=2,
        num_classes=11,
        embed_dims=512,
        num_heads=8,
        mlp_ratios=4,
        drop_path_rate=0.0,
        depths=8,
        T=4,
        pooling_stat="1111",
        spike_mode="lif",
        dvs_mode=False,
        TET=False,
    ):
        super().__init__()
        self.T, self.TET, self.dvs = T, TET, dvs_mode
        rates = [rate.item() for rate in torch.linspace(0, drop_path_rate, depths)]
        patch_embed = MS_SPS(img_size_h, img_size_w, patch_size, in_channels, embed_dims, pooling_stat, spike_mode)
        blocks = nn.ModuleList(
            [
                MS_Block_Conv(embed_dims, num_heads, mlp_ratios, rate, spike_mode, dvs_mode, layer)
                for layer, rate in enumerate(rates)
            ]
        )
        for name, part in (("patch_embed", patch_embed), ("block", blocks)):
            setattr(self, name, part)
        self.head_lif = spikes(spike_mode)
        self.head = nn.Linear(embed_dims, num_classes) if num_classes > 0 else nn.Identity()
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, nn.Conv2d):
            trunc_normal_(m.weight, std=0.02)
        elif isinstance(m, nn.BatchNorm2d):
            nn.init.constant_(m.weight, 1.0)

    def forward(self, x, hook=None):
        if len(x.shape) < 5:
            x = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1)
        else:
            x = x.transpose(0, 1).contiguous()
        x, _, hook = self.patch_embed(x, hook=hook)
        for blk in self.block:
            x, _, hook = blk(x, hook=hook)
        x = self.head_lif(x.flatten(3).mean(3))
        if hook is not None:
            hook["head_lif"] = x.detach()
        x = self.head(x)
        return x if self.TET else x.mean(0), hook


@register_model
def sdt(**kwargs):
    model = SpikeDrivenTransformer(**kwargs)
    model.default_cfg = _cfg()
    return model
