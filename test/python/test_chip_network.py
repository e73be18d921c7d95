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


def full_network():
    """Every field differs from its default somewhere."""
    fields = small_network()
    fields["conventions"] = dict(shiftBeforeSum=False, wrapInput=True, lavaCurrentWrap=True, wrapBiasedCurrent=True)
    fields["programs"].append(
        dict(
            name="scaled",
            ports=2,
            states=1,
            params=1,
            code=[
                dict(op="rdc", rd=1, imm=1),
                dict(op="par", rd=2),
                dict(op="lt", ra=1, rb=2),
                dict(op="jmp_c", imm=6),
                dict(op="mul_shr", rd=3, ra=1, rb=2, imm=5),
                dict(op="st", ra=3),
                dict(op="spike", ra=3),
            ],
        )
    )
    lif = dict(du=100, dv=200, duOffset=0, dvOffset=1, align=5, refractory=2, threshold=[3, -4])
    fields["populations"] += [
        dict(name="conv", shape=[2, 2, 2], lif=dict(lif, biasMantissa=[1, 2], biasExponent=[3]), start=1, rate=0.25),
        dict(
            name="pool",
            shape=[1, 2],
            kind="program",
            program=1,
            params=[[7, 8]],
            payloadBits=12,
            start=4,
            tensor=[dict(size=2, stride=1)],
        ),
        dict(name="z", shape=[2, 2, 2], kind="input", payloadBits=5, tensor=[dict(size=8, stride=1)]),
    ]
    view = dict(viewPositions=[dict(size=2, stride=4), dict(size=2, stride=2)], viewChannels=[dict(size=2, stride=1)])
    window = dict(inH=2, inW=2, outH=2, outW=2, kH=3, kW=1, strideH=1, strideW=2, padH=1, padW=0, dilH=1, dilW=3)
    fields["projections"] += [
        dict(
            view,
            name="k",
            source=5,
            target=3,
            encoding="conv",
            window=dict(window, groups=2),
            weights=[-100, 50, 0, 120, 1, 2],
            sign="mixed",
            graded=True,
            exponent=-2,
        ),
        dict(
            view,
            name="tree",
            source=3,
            target=4,
            port=1,
            delay=2,
            encoding="sparse",
            entries=[dict(source=s, target=0, weight=3 + s) for s in (0, 1, 3)],
            weightBits=4,
            sign="excitatory",
        ),
        dict(
            name="back",
            source=5,
            target=3,
            encoding="strided",
            weights=[-1],
            sign="inhibitory",
            weightBits=1,
            sourceOffset=7,
            targetOffset=1,
            loops=[dict(size=2, source=-3, target=2)],
        ),
    ]
    fields["inputs"].append(
        dict(name="second", population=5, shape=[2, 4], scale=0.5, low=-16, high=15, everyStep=False)
    )
    fields["outputs"].append(
        dict(name="last", population=4, lastStep=True, scale=-0.25, offset=[0.5, -0.25], shape=[2])
    )
    fields["chips"].append(dict(x=1, y=2))
    fields["cores"].append(
        dict(
            chip=1,
            x=3,
            y=4,
            slices=[
                dict(population=3, p0=0, p1=4, c0=1, c1=2),
                dict(population=3, p0=0, p1=4, c0=0, c1=1),
                dict(population=4, p0=0, p1=1, c0=0, c1=2),
            ],
        )
    )
    return fields


@pytest.mark.parametrize("make", [small_network, full_network])
def test_an_image_holds_every_field(make, tmp_path):
    network = _core.ChipNetwork.from_dict(make())
    image = network.to_bytes()
    assert _core.ChipNetwork.from_bytes(image).to_dict() == network.to_dict()
    network.write(str(tmp_path / "net.lsi"))
    assert (tmp_path / "net.lsi").read_bytes() == image
    assert _core.ChipNetwork.read(str(tmp_path / "net.lsi")).to_dict() == network.to_dict()


def test_unusable_images_are_refused(tmp_path):
    image = _core.ChipNetwork.from_dict(small_network()).to_bytes()
    with pytest.raises(_core.CoreError, match="it is damaged"):
        _core.ChipNetwork.from_bytes(image[:-1] + b"x")
    with pytest.raises(_core.CoreError, match="bytes follow"):
        _core.ChipNetwork.from_bytes(image[:-1])
    with pytest.raises(_core.CoreError, match="cannot read '.*none': No such file"):
        _core.ChipNetwork.read(str(tmp_path / "none"))
    with pytest.raises(_core.CoreError, match="cannot write"):
        _core.ChipNetwork.from_dict(small_network()).write(str(tmp_path / "none" / "net.lsi"))
    with pytest.raises(_core.CoreError, match="cores hold 0 of its 4 neurons; run loihi-partition"):
        _core.ChipNetwork.from_dict(dict(small_network(), cores=[])).to_bytes()
