# SPDX-License-Identifier: Apache-2.0
"""Are a peer's spikes the source's? Judged layer by layer, by the rule of docs/verification.md.

An untrained network is chaotic: one spike that falls the other way for a rounding error changes thousands behind it, so
equal outputs cannot be asked for, and unequal ones prove nothing. Each layer of a peer is therefore given the source's
spikes, and the peer's own spikes behind it are judged: a difference is a tie if the float64 membrane is as near to the
threshold as float32 sums can be off, and an error otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

EXPLANATION = (
    "spikes: each layer on the source's spikes (teacher forced); a tie lies within float32's rounding of the threshold, "
    "anything else is an error (docs/verification.md). classes: of the freely running model, in which a tie may change "
    "everything behind it."
)


class Check:
    """The source on one input, kept in float64, to judge any number of peers."""

    def __init__(self, model: torch.nn.Module, image: torch.Tensor, folder: Path) -> None:
        from spike_transformer_compiler import verification

        self._model = model
        self._reference = verification.record(model, image, keep=True)
        self._folder = folder
        torch.save(image, folder / "image.pt")
        torch.save(
            {path: torch.from_numpy(train) for path, train in self._reference.spikes().items()}, folder / "teachers.pt"
        )

    def arguments(self, peer: str) -> tuple[str, str, str]:
        """What the peer's process needs: the files of input, of the source's spikes, and for its answer."""
        return tuple(str(self._folder / name) for name in ("image.pt", "teachers.pt", f"{peer}.spikes.pt"))

    def judge(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Steps compared, ties and errors in all layers. Our own compiler judges itself, with the proofs it has."""
        if "answer" not in answer:
            return answer
        path = Path(answer["answer"])
        own = torch.load(path)
        path.unlink()
        return self.judge_spikes(own)

    def judge_spikes(self, own: dict[str, torch.Tensor]) -> dict[str, Any]:
        from spike_transformer_compiler import verification

        try:
            report = verification.verify(self._model, None, own, reference=self._reference)
        except ValueError as error:  # values that are no spikes, or of another shape
            return {"steps": 0, "ties": 0, "errors": 1, "passed": False, "first": str(error)}
        found = {name: report.total(name) for name in ("steps", "ties", "errors")} | {"passed": report.passed}
        return found | ({"first": str(report.first)} if report.first else {})
