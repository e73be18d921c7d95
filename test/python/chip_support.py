# SPDX-License-Identifier: Apache-2.0
"""A mapped network as a dictionary, and what it might have done, for tests of reports: invented, but consistent."""

from __future__ import annotations

from typing import Any

import numpy as np

from spike_transformer_compiler.hardware import HardwareModel, load_target
from spike_transformer_compiler.profiling import ChipReport

#: name, path, neurons, cores, first chip step, kind of synapses, fan-in, rate
LAYERS = [
    ("patch0", "patch_embed.conv0", 65536, 16, 1, "synopConv", 27, 0.18),
    ("patch1", "patch_embed.conv1", 32768, 12, 2, "synopConv", 432, 0.15),
    ("q", "block.0.attn.q", 24576, 8, 3, "synopDense", 384, 0.08),
    ("k", "block.0.attn.k", 24576, 8, 3, "synopDense", 384, 0.06),
    ("kv", "", 12288, 6, 4, "synopGraded", 64, 0.4),
    ("attn", "block.0.attn", 24576, 9, 6, "synopStrided", 32, 0.1),
    ("proj", "block.0.attn.proj", 24576, 8, 7, "synopDense", 384, 0.12),
    ("sum0", "", 24576, 6, 8, "synopSparse", 2, 0.25),
    ("fc1", "block.0.mlp.fc1", 98304, 30, 9, "synopDense", 384, 0.07),
    ("fc2", "block.0.mlp.fc2", 24576, 14, 10, "synopDense", 1536, 0.11),
    ("head", "head", 10, 1, 11, "synopDense", 384, 1.0),
]
TIME_STEPS = 4


def two_chip_report(
    profile: str = "loihi2_scaled", target: HardwareModel | None = None, inferences: int = 5
) -> ChipReport:
    """Eleven populations on 118 cores of two chips."""
    target = target or load_target("ncl-2chip")
    rng = np.random.default_rng(7)
    populations: list[dict[str, Any]] = []
    cores: list[dict[str, Any]] = []
    uses: list[dict[str, int]] = []
    owner: list[int] = []
    for index, (name, path, neurons, count, start, _, fan_in, _) in enumerate(LAYERS):
        populations.append({"name": name, "path": path, "start": start})
        for part in np.array_split(np.arange(neurons), count):
            number = len(cores)
            chip, place = divmod(number, 64)
            box = {"population": index, "p0": int(part[0]), "p1": int(part[-1]) + 1, "c0": 0, "c1": 1}
            cores.append({"chip": chip, "x": place % 16, "y": place // 16, "slices": [box]})
            uses.append({"synapses": min(fan_in * 300, 120_000), "axons": 4096, "neurons": 9 * len(part)})
            owner.append(index)
    chip_steps = LAYERS[-1][4] + TIME_STEPS
    steps = [{"cores": [{"neuronIdle": 0} for _ in cores], "busiest_links": [0, 0, 0]} for _ in range(chip_steps)]
    totals: dict[tuple[int, int, int, str], int] = {}
    for step, entry in enumerate(steps):
        links: dict[tuple[int, int, int, str], int] = {}
        for number, core in enumerate(cores):
            _, _, neurons, count, start, kind, fan_in, rate = LAYERS[owner[number]]
            mapped = core["slices"][0]["p1"] - core["slices"][0]["p0"]
            counts = entry["cores"][number]
            if not start <= step < start + TIME_STEPS:
                counts["neuronIdle"] = mapped * inferences
                continue
            spikes = int(rng.binomial(mapped * inferences, rate))
            later = [other for other in range(len(cores)) if owner[other] == owner[number] + 1]
            targets = [int(t) for t in rng.choice(later, min(4, len(later)), replace=False)] if later else []
            counts |= {
                "neuronActive": mapped * inferences,
                kind: int(rng.poisson(mapped * inferences * fan_in * 0.1)),
                "spike": spikes,
                "messageOut": spikes * len(targets),
                "messageIn": int(spikes * rng.random() * 3),
            }
            for other in targets:
                for link in route(cores[number], cores[other]):
                    links[link] = links.get(link, 0) + spikes
                    event = (
                        "hopChip"
                        if link[3].endswith("!")
                        else "hopEastWest"
                        if link[3] in ("east", "west")
                        else "hopNorthSouth"
                    )
                    counts[event] = counts.get(event, 0) + spikes
        for link, messages in links.items():
            group = 2 if link[3].endswith("!") else 0 if link[3] in ("east", "west") else 1
            entry["busiest_links"][group] = max(entry["busiest_links"][group], messages)
            totals[link] = totals.get(link, 0) + messages
    by_population = {population["name"]: {} for population in populations}
    for entry in steps:
        for number, counts in enumerate(entry["cores"]):
            sums = by_population[LAYERS[owner[number]][0]]
            for event, value in counts.items():
                sums[event] = sums.get(event, 0) + value
    network = {
        "name": "spikformer",
        "timeSteps": TIME_STEPS,
        "populations": populations,
        "cores": cores,
        "chips": [{"x": 0, "y": 0}, {"x": 1, "y": 0}],
    }
    activity = {"inferences": inferences, "tiles": 16, "steps": steps, "populations": by_population}
    links = [
        {"chip": chip, "x": x, "y": y, "direction": direction.strip("!"), "messages": messages / inferences}
        for (chip, x, y, direction), messages in totals.items()
    ]
    return ChipReport.make(network, target, profile, activity, uses, links)


def route(source: dict[str, Any], target: dict[str, Any]) -> list[tuple[int, int, int, str]]:
    """Links of the way along x, then y, between tiles of 2 x 2 cores on two chips in a row; "!" leads to the other chip."""
    x, y = source["chip"] * 8 + source["x"] // 2, source["y"] // 2
    goal_x, goal_y = target["chip"] * 8 + target["x"] // 2, target["y"] // 2
    way = []
    while (x, y) != (goal_x, goal_y):
        step = (1 if goal_x > x else -1, 0) if x != goal_x else (0, 1 if goal_y > y else -1)
        name = {(1, 0): "east", (-1, 0): "west", (0, 1): "south", (0, -1): "north"}[step]
        leaves = step[0] and (x + step[0]) // 8 != x // 8
        way.append((x // 8, x % 8, y, name + ("!" if leaves else "")))
        x, y = x + step[0], y + step[1]
    return way
