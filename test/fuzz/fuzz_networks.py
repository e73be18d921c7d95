# SPDX-License-Identifier: Apache-2.0
"""Differential fuzzing of whole networks: random PyTorch models against the interpreter and compiled code.

    python test/fuzz/fuzz_networks.py --cases 5000 --seed 0 --jobs 2
    python test/fuzz/fuzz_networks.py --target loihi3 --cases 2000 --jobs 2
    python test/fuzz/fuzz_networks.py --mutants
    python test/fuzz/fuzz_networks.py --replay failure.json

Prints each failure with its seed, shrinks it, and ends with exit code 1 if there was one; see docs/fuzzing.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from networks.plan import Plan  # noqa: E402
from networks.pool import Pool  # noqa: E402
from networks.report import ChipSummary, Summary, describe  # noqa: E402
from networks.shrink import shrink  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200, help="with --mutants: the most tried for each")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first case; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes")
    parser.add_argument("--levels", type=int, default=1, choices=(0, 1, 2, 3, 4), help="levels compiled for each case")
    parser.add_argument("--seconds", type=float, default=60, help="time limit of a case")
    parser.add_argument("--target", help="networks that a chip takes, quantised and run on this chip or board")
    parser.add_argument("--exact", choices=("yes", "no"), help="only networks whose sums are exact, or none of them")
    parser.add_argument("--keep", type=Path, help="folder for the shrunk failing plans")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--replay", type=Path, help="run a kept plan")
    parser.add_argument("--mutants", action="store_true", help="plant every fault, and fail if one is not found")
    parser.add_argument("--coverage", action="store_true", help="say what of the compiler was not reached")
    options = parser.parse_args()
    with Pool(options.jobs, options.seconds) as pool:
        if options.replay:
            kept = json.loads(options.replay.read_text())
            answer = pool.one({"job": "check", **{key: kept[key] for key in ("plan", "target") if key in kept}})
            print(describe(answer) or "no failure")
            return bool(answer.get("failure") or answer.get("broken"))
        return (hunt if options.mutants else run)(pool, options)


def run(pool: Pool, options: argparse.Namespace) -> int:
    common: dict[str, Any] = {"job": "check", "levels": options.levels}
    if options.exact:
        common["exact"] = options.exact == "yes"
    if options.coverage:
        common["coverage"] = True
    requests = ({**common, "seed": seed} for seed in range(options.seed, options.seed + options.cases))
    if options.target:
        common["target"] = options.target
    summary, start = ChipSummary() if options.target else Summary(), time.monotonic()
    with Pool(1, options.seconds) as helper:
        for request, answer in pool.run(requests):
            summary.add(answer)
            if text := describe(answer):
                print(f"seed {request['seed']}: {text}\n", flush=True)
            if "failure" in answer:
                keep(request, answer, helper, options)
    print(summary.text(time.monotonic() - start))
    if options.coverage:
        from networks.coverage import report

        text, missed = report(summary.coverage)
        print(text)
        return bool(summary.failures or missed)
    return bool(summary.failures)


def keep(request: dict[str, Any], answer: dict[str, Any], helper: Pool, options: argparse.Namespace) -> None:
    """Shrinks a failure, prints its plan and writes it."""
    plan = answer.get("plan") or helper.one({**request, "job": "plan"})["plan"]
    target = {key: request[key] for key in ("target",) if key in request}
    failure = answer["failure"]
    if not options.no_shrink:
        check: Callable[[Plan], dict[str, Any]] = lambda smaller: helper.one(  # noqa: E731
            {"job": "check", **target, "plan": smaller.to_dict()}
        )
        small, last = shrink(Plan.from_dict(plan), check)
        if "failure" in last:
            plan, failure = small.to_dict(), last["failure"]
            print(f"seed {request['seed']}, shrunk to {len(small.nodes)} nodes: {describe(last)}")
    kept = json.dumps({"failure": failure, **target, "plan": plan})
    print(f"{kept}\n", flush=True)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        Path(options.keep, f"{request['seed']}.json").write_text(kept + "\n")


def hunt(pool: Pool, options: argparse.Namespace) -> int:
    """Every mutant until it is caught."""
    from networks.mutants import MUTANTS

    # One request is many cases here.
    pool.seconds *= options.cases
    requests = ({"job": "hunt", "mutant": name, "seed": options.seed, "cases": options.cases} for name in MUTANTS)
    survivors = 0
    for request, answer in pool.run(requests):
        if "caught" in answer:
            told = f"caught in {answer['stage']}, planted in {answer['planted']} cases, seed {answer['caught']}"
        else:
            survivors += 1
            told = f"SURVIVES {answer.get('planted', 0)} cases; {answer.get('invalid') or describe(answer)}"
        print(f"{request['mutant']:36s} {told}", flush=True)
    print(f"{len(MUTANTS)} mutants, {survivors} survive")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
