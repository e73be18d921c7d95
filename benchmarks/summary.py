# SPDX-License-Identifier: Apache-2.0
"""From measured numbers to a row: ratios, agreement of outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spike_transformer_compiler.profiling.timing import ratios, spread


def with_times(rows: Mapping[str, dict[str, Any]], times: Mapping[str, Sequence[float]], baseline: str) -> None:
    """Adds `ms`, and `ratio` where the baseline was measured as well, to the rows of those that were timed."""
    for name, taken in times.items():
        rows[name]["ms"] = spread(taken)
        if baseline in times:
            rows[name]["ratio"] = spread(ratios(times[baseline], taken))


def classes(output: np.ndarray, batch: int) -> np.ndarray:
    """The class of each sample: of [B, classes], or of [T, B, classes] averaged over time."""
    values = np.asarray(output, dtype=np.float64)
    if values.ndim == 3:
        values = values.mean(0)
    if values.ndim != 2 or len(values) != batch:
        raise ValueError(f"expected [B, classes] or [T, B, classes] with a batch of {batch}, got {np.shape(output)}")
    return values.argmax(-1)


def agreement(reference: Sequence[np.ndarray], outputs: Sequence[np.ndarray], batch: int) -> dict[str, Any]:
    """Samples with the reference's class, all samples, and the largest difference of any output value."""
    pairs = list(zip(reference, outputs, strict=True))
    return {
        "same": int(sum((classes(a, batch) == classes(b, batch)).sum() for a, b in pairs)),
        "samples": len(pairs) * batch,
        "largest_difference": float(max(np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in pairs)),
    }


def verdict(check: Mapping[str, Any] | None) -> str:
    """A check of the layers' spikes, for a cell of the table."""
    if check is None:
        return "not checked"
    if "reason" in check:
        return f"no check: {check['reason']}"
    if check.get("reference"):
        return "the reference"
    if check["errors"] or not check["passed"]:
        return f"{check['errors']:,} ERRORS, {check['ties']:,} ties of {check['steps']:,}"
    return f"0 errors, {check['ties']:,} ties of {check['steps']:,}"


def differs(row: Mapping[str, Any]) -> bool:
    """Whether the row computes something else, so that its time is not to be compared."""
    check = row.get("check") or {}
    return bool(check.get("errors")) or check.get("passed") is False
