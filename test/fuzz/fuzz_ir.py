# SPDX-License-Identifier: Apache-2.0
"""Mutation fuzzing of parsers, verifiers, passes and the interpreter, under limits of time and memory.

    python test/fuzz/fuzz_ir.py --tools build/dev/bin --seconds 600 [--seed N] [--keep folder]

Starts from the corpus and from the valid tests; swaps tokens, lines and numbers, flips bytes of bytecode. Prints each
crash with the seed that makes it again (--seed N --count 1), and ends with exit code 1 if there was one.
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import time

from limits import commands, run

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[%#!@^]?[A-Za-z_][\w.$]*|-?\d+(?:\.\d*(?:e[+-]?\d+)?)?|\s+|.', re.S)
NUMBERS = [
    b"0",
    b"1",
    b"-1",
    b"2",
    b"3",
    b"7",
    b"127",
    b"128",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967296",
    b"1099511627776",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"1.0",
    b"0.0",
    b"-0.5",
    b"1.0e+39",
    b"0x7FC00000",
    b"0x7FF8000000000000",
]


def seeds():
    """Single parts of the valid tests and whole corpus files."""
    parts = []
    for folder in ("Dialect/Spike", "Dialect/Check", "Interpreter", "Conversion", "Pipelines"):
        for file in sorted((ROOT / folder).rglob("*.mlir")):
            parts += [part for part in file.read_bytes().split(b"// -----") if part.strip()]
    parts += [file.read_bytes() for file in sorted((ROOT / "Tools/corpus").iterdir())]
    return [part for part in parts if len(part) < 20000]


def mutate_text(rng, text, others):
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        if not tokens:
            return text
        at = rng.randrange(len(tokens))
        kind = rng.randrange(7)
        if kind == 0:
            numbers = [i for i, token in enumerate(tokens) if token[-1:].isdigit()]
            if numbers:
                tokens[rng.choice(numbers)] = rng.choice(NUMBERS)
        elif kind == 1:
            del tokens[at]
        elif kind == 2:
            tokens.insert(at, rng.choice(tokens))
        elif kind == 3:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == 4:
            donor = TOKEN.findall(rng.choice(others))
            if donor:
                tokens[at] = rng.choice(donor)
        elif kind == 5:
            lines = b"".join(tokens).split(b"\n")
            first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[first] = lines[second] if rng.random() < 0.5 else b""
            tokens = TOKEN.findall(b"\n".join(lines))
        else:
            numbers = [i for i, token in enumerate(tokens) if token.isdigit()]
            if numbers:
                pick = rng.choice(numbers)
                tokens[pick] = str(max(0, int(tokens[pick]) + rng.choice((-1, 1)))).encode()
    return b"".join(tokens)


def mutate_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 2, 4, 8))):
        if len(data) > 5:
            data[rng.randrange(4, len(data))] ^= 1 << rng.randrange(8)
    return bytes(data[: rng.randrange(5, len(data) + 1)]) if rng.random() < 0.1 and len(data) > 5 else bytes(data)


def is_upstream(spike_opt, data, outcome):
    """MLIR's own bytecode reader does not withstand damaged files; what it does is counted apart."""
    if not data.startswith(b"ML\xefR"):
        return False
    return "readBytecodeFile" in outcome or "in bytecode version" in outcome or bool(run([spike_opt], "-", data))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=sys.maxsize)
    parser.add_argument("--keep", help="folder for the inputs that crash")
    options = parser.parse_args()
    spike_opt, spike_run = f"{options.tools}/spike-opt", f"{options.tools}/spike-run"
    texts = seeds()
    bytecodes = {}
    runs, crashes, upstream, end = 0, 0, 0, time.monotonic() + options.seconds
    for seed in range(options.seed, options.seed + options.count):
        if time.monotonic() > end:
            break
        rng = random.Random(seed)
        text = rng.choice(texts)
        if rng.random() < 0.2:
            if text not in bytecodes:
                done = subprocess.run([spike_opt, "-", "--emit-bytecode"], input=text, capture_output=True)
                bytecodes[text] = done.stdout if done.returncode == 0 else b""
            if not bytecodes[text]:
                continue
            data = mutate_bytes(rng, bytecodes[text])
        else:
            data = mutate_text(rng, text, texts)
        command = rng.choice(commands(spike_opt, spike_run))
        runs += 1
        outcome = run(command, "-", data)
        if outcome and is_upstream(spike_opt, data, outcome):
            upstream += 1
        elif outcome:
            crashes += 1
            print(f"seed {seed}: {' '.join(command[1:])}: {outcome}\n", flush=True)
            if options.keep:
                pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
                pathlib.Path(options.keep, f"{seed}.mlir").write_bytes(data)
    print(f"{runs} runs, {crashes} crashes, {upstream} more in MLIR's bytecode reader")
    return bool(crashes)


if __name__ == "__main__":
    sys.exit(main())
