# SPDX-License-Identifier: Apache-2.0
"""From activity to energy: operations and memory accesses of every layer, by the conventions of an energy model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .activity import Activity, NeuronActivity, SynapseActivity
from .energy_models import Conventions, EnergyModel, Memory

__all__ = ["LayerEnergy", "Operations", "count_operations", "layer_energies"]


@dataclass(frozen=True)
class Operations:
    """Operations of one layer over a data set. Rates make the papers' accumulates fractions."""

    macs: float = 0
    acs: float = 0


@dataclass(frozen=True)
class LayerEnergy:
    """One layer's operations and energy over a data set; `accesses_pJ` is empty without a model of memory."""

    name: str
    operations: Operations
    operations_pJ: Mapping[str, float]  # "MAC", "AC"
    accesses_pJ: Mapping[str, float] = field(default_factory=dict)  # "weights", "sums", "states", ...

    @property
    def total_pJ(self) -> float:
        return sum(self.operations_pJ.values()) + sum(self.accesses_pJ.values())


def count_operations(layer: SynapseActivity, conventions: Conventions) -> Operations:
    """Multiply-accumulates and accumulates of a layer.

    exact    real input: MAC = products inside the image; spikes: AC = sops; counts: AC = unit_sops or MAC = sops.
             Two activations: AC = pairs if both are events, else nonzero of the event operand * its fan-out; a gate costs
             its nonzero results.
    papers   real input: MAC = dense; spikes and counts: AC = rate * dense (rate: nonzero, or units, per input element).
             Two activations: the smaller rate if both are events (as SSA is counted), else that of the event operand.
    """
    once = layer.repeated if conventions.time_invariant == "once" else 1
    exact = conventions.counting == "exact"
    events = [i for i, kind in enumerate(layer.values) if is_event(kind, conventions, len(layer.values))]
    if len(layer.values) > 1:
        return _of_two_activations(layer, exact, events, once)
    if layer.values[0] == "real":
        return Operations(macs=(layer.inside if exact else layer.dense) / once)
    if not events:  # counts, multiplied
        return Operations(macs=(layer.sops if exact else layer.dense) / once)
    return Operations(acs=(layer.unit_sops if exact else layer.rates[0] * layer.dense) / once)


def is_event(kind: str, conventions: Conventions, operands: int = 1) -> bool:
    """Whether an operand selects what is added. Counts of two activations are what is added, not what selects."""
    if kind == "count":
        return operands == 1 and conventions.count_inputs == "ac"
    return kind in ("spike", "ternary")


def _of_two_activations(layer: SynapseActivity, exact: bool, events: list[int], once: int) -> Operations:
    if not events:
        return Operations(macs=layer.dense / once)
    if not exact:
        return Operations(acs=min(layer.rates[i] for i in events) * layer.dense / once)
    if layer.kind == "mask" or len(events) == 2:
        return Operations(acs=layer.sops / once)
    return Operations(acs=layer.nonzero[events[0]] * layer.fan_out[events[0]] / once)


def layer_energies(activity: Activity, model: EnergyModel) -> list[LayerEnergy]:
    """Every layer's energy in order, over the whole data set."""
    costs = model.operations
    found = []
    for layer in activity.layers:
        if isinstance(layer, NeuronActivity):
            accesses = _neuron_accesses(layer, model.memory) if model.memory else {}
            found.append(LayerEnergy(layer.name, Operations(), {}, accesses))
            continue
        operations = count_operations(layer, model.conventions)
        energy = {"MAC": operations.macs * costs.mac_pJ, "AC": operations.acs * costs.ac_pJ}
        accesses = _synapse_accesses(layer, operations, model) if model.memory else {}
        found.append(LayerEnergy(layer.name, operations, energy, accesses))
    return found


def _synapse_accesses(layer: SynapseActivity, operations: Operations, model: EnergyModel) -> dict[str, float]:
    memory = model.memory
    once = layer.repeated if model.conventions.time_invariant == "once" else 1
    events = [i for i, kind in enumerate(layer.values) if is_event(kind, model.conventions, len(layer.values))]
    driver = events[0] if events else 0
    # In a product of two activations the other operand is what a weight is elsewhere.
    weight_words = layer.parameters if len(layer.values) == 1 else layer.words[1 - driver]
    sizes = {
        "weights": weight_words,
        "biases": layer.parameters,
        "inputs": layer.words[driver],
        "sums": layer.output_words,
        "outputs": layer.output_words,
    }
    counts = [
        (memory.per_ac, operations.acs),
        (memory.per_mac, operations.macs),
        (memory.per_bias, layer.biases / once),
    ]
    if operations.macs:
        counts.append((memory.per_mac_output, layer.outputs / once))
    if events:
        counts.append((memory.per_event, layer.nonzero[driver] / once))
    return _priced(counts, sizes, memory)


def _neuron_accesses(layer: NeuronActivity, memory: Memory) -> dict[str, float]:
    sizes = {"states": layer.neurons * layer.states, "outputs": layer.neurons}
    return _priced(
        [(memory.per_state_and_step, layer.elements * layer.states), (memory.per_spike, layer.spikes)], sizes, memory
    )


def _priced(
    counts: list[tuple[Mapping[str, float], float]], sizes: Mapping[str, float], memory: Memory
) -> dict[str, float]:
    energy: dict[str, float] = {}
    for accesses, operations in counts:
        for what, number in accesses.items():
            energy[what] = energy.get(what, 0.0) + number * operations * memory.cost_pJ(sizes[what])
    return energy
