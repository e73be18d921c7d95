# SPDX-License-Identifier: Apache-2.0
"""Differential fuzzing of whole networks: random PyTorch models against the interpreter and compiled code.

    python test/fuzz/fuzz_networks.py --cases 5000 --seed 0 --jobs 2
    python test/fuzz/fuzz_networks.py --replay failure.json

Prints each failure with its seed, shrinks it, and ends with exit code 1 if there was one; see docs/fuzzing.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from networks.pool import Pool  # noqa: E402
from networks.report import Summary, describe  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first case; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes")
    parser.add_argument("--levels", type=int, default=4, choices=(0, 1, 2, 3, 4), help="levels compiled for each case")
    parser.add_argument("--seconds", type=float, default=60, help="time limit of a case")
    parser.add_argument("--exact", choices=("yes", "no"), help="only networks whose sums are exact, or none of them")
    parser.add_argument("--keep", type=Path, help="folder for the failing plans")
    parser.add_argument("--replay", type=Path, help="run a kept plan")
    options = parser.parse_args()
    with Pool(options.jobs, options.seconds) as pool:
        if options.replay:
            answer = pool.one({"job": "check", "plan": json.loads(options.replay.read_text())["plan"]})
            print(describe(answer) or "no failure")
            return bool(answer.get("failure") or answer.get("broken"))
        return run(pool, options)


def run(pool: Pool, options: argparse.Namespace) -> int:
    common: dict = {"job": "check", "levels": options.levels}
    if options.exact:
        common["exact"] = options.exact == "yes"
    requests = ({**common, "seed": seed} for seed in range(options.seed, options.seed + options.cases))
    summary, start = Summary(), time.monotonic()
    for request, answer in pool.run(requests):
        summary.add(answer)
        if text := describe(answer):
            print(f"seed {request['seed']}: {text}\n", flush=True)
            if options.keep and answer.get("plan"):
                options.keep.mkdir(parents=True, exist_ok=True)
                kept = {"failure": answer["failure"], "plan": answer["plan"]}
                Path(options.keep, f"{request['seed']}.json").write_text(json.dumps(kept, indent=1) + "\n")
    print(summary.text(time.monotonic() - start))
    return bool(summary.failures)


if __name__ == "__main__":
    sys.exit(main())
