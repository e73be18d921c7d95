# SPDX-License-Identifier: Apache-2.0
"""Networks on a chip in Python: from fields and back, checked, summed up, as image files."""

import pytest

from spike_transformer_compiler import _core

RELAY = dict(name="relay", ports=1, code=[dict(op="rdc"), dict(op="spike")])


def small_network():
    """Three inputs, four neurons that fire, a relay of their sum."""
    return dict(
        name="small",
        target="test",
        timeSteps=3,
        programs=[RELAY],
        populations=[
            dict(name="x", shape=[3], kind="input", tensor=[dict(size=3, stride=1)]),
            dict(name="fc", path="head.fc", shape=[4], lif=dict(dv=2048, threshold=[3]), start=1),
            dict(
                name="sum",
                shape=[1],
                kind="program",
                program=0,
                payloadBits=8,
                start=2,
                tensor=[dict(size=1, stride=1)],
            ),
        ],
        projections=[
            dict(name="w", source=0, target=1, viewChannels=[dict(size=3, stride=1)], weights=list(range(-6, 6))),
            dict(
                name="add",
                source=1,
                target=2,
                encoding="strided",
                weights=[1],
                loops=[dict(size=4, source=1, target=0)],
            ),
        ],
        inputs=[dict(name="image", population=0, shape=[3])],
        outputs=[dict(name="y", population=2, shape=[1], scale=0.5)],
        chips=[dict(x=0, y=0)],
        cores=[
            dict(slices=[dict(population=1, p0=0, p1=1, c0=0, c1=4), dict(population=2, p0=0, p1=1, c0=0, c1=1)]),
        ],
    )


def test_fields_come_back():
    network = _core.ChipNetwork.from_dict(small_network())
    network.verify()
    fields = network.to_dict()
    assert _core.ChipNetwork.from_dict(fields).to_dict() == fields
    assert fields["populations"][1]["lif"] == dict(
        du=4095, dv=2048, duOffset=1, dvOffset=0, align=6, refractory=0, threshold=[3], biasMantissa=[], biasExponent=[]
    )
    assert fields["projections"][0]["weights"] == list(range(-6, 6))
    assert fields["programs"][0]["code"][1] == dict(op="spike", rd=0, ra=0, rb=0, imm=0)


def test_summary_counts_neurons_and_synapses():
    summary = _core.ChipNetwork.from_dict(small_network()).describe()
    assert [p["neurons"] for p in summary["populations"]] == [3, 4, 1]
    assert [p["synapses"] for p in summary["projections"]] == [12, 4]
    assert summary["projections"][1]["encoding"] == "strided"
    assert summary["populations"][1]["path"] == "head.fc"
    assert summary["chipSteps"] == 5
    assert len(summary["cores"]) == 1


@pytest.mark.parametrize(
    "fields, message",
    [
        (dict(nam="x"), "there is no field 'nam'"),
        (dict(timeSteps="many"), "field 'timeSteps' cannot hold 'many'"),
        (dict(timeSteps=2**40), "field 'timeSteps' cannot hold"),
        (dict(populations=[dict(kind="dendrite")]), "there is no 'dendrite'"),
        (dict(projections=[dict(weights=[40000])]), "field 'weights' cannot hold"),
    ],
)
def test_what_no_field_holds_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        _core.ChipNetwork.from_dict(fields)
    with pytest.raises(TypeError, match="expected a dict"):
        _core.ChipNetwork.from_dict(dict(populations=[3]))


def test_broken_rules_are_named():
    fields = small_network()
    fields["projections"][0]["delay"] = 2
    network = _core.ChipNetwork.from_dict(fields)
    network.verify("unmapped")
    with pytest.raises(_core.CoreError, match="projection 'w': .* needs a delay of 0, got 2"):
        network.verify("scheduled")
    with pytest.raises(ValueError, match="expected the phase"):
        network.verify("mapped")
