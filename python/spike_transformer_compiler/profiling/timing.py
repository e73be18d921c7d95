# SPDX-License-Identifier: Apache-2.0
"""How times are taken and summed up: in turn within rounds, behind a pause, as medians, quartiles and ratios."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _core
from ..exceptions import ValidationError

__all__ = [
    "check_batch_sizes",
    "check_rounds",
    "cpu_name",
    "machine",
    "order",
    "ratios",
    "side_by_side",
    "spread",
    "take_turns",
    "time_settled",
]

#: Seconds before each turn, in which the threads of the one before go to sleep: those of OpenMP wait actively for some
#: milliseconds, on a core that the other needs.
PAUSE = 0.05
#: Rounds whose times are thrown away.
WARM_UP = 3
#: Runs at the beginning of a turn that are not timed, and seconds after which there have been enough.
SETTLING_RUNS, SETTLING_SECONDS = 3, 0.1


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, quartiles, the least, and how many; in the values' unit."""
    if len(values) == 1:
        low = middle = high = values[0]
    else:
        low, middle, high = statistics.quantiles(values, n=4)
    return {"median": middle, "quartiles": [low, high], "best": min(values), "count": len(values)}


def ratios(baseline: Sequence[float], times: Sequence[float]) -> list[float]:
    """How many times faster than the baseline, round by round: what slows a whole round down cancels out."""
    return [a / b for a, b in zip(baseline, times, strict=True)]


def order(count: int, round_number: int) -> list[int]:
    """Whose turn it is when: everyone once, another one first in each round, so that nobody always follows the same."""
    return [(i + round_number) % count for i in range(count)]


def take_turns(
    turns: Sequence[Callable[[int], float]],
    rounds: int,
    *,
    warm_up: int = WARM_UP,
    pause: float = PAUSE,
    seconds: float = float("inf"),
    least: int = 0,
) -> list[list[float]]:
    """What each returns, one per round, the rounds of the warm-up left out.

    turns     called with the number of the round, which says what input to take: the same for everyone
    pause     seconds before each turn
    seconds   after which it ends, once `least` rounds are done
    """
    times: list[list[float]] = [[] for _ in turns]
    start = time.monotonic()
    for i in range(rounds + warm_up):
        if i >= least + warm_up and time.monotonic() - start > seconds:
            break
        for which in order(len(turns), i):
            time.sleep(pause)
            taken = turns[which](i)
            if i >= warm_up:
                times[which].append(taken)
    return times


def time_settled(run: Callable[[], object]) -> float:
    """Seconds of one run behind others, which bring its data into the caches and wake threads and processor."""
    begin = time.perf_counter()
    for _ in range(SETTLING_RUNS):
        run()
        if time.perf_counter() - begin > SETTLING_SECONDS:
            break
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def side_by_side(
    runs: Mapping[str, Callable[[int], object]], rounds: int, warm_up: int = WARM_UP
) -> dict[str, list[float]]:
    """Seconds of one run of each in each round, in one process; see `take_turns`.

    A run is timed behind others of the same input; see `time_settled`.
    """
    check_rounds(rounds, warm_up)

    def timed(run: Callable[[int], object]) -> Callable[[int], float]:
        return lambda number: time_settled(lambda: run(number))

    times = take_turns([timed(run) for run in runs.values()], rounds, warm_up=warm_up)
    return dict(zip(runs, times, strict=True))


def check_rounds(rounds: int, warm_up: int) -> None:
    """At least one that counts; none or more before those."""
    for what, count, least in (("round that counts", rounds, 1), ("rounds of warm-up", warm_up, 0)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise ValidationError(f"expected at least {least} {what}, got {count!r}")


def check_batch_sizes(sizes: Sequence[int]) -> list[int]:
    """The sizes, which must be whole numbers of at least 1, and one of them at least."""
    if not sizes or any(isinstance(size, bool) or not isinstance(size, int) or size < 1 for size in sizes):
        raise ValidationError(f"expected batch sizes of at least 1, got {sizes!r}")
    return list(sizes)


def cpu_name() -> str:
    """As the system calls it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return _core.host_cpu()


def machine() -> str:
    """The CPU, and how many processors there are."""
    return f"{cpu_name()}, {os.cpu_count()} processors"
