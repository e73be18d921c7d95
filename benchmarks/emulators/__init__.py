# SPDX-License-Identifier: Apache-2.0
"""Public emulators of Loihi, each in an environment and a process of its own.

A case is an .npz file: `spikes` [T, N] of the input, `weights0` ... of layers of N neurons [to, from] as the chip counts
them, and the parameters of all neurons: du, dv, threshold, bias, refractory, exponent. An emulator answers with the spikes
of every layer, and its membranes if the case asks for them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
#: Where environments lie if nothing else is said.
FOLDER = HERE.parent.parent / "build" / "emulators"
#: Version of Python that each needs.
EMULATORS = {"nengo-loihi": "3.11", "lava": "3.10", "sanafe": "3.11"}


class Absent(Exception):
    """The emulator cannot run here; the text says why."""


def find_python(version: str) -> str:
    """An interpreter of that version that runs: this one, one on the path, or one of pyenv's."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [
        sys.executable,
        shutil.which(f"python{version}"),
        *sorted(root.glob(f"versions/{version}.*/bin/python")),
    ]
    for candidate in filter(None, candidates):
        told = subprocess.run([str(candidate), "--version"], capture_output=True, text=True)
        if told.returncode == 0 and told.stdout.startswith(f"Python {version}."):
            return str(candidate)
    raise Absent(f"needs Python {version}")


def environment(name: str, folder: Path = FOLDER) -> Path:
    """The interpreter of the emulator's environment, if that is complete."""
    python = folder / name / "bin" / "python"
    if not (folder / name / "complete").exists():
        raise Absent(f"not installed: run benchmarks/chip.py --setup {name}")
    return python


def set_up(name: str, folder: Path = FOLDER) -> None:
    """Makes the emulator's environment, if it is not there."""
    place = folder / name
    if (place / "complete").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([find_python(EMULATORS[name]), "-m", "venv", str(place)], check=True)
    requirements = HERE.parent / f"requirements-emulators-{name}.txt"
    install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(requirements)]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["pip failed"]
        raise Absent(f"cannot be installed: {lines[-1]}")
    (place / "complete").touch()


class Emulator:
    """A process that runs cases as often as it is asked to."""

    def __init__(self, name: str, folder: Path = FOLDER, log: Path | None = None) -> None:
        python = environment(name, folder)
        self.name = name
        script = HERE / f"run_{name.replace('-', '_')}.py"
        one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        self._log = open(log or os.devnull, "w")  # noqa: SIM115 (closed with the process)
        self._process = subprocess.Popen(
            [str(python), str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, **one},
        )

    def _answer(self, case: Path) -> Path:
        return case.with_suffix(f".{self.name}.npz")

    def run(self, case: Path) -> float:
        """Seconds that the time steps took, all but the first, in which emulators still prepare."""
        self._process.stdin.write(json.dumps([str(case), str(self._answer(case))]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Absent(f"ended with exit code {self._process.wait()}")
        return json.loads(line)["seconds"]

    def results(self, case: Path) -> dict[str, np.ndarray]:
        """What the last run of a case found."""
        with np.load(self._answer(case)) as found:
            return dict(found)

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
