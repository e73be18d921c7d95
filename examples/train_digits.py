#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Train the digits Spikformer from scratch and write its weights and a record of the run.

    python examples/train_digits.py [--epochs 60] [--output examples/digits/spikformer_digits.safetensors]

Fixed seed, fixed split, fixed number of threads. The held-out images take no part in any decision: the last epoch's
weights are the ones that are kept.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from spikingjelly.activation_based import functional

from digits.model import SEED, WEIGHTS, load_split, untrained

MAX_SHIFT = 1  # pixels


def shifted(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each image moved by up to one pixel in both directions, zeros moved in."""
    padded = F.pad(images, [MAX_SHIFT] * 4)
    size = images.shape[-1]
    offsets = torch.randint(0, 2 * MAX_SHIFT + 1, (len(images), 2), generator=generator).tolist()
    return torch.stack([image[:, r : r + size, c : c + size] for image, (r, c) in zip(padded, offsets, strict=True)])


@torch.no_grad()
def accuracy(model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    functional.reset_net(model)
    classes = model(images).mean(0).argmax(-1)
    functional.reset_net(model)
    return (classes == labels).double().mean().item()


def train(epochs: int, batch: int, rate: float) -> tuple[torch.nn.Module, dict]:
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    generator = torch.Generator().manual_seed(SEED)
    images, labels, held_images, held_labels = (torch.from_numpy(a) for a in load_split())

    model = untrained()
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.05)
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=steps, pct_start=0.15)
    start = time.perf_counter()
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(images), generator=generator)
        total = 0.0
        for first in range(0, len(images) - batch + 1, batch):
            chosen = order[first : first + batch]
            logits = model(shifted(images[chosen], generator)).mean(0)
            loss = F.cross_entropy(logits, labels[chosen], label_smoothing=0.1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            functional.reset_net(model)
            total += loss.item()
        if epoch % 5 == 4 or epoch == epochs - 1:
            print(f"epoch {epoch + 1:3d}  loss {total / (len(images) // batch):.4f}", flush=True)
    seconds = time.perf_counter() - start

    record = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "epochs": epochs,
        "batch": batch,
        "learning_rate": rate,
        "seed": SEED,
        "training_images": len(images),
        "held_out_images": len(held_images),
        "training_accuracy": round(accuracy(model, images, labels), 5),
        "held_out_accuracy": round(accuracy(model, held_images, held_labels), 5),
        "seconds": round(seconds, 1),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
    }
    return model, record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    args = parser.parse_args()

    model, record = train(args.epochs, args.batch, args.rate)
    model.eval()
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, str(args.output))
    args.output.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


if __name__ == "__main__":
    main()
