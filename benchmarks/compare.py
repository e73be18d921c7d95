#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our compiled models next to SpikingJelly, torch.compile, ONNX Runtime, OpenVINO and IREE.

    python benchmarks/compare.py [--model NAME ...] [--batch N ...] [--threads N ...] [--rates SHARE ...]
                                 [--time-steps N ...] [--peers NAME ...] [--rounds N] [--full]

Without options: the two small models, batch 1, two threads, 15 % firing. `--full` is everything that docs/benchmarks.md
lists, and takes hours. What is compared and how: docs/benchmarks.md. Results go to benchmarks/results/compare.json, .png and
.pdf, renewed after every configuration.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import signal
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
logging.getLogger("torch._library.triton").addFilter(
    lambda record: False
)  # that there is no Triton does not matter here
HERE = Path(__file__).parent
RESULTS = HERE / "results"
RATE, TIME_STEPS = 0.15, 4
#: Share of the CPU, used by others, from which times are not to be trusted.
BUSY = 0.1


@dataclass(frozen=True)
class Configuration:
    """One group of bars: `rate` is spikes per neuron and step, 0..1."""

    model: str
    batch: int = 1
    threads: int = 2
    rate: float = RATE
    time_steps: int = TIME_STEPS


def full() -> list[Configuration]:
    """Every model at both batch sizes and thread counts; then what activity and time steps cost."""
    from subjects import MODELS, SMALL

    found = [Configuration(m, b, t) for m, b, t in itertools.product(MODELS, (1, 8), (1, 2))]
    found += [Configuration(m, rate=rate) for m, rate in itertools.product(MODELS, (0.05, 0.3))]
    found += [Configuration(m, time_steps=steps) for m, steps in itertools.product(SMALL, (1, 2, 8))]
    return found


def trained_as_it_is(at: Configuration) -> Configuration:
    """The trained model's activity is its own; it is measured once, whatever rates are asked for."""
    return replace(at, rate=RATE) if at.model == "digits" else at


def key(row: dict[str, Any]) -> tuple:
    return tuple(row[name] for name in ("model", "batch", "threads", "rate", "time_steps", "peer"))


def merged(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New rows take the place of old ones of the same peer and configuration."""
    renewed = {key(row) for row in new}
    return [row for row in old if key(row) not in renewed] + new


class Comparison:
    """Goes through configurations; models and checks are kept as long as only batch and threads change."""

    def __init__(self, peers: Sequence[str], rounds: int, seconds: float, check: bool, folder: Path) -> None:
        self.peers, self.rounds, self.seconds, self.check, self.folder = peers, rounds, seconds, check, folder
        self._made: tuple | None = None

    def _make(self, at: Configuration) -> None:
        """The calibrated model as a file, and the source's own spikes."""
        import torch
        from layer_check import Check
        from subjects import subject

        made = (at.model, at.rate, at.time_steps)
        if made == self._made:
            return
        self._subject = subject(*made)
        model = self._subject.build()
        torch.save(model, self.folder / "model.pt")
        self._checked: dict[str, dict[str, Any]] = {}
        image = self._subject.images(self._subject.checked).contiguous()
        self._check = Check(model, image, self.folder) if self.check else None
        self._made = made

    def measure(self, at: Configuration) -> list[dict[str, Any]]:
        """The rows of one configuration, one per peer."""
        import torch
        from conductor import Ensemble
        from machine import busy
        from peers import BASELINE
        from summary import agreement, with_times

        self._make(at)
        batches = self.folder / "batches.pt"
        torch.save(self._subject.batches(at.batch), batches)
        logs = RESULTS / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        reference = None
        with Ensemble(self.peers, self.folder / "model.pt", batches, at.threads, logs) as ensemble:
            for name in self.peers:
                row = ensemble.rows[name]
                say(f"{describe(at)}: {name}")
                ensemble.start(name)
                row |= ensemble.ask(name, "prepare") or {}
                answer = ensemble.ask(name, "outputs")
                if answer is None:
                    continue
                outputs = answer.pop("outputs")
                row |= answer
                if name == BASELINE:
                    reference = outputs
                if reference is not None:
                    row["outputs"] = agreement(reference, outputs, at.batch)
                self._compare_spikes(ensemble, name)
            others = busy()
            say(f"{describe(at)}: timing" + (f"; OTHERS USE {100 * others:.0f} % OF THE CPU" if others > BUSY else ""))
            times = ensemble.time(self.rounds, self.seconds)
            with_times(ensemble.rows, times, BASELINE)
        return [asdict(at) | row | {"busy": others} for row in ensemble.rows.values()]

    def _compare_spikes(self, ensemble: Any, name: str) -> None:
        """Once per model and rate: batch and threads change the shape of the loops, not what a layer computes."""
        from conductor import Failure
        from peers import BASELINE

        row = ensemble.rows[name]
        if self._check is None:
            return
        if name == BASELINE:
            self._checked[name] = {"reference": True}
        if name not in self._checked:
            say("    layer by layer")
            try:
                answer = ensemble.ask_only(name, "check", *self._check.arguments(name))
                self._checked[name] = self._check.judge(answer)
            except Failure as failure:
                self._checked[name] = {"reason": failure.reason}
        row["check"] = self._checked[name]


def describe(at: Configuration) -> str:
    rate = "trained" if at.model == "digits" else f"{100 * at.rate:g} % firing"
    threads = f"{at.threads} thread{'s' if at.threads > 1 else ''}"
    return f"{at.model}, batch {at.batch}, {threads}, {rate}, T = {at.time_steps}"


def say(text: str) -> None:
    """Progress goes to standard error: the tables can be redirected without it."""
    print(text, file=sys.stderr, flush=True)


def load_earlier(path: Path, machine: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an earlier run, which must be of this machine."""
    if not path.exists():
        return []
    earlier = json.loads(path.read_text())
    if earlier["machine"]["cpu"] != machine["cpu"]:
        raise SystemExit(
            f"{path} is of another machine ({earlier['machine']['cpu']}): move it away, or leave out --add"
        )
    return earlier["rows"]


def parse() -> argparse.Namespace:
    from peers import PEERS
    from subjects import DIGITS, MODELS, SMALL

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=list(SMALL), choices=[*MODELS, DIGITS], metavar="NAME",
                        help=f"of {', '.join([*MODELS, DIGITS])}")  # fmt: skip
    parser.add_argument("--batch", nargs="+", type=int, default=[1])
    parser.add_argument("--threads", nargs="+", type=int, default=[2])
    parser.add_argument("--rates", nargs="+", type=float, default=[RATE], help="spikes per neuron and step, 0..1")
    parser.add_argument("--time-steps", nargs="+", type=int, default=[TIME_STEPS])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS), metavar="NAME",
                        help=f"of {', '.join(PEERS)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=180, help="most time for the rounds of one configuration")
    parser.add_argument("--full", action="store_true", help="all models, batches, threads, rates and time steps")
    parser.add_argument("--no-check", action="store_true", help="do not compare spikes layer by layer")
    parser.add_argument("--add", action="store_true", help="keep the rows of the last run that are not measured again")
    parser.add_argument("--output", type=Path, default=RESULTS / "compare.json")
    return parser.parse_args()


def main() -> int:
    from comparison_figure import draw
    from comparison_table import show
    from layer_check import EXPLANATION
    from machine import describe as describe_machine

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # so that the peers' processes end as well
    arguments = parse()
    chosen = [Configuration(*values) for values in itertools.product(
        arguments.model, arguments.batch, arguments.threads, arguments.rates, arguments.time_steps
    )]  # fmt: skip
    configurations = full() if arguments.full else list(dict.fromkeys(map(trained_as_it_is, chosen)))
    configurations.sort(key=lambda c: (c.model, c.rate, c.time_steps))  # what is made once is used at once
    machine = describe_machine()
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    rows = load_earlier(arguments.output, machine) if arguments.add else []
    result = {
        "machine": machine,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(sys.argv[1:]),
        "check": EXPLANATION,
        "rows": rows,
    }
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(
            arguments.peers, arguments.rounds, arguments.seconds, not arguments.no_check, Path(folder)
        )
        for at in configurations:
            new = comparison.measure(at)
            result["rows"] = merged(result["rows"], new)
            show(describe(at), new)
            arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    written = [arguments.output, *draw(result, arguments.output)]
    print(f"{machine['cpu']}, {machine['cores']} cores; {EXPLANATION}")
    print("wrote " + ", ".join(str(path) for path in written))
    if (most := max(row["busy"] for row in result["rows"])) > BUSY:
        print(f"others used up to {100 * most:.0f} % of the CPU: times above {100 * BUSY:.0f} % are not to be trusted")
    if any(row["status"] == "missing" for row in result["rows"]):
        print("peers that are not installed: .venv/bin/pip install --no-deps -r benchmarks/requirements-peers.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
