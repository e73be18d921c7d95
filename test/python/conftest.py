# SPDX-License-Identifier: Apache-2.0
"""Makes the helpers beside the tests importable, and gives the tests a compiled model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _workspace(tmp_path_factory):
    """Reproducers of provoked failures go where pytest cleans up; settings of the caller's environment do not count."""
    from spike_transformer_compiler.config import ENVIRONMENT

    patch = pytest.MonkeyPatch()
    for variable in ENVIRONMENT:
        patch.delenv(variable, raising=False)
    patch.setenv("SPIKE_COMPILER_CACHE", "off")  # what is tested is compiled
    patch.setenv("SPIKE_COMPILER_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
    yield
    patch.undo()


@pytest.fixture
def one_thread():
    """Torch on one thread: the networks of the fuzzer are small."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def compiled():
    """small_models.small(), compiled for a batch of one."""
    from small_models import small

    from spike_transformer_compiler import SpikeCompiler

    return SpikeCompiler("simulation").compile(small(), (1, 1, 4, 4))
