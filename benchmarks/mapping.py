#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models on a chip: what compiling one takes, whether the chip computes what the CPU does, and how good its mapping is.

    python benchmarks/mapping.py [--model NAME ...] [--board hala-point] [--images 1] [--attention parallel serial]

Every model is quantised to 8 bits and mapped; images run on the chip simulator and as compiled code, and every spike and
membrane is compared. Then the same network is placed row by row and at random, and cut without grouping: messages times
hops, and synaptic operations of the busiest core, by the rates of the calibration data.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
logging.getLogger("torch._library.triton").addFilter(
    lambda record: False
)  # that there is no Triton does not matter here
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "test" / "python"), str(HERE.parent / "examples")]

import numpy as np  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from spike_transformer_compiler import SpikeCompiler, _core  # noqa: E402
from spike_transformer_compiler.backend import ATTENTION, ChipModel  # noqa: E402
from spike_transformer_compiler.profiling.timing import cpu_name  # noqa: E402

SHAPE = (1, 3, 32, 32)


def digits() -> tuple[Any, tuple[int, ...], np.ndarray]:
    from digits.model import held_out, spikformer_digits

    return spikformer_digits(), (1, 1, 8, 8), held_out()[0]


def cifar10() -> tuple[Any, tuple[int, ...], np.ndarray]:
    from calibration import calibrated_spikformer_cifar10, cifar10_shaped_images

    return calibrated_spikformer_cifar10(), SHAPE, cifar10_shaped_images(8).numpy()


def published(source: str, **arguments: Any) -> Callable[[], tuple[Any, tuple[int, ...], np.ndarray]]:
    """A model of the tests at CIFAR size, its thresholds calibrated."""

    def make() -> tuple[Any, tuple[int, ...], np.ndarray]:
        from official import build, fire, images

        return fire(build(source, **arguments), images(*SHAPE)), SHAPE, images(8, *SHAPE[1:], seed=2).numpy()

    return make


MODELS = {
    "digits": digits,
    "spikformer_cifar10": cifar10,
    "sdt_block": published("sdt_v1.py:sdt", in_channels=3, embed_dims=256, num_heads=8, depths=1),
    "qkformer_block": published("qkformer.py:QKFormer_10_384", T=4, embed_dims=256, num_heads=8, depths=4),
}
#: How a network is cut and placed: ours first.
MAPPINGS = {
    "ours": {},
    "ours, for latency": {"objective": "minimize_latency"},
    "row by row": {"placement": "row_major"},
    "at random": {"placement": "random"},
    "first fit, row by row": {"partition": "first_fit", "placement": "row_major"},
}


def compile_model(name: str, board: str, attention: str) -> tuple[ChipModel, np.ndarray, float]:
    model, shape, images = MODELS[name]()
    start = time.perf_counter()
    compiled = SpikeCompiler(target="loihi3").compile(
        model, shape, chip_config=board, calibration_data=images[:8], attention=attention
    )
    compiled.image  # noqa: B018 - writing it is part of what is measured
    return compiled, images, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", nargs="+", default=list(MODELS), choices=MODELS, metavar="NAME")
    parser.add_argument("--board", default="hala-point")
    parser.add_argument("--images", type=int, default=1)
    parser.add_argument("--attention", nargs="+", default=["auto"], choices=ATTENTION, metavar="FORM")
    args = parser.parse_args()
    console = Console(width=150)
    console.print(f"{cpu_name()}; board {args.board}")

    sizes, quality = Table(title="models on a chip"), Table(title="mappings, per inference")
    for column in ("model", "attention", "neurons", "synapses", "cores", "chips", "chip steps", "to image s", "image MB", "run s", "spikes and membranes that differ"):  # fmt: skip
        sizes.add_column(column, justify="left" if column in ("model", "attention") else "right")
    for column in ("model", "mapping", "cores", "messages x hops", "times ours", "busiest core, synops", "times ours "):
        quality.add_column(column, justify="left" if column in ("model", "mapping") else "right")
    failed = False
    for name, attention in itertools.product(args.model, args.attention):
        compiled, images, seconds = compile_model(name, args.board, attention)
        start = time.perf_counter()
        compiled.run(images[: args.images])
        run = (time.perf_counter() - start) / args.images
        same = compiled.compare_with_cpu(images[: args.images])
        failed |= not same.passed
        report, summary = compiled.chip.mapping(), compiled.chip.summary
        sizes.add_row(
            name, attention, f"{report['neurons']:,}", f"{sum(p['synapses'] for p in summary['projections']):,}",
            str(report["cores"]), str(report["chips"]), str(compiled.chip.chip_steps), f"{seconds:.1f}",
            f"{len(compiled.image) / 1e6:.1f}", f"{run:.2f}",
            f"{sum(same.different.values())} of {same.spikes + same.membranes:,}",
        )  # fmt: skip
        own = None
        for how, options in MAPPINGS.items():
            network = _core.map_network(compiled.chip.network, args.board, **options)
            found = _core.mapping_report(network, args.board)
            own = own or found
            quality.add_row(
                name if own is found else "", how, str(found["cores"]), f"{found['activity_hops']:,.0f}",
                f"{found['activity_hops'] / max(own['activity_hops'], 1):.2f}", f"{found['max_synops']:,.0f}",
                f"{found['max_synops'] / max(own['max_synops'], 1):.2f}",
            )  # fmt: skip
        quality.add_section()
    console.print(sizes)
    console.print(quality)
    console.print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
