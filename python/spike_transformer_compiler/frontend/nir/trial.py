# SPDX-License-Identifier: Apache-2.0
"""Whether reading an HDF5 file comes to an end, tried in a process of its own before it is read in this one."""

from __future__ import annotations

import select
import subprocess
import sys
import threading
from pathlib import Path

__all__ = ["SECONDS", "can_be_read"]

#: How long a file may take, and how many bytes more a second reads.
SECONDS = 10.0
_BYTES_PER_SECOND = 20e6

_SCRIPT = Path(__file__).with_name("_read_all.py")
_lock = threading.Lock()
_process: subprocess.Popen | None = None


def can_be_read(path: Path) -> bool:
    """False if the HDF5 library crashes on the file or does not come back. One process serves all files, one by one."""
    global _process
    name = str(path.absolute())
    if "\n" in name:
        return False
    seconds = SECONDS + path.stat().st_size / _BYTES_PER_SECOND
    with _lock:
        if _process is None or _process.poll() is not None:
            _process = subprocess.Popen(
                [sys.executable, str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            _process.stdin.write(f"{name}\n".encode())
            _process.stdin.flush()
            answered = bool(select.select([_process.stdout], [], [], seconds)[0]) and _process.stdout.readline()
        except BrokenPipeError:
            answered = False
        if not answered:
            _process.kill()
            _process.wait()
            _process = None
    return bool(answered)
