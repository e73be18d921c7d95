# SPDX-License-Identifier: Apache-2.0
"""STMixer (NeurIPS 2024), under the names of its published checkpoints; written from the paper.

Time and batch are one axis. The neuron is the file's own, and tokens are mixed by assignment to the heads of a tensor.
"""

import torch
import torch.nn as nn


class ZDSPIKE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, gama):
        ctx.save_for_backward(input, torch.tensor([gama]))
        return (input >= 0).float()

    @staticmethod
    def backward(ctx, grad_output):
        input, gama = ctx.saved_tensors
        return grad_output * (1 - torch.tanh(gama * input) ** 2) * gama, None


class LIFSpike(nn.Module):
    def __init__(self, T=1, thresh=1.0, tau=0.5, gamma=2.5, use_ann=False):
        super().__init__()
        self.act_ann = nn.ReLU()
        self.snn_act = ZDSPIKE.apply
        self.T, self.thresh, self.tau, self.gamma, self.use_ann = T, thresh, tau, gamma, use_ann

    def forward(self, x):
        if self.use_ann:
            return self.act_ann(x)
        if self.T == 1:
            return self.snn_act(x - self.thresh, self.gamma)
        x = x.view(self.T, -1, *x.shape[1:])
        mem = torch.zeros_like(x[0])
        spikes = torch.zeros_like(x)
        for t in range(self.T):
            mem = mem * self.tau + x[t, ...]
            spike = self.snn_act(mem - self.thresh, self.gamma)
            spikes[t, ...] = spike
            mem = mem * (1 - spike)
        return spikes.view(-1, *spikes.shape[2:])


class ExpandTime(nn.Module):
    def __init__(self, T=1):
        super().__init__()
        self.T = T

    def forward(self, x):
        x_seq = x[None, :, :, :, :].repeat(self.T, 1, 1, 1, 1)
        return x_seq.view(-1, *x_seq.shape[2:])


class SPSV2(nn.Module):
    def __init__(self, in_channels, embd_dims, T, thresh):
        super().__init__()
        main = embd_dims // 8 * 7
        self.proj_conv = nn.Sequential(
            nn.Conv2d(in_channels, embd_dims // 2, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(embd_dims // 2),
            LIFSpike(T=T, thresh=thresh),
            nn.Conv2d(embd_dims // 2, main, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(main),
        )
        self.short_proj1 = nn.Sequential(
            nn.Conv2d(in_channels, embd_dims - main, kernel_size=4, stride=4, padding=0, bias=False),
            nn.BatchNorm2d(embd_dims - main),
        )

    def forward(self, x):
        return torch.cat([self.short_proj1(x), self.proj_conv(x)], dim=1).flatten(-2)


class STM(nn.Module):
    def __init__(self, feature_dim, num_dim, num_head):
        super().__init__()
        self.num_head, self.feature_dim, self.num_group = num_head, feature_dim, feature_dim // num_head
        self.linear_mix = nn.ModuleList([nn.Linear(num_dim, num_dim, bias=False) for _ in range(num_head)])

    def forward(self, x):
        x = x.reshape(x.size(0), self.num_head, self.num_group, -1)
        y = torch.zeros_like(x)
        for i in range(self.num_head):
            y[:, i, :, :] = self.linear_mix[i](x[:, i, :, :])
        return y.reshape(x.size(0), self.feature_dim, -1)


def conv_bn(fan_in, fan_out):
    return nn.Conv1d(fan_in, fan_out, kernel_size=1, bias=False), nn.BatchNorm1d(fan_out)


class TokenMixer(nn.Module):
    def __init__(self, dim, num_patches, num_head, T, thresh):
        super().__init__()
        self.fc1 = nn.Sequential(LIFSpike(T=T, thresh=thresh), *conv_bn(dim, dim), LIFSpike(T=T, thresh=thresh))
        self.attn = STM(dim, num_patches, num_head)
        self.fc2 = nn.Sequential(LIFSpike(T=T, thresh=thresh), *conv_bn(dim, dim))

    def forward(self, x):
        return self.fc2(self.attn(self.fc1(x)))


class FFN(nn.Module):
    def __init__(self, dim, ratio, T, thresh):
        super().__init__()
        self.fc1 = nn.Sequential(LIFSpike(T=T, thresh=thresh), *conv_bn(dim, dim * ratio))
        self.fc2 = nn.Sequential(LIFSpike(T=T, thresh=thresh), *conv_bn(dim * ratio, dim))

    def forward(self, x):
        return self.fc2(self.fc1(x))


class Encoder(nn.Module):
    def __init__(self, dim, num_patches, ratio, num_head, T, thresh):
        super().__init__()
        self.token_mix = TokenMixer(dim, num_patches, num_head, T, thresh)
        self.channel_mix = FFN(dim, ratio, T, thresh)

    def forward(self, x):
        x = x + self.token_mix(x)
        return x + self.channel_mix(x)


class STMixerV3(nn.Module):
    def __init__(self, img_size=32, embd_dims=256, T=4, mlp_ratio=2, depths=1, num_head=8, num_classes=10, thresh=1.0):
        super().__init__()
        self.T = T
        self.expand = ExpandTime(T=T)
        self.patch_embd = SPSV2(3, embd_dims, T, thresh)
        num_patches = (img_size // 4) ** 2
        self.block = nn.ModuleList(
            [Encoder(embd_dims, num_patches, mlp_ratio, num_head, T, thresh) for _ in range(depths)]
        )
        self.head = nn.Linear(embd_dims, num_classes)

    def forward(self, x):
        x = self.patch_embd(self.expand(x))
        for blk in self.block:
            x = blk(x)
        x = x.mean(dim=-1)
        return self.head(x.reshape(self.T, -1, x.shape[-1])).mean(dim=0)
