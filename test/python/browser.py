# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for the tests of pages: what it renders, what its console says, what it asks the network for."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --disable-default-apps --hide-scrollbars "
    "--enable-logging=stderr --virtual-time-budget=5000"
).split() + ["--host-resolver-rules=MAP * ~NOTFOUND"]


@dataclass(frozen=True)
class Visit:
    dom: str
    console: list[str]  # whatever the page printed, errors among it
    requests: list[str]  # addresses that the page asked for, files and data of its own left out


def chromium() -> str:
    """The browser's path; a test that needs it fails where it is missing (scripts/setup.sh browser installs it)."""
    found = shutil.which("chromium")
    assert found, "chromium is not installed: run scripts/setup.sh browser"
    return found


def _run(page: Path, folder: Path, *flags: str) -> subprocess.CompletedProcess:
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    command = [chromium(), *_FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def visit(page: Path, folder: Path, script: str = "") -> Visit:
    """Opens a page and, in a copy of it, runs `script` when it is done."""
    if script:
        copy = folder / f"with-script-{page.name}"
        text = page.read_text(encoding="utf-8")
        copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
        page = copy
    log = folder / "network.json"
    done = _run(page, folder, "--dump-dom", f"--log-net-log={log}")
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return Visit(done.stdout, console, _requests(log))


def screenshot(page: Path, folder: Path, width: int = 1240, height: int = 1600) -> Path:
    """A picture of the page, to be looked at."""
    path = folder / f"{page.stem}.png"
    _run(page, folder, f"--screenshot={path}", f"--window-size={width},{height}")
    return path


def _requests(log: Path) -> list[str]:
    """Addresses that the page asked for, from the browser's log of its network; the browser has requests of its own."""
    content = json.loads(log.read_text(encoding="utf-8", errors="replace"))
    start = content["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    requests = [event.get("params", {}) for event in content["events"] if event["type"] == start]
    return sorted({r["url"] for r in requests if "url" in r and r.get("initiator") != "not an origin"})
