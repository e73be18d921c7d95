# SPDX-License-Identifier: Apache-2.0
"""Ways between chips linked as mesh, torus and in groups, against breadth-first search over an explicit graph of routers."""

from __future__ import annotations

import json
import random
from collections import deque

import numpy as np
import pytest
from chip_networks import population, projection

from digits.model import held_out
from spike_transformer_compiler import _core
from spike_transformer_compiler.backend import MultiChipManager
from spike_transformer_compiler.exceptions import ValidationError
from spike_transformer_compiler.hardware import load_target

#: A chip: 4 x 2 cores, two of which share a router.
WIDTH, HEIGHT, TILE = 4, 2, 2


def board(folder, chips, columns, kind="mesh", per_group=None):
    values = {"chips": chips, "chipColumns": columns, "interconnect": kind, "coresPerChip": WIDTH * HEIGHT}
    values |= {"meshWidth": WIDTH, "meshHeight": HEIGHT, "tileWidth": TILE, "tileHeight": 1}
    values |= {"chipsPerGroup": per_group} if per_group else {}
    fields = {name: {"value": v, "provenance": "assumed", "source": "a test"} for name, v in values.items()}
    path = folder / f"{kind}-{chips}-{columns}-{per_group}.json"
    data = {"schema": "spike-target/1", "name": path.stem, "title": "a board", "extends": "loihi3", "fields": fields}
    path.write_text(json.dumps(data))
    return str(path)


def routers(chips, columns, kind, per_group):
    """Neighbours of each router (chip, x, y), with the direction, and the gateways'."""
    wide, high, rows = WIDTH // TILE, HEIGHT, -(-chips // columns)
    graph = {}
    for chip in range(chips):
        for x in range(wide):
            for y in range(high):
                ways = {}
                for name, dx, dy in (("east", 1, 0), ("west", -1, 0), ("south", 0, 1), ("north", 0, -1)):
                    column, row = chip % columns * wide + x + dx, chip // columns * high + y + dy
                    if kind == "torus":  # a chip has no link to itself
                        column = column % (columns * wide) if columns > 1 else column
                        row = row % (rows * high) if rows > 1 else row
                    other = row // high * columns + column // wide
                    if not (0 <= column < columns * wide and row >= 0 and other < chips):
                        continue
                    if per_group and other // per_group != chip // per_group:
                        continue
                    ways[other, column % wide, row % high] = name
                if per_group and (x, y) == (0, 0) and chip % per_group == 0:
                    for gateway in range(0, chips, per_group):
                        if gateway != chip:
                            ways[gateway, 0, 0] = "gateway"
                graph[chip, x, y] = ways
    return graph


def distances(graph, start):
    found, queue = {start: 0}, deque([start])
    while queue:
        at = queue.popleft()
        for to in graph[at]:
            if to not in found:
                found[to] = found[at] + 1
                queue.append(to)
    return found


def placed(path, chips, columns, kind, per_group, source, target, listed=None):
    """One neuron that sends to another, on two cores."""
    chip = lambda i: {"x": i % columns, "y": i // columns}  # noqa: E731
    core = lambda at, i: {  # noqa: E731
        "chip": at[0], "x": at[1], "y": at[2], "slices": [{"population": i, "p0": 0, "p1": 1, "c0": 0, "c1": 1}],
    }  # fmt: skip
    dims = dict(viewPositions=[dict(size=1, stride=1)], viewChannels=[dict(size=1, stride=1)])
    return _core.ChipNetwork.from_dict(
        dict(
            name="pair", target=path, timeSteps=1,
            populations=[population("a", [1, 1], rate=1.0), population("b", [1, 1], start=1, rate=1.0)],
            projections=[projection("w", 0, 1, weights=[1], **dims)],
            interconnect={"kind": kind, "chipsPerGroup": per_group or 0},
            chips=[chip(i) for i in range(listed or chips)], cores=[core(source, 0), core(target, 1)],
        )
    )  # fmt: skip


BOARDS = [
    (6, 3, "mesh", None), (5, 3, "mesh", None), (6, 3, "torus", None), (5, 1, "torus", None), (4, 4, "torus", None),
    (9, 3, "torus", None), (2, 2, "torus", None), (1, 1, "torus", None), (8, 2, "hierarchical", 4), (8, 4, "hierarchical", 2),
    (7, 2, "hierarchical", 4), (3, 1, "hierarchical", 1), (4, 2, "hierarchical", 8),
]  # fmt: skip


@pytest.mark.parametrize(("chips", "columns", "kind", "per_group"), BOARDS)
def test_ways_are_the_shortest(tmp_path, chips, columns, kind, per_group):
    """Hops are those of the shortest way, and each link on it leads where the next begins."""
    path = board(tmp_path, chips, columns, kind, per_group)
    graph = routers(chips, columns, kind, per_group)
    rng = random.Random(chips)
    spots = [(chip, x, y) for chip in range(chips) for x in range(WIDTH) for y in range(HEIGHT)]
    for _ in range(60):
        source, target = rng.sample(spots, 2)
        report = _core.mapping_report(placed(path, chips, columns, kind, per_group, source, target), path)
        start, end = ((chip, x // TILE, y) for chip, x, y in (source, target))
        wanted = distances(graph, start)[end]
        assert report["hops"] + report["chip_hops"] == wanted == len(report["links"]), (source, target)
        links = {(link["chip"], link["x"], link["y"]): link for link in report["links"]}
        at, crossed = start, 0
        for _ in range(wanted):
            link = links.pop(at)
            (to,) = (
                [(link["gateway"], 0, 0)] if link["direction"] == "gateway"
                else [to for to, name in graph[at].items() if name == link["direction"]]
            )  # fmt: skip
            assert link["between_chips"] == (link["direction"] == "gateway" or leaves(at, link["direction"]))
            crossed += link["between_chips"]
            at = to
        assert at == end and not links and crossed == report["chip_hops"]


def leaves(at, direction):
    edges = {"east": at[1] == WIDTH // TILE - 1, "west": at[1] == 0, "south": at[2] == HEIGHT - 1, "north": at[2] == 0}
    return edges[direction]


def test_ties_lead_upward(tmp_path):
    """Half around a torus of 4 x 1 chips, 8 routers: four hops east, whichever end the message comes from."""
    path = board(tmp_path, 4, 4, "torus")
    for source, target in (((0, 0, 0), (2, 0, 0)), ((2, 0, 0), (0, 0, 0))):
        report = _core.mapping_report(placed(path, 4, 4, "torus", None, source, target), path)
        assert [link["direction"] for link in report["links"]] == ["east"] * 4
        assert report["chip_hops"] == 2


def test_image_and_text_keep_the_interconnect(tmp_path):
    for chips, columns, kind, per_group in ((4, 2, "torus", None), (4, 2, "hierarchical", 2)):
        path = board(tmp_path, chips, columns, kind, per_group)
        network = placed(path, chips, columns, kind, per_group, (0, 0, 0), (3, 1, 1))
        again = _core.ChipNetwork.from_bytes(network.to_bytes())
        assert again.to_dict()["interconnect"] == {"kind": kind, "chipsPerGroup": per_group or 0}
        assert again.to_dict() == network.to_dict()
        with pytest.raises(
            _core.CoreError, match=f"its chips are linked as {'torus' if kind == 'torus' else 'groups of 2'}"
        ):
            _core.mapping_report(network, board(tmp_path, chips, columns))


def test_a_torus_lists_all_its_chips(tmp_path):
    path = board(tmp_path, 6, 3, "torus")
    network = placed(path, 6, 3, "torus", None, (0, 0, 0), (1, 1, 1), listed=4)
    with pytest.raises(_core.CoreError, match="it lists 4 chips, a torus of torus-6-3-None has all of its 6"):
        _core.mapping_report(network, path)


@pytest.mark.parametrize(
    ("chips", "columns", "kind", "per_group", "message"),
    [
        (5, 3, "torus", None, "5 chips do not fill rows of 3"),
        (6, 3, "hierarchical", None, "needs chipsPerGroup"),
        (6, 3, "torus", 3, "chipsPerGroup is for the interconnect hierarchical"),
        (6, 3, "hierarchical", 2, "expected a divisor or a multiple of chipColumns, 3"),
        (6, 3, "ring", None, "one of mesh, torus, hierarchical"),
        (65536, 256, "hierarchical", 1, "65536 groups of 1, expected at most 1024"),
    ],
)
def test_boards_that_are_none(tmp_path, chips, columns, kind, per_group, message):
    with pytest.raises(ValidationError, match=message):
        load_target(board(tmp_path, chips, columns, kind, per_group))


def test_placement_uses_the_short_way_around(tmp_path):
    """A ring of layers on a row of chips: on a torus it need not go back, so its messages travel less."""
    count = 8
    populations = [population(f"p{i}", [1, 900], start=i, rate=1.0) for i in range(count)]
    dims = dict(viewPositions=[dict(size=1, stride=900)], viewChannels=[dict(size=900, stride=1)])
    weights = [1 if i % 901 == 0 else 0 for i in range(900 * 900)]
    projections = [projection(f"w{i}", i, i + 1, weights=weights, **dims) for i in range(count - 1)]
    projections.append(projection("back", 0, count - 1, delay=count - 2, weights=weights, **dims))
    fields = dict(name="ring", target="loihi3", timeSteps=1, populations=populations, projections=projections)
    network = _core.ChipNetwork.from_dict(fields)
    hops = {}
    for kind in ("mesh", "torus"):
        path = board(tmp_path, 8, 8, kind)
        mapped = _core.map_network(network, path, chips=8)
        report = _core.mapping_report(mapped, path)
        hops[kind] = report["hops"] + 4 * report["chip_hops"]
    assert hops["torus"] <= hops["mesh"]


@pytest.fixture(scope="module")
def digits():
    from digits.model import load_split, spikformer_digits
    from spike_transformer_compiler import SpikeCompiler

    return SpikeCompiler(target="loihi3").compile(
        spikformer_digits(), (1, 1, 8, 8), calibration_data=load_split()[0][:16]
    )


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "per_group"), [("torus", None), ("hierarchical", 2)])
def test_a_model_over_linked_chips(digits, tmp_path, kind, per_group):
    """What is computed is the same; what the simulator's links carry are the counted hops, which the page draws."""
    manager = MultiChipManager(list("abcd"), kind, chips_per_group=per_group)
    partitions = manager.partition_model(digits, balance_load=True)
    assert len(partitions) > 1
    images = held_out()[0][:2]
    model = next(iter(partitions.values())).model
    assert model.chip.summary["interconnect"]["kind"] == kind
    assert np.array_equal(model.run(images), digits.run(images))
    assert model.compare_with_cpu(images).passed
    report = model.profile_energy(images)
    hops = sum(
        p.counts.get(event, 0) for p in report.populations for event in ("hopEastWest", "hopNorthSouth", "hopChip")
    )
    assert sum(link.messages for link in report.links) == pytest.approx(hops) and hops > 0
    assert any(link.gateway >= 0 for link in report.links) == (kind == "hierarchical")
    report.to_html(tmp_path / "page.html")
    assert ("gateway: chip" in (tmp_path / "page.html").read_text()) == (kind == "hierarchical")


def test_interconnects_that_are_none():
    for kind, per_group in (("ring", None), ("torus", 2), ("hierarchical", None), ("hierarchical", 0)):
        with pytest.raises(ValidationError, match="interconnect|chips_per_group"):
            MultiChipManager(["a", "b"], kind, chips_per_group=per_group)
