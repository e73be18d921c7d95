# SPDX-License-Identifier: Apache-2.0
"""Networks on a chip for tests, as dictionaries with the field names of include/spike/Chip/Network.h: helpers that fill in
defaults, and random networks of every encoding, neuron and convention, up to the corners of their ranges."""

from math import prod

LIF = dict(
    du=4095, dv=0, duOffset=1, dvOffset=0, align=6, refractory=0, threshold=[1], biasMantissa=[], biasExponent=[]
)
WINDOW = dict(inH=1, inW=1, outH=1, outW=1, kH=1, kW=1, strideH=1, strideW=1, padH=0, padW=0, dilH=1, dilW=1, groups=1)
CONVENTIONS = dict(shiftBeforeSum=True, wrapInput=False, lavaCurrentWrap=False, wrapBiasedCurrent=False)
LAVA = dict(CONVENTIONS, shiftBeforeSum=False, lavaCurrentWrap=True)
NENGO = dict(CONVENTIONS, wrapInput=True, wrapBiasedCurrent=True)


def instruction(op, rd=0, ra=0, rb=0, imm=0):
    return dict(op=op, rd=rd, ra=ra, rb=rb, imm=imm)


def program(name, ports, states, *code):
    """Each instruction is its opcode, and fields that are not zero."""
    return dict(
        name=name, ports=ports, states=states, params=0, code=[instruction(op, **fields) for op, fields in code]
    )


READ_BOTH = ("rdc", dict(rd=0, imm=0)), ("rdc", dict(rd=1, imm=1))
RELAY = program("relay", 1, 0, ("rdc", {}), ("spike", {}))
INTEGRATE = program(
    "integrate",
    1,
    1,
    ("rdc", {}),
    ("ld", dict(rd=1)),
    ("add", dict(rd=1, ra=1, rb=0)),
    ("st", dict(ra=1)),
    ("spike", dict(ra=1)),
)
MAX = program("max", 2, 0, *READ_BOTH, ("lt", dict(ra=0, rb=1)), ("sel", dict(rd=2, ra=1, rb=0)), ("spike", dict(ra=2)))
PRODUCT = program("product", 2, 0, *READ_BOTH, ("mul_shr", dict(rd=2, ra=0, rb=1)), ("spike", dict(ra=2)))


def strides(shape):
    return [prod(shape[axis + 1 :]) for axis in range(len(shape))]


def dims(shape, axis_strides=None):
    return [dict(size=s, stride=t) for s, t in zip(shape, axis_strides or strides(shape), strict=True)]


def population(name, shape, kind="lif", lif=None, **fields):
    defaults = dict(path="", program=-1, params=[], payloadBits=1, start=0, substeps=1, rate=-1.0, tensor=dims(shape))
    return defaults | dict(name=name, shape=list(shape), kind=kind, lif=dict(LIF, **(lif or {}))) | fields


def projection(name, source, target, encoding="dense", **fields):
    defaults = dict(
        port=0, delay=0, substep=0, viewOffset=0, viewPositions=[], viewChannels=[], window=dict(WINDOW), loops=[]
    )
    defaults |= dict(sourceOffset=0, targetOffset=0, weightBits=8, sign="mixed", exponent=0, graded=False)
    defaults |= dict(weights=[], entries=[])
    return defaults | dict(name=name, source=source, target=target, encoding=encoding) | fields


def slice_box(index, shape, p0=0, p1=None, c0=0, c1=None):
    p1, c1 = p1 or prod(shape[:-1]), c1 or shape[-1]
    return dict(population=index, p0=p0, p1=p1, c0=c0, c1=c1)


def core(slices, x=0, y=0, chip=0):
    return dict(chip=chip, x=x, y=y, slices=slices)


def network(populations, projections, time_steps=1, **fields):
    """Fills in what is not given: a core for each population, an input for each input population, an output of the last."""
    inputs = [
        dict(name=p["name"], population=i, scale=1.0, low=0, high=1, everyStep=False, shape=p["shape"])
        for i, p in enumerate(populations)
        if p["kind"] == "input"
    ]
    last = len(populations) - 1
    outputs = [dict(name="y", population=last, lastStep=False, scale=1.0, offset=[], shape=populations[last]["shape"])]
    cores = [core([slice_box(i, p["shape"])], x=i) for i, p in enumerate(populations) if p["kind"] != "input"]
    defaults = dict(name="test", target="test", conventions=dict(CONVENTIONS), programs=[], inputs=inputs)
    defaults |= dict(outputs=outputs, chips=[dict(x=0, y=0)], cores=cores)
    return defaults | dict(timeSteps=time_steps, populations=populations, projections=projections) | fields


def chain(neurons, weights, time_steps, channels=1, conventions=CONVENTIONS, **fields):
    """An input of spikes, then layers of the same LIF neurons, densely connected."""
    populations = [population("x", [channels], "input")]
    projections = []
    for layer, matrix in enumerate(weights):
        projections.append(
            projection(
                f"w{layer}", layer, layer + 1, viewChannels=dims(populations[-1]["shape"]), weights=matrix, **fields
            )
        )
        populations.append(population(f"n{layer}", [channels], lif=neurons, start=layer + 1))
    return network(populations, projections, time_steps, conventions=dict(conventions))


class RandomNetwork:
    """Draws a network with a `random.Random`, hypothesis' own for example."""

    def __init__(self, random):
        self.random = random

    def pick(self, low, high):
        return self.random.randint(low, high)

    def choose(self, *values):
        return values[self.pick(0, len(values) - 1)]

    def each(self, count, draw):
        return [draw() for _ in range(self.choose(1, count))]

    def make(self):
        self.steps = self.pick(1, 5)
        self.conventions = {name: self.choose(False, True) for name in CONVENTIONS}
        self.programs = [RELAY, INTEGRATE, MAX, PRODUCT] + [self.make_program(i) for i in range(self.pick(0, 2))]
        self.populations, self.projections, self.inputs = [], [], []
        for _ in range(self.pick(1, 2)):
            self.add_input()
        for _ in range(self.pick(1, 4)):
            self.grow()
        for _ in range(self.pick(0, 3)):
            self.connect()
        self.schedule()
        return network(
            self.populations,
            self.projections,
            self.steps,
            conventions=self.conventions,
            programs=self.programs,
            inputs=self.inputs,
            outputs=self.make_outputs(),
            cores=self.make_cores(),
        )

    def make_program(self, index):
        ports, states, params, length = self.pick(1, 2), self.pick(0, 2), self.pick(0, 2), self.pick(1, 14)
        ops = "rdc mov movi sel and or shl add neg min mul_shr lt ge eq skp_c jmp_c probe".split()
        ops += ["ld", "st"] * (states > 0) + ["par"] * (params > 0)
        code = [instruction("rdc", rd=0)]
        if self.choose(False, True):  # a port that is read by some neurons only
            code += [instruction("lt", ra=0, rb=1), instruction("skp_c"), instruction("rdc", rd=2, imm=ports - 1)]
        first = len(code)
        for at in range(first, first + length):
            op = self.choose(*ops)
            limit = dict(rdc=ports - 1, ld=states - 1, st=states - 1, par=params - 1, shl=23, mul_shr=31).get(op, 0)
            imm = self.pick(0, limit)
            if op == "jmp_c":
                imm = self.pick(at + 1, first + length)
            elif op == "movi":
                imm = self.choose(0, 1, -1, 100, 2**23 - 1, -(2**23))
            code.append(instruction(op, *(self.pick(0, 4) for _ in range(3)), imm))
        code.append(instruction("spike", ra=self.pick(0, 4)))
        return dict(name=f"random{index}", ports=ports, states=states, params=params, code=code)

    def add_input(self):
        shape = [self.pick(1, 4) for _ in range(self.pick(1, 3))]
        bits = self.choose(1, 4, 24)
        high = 1 if bits == 1 else 2 ** (bits - 1) - 1
        axes = dims(shape)
        self.random.shuffle(axes)
        index = len(self.populations)
        self.populations.append(population(f"x{index}", shape, "input", payloadBits=bits, tensor=axes))
        self.inputs.append(
            dict(
                name=f"x{index}",
                population=index,
                scale=self.choose(0.5, 1.0, high / 2),
                low=0 if bits == 1 else -high,
                high=high,
                everyStep=self.choose(False, True),
                shape=[dim["size"] for dim in axes],
            )
        )

    def grow(self):
        """A population of the shape that a projection into it needs."""
        source = self.pick(0, len(self.populations) - 1)
        encoding = self.choose("dense", "conv", "strided", "sparse")
        fields, shape, fan_in, count = getattr(self, "make_" + encoding)(self.populations[source])
        self.add_neurons(shape)
        self.add_projection(source, len(self.populations) - 1, encoding, fields, fan_in, count)

    def add_neurons(self, shape):
        name, channels = f"n{len(self.populations)}", shape[-1]
        if self.choose(False, True):
            program = self.pick(0, len(self.programs) - 1)
            params = [
                self.each(channels, lambda: self.choose(0, 1, -3, 1000, -(2**23), 2**23 - 1))
                for _ in range(self.programs[program]["params"])
            ]
            fields = dict(kind="program", program=program, params=params, payloadBits=self.choose(1, 24))
        else:
            lif = dict(
                du=self.choose(0, 1, 1024, 2047, 4094, 4095),
                dv=self.choose(0, 1, 512, 2048, 4095),
                align=self.choose(6, 6, 0, 3),
                refractory=self.choose(0, 0, 1, 2),
                threshold=self.each(channels, lambda: self.choose(0, 1, 64, 300, 2**17 - 1)),
            )
            if self.choose(False, True):
                lif["biasMantissa"] = self.each(channels, lambda: self.choose(0, 1, -1, 4095, -4095))
                lif["biasExponent"] = self.each(channels, lambda: self.choose(0, 3, 7))
            fields = dict(lif=lif)
        axes = dims(shape)
        self.random.shuffle(axes)
        self.populations.append(population(name, shape, tensor=axes, **fields))

    def view(self, source):
        """A part of the source's axes, in any order and direction."""
        axes, offset = [], 0
        for size, stride in zip(source["shape"], strides(source["shape"]), strict=True):
            first = self.choose(0, 0, self.pick(0, size - 1))
            size = self.choose(size - first, self.pick(1, size - first))
            backward = self.choose(False, False, True)
            offset += (first + size - 1 if backward else first) * stride
            axes.append(dict(size=size, stride=-stride if backward else stride))
        self.random.shuffle(axes)
        cut = self.pick(0, len(axes))
        fields = dict(viewOffset=offset, viewPositions=axes[:cut], viewChannels=axes[cut:])
        return fields, prod(d["size"] for d in axes[:cut]), prod(d["size"] for d in axes[cut:])

    def make_dense(self, source):
        fields, positions, channels = self.view(source)
        shape = [positions, self.choose(1, 3, 70, self.pick(1, 5))]
        return fields, shape, channels, channels * shape[-1]

    def make_conv(self, source):
        fields, positions, channels = self.view(source)
        height = self.choose(*(h for h in range(1, positions + 1) if positions % h == 0))
        groups = self.choose(*(g for g in range(1, channels + 1) if channels % g == 0))
        window = dict(inH=height, inW=positions // height, outH=self.pick(1, 4), outW=self.pick(1, 4), groups=groups)
        for axis in "HW":
            window |= {"k" + axis: self.pick(1, 3), "stride" + axis: self.pick(1, 3)}
            window |= {"pad" + axis: self.pick(0, 2), "dil" + axis: self.pick(1, 2)}
        per_group = self.choose(1, 2, 65) if groups == 1 else self.pick(1, 3)
        shape = [window["outH"], window["outW"], groups * per_group]
        fan_in = channels // groups * window["kH"] * window["kW"]
        return dict(fields, window=window), shape, fan_in, fan_in * shape[-1]

    def make_strided(self, source):
        fields, _, _ = self.view(source)
        axes = fields["viewPositions"] + fields["viewChannels"]
        if self.choose(False, True):
            axes.insert(self.pick(0, len(axes)), dict(size=self.pick(1, 3), stride=0))
        loops, shape, fan_in = [], [], 1
        for axis in reversed(axes):
            target = self.choose(0, prod(shape), prod(shape))
            loops.append(dict(size=axis["size"], source=axis["stride"], target=target))
            if target:
                shape.insert(0, axis["size"])
            else:
                fan_in *= axis["size"]
        return dict(sourceOffset=fields["viewOffset"], loops=loops[::-1]), shape or [1], fan_in, 1

    def make_sparse(self, source):
        fields, positions, channels = self.view(source)
        outputs = self.pick(1, 5)
        pairs = [(s, t) for s in range(positions) for t in range(outputs) if self.choose(False, True)]
        fields["entries"] = [dict(source=s, target=t, weight=0) for s, t in pairs]
        return fields, [outputs, channels], positions, 0

    def connect(self):
        """One more projection between populations that are there, neuron to neuron."""
        target = self.pick(len(self.inputs), len(self.populations) - 1)
        source = self.pick(0, target - 1)
        sizes = [prod(self.populations[i]["shape"]) for i in (source, target)]
        size = self.pick(1, min(sizes))
        fields = dict(
            sourceOffset=self.pick(0, sizes[0] - size),
            targetOffset=self.pick(0, sizes[1] - size),
            loops=[dict(size=size, source=1, target=1)],
        )
        self.add_projection(source, target, "strided", fields, 1, 1)

    def add_projection(self, source, target, encoding, fields, fan_in, count):
        bits, sign = self.choose(8, 8, 6, 4, 1), self.choose("mixed", "mixed", "excitatory", "inhibitory")
        low, high = dict(
            mixed=(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1), excitatory=(0, 2**bits - 1), inhibitory=(1 - 2**bits, 0)
        )[sign]
        exponent = self.choose(0, 0, self.pick(-7, -1), self.pick(1, 7))
        payload_bits = self.populations[source]["payloadBits"]
        graded = payload_bits > 1 and self.choose(False, True, True)
        # Sums stay within 32 bits: over all projections and time steps, as a program may let them pile up.
        room = 2**31 / (len(self.projections) + 6) ** 2 / self.steps / fan_in / 2 ** max(0, exponent) / 512
        if graded and 2 ** (payload_bits - 1) > room:
            payload_room = room * 512 / 2 ** (payload_bits - 1) / 2 ** (9 - bits)
            if payload_room < 1:
                graded = False
            else:
                low, high = max(low, -int(payload_room)), min(high, int(payload_room))
        kind = self.populations[target]["kind"]
        ports = self.programs[self.populations[target]["program"]]["ports"] if kind == "program" else 1
        draw = lambda: self.choose(low, high, self.pick(low, high), self.pick(low, high))  # noqa: E731
        for entry in fields.get("entries", []):
            entry["weight"] = draw()
        self.projections.append(
            projection(
                f"p{len(self.projections)}",
                source,
                target,
                encoding,
                port=self.pick(0, ports - 1),
                weightBits=bits,
                sign=sign,
                exponent=exponent,
                graded=graded,
                weights=[draw() for _ in range(count)],
                **fields,
            )
        )

    def schedule(self):
        for index, target in enumerate(self.populations):
            into = [p for p in self.projections if p["target"] == index]
            if target["kind"] != "input":
                # Neurons here send in any step, so what they send must find a step of the target.
                least = max((self.populations[p["source"]]["substeps"] for p in into), default=1)
                target["substeps"] = self.choose(least, least, self.pick(least, 4))
            for p in into:
                p["substep"] = self.pick(self.populations[p["source"]]["substeps"] - 1, target["substeps"] - 1)
            ends = [sum(self.populations[p["source"]][key] for key in ("start", "substeps")) for p in into]
            if into:
                earliest = max(end - p["substep"] for p, end in zip(into, ends, strict=True))
                target["start"] = self.pick(0, 2) + max(0, earliest)
            for p, end in zip(into, ends, strict=True):
                p["delay"] = target["start"] + p["substep"] - end

    def make_outputs(self):
        outputs = [self.make_output(i) for i in range(self.pick(1, 2))]
        for index in range(len(self.inputs), len(self.populations)):
            if all(output["population"] != index for output in outputs) and self.choose(False, True):
                self.populations[index]["tensor"] = []  # nobody asks for it
        return outputs

    def make_output(self, number):
        index = self.pick(len(self.inputs), len(self.populations) - 1)
        shape = [dim["size"] for dim in self.populations[index]["tensor"]]
        offset = self.choose([], [0.25], [self.pick(-3, 3) / 4 for _ in range(prod(shape))])
        fields = dict(lastStep=self.choose(False, True), scale=self.choose(1.0, 0.375), offset=offset, shape=shape)
        return dict(name=f"y{number}", population=index, **fields)

    def make_cores(self):
        cores = [core([], x=x) for x in range(self.pick(1, 4))]
        for index, item in enumerate(self.populations):
            if item["kind"] == "input":
                continue
            positions, channels = prod(item["shape"][:-1]), item["shape"][-1]
            p, c = self.pick(1, positions), self.pick(1, channels)
            for p0 in range(0, positions, p):
                for c0 in range(0, channels, c):
                    box = slice_box(index, item["shape"], p0, min(p0 + p, positions), c0, min(c0 + c, channels))
                    self.choose(*cores)["slices"].append(box)
        return cores
