# SPDX-License-Identifier: Apache-2.0
"""Networks onto cores from Python: limits kept, comparable partitions and placements, errors with both numbers."""

import pytest

from spike_transformer_compiler import _core

TOKENS, CHANNELS = 16, 96


def mlp(depth=4, tokens=TOKENS, channels=CHANNELS):
    """Linear layers on tokens, wide and narrow in turn."""
    populations = [
        dict(
            name="x",
            shape=[tokens, channels],
            kind="input",
            rate=1.0,
            tensor=[dict(size=tokens * channels, stride=1)],
        )
    ]
    projections = []
    for i in range(depth):
        inputs, outputs = (channels, 4 * channels) if i % 2 == 0 else (4 * channels, channels)
        populations.append(
            dict(
                name=f"fc{i}",
                path=f"mlp.fc{i}",
                shape=[tokens, outputs],
                rate=0.1,
                start=i + 1,
                lif=dict(threshold=[9]),
            )
        )
        projections.append(
            dict(
                name=f"w{i}",
                source=i,
                target=i + 1,
                viewPositions=[dict(size=tokens, stride=inputs)],
                viewChannels=[dict(size=inputs, stride=1)],
                weights=[1] * (inputs * outputs),
            )
        )
    return _core.ChipNetwork.from_dict(
        dict(
            name="mlp",
            target="loihi3",
            timeSteps=4,
            populations=populations,
            projections=projections,
            inputs=[dict(name="image", population=0, shape=[tokens * channels])],
        )
    )


def test_mapped_networks_are_complete_and_within_limits():
    network = mlp()
    for objective in ("minimize_communication", "minimize_latency", "balance"):
        mapped = _core.map_network(network, "loihi3", objective=objective)
        mapped.verify("placed")
        report = _core.mapping_report(mapped, "loihi3")
        assert report["neurons"] == 2 * TOKENS * 5 * CHANNELS
        assert report["max_fill"] <= 1
        assert len(report["per_core"]) == report["cores"]
        assert sum(core["synops"] for core in report["per_core"]) == pytest.approx(report["synops"])
        assert sum(link["messages"] for link in report["links"]) == pytest.approx(report["hops"] + report["chip_hops"])
    assert network.to_dict()["cores"] == []  # what is mapped is a copy


def test_synops_are_weights_times_rates():
    report = _core.mapping_report(_core.map_network(mlp(), "loihi3"), "loihi3")
    weights = TOKENS * 4 * CHANNELS * CHANNELS
    assert report["synops"] == pytest.approx(4 * weights * (1.0 + 0.1 + 0.1 + 0.1))


def test_objectives_differ_as_they_say():
    network = mlp(8)
    reports = {
        objective: _core.mapping_report(_core.map_network(network, "loihi3", objective=objective), "loihi3")
        for objective in ("minimize_communication", "minimize_latency")
    }
    slow, fast = reports["minimize_communication"], reports["minimize_latency"]
    assert slow["messages"] < fast["messages"]
    assert 4 * fast["max_load"] < slow["max_load"]


def test_placement_beats_what_it_is_compared_with():
    network = mlp(8)
    hops = {}
    for placement in ("annealed", "row_major", "random"):
        mapped = _core.map_network(network, "loihi3", objective="minimize_latency", placement=placement)
        hops[placement] = _core.mapping_report(mapped, "loihi3")["activity_hops"]
    assert 1.3 * hops["annealed"] < hops["row_major"]
    assert 1.3 * hops["annealed"] < hops["random"]
    first = _core.mapping_report(_core.map_network(network, "loihi3", partition="first_fit"), "loihi3")
    assert first["messages"] >= _core.mapping_report(_core.map_network(network, "loihi3"), "loihi3")["messages"]


def test_the_same_seed_gives_the_same_mapping():
    network = mlp()
    first, second = (_core.map_network(network, "loihi3", seed=3).to_dict() for _ in range(2))
    assert first["cores"] == second["cores"]


def test_what_does_not_fit_is_said():
    with pytest.raises(_core.CoreError, match=r"network 'mlp' needs \d+ cores, 1 are there .*more chips"):
        _core.map_network(mlp(8), "loihi3", cores=1)
    wide = _core.ChipNetwork.from_dict(
        dict(
            name="wide",
            populations=[
                dict(name="x", shape=[20_000], kind="input", tensor=[dict(size=20_000, stride=1)]),
                dict(name="fc", path="head.fc", shape=[2], start=1),
            ],
            projections=[
                dict(name="w", source=0, target=1, viewChannels=[dict(size=20_000, stride=1)], weights=[1] * 40_000)
            ],
            inputs=[dict(name="image", population=0, shape=[20_000])],
        )
    )
    with pytest.raises(
        _core.CoreError,
        match=r"layer 'head.fc' \(population 'fc'\): a single neuron needs 160000 bytes of synapses, a core of 'loihi3' "
        r"has 131072 \(synapseBytesPerCore\)",
    ):
        _core.map_network(wide, "loihi3")


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="unknown objective 'fast': expected one of balance, minimize_communication"):
        _core.map_network(mlp(1), "loihi3", objective="fast")
    with pytest.raises(ValueError, match="unknown placement 'best'"):
        _core.map_network(mlp(1), "loihi3", placement="best")
    with pytest.raises(_core.CoreError, match="loihi9"):
        _core.map_network(mlp(1), "loihi9")


def test_unplaced_networks_have_no_report():
    with pytest.raises(_core.CoreError):
        _core.mapping_report(mlp(1), "loihi3")
