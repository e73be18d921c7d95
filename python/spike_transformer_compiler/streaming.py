# SPDX-License-Identifier: Apache-2.0
"""Streams: a compiled model run one time step at a time, with its state kept between calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ._inputs import accept, check_shapes, in_kind
from ._program import InputSpec, Variant
from .exceptions import ValidationError

__all__ = ["Stream"]


class Stream:
    """What CompiledModel.stream returns. One stream belongs to one sequence and one thread; a model has any number.

    `step` takes the input of one time step, which is a whole input where the source repeats it over time, and one frame
    of it, without the time axis, where the source's input has one. It gives the output as of this step: what the
    source's output holds for this step, and for values that the source reduces over time, the reduction over all
    steps so far.
    """

    def __init__(self, variant: Variant, inputs: tuple[InputSpec, ...], batch: int, trains: bool) -> None:
        self._variant, self._trains = variant, trains
        values = variant.step["inputs"]
        self._axes = [value["step_axis"] for value in values[: len(inputs)]]
        self.inputs = tuple(self._frame(spec, axis, batch) for spec, axis in zip(inputs, self._axes, strict=True))
        self._states = {value["state"]: value for value in values[len(inputs) :]}
        self.batch_size = batch
        self.reset()

    @staticmethod
    def _frame(spec: InputSpec, axis: int | None, batch: int) -> InputSpec:
        """What one step takes of an input."""
        shape = tuple(batch if i == spec.batch_axis else size for i, size in enumerate(spec.shape) if i != axis)
        moved = spec.batch_axis is not None and axis is not None and axis < spec.batch_axis
        return dataclasses.replace(spec, shape=shape, batch_axis=spec.batch_axis - 1 if moved else spec.batch_axis)

    def reset(self) -> None:
        """Back to before the first step."""
        self.steps = 0
        self._state = {
            name: np.full(value["shape"], value["initial"], np.float32) for name, value in self._states.items()
        }

    @property
    def state(self) -> dict[str, np.ndarray]:
        """Everything that is carried, by the path of the neuron layer and the name of the state variable: copies.

        Together with `steps` this is the stream: assign both to go on from there, in another process if need be.
        """
        return {name: array.copy() for name, array in self._state.items()}

    @state.setter
    def state(self, state: Mapping[str, np.ndarray]) -> None:
        if state.keys() != self._state.keys():
            missing, surplus = self._state.keys() - state.keys(), state.keys() - self._state.keys()
            raise ValidationError(
                f"expected the states of this model, got {sorted(surplus)} in excess and without {sorted(missing)}"
            )
        for name, array in state.items():
            wanted = self._state[name]
            if not isinstance(array, np.ndarray) or (array.shape, array.dtype) != (wanted.shape, wanted.dtype):
                raise ValidationError(
                    f"state '{name}': expected a float32 array of shape {wanted.shape}, got "
                    f"{getattr(array, 'dtype', type(array).__name__)} of shape {getattr(array, 'shape', None)}"
                )
        self._state = {name: np.ascontiguousarray(state[name]) for name in self._state}

    def step(self, input_data: Any) -> Any:
        """The output after one more step; with spike trains, also each neuron layer's output at this step.

        Output and trains have no time axis where the source's have one. The state stays as it was if this fails.
        """
        arrays, as_torch = accept(input_data, self.inputs)
        batch = check_shapes(arrays, self.inputs)
        if batch not in (None, self.batch_size):
            raise ValidationError(
                f"expected a batch of {self.batch_size}, got {batch}",
                error_code="wrong-input-shape",
                suggestions=[f"open a stream for it: model.stream(batch_size={batch})"],
            )
        steps = [
            array if axis is None else np.ascontiguousarray(np.expand_dims(array, axis))
            for array, axis in zip(arrays, self._axes, strict=True)
        ]
        results = self._variant.run([*steps, *self._state.values()])
        outputs, trains, state = [], {}, {}
        for value, array in zip(self._variant.step["outputs"], results, strict=True):
            if value["state"]:
                state[value["state"]] = array
                continue
            if value["step_axis"] is not None:
                array = array.squeeze(value["step_axis"])
            array = in_kind(array, as_torch)
            if value["path"]:
                trains[value["path"]] = array
            else:
                outputs.append(array)
        self._state = {name: state[name] for name in self._state}
        self.steps += 1
        output = outputs[0] if len(outputs) == 1 else tuple(outputs)
        return (output, trains) if self._trains else output

    __call__ = step

    def run(self, frames: Iterable[Any]) -> Iterator[Any]:
        """The output after each frame of an iterable, as `step`; nothing is kept but the state."""
        for frame in frames:
            yield self.step(frame)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{spec.name}: {list(spec.shape)}" for spec in self.inputs)
        return f"<Stream of {shapes}, {self.steps} steps so far>"
