# SPDX-License-Identifier: Apache-2.0
"""Worker processes with a time limit per request. A crash or a hang is an answer, too."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1]


class Worker:
    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(FOLDER), os.environ.get("PYTHONPATH"))))
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "networks.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **threads, "PYTHONPATH": path},
        )  # fmt: skip
        os.set_blocking(self.process.stderr.fileno(), False)
        self.request: dict[str, Any] | None = None
        self.deadline = float("inf")
        self.served = 0

    def ask(self, request: dict[str, Any], seconds: float) -> None:
        self.request, self.deadline = request, time.monotonic() + seconds
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died; the answer will say so

    def answer(self) -> dict[str, Any] | None:
        """After its output has become readable: the answer, or None if the process has ended."""
        line = self.process.stdout.readline()
        self.drain()
        self.served += 1
        return json.loads(line) if line.endswith(b"\n") else None

    def drain(self) -> str:
        """What it has written to standard error; read now and then, so that it never waits for us."""
        return (self.process.stderr.read() or b"").decode(errors="replace")

    def stop(self) -> tuple[int, str]:
        self.process.kill()
        code = self.process.wait()
        text = self.drain()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        return code, text


class Pool:
    """Runs requests on `jobs` processes; each is replaced after `recycle` requests, so that memory cannot add up."""

    def __init__(self, jobs: int = 1, seconds: float = 60.0, recycle: int = 400) -> None:
        self.jobs, self.seconds, self.recycle = jobs, seconds, recycle
        self.idle: list[Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.idle:
            worker.stop()
        self.idle.clear()

    def run(self, requests: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """(request, answer) as they come."""
        waiting, source = selectors.DefaultSelector(), iter(requests)
        busy: set[Worker] = set()

        def refill() -> None:
            while len(busy) < self.jobs and (request := next(source, None)) is not None:
                worker = self.idle.pop() if self.idle else Worker()
                # The first request waits for the imports as well.
                worker.ask(request, self.seconds + (0 if worker.served else 120))
                waiting.register(worker.process.stdout, selectors.EVENT_READ, worker)
                busy.add(worker)

        def leave(worker: Worker) -> None:
            waiting.unregister(worker.process.stdout)
            busy.discard(worker)

        try:
            refill()
            while busy:
                ready = [key.data for key, _ in waiting.select(0.5)]
                late = [worker for worker in busy if worker not in ready and time.monotonic() > worker.deadline]
                for worker in ready + late:
                    leave(worker)
                    answer = None if worker in late else worker.answer()
                    if answer is None:
                        time.sleep(0 if worker in late else 0.05)
                        hung = worker in late
                        code, text = worker.stop() if hung else (worker.process.wait(), worker.stop()[1])
                        detail = f"no answer in {self.seconds:.0f} s" if hung else f"ended with {code}: {text[-2000:]}"
                        answer = {
                            "failure": {"stage": "process", "kind": "hang" if hung else "crash", "detail": detail}
                        }
                    elif worker.served >= self.recycle:
                        worker.stop()
                    else:
                        self.idle.append(worker)
                    yield worker.request, answer
                refill()
        finally:
            for worker in busy:
                worker.stop()

    def one(self, request: dict[str, Any]) -> dict[str, Any]:
        return next(iter(self.run([request])))[1]
