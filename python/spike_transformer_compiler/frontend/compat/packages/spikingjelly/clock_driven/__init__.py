# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly 0.0.0.0.12's `clock_driven`: the neurons and layers that published models use, in plain torch.

https://github.com/fangwei123456/spikingjelly, `clock_driven` of April 2022; equations as there, term by term.
"""
