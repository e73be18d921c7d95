# SPDX-License-Identifier: Apache-2.0
"""The float64 equations of neuron classes, one file per library.

To add a library, write a file here and name it in the list below:

    from ..rule import Levels, NeuronRule, f32, leaky, register_neurons

    @register_neurons
    def _mylibrary(module):
        if type(module).__module__ != "mylibrary.neurons":      # the library itself is never imported
            return None
        return leaky(
            lambda v, x: f32(module.beta) * v + x,               # from the library's source, not from our IR
            decay=f32(module.beta), gain=1.0,
            levels=Levels.spike(f32(module.threshold), strict=True),
            reset_to=None, multi_step=False,
        )

`leaky` is for one membrane that is reset in the step in which it fires, `quantiser` for a module without state; anything
else (several states, a reset that comes a step late, states that the caller passes) is a `NeuronRule` written out, see its
docstring and that of `Call`. A module that is called several times in one forward needs nothing: its calls follow each
other in time. Then add a case to `test/python/test_rules_<library>.py`, which compares the rule with the library's own run:
`check_rule(model, inputs)` of `rule_checks.py` does it.
"""

from . import norse, own, snntorch, spikingjelly  # noqa: F401  (they register their classes)
