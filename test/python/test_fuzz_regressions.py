# SPDX-License-Identifier: Apache-2.0
"""Plans that the network fuzzer once found to fail (test/fuzz/regressions), replayed in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from networks.check import LEVELS, Effort, check_case
from networks.check_chip import check_on_chip
from networks.network import make_case
from networks.plan import Plan

FOLDER = Path(__file__).parents[1] / "fuzz" / "regressions"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_found_before(path: Path) -> None:
    kept = json.loads(path.read_text())
    case = make_case(Plan.from_dict(kept["plan"]))
    if "target" in kept:
        done = check_on_chip(case, kept["target"])
        assert not done.refused and any(done.rates), done
        return
    check_case(case, Effort(LEVELS, extras="always"))
