# SPDX-License-Identifier: Apache-2.0
"""A small Spikformer for 8x8 handwritten digits: the model, its trained weights and the data split they belong to.

The training script, the demo and the tests all take the model and the held-out images from here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.datasets import load_digits

TIME_STEPS = 4
NUM_CLASSES = 10
IMAGE_SHAPE = (1, 8, 8)
SEED = 0
HELD_OUT = 360  # of the 1797 images, a fifth: never seen in training
WEIGHTS = Path(__file__).with_name("spikformer_digits.safetensors")


def untrained() -> torch.nn.Module:
    """SpikingJelly's own Spikformer class at the size of this data set; fresh weights."""
    from spikingjelly.activation_based.model.spikformer import Spikformer

    return Spikformer(
        T=TIME_STEPS,
        in_channels=IMAGE_SHAPE[0],
        img_size_h=IMAGE_SHAPE[1],
        img_size_w=IMAGE_SHAPE[2],
        patch_size=4,
        num_classes=NUM_CLASSES,
        embed_dims=96,
        num_heads=8,
        mlp_ratio=2.0,
        depths=2,
    )


def spikformer_digits(weights: str | Path | None = WEIGHTS) -> torch.nn.Module:
    """The trained model in evaluation mode; its answer is [T, B, 10], averaged over T for the class."""
    model = untrained()
    if weights is not None:
        model.load_state_dict(load_file(str(weights)))
    return model.eval()


def load_split() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(training images, labels, held-out images, labels): float32 [N, 1, 8, 8] in 0..1 and int64 [N]."""
    data = load_digits()
    images = (data.images / 16.0).astype(np.float32)[:, None]
    labels = data.target.astype(np.int64)
    order = np.random.RandomState(SEED).permutation(len(images))
    held, train = order[:HELD_OUT], order[HELD_OUT:]
    return images[train], labels[train], images[held], labels[held]


def held_out() -> tuple[np.ndarray, np.ndarray]:
    """The images and labels that training never saw."""
    return load_split()[2:]
