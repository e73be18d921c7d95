# SPDX-License-Identifier: Apache-2.0
"""What docs/loihi.md says of a network on a chip, literally and slowly: chip steps, messages on their way, synapse by
synapse. Networks are dictionaries with the field names of include/spike/Chip/Network.h. Shares nothing with the simulator.
"""

from collections import defaultdict
from itertools import product
from math import prod

import numpy as np

LIMIT = 2**23 - 1


def wrap(x, bits):
    """The lowest bits in two's complement."""
    return (int(x) + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def decay(x, d):
    kept = abs(x) * (4096 - d) // 4096
    return kept if x >= 0 else -kept


def shift(x, exponent):
    return x << exponent if exponent >= 0 else x >> -exponent


def pick(values, channel):
    return values[0] if len(values) == 1 else values[channel]


def elements(dims, offset=0):
    """Neurons that a nest of loops visits, in order."""
    return [
        offset + sum(i * dim["stride"] for i, dim in zip(index, dims, strict=True))
        for index in product(*(range(dim["size"]) for dim in dims))
    ]


def tensor_neurons(population):
    return elements(population["tensor"]) if population["tensor"] else list(range(prod(population["shape"])))


def tensor_shape(population):
    return [dim["size"] for dim in population["tensor"]] or list(population["shape"])


def synapses(projection, populations):
    """(source, target, m) of every synapse."""
    p = projection
    target_channels = populations[p["target"]]["shape"][-1]
    if p["encoding"] == "strided":
        result = []
        for index in product(*(range(loop["size"]) for loop in p["loops"])):
            source = p["sourceOffset"] + sum(i * d["source"] for i, d in zip(index, p["loops"], strict=True))
            target = p["targetOffset"] + sum(i * d["target"] for i, d in zip(index, p["loops"], strict=True))
            result.append((source, target, p["weights"][0]))
        return result
    positions, channels = elements(p["viewPositions"], p["viewOffset"]), elements(p["viewChannels"])
    if p["encoding"] == "sparse":
        return [
            (positions[e["source"]] + channels[c], e["target"] * target_channels + c, e["weight"])
            for e in p["entries"]
            for c in range(target_channels)
        ]
    weights = iter(p["weights"])
    if p["encoding"] == "dense":
        matrix = [[next(weights) for _ in channels] for _ in range(target_channels)]
        return [
            (position + channel, n * target_channels + o, matrix[o][i])
            for n, position in enumerate(positions)
            for o in range(target_channels)
            for i, channel in enumerate(channels)
        ]
    w = p["window"]
    per_group = len(channels) // w["groups"]
    result = []
    for o, i, ky, kx in product(range(target_channels), range(per_group), range(w["kH"]), range(w["kW"])):
        m = next(weights)
        channel = channels[o // (target_channels // w["groups"]) * per_group + i]
        for y, x in product(range(w["outH"]), range(w["outW"])):
            sy = y * w["strideH"] - w["padH"] + ky * w["dilH"]
            sx = x * w["strideW"] - w["padW"] + kx * w["dilW"]
            if 0 <= sy < w["inH"] and 0 <= sx < w["inW"]:
                result.append((positions[sy * w["inW"] + sx] + channel, (y * w["outW"] + x) * target_channels + o, m))
    return result


class Neuron:
    """Accumulators and states of one neuron."""

    def __init__(self, ports, states):
        self.accumulators = [0] * ports
        self.states = [0] * states  # LIF: v, u
        self.refractory = 0

    def is_zero(self):
        return not any(self.accumulators) and not any(self.states) and self.refractory == 0


def step_lif(neuron, lif, channel, conventions):
    """The payload of the message that the neuron sends; 0 for none."""
    v, u = neuron.states
    a = neuron.accumulators[0] << lif["align"]
    neuron.accumulators[0] = 0
    if conventions["wrapInput"]:
        a = wrap(a, 22)
    u = decay(u, lif["du"] + lif["duOffset"]) + a
    if not conventions["lavaCurrentWrap"]:
        u = wrap(u, 24)
    else:
        u = -wrap(-u, 24)  # [-2^23, 2^23) mirrored: 2^23 stays, -2^23 becomes 2^23
    bias = 0
    if lif["biasMantissa"]:
        bias = shift(pick(lif["biasMantissa"], channel), pick(lif["biasExponent"] or [0], channel))
    drive = wrap(u + bias, 24) if conventions["wrapBiasedCurrent"] else u + bias
    v = max(-LIMIT, min(LIMIT, decay(v, lif["dv"] + lif["dvOffset"]) + drive))
    fires = False
    if neuron.refractory > 0:
        v = 0
        neuron.refractory -= 1
    elif v > pick(lif["threshold"], channel) << lif["align"]:
        fires, v = True, 0
        neuron.refractory = lif["refractory"]
    neuron.states = [v, u]
    return int(fires)


def step_program(neuron, program, params, channel):
    registers, condition, payload, at = [0] * 16, False, 0, 0
    while at < len(program["code"]):
        code = program["code"][at]
        op, a, b, imm = code["op"], registers[code["ra"]], registers[code["rb"]], code["imm"]
        at += 1
        result = None
        if op == "rdc":
            result, neuron.accumulators[imm] = neuron.accumulators[imm], 0
        elif op == "ld":
            result = neuron.states[imm]
        elif op == "st":
            neuron.states[imm] = a
        elif op == "par":
            result = pick(params[imm], channel)
        elif op == "mov":
            result = a
        elif op == "movi":
            result = imm
        elif op == "sel":
            result = a if condition else b
        elif op == "and":
            result = a & b
        elif op == "or":
            result = a | b
        elif op == "shl":
            result = a << imm
        elif op == "add":
            result = a + b
        elif op == "neg":
            result = -a
        elif op == "min":
            result = min(a, b)
        elif op == "mul_shr":
            result = abs(a * b) // 2**imm * (1 if a * b >= 0 else -1)
        elif op == "lt":
            condition = a < b
        elif op == "ge":
            condition = a >= b
        elif op == "eq":
            condition = a == b
        elif op == "skp_c":
            at += condition
        elif op == "jmp_c":
            at = imm if condition else at
        elif op == "spike":
            payload = a or payload
        else:
            assert op == "probe", op
        if result is not None:
            registers[code["rd"]] = wrap(result, 24)
    return payload


class Wire:
    """A projection with its synapses by source, and what a message reads on each core."""

    def __init__(self, network, index, core_of):
        projection = network["projections"][index]
        self.projection, self.index = projection, index
        self.targets = defaultdict(list)
        for source, target, m in synapses(projection, network["populations"]):
            self.targets[source].append((target, m))
        self.mixed = 8 - projection["weightBits"] + (projection["sign"] == "mixed")
        channels = network["populations"][projection["target"]]["shape"][-1]
        window = projection["window"]
        self.reads = {}  # source: {core: synapses}
        for source, targets in self.targets.items():
            reads = self.reads[source] = defaultdict(int)
            if projection["encoding"] in ("sparse", "strided"):
                for target, _ in targets:
                    reads[core_of[projection["target"], target][0]] += 1
                continue
            # A list holds every channel that the source's channel reaches in the box of channels, at every tap.
            reached = defaultdict(set)
            for target, _ in targets:
                core, box = core_of[projection["target"], target]
                reached[core, box].add(target % channels)
            for (core, _), found in reached.items():
                taps = window["kH"] * window["kW"] if projection["encoding"] == "conv" else 1
                reads[core] += taps * len(found)


class Chip:
    """Runs one inference; afterwards `sent[population]` and `states[population]` hold every time step."""

    def __init__(self, network):
        self.network, self.populations = network, network["populations"]
        self.steps = network["timeSteps"]
        self.period = max(p["substeps"] for p in self.populations)
        self.chip_steps = max(p["start"] + p["substeps"] for p in self.populations) + (self.steps - 1) * self.period
        self.core_of = {}  # (population, neuron): core, number of the box
        for c, core in enumerate(network["cores"]):
            for b, box in enumerate(core["slices"]):
                channels = self.populations[box["population"]]["shape"][-1]
                for p, ch in product(range(box["p0"], box["p1"]), range(box["c0"], box["c1"])):
                    self.core_of[box["population"], p * channels + ch] = c, (c, b)
        self.wires = [Wire(network, i, self.core_of) for i in range(len(network["projections"]))]
        self.restless = [[self.acts(p, c) for c in range(p["shape"][-1])] for p in self.populations]

    def make_neuron(self, population):
        if population["kind"] == "program":
            program = self.network["programs"][population["program"]]
            return Neuron(program["ports"], program["states"])
        return Neuron(1, 2)

    def step_neuron(self, neuron, population, channel):
        if population["kind"] == "lif":
            return step_lif(neuron, population["lif"], channel, self.network["conventions"])
        program = self.network["programs"][population["program"]]
        payload = step_program(neuron, program, population["params"], channel)
        return int(payload != 0) if population["payloadBits"] == 1 else payload

    def acts(self, population, channel):
        """Whether a neuron does something with neither state nor input."""
        if population["kind"] == "input":
            return False
        neuron = self.make_neuron(population)
        return self.step_neuron(neuron, population, channel) != 0 or not neuron.is_zero()

    def run(self, arrays):
        count = len(self.populations)
        neurons = [[self.make_neuron(p) for _ in range(prod(p["shape"]))] for p in self.populations]
        self.sent = [np.zeros((self.steps, prod(p["shape"])), np.int64) for p in self.populations]
        self.states = [[] for _ in range(count)]
        shape = (len(self.network["cores"]), self.chip_steps)
        names = ["synops", "updates", "spikes", "messages_in", "messages_out"]
        names += [f"{kind}_synops" for kind in ("dense", "conv", "strided", "sparse", "graded")]
        self.counters = {name: np.zeros(shape, np.int64) for name in names}
        self.traffic = defaultdict(int)
        self.flows = defaultdict(int)
        self.projection_synops = np.zeros(len(self.wires), np.int64)
        self.population_updates, self.population_spikes = np.zeros(count, np.int64), np.zeros(count, np.int64)
        under_way = defaultdict(list)  # (step of integration, projection): messages
        for step in range(self.chip_steps):
            for i, wire in enumerate(self.wires):
                self.deliver(wire, neurons[wire.projection["target"]], under_way[step, i], step)
            for p, population in enumerate(self.populations):
                time = self.time_of(population, step)
                if time is None:
                    continue
                if population["kind"] == "input":
                    self.sent[p][time] = self.encode(p, arrays, time)
                else:
                    self.step_population(p, neurons[p], step, time)
                for n in np.flatnonzero(self.sent[p][time]):
                    self.send(p, int(n), int(self.sent[p][time, n]), step, under_way)
        self.outputs = [self.decode(output) for output in self.network["outputs"]]
        return self.outputs

    def time_of(self, population, step):
        """The time step for which a population runs in a step of the chip; None if it does not run."""
        time, substep = divmod(step - population["start"], self.period)
        return time if 0 <= time < self.steps and substep < population["substeps"] else None

    def deliver(self, wire, neurons, messages, step):
        p, conventions = wire.projection, self.network["conventions"]
        target = self.populations[p["target"]]
        if messages and self.time_of(target, step) is None:
            raise ValueError(f"{target['name']} does not run in step {step}")
        sums = defaultdict(int)
        for source, payload in messages:
            q = payload if p["graded"] else 1
            for target, m in wire.targets[source]:
                w = m << wire.mixed
                late = p["exponent"] < 0 and not conventions["shiftBeforeSum"]
                sums[target] += q * (w if late else shift(w, p["exponent"]))
        for target, total in sums.items():
            if p["exponent"] < 0 and not conventions["shiftBeforeSum"]:
                total >>= -p["exponent"]
            neurons[target].accumulators[p["port"]] += total
            assert abs(neurons[target].accumulators[p["port"]]) < 2**31

    def step_population(self, p, neurons, step, time):
        population = self.populations[p]
        channels = population["shape"][-1]
        for n, neuron in enumerate(neurons):
            core = self.core_of[p, n][0]
            if not neuron.is_zero() or self.restless[p][n % channels]:
                self.counters["updates"][core, step] += 1
                self.population_updates[p] += 1
            self.sent[p][time, n] = self.step_neuron(neuron, population, n % channels)
            self.counters["spikes"][core, step] += int(self.sent[p][time, n] != 0)
        del self.states[p][time:]  # the last step of a time step is what is seen of it
        self.states[p].append([list(neuron.states) for neuron in neurons])

    def send(self, p, neuron, payload, step, under_way):
        self.population_spikes[p] += 1
        sender = self.core_of[p, neuron][0] if (p, neuron) in self.core_of else -1
        receivers = set()
        for wire in self.wires:
            if wire.projection["source"] != p or neuron not in wire.targets:
                continue
            under_way[step + 1 + wire.projection["delay"], wire.index].append((neuron, payload))
            for core, synops in wire.reads[neuron].items():
                receivers.add(core)
                self.counters["synops"][core, step + 1] += synops
                kind = "graded" if wire.projection["graded"] else wire.projection["encoding"]
                self.counters[f"{kind}_synops"][core, step + 1] += synops
                self.projection_synops[wire.index] += synops
        for core in receivers:
            self.counters["messages_in"][core, step + 1] += 1
            self.traffic[sender, core] += 1
            self.flows[p, step, sender, core] += 1
            if sender >= 0:
                self.counters["messages_out"][sender, step] += 1

    def encode(self, p, arrays, time):
        payloads = np.zeros(prod(self.populations[p]["shape"]), np.int64)
        for item, array in zip(self.network["inputs"], arrays, strict=True):
            if item["population"] == p:
                values = np.rint(
                    (array if item["everyStep"] else array[time]).reshape(-1).astype(np.float32)
                    * np.float32(item["scale"])
                )
                values = np.where(np.isnan(values), 0, np.clip(values, item["low"], item["high"]))
                payloads[tensor_neurons(self.populations[p])] = values
        return payloads

    def decode(self, output):
        population = self.populations[output["population"]]
        payloads = self.sent[output["population"]][:, tensor_neurons(population)]
        if output["lastStep"]:
            payloads = payloads[-1:]
        values = (payloads * np.float64(output["scale"])).astype(np.float32)
        values = values + np.array(output["offset"] or [0], np.float32)
        return values.reshape(([] if output["lastStep"] else [self.steps]) + list(output["shape"]))

    def probe(self, name):
        """What the simulator's probe of that name records."""
        owner, _, word = name.partition(".")
        p = [population["name"] for population in self.populations].index(owner)
        population = self.populations[p]
        if not word:
            values = self.sent[p]
        else:
            index = {"v": 0, "u": 1}.get(word)
            values = np.array(self.states[p], np.int64)[:, :, int(word[1:]) if index is None else index]
        return values[:, tensor_neurons(population)].reshape([self.steps] + tensor_shape(population))
