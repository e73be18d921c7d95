# SPDX-License-Identifier: Apache-2.0
"""Any number of threads may run one compiled model, and compile at the same time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from small_models import image, in_pytorch, small

from spike_transformer_compiler import SpikeCompiler


def test_two_threads_run_one_model(compiled):
    inputs = [image(1, seed).numpy() for seed in range(20)]
    expected = [compiled.run(x) for x in inputs]
    barrier = threading.Barrier(2)

    def work(order):
        barrier.wait()
        return [(i, compiled.run(inputs[i])) for _ in range(25) for i in order]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, [range(20), range(19, -1, -1)]))
    for results in found:
        assert all(np.array_equal(output, expected[i]) for i, output in results)


def test_threads_of_different_batches_and_trains():
    """A batch size is compiled once, whoever asks for it first."""
    compiled = SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4))
    jobs = [(batch, trains) for batch in (1, 2, 3) for trains in (False, True)] * 3
    with ThreadPoolExecutor(6) as pool:
        outputs = list(pool.map(lambda job: compiled.run(image(job[0], job[0]), return_spike_trains=job[1]), jobs))
    for (batch, trains), output in zip(jobs, outputs, strict=True):
        output = output[0] if trains else output
        assert torch.equal(output, in_pytorch(small(), image(batch, batch)))
    assert len(compiled._variants) == 6


def test_compile_in_threads():
    compiler, sources = SpikeCompiler("simulation"), [small(), small()]  # the seed is the process's: not in the threads
    with ThreadPoolExecutor(2) as pool:
        models = list(pool.map(lambda source: compiler.compile(source, (1, 1, 4, 4)), sources))
    outputs = [model.run(image()) for model in models]
    assert torch.equal(*outputs)
    assert compiler.get_compilation_stats()["models"] == 2


def test_python_goes_on_while_the_core_works(compiled):
    """The interpreter lock is free while passes and code generation run."""
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        start = time.perf_counter()
        compiled.optimized_ir.module.compile(1)
        end = time.perf_counter()
    finally:
        done.set()
        thread.join()
    during = sum(start <= moment <= end for moment in ticks)
    assert during >= 3, f"{during} ticks in {end - start:.3f} s"


def test_one_result_whatever_the_number_of_workers(monkeypatch):
    x, outputs = image(3, 9), []
    for workers in ("1", "2", "5"):
        monkeypatch.setenv("SPIKE_COMPILER_WORKERS", workers)
        outputs.append(SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4)).run(x))
    assert all(torch.equal(outputs[0], other) for other in outputs[1:])
