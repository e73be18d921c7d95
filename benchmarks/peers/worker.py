# SPDX-License-Identifier: Apache-2.0
"""One peer in a process of its own, which does what the conductor asks and nothing in between.

A process each: thread pools of several libraries do not spin in each other's time, peak memory is one peer's, and a crash
ends one row of the table and not the run.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from . import load
from .base import Peer, Refusal, Run, as_tuple, first_line

#: Runs of each variant, the first of them left out, from which the fastest is told.
TRIALS = 4


@dataclass(frozen=True)
class Job:
    """What to run: a pickled model, batches of images that it takes one after the other, and the threads to use."""

    peer: str
    model: str
    batches: str
    threads: int
    log: str


def peak_mb(reset: bool = False) -> float:
    """The most memory this process has held since its start or since the last reset."""
    status = Path("/proc/self/status").read_text().splitlines()
    peak = int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) / 1024
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return peak


class Served:
    """The answers. Each method is a question of the conductor's; what it returns is sent back."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.peer: Peer = load(job.peer)
        if absent := self.peer.missing():
            raise Refusal(absent)
        self.peer.load(job.threads)
        self.model = torch.load(job.model, weights_only=False).eval()
        self.batches: list[torch.Tensor] = torch.load(job.batches)
        self.variant = ""
        self.run: Run | None = None

    def prepare(self) -> dict[str, Any]:
        """From the model to its first output, for each variant; the fastest stays."""
        before = peak_mb(reset=True)
        seconds, medians = {}, {}
        for variant in self.peer.variants:
            start = time.perf_counter()
            run = self._prepared(self.model, (self.batches[0],), variant)
            with torch.inference_mode():
                run(self.batches[0])
            seconds[variant] = time.perf_counter() - start
            if len(self.peer.variants) > 1:
                medians[variant] = statistics.median(self._timed(run, i) for i in range(TRIALS + 1)[1:])
            if self.run is None or medians[variant] <= medians[self.variant]:
                self.run, self.variant = run, variant
            del run
            gc.collect()
        return {
            "version": self.peer.version(),
            "variant": self.variant,
            "variants_ms": medians,
            "first_output_s": seconds[self.variant],
            "before_mb": before,
            "compile_peak_mb": peak_mb(),
        }

    def outputs(self) -> dict[str, Any]:
        """The output of every batch, and the most memory held while running."""
        gc.collect()
        peak_mb(reset=True)
        with torch.inference_mode():
            found = [torch.as_tensor(as_tuple(self.run(batch))[0]).clone().numpy() for batch in self.batches]
        return {"outputs": found, "run_peak_mb": peak_mb()}

    def check(self, image: str, teachers: str, answer: str) -> dict[str, Any]:
        """Every layer's own spikes, teacher forced: from a second instance of the same graph with more outputs."""
        from .unrolled import Forced

        x = torch.load(image)
        if not self.peer.unrolled:
            verdict = self.peer.compiled.verify(self.model, x.numpy()).spikes
            return {name: verdict.total(name) for name in ("steps", "ties", "errors")} | {"passed": verdict.passed}
        spikes: dict[str, torch.Tensor] = torch.load(teachers)
        inputs = (x, *(train.float().contiguous() for train in spikes.values()))
        run = self._compiled(Forced(self.model, list(spikes)), inputs, self.variant)
        with torch.inference_mode():
            own = run(*inputs)[-len(spikes) :]
        torch.save({path: torch.as_tensor(train).clone() for path, train in zip(spikes, own, strict=True)}, answer)
        return {"answer": answer}

    def time(self, number: int) -> float:
        """Milliseconds of one inference."""
        return self._timed(self.run, number)

    @torch.inference_mode()
    def _timed(self, run: Run, number: int) -> float:
        batch = self.batches[number % len(self.batches)]
        start = time.perf_counter()
        run(batch)
        return 1e3 * (time.perf_counter() - start)

    def _prepared(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], variant: str) -> Run:
        from .unrolled import unroll

        return self._compiled(unroll(model) if self.peer.unrolled else model, inputs, variant)

    def _compiled(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], variant: str) -> Run:
        return self.peer.prepare(model, inputs, self.job.threads, variant)


def work(connection: Connection, job: Job) -> None:
    """The process; what the libraries print goes to the log."""
    warnings.filterwarnings("ignore")
    log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    answer(connection, job)


def answer(connection: Connection, job: Job) -> None:
    """Answers questions, each a method of Served with its arguments, until the other end closes."""
    served: Served | None = None
    while True:
        try:
            question, arguments = connection.recv()
        except EOFError:
            return
        try:
            if served is None:
                served = Served(job)
            connection.send(("ok", getattr(served, question)(*arguments)))
        except Refusal as refusal:
            connection.send(("missing" if served is None else "refused", str(refusal)))
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            connection.send(("failed", first_line(error)))
