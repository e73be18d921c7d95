# SPDX-License-Identifier: Apache-2.0
"""Makes the helpers beside the tests importable, and gives the tests small models."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _workspace(tmp_path_factory):
    """Reproducers of provoked failures go where pytest cleans up."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SPIKE_COMPILER_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
    yield
    patch.undo()
