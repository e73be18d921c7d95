# SPDX-License-Identifier: Apache-2.0
"""Runs the tools over malformed and hostile files: each run ends by itself, in time and memory, with exit code 0 or 1."""

import functools
import multiprocessing
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "fuzz"))
from limits import commands, run  # noqa: E402


def check(tools, file):
    """The bad runs of one file."""
    outcomes = [(command, run(command, file)) for command in commands(*tools)]
    return [f"{file.name}: {' '.join(command[1:])}: {outcome}" for command, outcome in outcomes if outcome]


def main():
    *tools, corpus = sys.argv[1:]
    files = sorted(pathlib.Path(corpus).iterdir())
    with multiprocessing.Pool() as pool:
        bad = sum(pool.map(functools.partial(check, tools), files, chunksize=1), [])
    print("\n".join(bad))
    print(f"{len(files)} files, {len(bad)} bad runs")
    return bool(bad) or not files


if __name__ == "__main__":
    sys.exit(main())
