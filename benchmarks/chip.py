#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The chip simulator beside public emulators of Loihi, and what activity and size cost.

    python benchmarks/chip.py [--rounds 5] [--setup all] [--only nengo-loihi lava] [--folder build/emulators]

A network of 1024 inputs and three layers of 1024 CUBA LIF neurons, densely connected, 8-bit weights, about 5 % firing,
1000 time steps. Everyone runs it in a process of its own, in turn, on one thread. Emulators that are not installed are
reported as such; `--setup` makes their environments first.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "test" / "python")]
from chip_networks import CONVENTIONS, LAVA, NENGO, chain, dims, network, population, projection  # noqa: E402
from emulators import EMULATORS, FOLDER, Absent, Emulator, set_up  # noqa: E402

from spike_transformer_compiler import _core  # noqa: E402

SIZE, LAYERS, STEPS = 1024, 3, 1000
NEURON = dict(du=1024, dv=512, threshold=[6000])


def make_case() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(3)
    case = {f"weights{i}": 2 * generator.integers(-127, 128, (SIZE, SIZE)) for i in range(LAYERS)}
    spikes = generator.random((STEPS, SIZE)) < 0.05
    fields = dict(du=NEURON["du"], dv=NEURON["dv"], threshold=NEURON["threshold"][0], bias=0, refractory=0, exponent=0)
    return case | fields | {"spikes": spikes, "membranes": False}


def make_ours(case: dict[str, np.ndarray], conventions: dict[str, bool]) -> _core.ChipSimulator:
    weights = [(case[f"weights{i}"] // 2).ravel().tolist() for i in range(LAYERS)]
    net = chain(NEURON, weights, STEPS, SIZE, conventions)
    return _core.ChipSimulator(_core.ChipNetwork.from_dict(net), 1, [f"n{i}" for i in range(LAYERS)])


def timed(simulator: _core.ChipSimulator, spikes: np.ndarray) -> float:
    start = time.perf_counter()
    simulator.run([spikes])
    return time.perf_counter() - start


def count_events(spikes: np.ndarray, layers: list[np.ndarray]) -> int:
    """Synaptic events: what every layer but the last fired meets all neurons of the next."""
    return SIZE * int(spikes.sum() + sum(layer.sum() for layer in layers[:-1]))


def row(name: str, seconds: list[float], events: int, note: str) -> float:
    rates = sorted(events / s for s in seconds)
    median = statistics.median(rates)
    print(
        f"{name:12} {median:10.3g} events/s ({rates[0]:.3g} .. {rates[-1]:.3g})  {events / 1e6:6.1f} M events  {note}"
    )
    return median


def compare(names: list[str], rounds: int, folder: Path) -> None:
    case = make_case()
    spikes = case["spikes"].astype(np.float32)
    simulators = {"default": CONVENTIONS, "nengo-loihi": NENGO, "lava": LAVA}
    simulators = {name: make_ours(case, conventions) for name, conventions in simulators.items()}
    own = {}
    for name, simulator in simulators.items():
        simulator.run([spikes])
        own[name] = [simulator.probe(f"n{i}") for i in range(LAYERS)]
    rates = ", ".join(f"{100 * layer.mean():.1f} %" for layer in own["default"])
    print(
        f"{LAYERS} dense layers of {SIZE} neurons, {STEPS} steps; layers fire {rates}; medians of {rounds} in turn, 1 thread"
    )
    ours = simulators["default"]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "case.npz"
        np.savez(path, **case)
        running, absent = {}, {}
        for name in names:
            try:
                running[name] = Emulator(name, path, folder)
                running[name].run()  # what comes first also compiles and caches
            except Absent as reason:
                absent[name] = str(reason)
                running.pop(name, None)
        seconds: dict[str, list[float]] = {name: [] for name in ["ours", *running]}
        for _ in range(rounds):
            seconds["ours"].append(timed(ours, spikes))
            for name, emulator in running.items():
                seconds[name].append(emulator.run())
        best = row(
            "ours", seconds["ours"], count_events(case["spikes"], own["default"]), f"kernels: {_core.ChipSimulator.kernels()}"
        )
        for name, emulator in running.items():
            found = emulator.results()
            layers = [found[f"spikes{i}"] for i in range(LAYERS)]
            note = "another neuron: its own spikes"
            if name in own:
                wrong = sum(int((a != b).sum()) for a, b in zip(layers, own[name], strict=True))
                note = "spikes identical" if wrong == 0 else f"{wrong} SPIKES DIFFER"
            rate = row(name, seconds[name], count_events(case["spikes"], layers), note)
            print(f"{'':12} {best / rate:10.1f} times slower")
            emulator.close()
        for name, reason in absent.items():
            print(f"{name:12} absent: {reason}")


def fed(rate: float, idle: int) -> tuple[_core.ChipSimulator, list[np.ndarray]]:
    """Three layers that the input feeds at this rate, and idle ones, which another input feeds nothing."""
    generator = np.random.default_rng(1)
    weights = generator.integers(-127, 128, SIZE * SIZE).tolist()
    populations = [population("x", [SIZE], "input"), population("silent", [SIZE], "input")]
    projections = []
    for layer in range(LAYERS + idle):
        populations.append(population(f"n{layer}", [SIZE], lif=NEURON, start=1))
        source = int(layer >= LAYERS)
        projections.append(projection(f"w{layer}", source, layer + 2, viewChannels=dims([SIZE]), weights=weights))
    net = network(populations, projections, STEPS)
    simulator = _core.ChipSimulator(_core.ChipNetwork.from_dict(net))
    arrays = [generator.random((STEPS, SIZE)) < rate, np.zeros((STEPS, SIZE))]
    return simulator, [array.astype(np.float32) for array in arrays]


def sweep(rounds: int) -> None:
    print("\nwhat activity costs: three layers that the input feeds, then thirty more that get nothing")
    cases = {f"{100 * rate:g} %": fed(rate, 0) for rate in (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)}
    cases["5 %, idle"] = fed(0.05, 10 * LAYERS)
    seconds = {name: [] for name in cases}
    for _ in range(rounds + 1):
        for name, (simulator, arrays) in cases.items():
            start = time.perf_counter()
            simulator.run(arrays)
            seconds[name].append(time.perf_counter() - start)
    for name, (simulator, _) in cases.items():
        events, median = int(simulator.counters()["synops"].sum()), statistics.median(seconds[name][1:])
        print(f"{name:>10} {1e3 * median:8.1f} ms {events / 1e6:8.1f} M events {events / median:10.3g} events/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(EMULATORS), default=list(EMULATORS))
    parser.add_argument("--setup", nargs="*", choices=["all", *EMULATORS], default=[])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the emulators' environments lie")
    options = parser.parse_args()
    for name in EMULATORS if "all" in options.setup else options.setup:
        try:
            set_up(name, options.folder)
        except Absent as reason:
            print(f"{name}: {reason}")
    compare(options.only, options.rounds, options.folder)
    sweep(options.rounds)


if __name__ == "__main__":
    main()
