# SPDX-License-Identifier: Apache-2.0
"""Peers side by side: each in its process, prepared one after the other, then timed in turn."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from peers.worker import Job, work

from spike_transformer_compiler.profiling.timing import SETTLING_RUNS, SETTLING_SECONDS, take_turns

#: Seconds without a word after which a peer is given up.
PATIENCE = 1800
#: Seconds before each turn, in which the thread pools of the one before go to sleep.
PAUSE = 0.01
#: Rounds whose times are thrown away.
WARM_UP = 2
#: So many rounds are measured even when the time allowed is over.
LEAST_ROUNDS = 5


class Failure(Exception):
    """A peer that is missing, refuses the model, fails, or ended; `kind` says which."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


class Worker:
    """The conductor's end of a peer's process."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.job = job
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, job), daemon=True)
        with _environment(job.threads):
            self._process.start()
        theirs.close()

    def ask(self, question: str, *arguments: Any, patience: float = PATIENCE) -> Any:
        try:
            self._connection.send((question, arguments))
            if not self._connection.poll(patience):
                self.end()
                raise Failure("failed", f"no answer to '{question}' within {patience:.0f} s")
            kind, answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise Failure("failed", f"during '{question}': {self._ending()}") from error
        if kind != "ok":
            raise Failure(kind, answer)
        return answer

    def _ending(self) -> str:
        self._process.join(10)
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"the process was ended by {signal.Signals(-code).name}"
        return f"the process ended with exit code {code}"

    def end(self) -> None:
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextlib.contextmanager
def _environment(threads: int) -> Iterator[None]:
    """What the libraries read when they are loaded, for a process that starts within."""
    ours = {
        "SPIKE_COMPILER_WORKERS": str(threads),
        "SPIKE_COMPILER_CACHE": "off",  # the seconds to the first output are those of compiling
        "OMP_NUM_THREADS": str(threads),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def in_turn(turns: Sequence[Callable[[int], float]], rounds: int, seconds: float) -> list[list[float]]:
    """Times of each, one per round, the rounds of the warm-up left out.

    A round gives everyone the same input. Ends after `rounds`, or after `seconds` if LEAST_ROUNDS are done.
    """
    return take_turns(turns, rounds, warm_up=WARM_UP, pause=PAUSE, seconds=seconds, least=LEAST_ROUNDS)


class Ensemble:
    """The peers of one configuration. What happens to one that fails is noted in its row; the others go on."""

    def __init__(self, names: Sequence[str], model: Path, batches: Path, threads: int, logs: Path) -> None:
        self.rows: dict[str, dict[str, Any]] = {name: {"peer": name, "status": "ok"} for name in names}
        self._workers: dict[str, Worker] = {}
        self._jobs = {name: Job(name, str(model), str(batches), threads, str(logs / f"{name}.log")) for name in names}

    def __enter__(self) -> Ensemble:
        return self

    def __exit__(self, *_: Any) -> None:
        for name in list(self._workers):
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._workers.pop(name).end()

    def alive(self) -> list[str]:
        return [name for name in self.rows if name in self._workers]

    def start(self, name: str) -> None:
        self._workers[name] = Worker(self._jobs[name])

    def ask(self, name: str, question: str, *arguments: Any) -> Any:
        """The answer, or nothing if the peer has failed now or before."""
        if name not in self._workers:
            return None
        try:
            return self.ask_only(name, question, *arguments)
        except Failure as failure:
            self.rows[name] |= {"status": failure.kind, "reason": failure.reason}
            self._drop(name)
            return None

    def ask_only(self, name: str, question: str, *arguments: Any) -> Any:
        """The answer; a Failure is raised, and the peer may be asked other things."""
        return self._workers[name].ask(question, *arguments)

    def time(self, rounds: int, seconds: float) -> dict[str, list[float]]:
        """Milliseconds of every peer that is still there, one per round; those that fail on the way are left out."""
        names = self.alive()

        def turn(name: str) -> Callable[[int], float]:
            def taken(number: int) -> float:
                answer, spent = None, 0.0
                for settling in range(SETTLING_RUNS + 1):  # the last run counts, as in `time_settled`
                    if settling < SETTLING_RUNS and spent > 1e3 * SETTLING_SECONDS:
                        continue
                    answer = self.ask(name, "time", number)
                    if answer is None:
                        return float("nan")
                    spent += answer
                return answer

            return taken

        times = in_turn([turn(name) for name in names], rounds, seconds)
        return {name: taken for name, taken in zip(names, times, strict=True) if name in self._workers}
