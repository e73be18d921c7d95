# SPDX-License-Identifier: Apache-2.0
"""Is every spike of a compiled model the spike of its PyTorch source? The rule, applied layer by layer.

It is worked out from the source model alone, in float64, without our importer or IR:

1. The reference is the source in float32. Its spikes are recorded at every neuron module.
2. The candidate (the compiled model) is *teacher forced*: every neuron layer sees the reference's spikes upstream, so one
   wrong spike cannot spread to other layers.
3. In float64, each layer's membrane is stepped on the float64 current with its resets forced to the reference's spikes:
   `H64`, the membrane before the threshold.
4. A step where the candidate's spike differs is a *tie* if `|H64 - threshold| <= 4 * 2^-24 * sqrt(K) * A`: K is the fan-in
   and A the decayed sum over time of `|gain| * (sum |w||x| + |mean|) + |bias|`. Where the output is a count, any of its
   thresholds may be the one, and only the two counts beside it are within the tie. Anything else is an *error*. Layers
   that range analysis proves exact (`exact`) may not differ at all; their currents, their membranes and the source's
   spikes are checked to be equal in float32 and float64.
5. After a tie the candidate's own membrane has been reset, or not, at another step than the reference's, and nothing in
   the candidate can be put back. So from there on that neuron (of that sample) is judged on a second float64 membrane whose
   resets are forced to the *candidate's* spikes: where the candidate's spike is the one this membrane demands, the step
   counts as a *consequence* of the tie and not as a new one; where it lies within the bound, as another tie; otherwise it
   is an error. This second membrane agrees with `H64` until the first tie and again once a hard reset has come in both.
6. The layer fails with any error, or with ties in more than 1e-4 of its steps (a single tie is always allowed: it cannot be
   told from chance).
7. The source is held to the same rule: an output of its own that float64 does not demand, and that is no tie, means that the
   `NeuronRule` does not describe the neuron, and the layer fails.

`rules` holds the equations of the neuron classes and says how to add one; `magnitude` what is known of other operations.
"""

from . import rules  # noqa: F401  (registers the libraries' classes)
from .bisect import Bisection, bisect_passes
from .forcing import exact_layers, forced_spikes
from .judgement import verify
from .model import ModelReport, verify_model
from .outputs import ClassReport, OutputReport
from .reference import Layer, Reference, membranes, record, tie_bound
from .report import TIE_RATE_LIMIT, LayerReport, Mismatch, Report
from .rule import Call, Levels, NeuronRule, leaky, quantiser, register_neurons, rule_of

__all__ = [
    "TIE_RATE_LIMIT",
    "Bisection",
    "Call",
    "ClassReport",
    "Layer",
    "LayerReport",
    "Levels",
    "Mismatch",
    "ModelReport",
    "NeuronRule",
    "OutputReport",
    "Reference",
    "Report",
    "bisect_passes",
    "exact_layers",
    "forced_spikes",
    "leaky",
    "membranes",
    "quantiser",
    "record",
    "register_neurons",
    "rule_of",
    "tie_bound",
    "verify",
    "verify_model",
]
