# SPDX-License-Identifier: Apache-2.0
"""Helpers of the front end's tests."""

from __future__ import annotations

import numpy as np
import torch


def interpret(module, inputs: list[torch.Tensor]) -> list[np.ndarray]:
    """The module's results, by the reference interpreter."""
    return [np.asarray(result) for result in module.interpret([value.numpy() for value in inputs])]
