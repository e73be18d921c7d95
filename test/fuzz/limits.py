# SPDX-License-Identifier: Apache-2.0
"""Runs one tool on one file under limits of time and memory, and says what went wrong, if anything did."""

import functools
import resource
import signal
import subprocess

SECONDS = 20
BYTES = 4 << 30


@functools.cache
def is_sanitized(tool):
    """AddressSanitizer reserves more address space than any limit allows."""
    with open(tool, "rb") as file:
        return b"__asan_init" in file.read()


def commands(spike_opt, spike_run):
    """What is tried on every file: parse and print, rewrite, run all stages, interpret."""
    interpret = [spike_run, "--interpret", "--memory-limit=256", "--work-limit=1e7"]
    return [
        [spike_opt, "--mlir-print-op-generic"],
        [spike_opt, "--spike-import", "--spike-optimize=level=3"],
        [spike_run, "--emit=llvm", "--level=0"],
        interpret,
    ]


def run(command, file, data=None):
    """Runs `command` on a file, or on `data` as its standard input; returns what is wrong, or nothing."""

    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if not is_sanitized(command[0]):
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))

    try:
        done = subprocess.run(
            command + [str(file)],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=4 * SECONDS,
            preexec_fn=limit,
        )
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode in (0, 1):
        return None
    if done.returncode == -signal.SIGXCPU or done.returncode == -signal.SIGKILL:
        return f"takes more than {SECONDS} s"
    text = done.stderr.decode(errors="replace")
    return f"exit code {done.returncode}\n{text[:6000]}"
