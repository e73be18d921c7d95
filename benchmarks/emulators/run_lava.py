# SPDX-License-Identifier: Apache-2.0
"""A case on Lava's bit-accurate processes, on the CPU."""

import time

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense
from lava.proc.io.sink import RingBuffer as Sink
from lava.proc.io.source import RingBuffer as Source
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor
from lava.utils.weightutils import SignMode
from serve import aligned, serve


def run(case):
    steps, neurons = case["spikes"].shape
    total = steps + len(case["layers"])
    spikes = np.zeros((neurons, total), np.int32)
    spikes[:, :steps] = case["spikes"].T
    before = Source(data=spikes)
    sinks, monitors = [], []
    for weights in case["layers"]:
        dense = Dense(
            weights=weights,
            weight_exp=int(case["exponent"]),
            num_weight_bits=8,
            sign_mode=SignMode.MIXED,
        )
        cells = LIF(
            shape=(len(weights),),
            du=int(case["du"]),
            dv=int(case["dv"]),
            vth=int(case["threshold"]),
            bias_mant=int(case["bias"]),
        )
        before.s_out.connect(dense.s_in)
        dense.a_out.connect(cells.a_in)
        if case["membranes"]:  # a port for each: a monitor takes the spikes as well as the states
            monitors.append({name: Monitor() for name in ("s_out", "v", "u")})
            for name, monitor in monitors[-1].items():
                monitor.probe(getattr(cells, name), total)
        else:
            sinks.append(Sink(shape=(len(weights),), buffer=total))
            cells.s_out.connect(sinks[-1].a_in)
        before = cells
    before.run(condition=RunSteps(num_steps=1), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    start = time.perf_counter()
    before.run(condition=RunSteps(num_steps=total - 1), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    seconds = time.perf_counter() - start
    results = {}
    for layer, sink in enumerate(sinks):
        results[f"spikes{layer}"] = aligned(sink.data.get().T, layer, steps)
    for layer, probes in enumerate(monitors):
        for name, monitor in probes.items():
            ((found,),) = (list(values.values()) for values in monitor.get_data().values())
            results[f"{'spikes' if name == 's_out' else name}{layer}"] = aligned(found, layer, steps)
    before.stop()
    return seconds, results


serve(run)
